"""What the record knew at a revision."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.agreements.codes import ActionItemKind, AgreementKind, AgreementStatus, Theme
from app.dialogues.codes import MeetingStatus
from app.kernel.journal import Revision
from app.kernel.past import documents_at, ever_held
from app.kernel.problems import NotFound
from app.reporting.facts import KnownDialogue, KnownItem, KnownMeeting, KnownName, KnownPlan
from app.reporting.models import Assessment, StatusReport
from app.reporting.present import in_order

# The zone in which a day begins first, UTC+14.
_FARTHEST_EAST = timedelta(hours=14)


class PastRecord:
    """Knowledge of the record as it was, from its journal; see app.reporting.knowledge."""

    def __init__(self, session: Session, revision: int) -> None:
        self._session = session
        self._revision = revision

    @property
    def revision(self) -> int:
        """The newest revision that was known."""
        return self._revision

    def dialogue(self, dialogue_id: str) -> KnownDialogue:
        """A dialogue. Raises NotFound where there was none."""
        found = self._one("dialogue", dialogue_id)
        return KnownDialogue(dialogue_id, found["name"], tuple(found["parties"]))

    def meeting(self, meeting_id: str) -> KnownMeeting:
        """A meeting. Raises NotFound where there was none."""
        return _meeting(self._one("meeting", meeting_id))

    def plan(self, agreement_id: str) -> KnownPlan:
        """An agreement. Raises NotFound where there was none."""
        return _plan(self._one("agreement", agreement_id))

    def item(self, item_id: str) -> KnownItem:
        """An action item. Raises NotFound where there was none."""
        return _item(self._one("action_item", item_id))

    def annual_plans(self, dialogue_id: str) -> list[KnownPlan]:
        """The annual plans that a dialogue oversaw, the oldest first."""
        plans = [_plan(found) for found in self._held("agreement", dialogue_id)]
        return sorted(
            (
                plan
                for plan in plans
                if plan.overseen_by == dialogue_id and plan.kind is AgreementKind.ANNUAL_PLAN
            ),
            key=lambda plan: (plan.starts or "", plan.id),
        )

    def meetings(self, dialogue_id: str) -> list[KnownMeeting]:
        """The meetings of a dialogue that had been held on a known day, the earliest first."""
        meetings = [_meeting(found) for found in self._held("meeting", dialogue_id)]
        return in_order(
            meeting
            for meeting in meetings
            if meeting.dialogue == dialogue_id
            and meeting.status is MeetingStatus.HELD
            and meeting.starts is not None
        )

    def items(self, agreement_ids: Collection[str]) -> list[KnownItem]:
        """The items that agreements had, by agreement and number."""
        items = [
            _item(found)
            for agreement_id in agreement_ids
            for found in self._held("action_item", agreement_id)
            if found["agreement"] == agreement_id
        ]
        return sorted(items, key=lambda item: (item.agreement, item.number))

    def names(self, organization_ids: Collection[str]) -> dict[str, list[KnownName]]:
        """The dated names that organizations had."""
        found = documents_at(
            self._session, "organization", sorted(organization_ids), self._revision
        )
        return {
            id_: [
                KnownName(name["name"], name["starts"], name["ends"])
                for name in organization["names"]
            ]
            for id_, organization in found.items()
        }

    def counts(self, report: type[StatusReport]) -> ColumnElement[bool]:
        """SQL: whether a report was submitted, and not withdrawn."""
        return and_(
            report.submitted_revision <= self._revision,
            or_(report.withdrawn_revision.is_(None), report.withdrawn_revision > self._revision),
        )

    def newest_day(self, day: date) -> date:
        """`day`, or the last day that it was anywhere at the time of the revision.

        No report speaks for a later day than that of its submission, wherever its party is: so
        those made since, however many they are, need not be looked at.
        """
        at = self._session.scalar(select(Revision.at).where(Revision.number == self._revision))
        return day if at is None else min(day, (at + _FARTHEST_EAST).date())

    def is_adopted(self, assessment: type[Assessment]) -> ColumnElement[bool]:
        """SQL: whether an assessment was adopted."""
        return assessment.adopted_revision <= self._revision

    def _one(self, kind: str, record_id: str) -> dict[str, Any]:
        found = documents_at(self._session, kind, [record_id], self._revision)
        if record_id not in found:
            spoken = kind.replace("_", " ")
            raise NotFound(f"At revision {self._revision} there was no {spoken} {record_id}.")
        return found[record_id]

    def _held(self, kind: str, holder: str) -> list[dict[str, Any]]:
        ids = ever_held(self._session, kind, holder)
        return list(documents_at(self._session, kind, ids, self._revision).values())


def _plan(found: dict[str, Any]) -> KnownPlan:
    status = found["status"]
    return KnownPlan(
        id=found["id"],
        name=found["name"],
        kind=AgreementKind(found["kind"]),
        status=None if status is None else AgreementStatus(status),
        parties=tuple(found["parties"]),
        overseen_by=found["overseen_by"],
        starts=found["starts"],
        ends=found["ends"],
    )


def _item(found: dict[str, Any]) -> KnownItem:
    kind = found["kind"]
    return KnownItem(
        id=found["id"],
        agreement=found["agreement"],
        number=found["number"],
        title=found["title"],
        kind=None if kind is None else ActionItemKind(kind),
        themes=tuple(Theme(theme) for theme in found["themes"]),
        leads=tuple((lead["party"], lead["organization"]) for lead in found["leads"]),
        due=found["due"],
        # Items written before there was an end to them have none.
        ended=found.get("ended"),
    )


def _meeting(found: dict[str, Any]) -> KnownMeeting:
    return KnownMeeting(
        id=found["id"],
        name=found["name"],
        dialogue=found["dialogue"],
        status=MeetingStatus(found["status"]),
        starts=found["starts"],
        ends=found["ends"],
    )
