"""Routes by which meetings are prepared and their reviews accounted for."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from app.dialogues.models import Meeting
from app.kernel.access import Role
from app.kernel.answered_rows import in_rows
from app.kernel.authentication import require_role
from app.kernel.changes import get_visible
from app.kernel.parts import only
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Reading
from app.kernel.routes import DUTIES, READ, WORK_OUT, PartyPath, RecordId
from app.kernel.text import Slug
from app.reporting.progress_schemas import AsOf
from app.reviewing.agenda import AgendaDraft, AgendaDraftBody, draft_agenda
from app.reviewing.coverage import (
    CoverageRecord,
    MeetingCoverageRecord,
    coverage_at_meeting,
    coverage_of,
)
from app.reviewing.duties import DUTIES_OWED, DutiesQuery, PartyDuties, duties_of

router = APIRouter(prefix="/v1", tags=["reviewing"], route_class=RecordRoute)


@router.get("/agreements/{id}/reviews", operation_id="getAgreementReviews", responses=READ)
def get_agreement_reviews(
    tx: Reading, agreement_id: RecordId, as_of: AsOf = None
) -> CoverageRecord:
    """Which items meetings have reviewed, by which reports, and since when others were not."""
    day = None if as_of is None else date.fromisoformat(as_of)
    return tx.computed(coverage_of(tx, agreement_id, day))


@router.get("/meetings/{id}/reviews", operation_id="getMeetingReviews", responses=READ)
def get_meeting_reviews(
    tx: Reading,
    meeting_id: RecordId,
    agreement: Annotated[
        Slug | None, Query(description="Another agreement that the dialogue oversees.")
    ] = None,
) -> MeetingCoverageRecord:
    """Which items of the plan a meeting reviewed, by which reports."""
    return tx.computed(coverage_at_meeting(tx, meeting_id, agreement))


@router.post("/meetings/{id}/agenda/draft", operation_id="draftMeetingAgenda", responses=WORK_OUT)
def draft_meeting_agenda(
    tx: Reading, meeting_id: RecordId, body: AgendaDraftBody | None = None
) -> AgendaDraft:
    """Proposes agenda items for what is overdue, diverging, stale or never reviewed.

    Nothing is written: the editor keeps what fits, by a PATCH of the meeting.
    """
    require_role(tx.principal, Role.EDITOR)
    meeting = get_visible(tx.session, Meeting, meeting_id, options=only(Meeting, "agenda"))
    return tx.computed(draft_agenda(tx, meeting, body or AgendaDraftBody()))


@router.get("/parties/{id}/duties", operation_id="getPartyDuties", responses=DUTIES)
@in_rows(*DUTIES_OWED, by="duty")
def get_party_duties(
    tx: Reading, party_id: PartyPath, query: Annotated[DutiesQuery, Query()]
) -> PartyDuties:
    """What the caller's own party owes: drafts, reports, answers and confirmations."""
    require_role(tx.principal, Role.READER)
    return tx.computed(duties_of(tx, party_id, query))
