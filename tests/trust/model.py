"""The workflow of reports and assessments, said again in plain Python: what a test compares with.

Two sides, a few items of one plan, one meeting that was held. Each step tells how it is to be
answered, and changes what the model holds where that is a success.
"""

from dataclasses import dataclass, field, replace

SIDES = ("CN", "KR")
HELD_ON = "2023-12-20"
# The most cautious first.
CAUTION = ["cancelled", "suspended", "delayed", "not_started", "on_track", "completed"]


@dataclass(frozen=True)
class Report:
    """A report as the model holds it; `order` counts submissions."""

    side: str
    item: str
    status: str
    progress: int | None
    day: str | None
    state: str = "draft"
    corrects: str | None = None
    order: int = 0


@dataclass(frozen=True)
class Assessment:
    """A proposal, or what was adopted."""

    item: str
    status: str
    by: str
    confirmed: frozenset[str]

    @property
    def adopted(self) -> bool:
        return self.confirmed == frozenset(SIDES)


@dataclass
class Model:
    """All that was reported, and all that is concluded or proposed at the meeting."""

    reports: dict[str, Report] = field(default_factory=dict)
    discarded: dict[str, str] = field(default_factory=dict)
    assessments: dict[str, Assessment] = field(default_factory=dict)
    submissions: int = 0

    def seen(self, id_: str, caller: str) -> int | None:
        """How a step with a report that the caller may not even read is answered."""
        if id_ in self.discarded:
            return 410 if self.discarded[id_] == caller else 404
        report = self.reports[id_]
        if report.side == caller:
            return None
        return 404 if report.state == "draft" else 403

    def correction_of(self, id_: str, besides: str | None = None) -> str | None:
        """The report, or draft, that takes the place of another, and was not withdrawn."""
        return next(
            (
                other
                for other, report in self.reports.items()
                if report.corrects == id_ and report.state != "withdrawn" and other != besides
            ),
            None,
        )

    def can_correct(
        self, side: str, item: str, id_: str | None, besides: str | None = None
    ) -> int | None:
        """The refusal of a correction, if it is to be refused."""
        if id_ is None:
            return None
        report = self.reports.get(id_)
        if report is None or (report.state == "draft" and report.side != side):
            return 422
        if (report.side, report.item) != (side, item):
            return 422
        if report.state != "submitted" or self.correction_of(id_, besides):
            return 409
        return None

    def make(self, new: Report) -> int:
        """How a new report, or draft, is answered; add() it where that is 201."""
        return self.can_correct(new.side, new.item, new.corrects) or 201

    def add(self, id_: str, new: Report, day: str | None) -> None:
        """Holds a report that was made, for the day that it was given."""
        self.reports[id_] = replace(new, day=day)
        if new.state == "submitted":
            self._count(id_, day)

    def _count(self, id_: str, day: str | None) -> None:
        self.submissions += 1
        self.reports[id_] = replace(
            self.reports[id_], state="submitted", order=self.submissions, day=day
        )

    def change(self, id_: str, caller: str, status: str, progress: int | None) -> int:
        refused = self.seen(id_, caller)
        if refused is not None:
            return refused
        report = self.reports[id_]
        if report.state != "draft":
            return 409
        refused = self.can_correct(caller, report.item, report.corrects, besides=id_)
        if refused is not None:
            return refused
        self.reports[id_] = replace(report, status=status, progress=progress)
        return 200

    def submit(self, id_: str, caller: str) -> int:
        """How it is answered; submitted() it where that is 200."""
        refused = self.seen(id_, caller)
        if refused is not None:
            return refused
        report = self.reports[id_]
        if report.state != "draft":
            return 409
        return self.can_correct(caller, report.item, report.corrects, besides=id_) or 200

    def submitted(self, id_: str, day: str | None) -> None:
        self._count(id_, day)

    def expected_day(self, id_or_new: Report) -> str | None:
        """The day that a report speaks for once it is submitted; None for today."""
        corrected = self.reports[id_or_new.corrects].day if id_or_new.corrects else None
        return id_or_new.day or corrected

    def discard(self, id_: str, caller: str) -> int:
        refused = self.seen(id_, caller)
        if refused is not None:
            return refused
        if self.reports[id_].state != "draft":
            return 409
        del self.reports[id_]
        self.discarded[id_] = caller
        return 204

    def withdraw(self, id_: str, caller: str) -> int:
        refused = self.seen(id_, caller)
        if refused is not None:
            return refused
        correction = self.correction_of(id_)
        corrected = correction is not None and self.reports[correction].state == "submitted"
        if self.reports[id_].state != "submitted" or corrected:
            return 409
        self.reports[id_] = replace(self.reports[id_], state="withdrawn")
        return 200

    def propose(self, side: str, proposals: dict[str, str]) -> int:
        """A side puts the whole set: statuses by item."""
        for item, status in proposals.items():
            there = self.assessments.get(item)
            if there is not None and there.adopted and there.status != status:
                return 409
        kept = {
            item: there
            for item, there in self.assessments.items()
            if there.adopted or proposals.get(item) == there.status
        }
        made = {
            item: Assessment(item, status, side, frozenset({side}))
            for item, status in proposals.items()
            if item not in kept
        }
        self.assessments = kept | made
        return 200

    def confirm(self, side: str, items: list[str] | None) -> int:
        """A side confirms some items, or all that await it."""
        awaiting = [
            item
            for item, there in self.assessments.items()
            if not there.adopted and side not in there.confirmed
        ]
        if items is None:
            items = awaiting
            if not items:
                return 409
        if any(item not in self.assessments for item in items):
            return 422
        if any(item not in awaiting for item in items):
            return 409
        for item in items:
            there = self.assessments[item]
            self.assessments[item] = replace(there, confirmed=there.confirmed | {side})
        return 200

    def readable(self, caller: str | None) -> dict[str, Report]:
        """The reports that a caller sees: all but the drafts of others."""
        return {
            id_: report
            for id_, report in self.reports.items()
            if report.state != "draft" or report.side == caller
        }

    def concluded(self, caller: str | None) -> dict[str, Assessment]:
        """The assessments that a caller sees: proposals are the two sides' own."""
        return {
            item: found
            for item, found in self.assessments.items()
            if found.adopted or caller in SIDES
        }

    def position(self, side: str, item: str) -> Report | None:
        """A side's newest report on an item that no other has taken the place of."""
        standing = [
            report
            for id_, report in self.reports.items()
            if (report.side, report.item, report.state) == (side, item, "submitted")
            and not any(
                other.corrects == id_ and other.state == "submitted"
                for other in self.reports.values()
            )
        ]
        return max(standing, key=lambda report: (report.day, report.order), default=None)

    def standing(self, item: str) -> tuple[str, str | None]:
        """What an item's standing rests on, and its status."""
        positions = [found for side in SIDES if (found := self.position(side, item))]
        there = self.assessments.get(item)
        if there and there.adopted and all((p.day or "") <= HELD_ON for p in positions):
            return "joint", there.status
        if not positions:
            return "unreported", None
        statuses = sorted({p.status for p in positions}, key=CAUTION.index)
        if len(positions) < len(SIDES):
            return "one_sided", statuses[0]
        return ("agreed" if len(statuses) == 1 else "diverging"), statuses[0]
