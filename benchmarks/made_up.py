"""Made-up status reports in their revisions, as the application would have journalled them.

Pure: no database. The same seed makes the same reports, ids and digests.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from app.kernel.chain import ChangeSeal, RevisionSeal, chained
from app.kernel.journal import moment
from app.kernel.records import content_of
from app.kernel.text import folded
from benchmarks.bulk import Head, Row, Rows

PARTIES = ("CN", "KR")
# How many reports a revision makes: mostly few, sometimes twice a plan's items.
SIZES = (1, 1, 1, 2, 3, 5, 9, 9, 18, 20)
CORRECTING, WITHDRAWN, WITH_EVIDENCE, WITHOUT_PROGRESS = 0.08, 0.03, 0.02, 0.05
SUMMARIES = 500
_ENGLISH = [
    "observation",
    "data",
    "of",
    "the",
    "joint",
    "study",
    "and",
    "expert",
    "exchange",
    "on",
    "forecasts",
    "was",
    "shared",
]
_KOREAN = [
    "관측",
    "자료",
    "공동",
    "연구",
    "전문가",
    "교류",
    "예보",
    "저감",
    "협력",
    "회의",
    "결과",
    "공유",
    "추진",
    "일정",
    "검토",
]
_REASON = {"en": "Reported by mistake."}
_fold = lru_cache(maxsize=2 * SUMMARIES)(folded)


@dataclass(frozen=True, slots=True)
class Plan:
    """An annual plan, who leads its items, and how many reports are made on them."""

    id: str
    dialogue: str
    year: int
    items: tuple[str, ...]
    leads: Mapping[str, str]
    reports: int


@dataclass(order=True, frozen=True, slots=True)
class _Occasion:
    """One side's reports on one plan, made together."""

    day: date
    plan: int
    party: str
    size: int


class Reports:
    """Reports on `plans` up to the `last` day, in the order of the days on which they were made.

    `template` is a report's document, in which every member has its default.
    """

    def __init__(
        self, plans: Sequence[Plan], template: Mapping[str, Any], last: date, random: Random
    ) -> None:
        self._plans, self._template, self._last, self._random = plans, template, last, random
        self._summaries = [self._summary() for _ in range(SUMMARIES)]
        self._occasions = sorted(self._all_occasions(), reverse=True)
        self._newest: dict[tuple[str, str], tuple[str, str]] = {}
        self._serial = 0
        self._at = datetime.min.replace(tzinfo=UTC)

    def until(self, day: date, head: Head) -> Iterator[Rows]:
        """The rows of each revision up to `day` that was not asked for before; moves `head`."""
        while self._occasions and self._occasions[-1].day <= day:
            yield from self._revisions(self._occasions.pop(), head)

    def _all_occasions(self) -> Iterator[_Occasion]:
        for index, plan in enumerate(self._plans):
            first = date(plan.year, 1, 1)
            days = (min(date(plan.year, 12, 31), self._last) - first).days + 1
            left = plan.reports
            while left:
                size = min(left, self._random.choice(SIZES))
                day = first + timedelta(days=self._random.randrange(days))
                yield _Occasion(day, index, self._random.choice(PARTIES), size)
                left -= size

    def _summary(self) -> dict[str, str]:
        return {
            "en": f"{' '.join(self._random.choices(_ENGLISH, k=14)).capitalize()}.",
            "ko": f"{' '.join(self._random.choices(_KOREAN, k=14))}.",
        }

    def _revision(self, occasion: _Occasion, head: Head) -> "_Revision":
        morning = datetime.combine(occasion.day, time(1), UTC)
        self._at = max(morning, self._at + timedelta(seconds=1))
        return _Revision(head, self._at, occasion.party, self._plans[occasion.plan])

    def _revisions(self, occasion: _Occasion, head: Head) -> Iterator[Rows]:
        """The revision that makes an occasion's reports, and one for each that is withdrawn."""
        plan, revision = self._plans[occasion.plan], self._revision(occasion, head)
        start, withdrawn = self._random.randrange(len(plan.items)), []
        for place in range(occasion.size):
            item = plan.items[(start + place) % len(plan.items)]
            earlier = timedelta(days=place // len(plan.items))
            document = self._document(plan, item, occasion, occasion.day - earlier, revision)
            row = _row(document, plan.id, revision)
            revision.add("create", document)
            revision.rows.evidence.extend(_evidence_rows(document))
            if document["corrects"] is None and self._random.random() < WITHDRAWN:
                withdrawn.append((document, row))
            else:
                self._newest[item, occasion.party] = (document["id"], document["reported_on"])
                revision.rows.reports.append(row)
        yield revision.sealed()
        for document, row in withdrawn:
            yield _withdrawal(document, row, self._revision(occasion, head))

    def _document(
        self, plan: Plan, item: str, occasion: _Occasion, day: date, revision: "_Revision"
    ) -> dict[str, Any]:
        self._serial += 1
        corrects, reported_on = None, day.isoformat()
        if (item, occasion.party) in self._newest and self._random.random() < CORRECTING:
            corrects, reported_on = self._newest[item, occasion.party]
        status, progress = self._how_far(occasion.day)
        return {
            **self._template,
            "id": uuid7_at(revision.at, self._serial, self._random),
            "action_item": item,
            "party": occasion.party,
            "organization": plan.leads[occasion.party],
            "status": status,
            "progress": progress,
            "summary": self._random.choice(self._summaries),
            "evidence": self._evidence(),
            "reported_on": reported_on,
            "state": "submitted",
            "corrects": corrects,
            "submitted_by": revision.principal,
            "created_at": revision.stamp,
            "modified_at": revision.stamp,
            "revision": revision.number,
        }

    def _evidence(self) -> list[dict[str, Any]]:
        if self._random.random() >= WITH_EVIDENCE:
            return []
        url = f"https://example.org/pages/{self._random.randrange(10_000)}"
        return [{"document": None, "url": url, "title": {"en": "A made-up page"}}]

    def _how_far(self, day: date) -> tuple[str, int | None]:
        share, chance = day.timetuple().tm_yday / 366, self._random.random()
        progress = round(90 * share) + self._random.randrange(10)
        if share < 0.15 and chance < 0.4:
            return "not_started", 0
        if share > 0.75 and chance < 0.3:
            return "completed", 100
        for limit, status in ((0.5, "on_track"), (0.6, "delayed"), (0.63, "suspended")):
            if chance < limit:
                return status, progress
        if chance < 0.635:
            return "cancelled", progress
        return "on_track", None if chance > 1 - WITHOUT_PROGRESS else progress


class _Revision:
    """A revision that one side is making after `head`, of reports on one plan."""

    def __init__(self, head: Head, at: datetime, party: str, plan: Plan) -> None:
        self.head, self.at, self.party, self.plan = head, at, party, plan
        self.number = head.number + 1
        self.principal = f"key:benchmark-{party.lower()}"
        # As documents say it, and as both engines take it.
        self.stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        self.stored_at = f"{at:%Y-%m-%d %H:%M:%S.%f}"
        self.rows = Rows()
        self._seals: list[ChangeSeal] = []

    def add(self, operation: str, document: dict[str, Any]) -> None:
        """Journals a change of a report."""
        text = canonical(document)
        digest = _sha256(text)
        self._seals.append(ChangeSeal("status_report", document["id"], operation, digest))
        self.rows.changes.append(
            {
                "revision": self.number,
                "sequence": len(self._seals),
                "kind": "status_report",
                "record_id": document["id"],
                "operation": operation,
                "visibility": "public",
                "holder": document["action_item"],
                "dialogue": self.plan.dialogue,
                "agreement": self.plan.id,
                "document": text,
                "digest": digest,
            }
        )

    def sealed(self) -> Rows:
        """The rows with their revision, which is the head from now on."""
        seal = RevisionSeal(
            number=self.number,
            at=moment(self.at),
            principal=self.principal,
            party=self.party,
            request_id=None,
            reason=None,
            changes=self._seals,
        )
        self.head.number, self.head.hash = self.number, chained(seal, self.head.hash)
        self.rows.revisions.append(
            {
                "number": self.number,
                "at": self.stored_at,
                "principal": self.principal,
                "party": self.party,
                "hash": self.head.hash,
            }
        )
        return self.rows


def _withdrawal(document: dict[str, Any], row: Row, revision: _Revision) -> Rows:
    document = document | {
        "state": "withdrawn",
        "withdrawal_reason": _REASON,
        "modified_at": revision.stamp,
        "revision": revision.number,
    }
    revision.add("update", document)
    revision.rows.reports.append(
        row
        | {
            "state": "withdrawn",
            "withdrawal_reason": compact(_REASON),
            "withdrawn_revision": revision.number,
            "modified_at": revision.stored_at,
            "revision": revision.number,
            "content_digest": _content_digest(document),
            "search_text": f"{row['search_text']}\n{_fold(_REASON['en'])}",
        }
    )
    return revision.sealed()


def _row(document: dict[str, Any], plan: str, revision: _Revision) -> Row:
    titles = [text for shown in document["evidence"] for text in shown["title"].values()]
    return {
        "id": document["id"],
        "action_item_id": document["action_item"],
        "agreement_id": plan,
        "party_id": document["party"],
        "organization_id": document["organization"],
        "status": document["status"],
        "progress": document["progress"],
        "summary": compact(document["summary"]),
        "reported_on": document["reported_on"],
        "listed_on": document["reported_on"] or "",
        "state": document["state"],
        "submitted_revision": revision.number,
        "withdrawn_revision": None,
        "corrects_id": document["corrects"],
        "withdrawal_reason": None,
        "submitted_by": revision.principal,
        "own_translations": "[]",
        "visibility": "public",
        "created_at": revision.stored_at,
        "modified_at": revision.stored_at,
        "revision": revision.number,
        "content_digest": _content_digest(document),
        "search_text": _fold("\n".join([*document["summary"].values(), *titles])),
        "sort_text": "",
    }


def _evidence_rows(document: dict[str, Any]) -> list[Row]:
    return [
        {
            "status_report_id": document["id"],
            "position": position,
            "url": shown["url"],
            "title": compact(shown["title"]),
        }
        for position, shown in enumerate(document["evidence"])
    ]


def compact(value: Any) -> str:
    """JSON as the application stores it in a column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical(value: Any) -> str:
    """Canonical JSON (RFC 8785) of a value without fractions whose member names are ASCII."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _content_digest(document: dict[str, Any]) -> str:
    return _sha256(canonical(content_of(document)))


def uuid7_at(at: datetime, serial: int, random: Random) -> str:
    """A UUID of version 7: ordered by time, and by `serial` at the same time."""
    milliseconds = round(at.timestamp() * 1000)
    high = f"{milliseconds:012x}"
    low = f"{random.getrandbits(62) | 1 << 63:016x}"
    return f"{high[:8]}-{high[8:]}-7{serial % 4096:03x}-{low[:4]}-{low[4:]}"
