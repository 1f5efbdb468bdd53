"""All that the record knows now."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, select

from app.agreements.codes import AgreementKind, Theme
from app.agreements.models import (
    ActionItem,
    ActionItemTheme,
    Agreement,
    AgreementParty,
    Lead,
)
from app.dialogues.codes import MeetingStatus
from app.dialogues.models import Dialogue, DialogueParty, Meeting
from app.directory.models import OrganizationName
from app.kernel.changes import absent
from app.kernel.records import Record
from app.kernel.transactions import Transaction
from app.reporting.codes import AssessmentState, ReportState
from app.reporting.facts import KnownDialogue, KnownItem, KnownMeeting, KnownName, KnownPlan
from app.reporting.models import Assessment, StatusReport

R = TypeVar("R")


class PresentRecord:
    """Knowledge of the record as it is; see app.reporting.knowledge."""

    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session
        self._tx = tx

    @property
    def revision(self) -> int:
        """The newest revision."""
        return self._tx.revision

    def dialogue(self, dialogue_id: str) -> KnownDialogue:
        """A dialogue. Raises NotFound or Gone."""
        name = self._one(Dialogue, dialogue_id, Dialogue.name).name
        parties = self._session.scalars(
            select(DialogueParty.party)
            .where(DialogueParty.dialogue_id == dialogue_id)
            .order_by(DialogueParty.position)
        )
        return KnownDialogue(dialogue_id, name, tuple(parties))

    def meeting(self, meeting_id: str) -> KnownMeeting:
        """A meeting. Raises NotFound or Gone."""
        return KnownMeeting(**self._one(Meeting, meeting_id, *MEETING_COLUMNS)._asdict())

    def plan(self, agreement_id: str) -> KnownPlan:
        """An agreement. Raises NotFound or Gone."""
        (plan,) = self._with_parties([self._one(Agreement, agreement_id, *PLAN_COLUMNS)])
        return plan

    def item(self, item_id: str) -> KnownItem:
        """An action item. Raises NotFound or Gone."""
        (item,) = self._with_parts([self._one(ActionItem, item_id, *ITEM_COLUMNS)])
        return item

    def plans_by_id(self, agreement_ids: Collection[str]) -> dict[str, KnownPlan]:
        """Agreements by their ids."""
        rows = self._session.execute(select(*PLAN_COLUMNS).where(Agreement.id.in_(agreement_ids)))
        return {plan.id: plan for plan in self._with_parties(rows)}

    def items_by_id(self, item_ids: Collection[str]) -> list[KnownItem]:
        """Action items by their ids."""
        rows = self._session.execute(select(*ITEM_COLUMNS).where(ActionItem.id.in_(item_ids)))
        return self._with_parts(rows)

    def annual_plans(self, dialogue_id: str) -> list[KnownPlan]:
        """The annual plans that a dialogue oversees, the oldest first."""
        return self._with_parties(
            self._session.execute(
                select(*PLAN_COLUMNS)
                .where(
                    Agreement.overseen_by == dialogue_id,
                    Agreement.kind == AgreementKind.ANNUAL_PLAN,
                )
                .order_by(Agreement.starts, Agreement.id)
            ).all()
        )

    def meetings(self, dialogue_id: str) -> list[KnownMeeting]:
        """The meetings of a dialogue that were held on a known day, the earliest first."""
        rows = self._session.execute(
            select(*MEETING_COLUMNS).where(
                Meeting.dialogue == dialogue_id,
                Meeting.status == MeetingStatus.HELD,
                Meeting.starts.is_not(None),
            )
        )
        return in_order(KnownMeeting(**row._asdict()) for row in rows)

    def items(self, agreement_ids: Collection[str]) -> list[KnownItem]:
        """The items of agreements, by agreement and number."""
        return self._with_parts(
            self._session.execute(
                select(*ITEM_COLUMNS)
                .where(ActionItem.agreement.in_(agreement_ids))
                .order_by(ActionItem.agreement, ActionItem.number)
            ).all()
        )

    def names(self, organization_ids: Collection[str]) -> dict[str, list[KnownName]]:
        """The dated names of organizations."""
        found: dict[str, list[KnownName]] = defaultdict(list)
        if organization_ids:
            for row in self._session.execute(
                select(
                    OrganizationName.organization_id,
                    OrganizationName.name,
                    OrganizationName.starts,
                    OrganizationName.ends,
                )
                .where(OrganizationName.organization_id.in_(organization_ids))
                .order_by(OrganizationName.position)
            ):
                found[row.organization_id].append(KnownName(row.name, row.starts, row.ends))
        return found

    def counts(self, report: type[StatusReport]) -> ColumnElement[bool]:
        """SQL: whether a report is submitted, and not withdrawn."""
        return counts_now(report)

    def newest_day(self, day: date) -> date:
        """`day`: every report of up to then could have been submitted by now."""
        return day

    def is_adopted(self, assessment: type[Assessment]) -> ColumnElement[bool]:
        """SQL: whether an assessment is adopted."""
        return adopted_now(assessment)

    def _one(self, model: type[Record], record_id: str, *columns: Any) -> Row[Any]:
        row = self._session.execute(select(*columns).where(model.id == record_id)).first()
        if row is None:
            raise absent(self._session, model, record_id)
        return row

    def _with_parties(self, rows: Iterable[Row[Any]]) -> list[KnownPlan]:
        plans = [KnownPlan(**row._asdict(), parties=()) for row in rows]
        parties: dict[str, list[str]] = defaultdict(list)
        for row in self._session.execute(
            select(AgreementParty.agreement_id, AgreementParty.party)
            .where(AgreementParty.agreement_id.in_([plan.id for plan in plans]))
            .order_by(AgreementParty.position)
        ):
            parties[row.agreement_id].append(row.party)
        return [plan._replace(parties=tuple(parties[plan.id])) for plan in plans]

    def _with_parts(self, rows: Iterable[Row[Any]]) -> list[KnownItem]:
        items = [KnownItem(**row._asdict(), themes=(), leads=()) for row in rows]
        ids = [item.id for item in items]
        leads: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in self._session.execute(
            select(Lead.action_item_id, Lead.party, Lead.organization)
            .where(Lead.action_item_id.in_(ids))
            .order_by(Lead.position)
        ):
            leads[row.action_item_id].append((row.party, row.organization))
        themes: dict[str, list[Theme]] = defaultdict(list)
        for item_id, theme in self._session.execute(
            select(ActionItemTheme.action_item_id, ActionItemTheme.theme)
            .where(ActionItemTheme.action_item_id.in_(ids))
            .order_by(ActionItemTheme.position)
        ):
            themes[item_id].append(theme)
        return [
            item._replace(leads=tuple(leads[item.id]), themes=tuple(themes[item.id]))
            for item in items
        ]


PLAN_COLUMNS = (
    Agreement.id,
    Agreement.name,
    Agreement.kind,
    Agreement.status,
    Agreement.overseen_by,
    Agreement.starts,
    Agreement.ends,
)
ITEM_COLUMNS = (
    ActionItem.id,
    ActionItem.agreement,
    ActionItem.number,
    ActionItem.title,
    ActionItem.kind,
    ActionItem.due,
    ActionItem.ended,
)
MEETING_COLUMNS = (
    Meeting.id,
    Meeting.name,
    Meeting.dialogue,
    Meeting.status,
    Meeting.starts,
    Meeting.ends,
)


def counts_now(report: type[StatusReport]) -> ColumnElement[bool]:
    """SQL: whether a report is submitted, and not withdrawn."""
    return report.state == ReportState.SUBMITTED


def adopted_now(assessment: type[Assessment]) -> ColumnElement[bool]:
    """SQL: whether an assessment is adopted."""
    return assessment.state == AssessmentState.ADOPTED


def in_order(meetings: Iterable[KnownMeeting]) -> list[KnownMeeting]:
    """Meetings that were held on a known day, the earliest first."""
    return sorted(meetings, key=lambda meeting: (meeting.day, meeting.starts or "", meeting.id))
