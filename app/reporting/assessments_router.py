"""Routes of assessments: proposed as a set, confirmed by the other side, read by all."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dialogues.models import Meeting
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import get_visible
from app.kernel.pages import page_of
from app.kernel.parts import only
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Reading
from app.kernel.routes import LIST, PATCH, READ, AssessmentId, RecordId
from app.kernel.schemas import Page
from app.reporting.assessment_schemas import (
    AssessmentRecord,
    AssessmentSet,
    AssessmentSetBody,
    ConfirmationBody,
)
from app.reporting.assessments import assessment_set, propose
from app.reporting.confirmation import confirm
from app.reporting.models import Assessment
from app.reporting.queries import ASSESSMENT_FILTERS, ASSESSMENT_SORTS, AssessmentQuery

router = APIRouter(prefix="/v1", tags=["assessments"], route_class=RecordRoute)


class AssessmentPage(Page[AssessmentRecord]):
    """A page of assessments."""


@router.get("/assessments", operation_id="listAssessments", responses=LIST)
@answered_promptly(page_of_records(Assessment, ASSESSMENT_SORTS))
def list_assessments(tx: Reading, query: Annotated[AssessmentQuery, Query()]) -> AssessmentPage:
    """What meetings have concluded, and, for the parties, what is proposed that they conclude."""
    return page_of(
        tx,
        Assessment,
        query,
        AssessmentPage,
        filters=ASSESSMENT_FILTERS,
        sorts=ASSESSMENT_SORTS,
    )


@router.get("/assessments/{id}", operation_id="getAssessment", responses=READ)
@answered_promptly(one_record(Assessment))
def get_assessment(tx: Reading, assessment_id: AssessmentId) -> AssessmentRecord:
    """One assessment."""
    return AssessmentRecord.model_validate(get_visible(tx.session, Assessment, assessment_id))


@router.get("/meetings/{id}/assessments", operation_id="getMeetingAssessments", responses=READ)
def get_meeting_assessments(tx: Reading, meeting_id: RecordId) -> AssessmentSet:
    """All that a meeting has concluded, and what is proposed that it conclude."""
    meeting = get_visible(tx.session, Meeting, meeting_id, options=only(Meeting))
    return assessment_set(tx.session, meeting)


@router.put("/meetings/{id}/assessments", operation_id="proposeAssessments", responses=PATCH)
def propose_assessments(
    tx: Changing, meeting_id: RecordId, body: AssessmentSetBody
) -> AssessmentSet:
    """Proposes, for the caller's party, the whole set of what a meeting is to conclude.

    If-Match names the ETag of the set as it was read. What was adopted stays as it is.
    """
    meeting = get_visible(tx.session, Meeting, meeting_id, options=only(Meeting))
    propose(tx, meeting, body)
    tx.session.flush()
    return assessment_set(tx.session, meeting)


@router.post(
    "/meetings/{id}/assessments/confirm", operation_id="confirmAssessments", responses=PATCH
)
def confirm_assessments(
    tx: Changing, meeting_id: RecordId, body: ConfirmationBody
) -> AssessmentSet:
    """Confirms, for the caller's party, what another party proposed: some items, or all.

    If-Match names the ETag of the set as it was read, so that nothing is confirmed unseen.
    """
    meeting = get_visible(tx.session, Meeting, meeting_id, options=only(Meeting))
    confirm(tx, meeting, body)
    tx.session.flush()
    return assessment_set(tx.session, meeting)
