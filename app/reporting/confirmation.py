"""Confirming what another party proposed that a meeting conclude."""

from app.dialogues.models import Meeting
from app.kernel.problems import Conflict, InvalidRequest, ProblemError, invalid_field
from app.kernel.recording import recorder
from app.kernel.references import require_references
from app.kernel.transactions import Transaction
from app.reporting.assessment_schemas import ConfirmationBody
from app.reporting.assessments import assessing_party, assessments_at, require_seen
from app.reporting.codes import AssessmentState
from app.reporting.models import Assessment


def confirm(tx: Transaction, meeting: Meeting, body: ConfirmationBody) -> None:
    """Confirms proposals for the principal's party, against the set that it saw.

    Each is adopted once every party has confirmed it. Raises Forbidden for a party that the meeting
    does not concern, PreconditionRequired or PreconditionFailed for If-Match, InvalidRequest for
    items without a proposal, Conflict where the party has confirmed before, or nothing awaits it.
    """
    party = assessing_party(tx, meeting, body.party)
    require_seen(tx, meeting, any_state=False)
    require_references(tx.session, body)
    found = {
        assessment.action_item: assessment
        for assessment in assessments_at(tx.session, meeting.id)
        if party in assessment.parties
    }
    for assessment in _chosen(found, meeting, party, body.action_items):
        recorder(tx.session).allow(assessment)
        assessment.confirmed(assessment.parties, by={*assessment.confirmed_by, party})


def awaits(assessment: Assessment, party: str) -> bool:
    """Whether a proposal awaits the confirmation of `party`, which is one of its parties."""
    return assessment.state is AssessmentState.PROPOSED and party not in assessment.confirmed_by


def _chosen(
    found: dict[str, Assessment], meeting: Meeting, party: str, items: list[str] | None
) -> list[Assessment]:
    if items is None:
        awaiting = [assessment for assessment in found.values() if awaits(assessment, party)]
        if not awaiting:
            detail = f"Nothing at {meeting.id} awaits confirmation by {party}."
            raise Conflict(
                detail,
                errors=[
                    ProblemError(
                        pointer="", rule="awaits_confirmation", detail=detail, value=meeting.id
                    )
                ],
            )
        return awaiting
    missing = [
        invalid_field(
            ("action_items", index),
            "proposed_at_meeting",
            f"Nothing is proposed on {item} at {meeting.id}.",
            item,
        )
        for index, item in enumerate(items)
        if item not in found
    ]
    if missing:
        raise InvalidRequest(missing[0].detail, errors=missing)
    confirmed = [
        invalid_field(
            ("action_items", index),
            "confirmed_once",
            f"{party} has confirmed the assessment of {item} already; it is {found[item].state}.",
            item,
        )
        for index, item in enumerate(items)
        if not awaits(found[item], party)
    ]
    if confirmed:
        raise Conflict(confirmed[0].detail, errors=confirmed)
    return [found[item] for item in items]
