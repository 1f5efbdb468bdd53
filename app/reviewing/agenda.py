"""Drafting a meeting's agenda from what its plan leaves open."""

from collections.abc import Sequence

from pydantic import Field

from app.dialogues.codes import AgendaReason, MeetingStatus
from app.dialogues.models import Meeting
from app.dialogues.schemas import AgendaItem
from app.kernel.dates import Day
from app.kernel.problems import Conflict, ProblemError
from app.kernel.records import audience_of
from app.kernel.references import AgreementId, require_references
from app.kernel.schemas import Schema
from app.kernel.transactions import Transaction
from app.reporting.codes import StandingBasis
from app.reporting.facts import KnownItem
from app.reporting.knowledge import today_of
from app.reporting.naming import Named, NamedMeeting
from app.reporting.present import PresentRecord
from app.reporting.progress import overseen_plan, standings_on
from app.reporting.standing import FINAL, Standing
from app.reviewing.reviews import reviews_of


class AgendaDraftBody(Schema):
    """What to draft an agenda from."""

    agreement: AgreementId | None = Field(
        default=None,
        description="Another agreement that the dialogue oversees than the annual plan of the day.",
    )


class AgendaDraft(Schema):
    """Proposed agenda items: nothing is written until the editor keeps what fits, by PATCH."""

    meeting: NamedMeeting
    agreement: Named
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
    agenda: list[AgendaItem] = Field(
        description="By the items' numbers, without those that are on the agenda already."
    )


def draft_agenda(tx: Transaction, meeting: Meeting, body: AgendaDraftBody) -> AgendaDraft:
    """An agenda item for each item of the plan that gives a reason to discuss it.

    Raises Conflict for a meeting that was held or cancelled, NotFound where its dialogue does not
    oversee the agreement, or oversees no annual plan.
    """
    if meeting.status in (MeetingStatus.HELD, MeetingStatus.CANCELLED):
        detail = f"{meeting.id} is {meeting.status}; there is nothing to prepare."
        raise Conflict(
            detail,
            errors=[
                ProblemError(
                    pointer="", rule="meeting_to_come", detail=detail, value=meeting.status.value
                )
            ],
        )
    # What is drafted is for the caller alone.
    party = tx.principal.party
    require_references(tx.session, body, audience=None if party is None else audience_of([party]))
    knowledge = PresentRecord(tx)
    dialogue = knowledge.dialogue(meeting.dialogue)
    today = today_of(tx, dialogue.parties)
    plan = overseen_plan(knowledge, dialogue.id, body.agreement, today)
    items = [item for item in knowledge.items([plan.id]) if item.ended is None]
    standings = standings_on(tx, knowledge, {plan.id: plan}, items, today)
    reviews = reviews_of(tx.session, [item.id for item in items], today)
    present = {agenda_item.action_item for agenda_item in meeting.agenda}
    return AgendaDraft(
        meeting=NamedMeeting(id=meeting.id, name=meeting.name),
        agreement=Named(id=plan.id, name=plan.name),
        as_of=today.isoformat(),
        revision=tx.revision,
        agenda=[
            _proposed(item, reasons)
            for item, standing in zip(items, standings, strict=True)
            if item.id not in present
            and (reasons := reasons_of(standing, reviewed=item.id in reviews))
        ],
    )


def reasons_of(standing: Standing, *, reviewed: bool) -> list[AgendaReason]:
    """Why a meeting should discuss an item that stands so; none where nothing is open."""
    applies = {
        AgendaReason.OVERDUE: standing.overdue,
        AgendaReason.DIVERGING: standing.basis is StandingBasis.DIVERGING,
        AgendaReason.STALE: standing.stale and standing.status not in FINAL,
        AgendaReason.NEVER_REVIEWED: not reviewed,
    }
    return [reason for reason in AgendaReason if applies[reason]]


def _proposed(item: KnownItem, reasons: Sequence[AgendaReason]) -> AgendaItem:
    return AgendaItem(
        title=item.title,
        agreement=item.agreement,
        action_item=item.id,
        reasons=list(reasons),
    )
