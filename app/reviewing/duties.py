"""A party's own view: what it owes, on the items of the agreements that are going on."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from pydantic import BaseModel, Field
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from app.agreements.codes import AgreementStatus, RelationKind
from app.agreements.models import Agreement, AgreementParty, Relation
from app.directory.models import Party
from app.kernel.access import Visibility
from app.kernel.changes import get_visible
from app.kernel.dates import Day, PartialDate, today_in
from app.kernel.pages import repeatable
from app.kernel.problems import Forbidden, invalid_credentials
from app.kernel.schemas import Percent, Schema
from app.kernel.text import Localized, PartyCode, RecordUuid, Slug
from app.kernel.transactions import Transaction
from app.reporting.codes import AssessmentState, ImplementationStatus, ReportState, StandingBasis
from app.reporting.confirmation import awaits
from app.reporting.facts import KnownItem
from app.reporting.meeting_progress import brief
from app.reporting.models import Assessment, StatusReport
from app.reporting.naming import Named
from app.reporting.present import PresentRecord
from app.reporting.progress import position_of, standings_on
from app.reporting.progress_schemas import BriefStanding, PositionRecord
from app.reporting.sides import own_party
from app.reporting.standing import FINAL, Report, Standing

_OVER = (AgreementStatus.EXPIRED, AgreementStatus.TERMINATED, AgreementStatus.SUPERSEDED)


class DutiesQuery(BaseModel):
    """What a party's own view takes."""

    agreement: list[Slug] | None = repeatable("Of these agreements alone, going on or not.")
    dialogue: list[Slug] | None = repeatable("Of agreements that one of these dialogues oversees.")


class DraftDuty(Schema):
    """A draft that was not submitted yet."""

    report: RecordUuid
    action_item: Slug
    status: ImplementationStatus
    progress: Percent | None
    modified_at: datetime


class ItemDuty(Schema):
    """An item that asks for something, as it stands and as the party itself reported it."""

    id: Slug
    number: int
    title: Localized
    agreement: Named
    due: PartialDate | None
    standing: BriefStanding
    own: PositionRecord | None = Field(description="What the party itself reported last.")


class ConfirmationDuty(Schema):
    """A proposal that awaits the party's confirmation."""

    assessment: RecordUuid
    meeting: Slug
    action_item: Slug
    status: ImplementationStatus
    progress: Percent | None
    proposed_by: PartyCode


class PartyDuties(Schema):
    """What a party owes. An item can be owed for several reasons."""

    party: PartyCode
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
    drafts: list[DraftDuty] = Field(description="Not submitted yet, the oldest first.")
    not_reported: list[ItemDuty] = Field(description="On which the party has reported nothing.")
    overdue: list[ItemDuty] = Field(description="Due, and neither completed nor cancelled.")
    stale: list[ItemDuty] = Field(description="On which the party's own report has grown old.")
    diverging: list[ItemDuty] = Field(description="On which the parties differ.")
    awaiting_confirmation: list[ConfirmationDuty] = Field(
        description="Proposed by another party, and not yet confirmed by this one."
    )


# The lists of what a party owes.
DUTIES_OWED = (
    "drafts",
    "not_reported",
    "overdue",
    "stale",
    "diverging",
    "awaiting_confirmation",
)


def duties_of(tx: Transaction, party_id: str, query: DutiesQuery) -> PartyDuties:
    """What the principal's own party owes today, in its time zone.

    Nothing is owed on items that were ended, nor reported on those that stand as completed or
    cancelled. Raises Forbidden for another party than the principal's.
    """
    if own_party(tx.principal) != party_id:
        detail = (
            f"What {party_id} owes is for {party_id} to see; the key is {tx.principal.party}'s."
        )
        raise Forbidden(
            detail, errors=[invalid_credentials("own_party", detail, tx.principal.party)]
        )
    day = today_in(get_visible(tx.session, Party, party_id).timezone)
    knowledge = PresentRecord(tx)
    plans = knowledge.plans_by_id(_going_on(tx, party_id, query, day))
    items = [item for item in knowledge.items(list(plans)) if item.ended is None]
    standings = standings_on(tx, knowledge, plans, items, day)
    oldest_fresh = tx.request.app.state.settings.stale_after_days

    def owed(applies: Callable[[Standing, Report | None], bool]) -> list[ItemDuty]:
        return [
            _item_duty(
                item, Named(id=item.agreement, name=plans[item.agreement].name), standing, own
            )
            for item, standing in zip(items, standings, strict=True)
            if applies(standing, own := _own(standing, party_id))
        ]

    return PartyDuties(
        party=party_id,
        as_of=day.isoformat(),
        revision=tx.revision,
        drafts=_drafts(tx, party_id, list(plans)),
        not_reported=owed(lambda standing, own: own is None and standing.status not in FINAL),
        overdue=owed(lambda standing, _: standing.overdue),
        stale=owed(
            lambda standing, own: (
                own is not None
                and standing.status not in FINAL
                and (day - own.reported_on).days > oldest_fresh
            )
        ),
        diverging=owed(lambda standing, _: standing.basis is StandingBasis.DIVERGING),
        awaiting_confirmation=_awaiting(tx, party_id, list(plans)),
    )


def _going_on(tx: Transaction, party_id: str, query: DutiesQuery, day: date) -> Sequence[str]:
    """The party's agreements that are asked for, or else those that no newer plan has replaced."""
    later = aliased(Agreement)
    statement = (
        select(Agreement.id)
        .join(AgreementParty, AgreementParty.agreement_id == Agreement.id)
        .where(AgreementParty.party == party_id, Agreement.visibility == Visibility.PUBLIC)
        .order_by(Agreement.id)
    )
    if query.dialogue is not None:
        statement = statement.where(Agreement.overseen_by.in_(query.dialogue))
    if query.agreement is not None:
        return tx.session.scalars(statement.where(Agreement.id.in_(query.agreement))).all()
    return tx.session.scalars(
        statement.where(
            Agreement.status.is_(None) | Agreement.status.not_in(_OVER),
            ~exists().where(
                Relation.agreement == Agreement.id,
                Relation.kind == RelationKind.CONTINUES,
                later.id == Relation.agreement_id,
                later.starts <= day.isoformat(),
                later.visibility == Visibility.PUBLIC,
            ),
        )
    ).all()


def _own(standing: Standing, party_id: str) -> Report | None:
    return next((found for found in standing.positions if found.party == party_id), None)


def _item_duty(
    item: KnownItem, agreement: Named, standing: Standing, own: Report | None
) -> ItemDuty:
    return ItemDuty(
        id=item.id,
        number=item.number,
        title=item.title,
        agreement=agreement,
        due=item.due,
        standing=brief(standing),
        own=None if own is None else position_of(own),
    )


def _drafts(tx: Transaction, party_id: str, agreement_ids: Sequence[str]) -> list[DraftDuty]:
    rows = tx.session.execute(
        select(
            StatusReport.id,
            StatusReport.action_item,
            StatusReport.status,
            StatusReport.progress,
            StatusReport.modified_at,
        )
        .where(
            StatusReport.state == ReportState.DRAFT,
            StatusReport.party == party_id,
            StatusReport.agreement_id.in_(agreement_ids),
        )
        .order_by(StatusReport.id)
    )
    return [
        DraftDuty(
            report=row.id,
            action_item=row.action_item,
            status=row.status,
            progress=row.progress,
            modified_at=row.modified_at,
        )
        for row in rows
    ]


def _awaiting(
    tx: Transaction, party_id: str, agreement_ids: Sequence[str]
) -> list[ConfirmationDuty]:
    proposed = tx.session.scalars(
        select(Assessment)
        .where(
            Assessment.state == AssessmentState.PROPOSED,
            Assessment.agreement.in_(agreement_ids),
        )
        .order_by(Assessment.held_on, Assessment.action_item)
    )
    return [
        ConfirmationDuty(
            assessment=assessment.id,
            meeting=assessment.meeting,
            action_item=assessment.action_item,
            status=assessment.status,
            progress=assessment.progress,
            proposed_by=assessment.proposed_by,
        )
        for assessment in proposed
        if party_id in assessment.parties and awaits(assessment, party_id)
    ]
