"""Proposing what a meeting concludes jointly, item by item."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from app.agreements.models import ActionItem, Agreement, AgreementParty
from app.agreements.negotiating import require_public
from app.agreements.parties import parties_on
from app.dialogues.codes import MeetingStatus
from app.dialogues.holding import day_over
from app.dialogues.models import DialogueParty, Meeting
from app.kernel.changes import fill, get_visible
from app.kernel.conditional import etag_of, require_match
from app.kernel.parts import only
from app.kernel.problems import (
    Conflict,
    Forbidden,
    InvalidRequest,
    ProblemError,
    invalid_credentials,
    invalid_field,
)
from app.kernel.recording import recorder
from app.kernel.records import canonical
from app.kernel.references import require_references
from app.kernel.transactions import Transaction
from app.reporting.assessment_schemas import (
    AssessmentProposal,
    AssessmentRecord,
    AssessmentSet,
    AssessmentSetBody,
)
from app.reporting.codes import AssessmentState, StandingBasis
from app.reporting.knowledge import known, today_of
from app.reporting.models import FEWEST_PARTIES, Assessment, AssessmentParty
from app.reporting.naming import NamedMeeting
from app.reporting.positions import newest_reports
from app.reporting.sides import own_party
from app.reporting.standing import standing_on


def assessments_at(session: Session, meeting_id: str) -> list[Assessment]:
    """The assessments of a meeting that the session's caller sees, by agreement and number."""
    return list(
        session.scalars(
            select(Assessment)
            .join(ActionItem, ActionItem.id == Assessment.action_item)
            .where(Assessment.meeting == meeting_id)
            .order_by(Assessment.agreement, ActionItem.number)
        )
    )


def assessment_set(session: Session, meeting: Meeting) -> AssessmentSet:
    """What a meeting has concluded, and what is proposed that it conclude."""
    return AssessmentSet(
        meeting=NamedMeeting(id=meeting.id, name=meeting.name),
        items=[
            AssessmentRecord.model_validate(assessment)
            for assessment in assessments_at(session, meeting.id)
        ],
    )


def require_seen(tx: Transaction, meeting: Meeting, *, any_state: bool = True) -> None:
    """Holds a step to the set as the caller saw it: If-Match names its present ETag."""
    present = canonical(assessment_set(tx.session, meeting).model_dump(mode="json"))
    require_match(tx.if_match, etag_of(present), any_state=any_state)


def assessing_party(tx: Transaction, meeting: Meeting, named: str | None) -> str:
    """The principal's party, as one whose conclusions the meeting's dialogue draws.

    Raises Forbidden for a party neither of the dialogue nor of an agreement that it oversees, nor
    of any assessment of the meeting.
    """
    party = own_party(tx.principal, named)
    concerned = tx.session.scalar(
        select(AgreementParty.party)
        .join(Agreement, Agreement.id == AgreementParty.agreement_id)
        .where(Agreement.overseen_by == meeting.dialogue, AgreementParty.party == party)
        .limit(1)
    )
    if concerned is None:
        # One that has left the agreement since is asked for what it was a party of on that day.
        concerned = tx.session.scalar(
            select(AssessmentParty.party)
            .join(Assessment, Assessment.id == AssessmentParty.assessment_id)
            .where(Assessment.meeting == meeting.id, AssessmentParty.party == party)
            .limit(1)
        )
    if concerned is None and tx.session.get(DialogueParty, (meeting.dialogue, party)) is None:
        detail = f"{party} is no party of {meeting.dialogue}."
        raise Forbidden(detail, errors=[invalid_credentials("party_of_dialogue", detail, party)])
    return party


def day_held(tx: Transaction, meeting: Meeting) -> date:
    """The day by which a meeting was over. Raises Conflict for one that was not held yet."""
    day = day_over(meeting)
    parties = tx.session.scalars(
        select(DialogueParty.party).where(DialogueParty.dialogue_id == meeting.dialogue)
    ).all()
    if meeting.status is not MeetingStatus.HELD:
        detail = f"{meeting.id} is {meeting.status}; only a meeting that was held concludes."
    elif day is None:
        detail = f"{meeting.id} was held on no known day; say when before it concludes."
    elif day > today_of(tx, parties):
        detail = f"{meeting.id} is not over before {day}."
    else:
        return day
    raise Conflict(
        detail,
        errors=[ProblemError(pointer="", rule="meeting_held", detail=detail, value=meeting.id)],
    )


def propose(tx: Transaction, meeting: Meeting, body: AssessmentSetBody) -> None:
    """Makes `body` the proposals of a meeting, by the principal's party, against the set it saw.

    What stands as it is proposed again keeps its confirmations; what is new or other is confirmed
    by the proposer alone; what is left out is no longer proposed. What was adopted stays. All
    parties that an item's agreement had on the meeting's day are to confirm.

    Raises Forbidden for items of agreements that the party is none of, or was not on that day,
    PreconditionRequired or PreconditionFailed for If-Match, InvalidRequest for items that the
    dialogue does not oversee, Conflict for a meeting not yet held, an agreement that had fewer than
    two parties then, or another conclusion than the one adopted.
    """
    session = tx.session
    party = assessing_party(tx, meeting, body.party)
    require_seen(tx, meeting)
    day = day_held(tx, meeting)
    require_references(session, body)
    proposals = {proposal.action_item: proposal for proposal in body.assessments}
    agreements = _agreements(tx, meeting, party, body)
    parties = _parties_of_day(session, agreements.values(), party, day)
    standing = {
        assessment.action_item: assessment
        for assessment in assessments_at(session, meeting.id)
        if party in assessment.parties
    }
    for item, proposal in _prefilled(tx, agreements, parties, body.prefill, day).items():
        adopted = item in standing and standing[item].state is AssessmentState.ADOPTED
        if not adopted:
            proposals.setdefault(item, proposal)
    for item, assessment in standing.items():
        if item not in proposals and assessment.state is AssessmentState.PROPOSED:
            recorder(session).allow(assessment)
            session.delete(assessment)
    places = {proposal.action_item: index for index, proposal in enumerate(body.assessments)}
    for item, proposal in proposals.items():
        assessment = standing.get(item) or Assessment(
            id=str(uuid7()), meeting=meeting.id, held_on=day.isoformat()
        )
        if item in standing:
            if AssessmentProposal.model_validate(assessment) == proposal:
                continue
            _refuse_adopted(assessment, ("assessments", places.get(item, 0), "action_item"))
        fill(assessment, proposal)
        agreement = agreements[item]
        assessment.agreement, assessment.proposed_by = agreement.id, party
        assessment.confirmed(parties[agreement.id], by=[party])
        session.add(assessment)
        recorder(session).allow(assessment)


def _parties_of_day(
    session: Session, agreements: Collection[Agreement], party: str, day: date
) -> dict[str, list[str]]:
    """The parties of each agreement on the day of the meeting, by its id: all are to confirm.

    Raises Forbidden where `party` was none of them, Conflict where there were fewer than two.
    """
    found = {agreement.id: parties_on(session, agreement, day) for agreement in agreements}
    for agreement, parties in found.items():
        if party not in parties:
            detail = f"{party} was no party of {agreement} on {day}, the day of the meeting."
            error = invalid_credentials("party_of_agreement", detail, party)
            raise Forbidden(detail, errors=[error])
        if len(parties) < FEWEST_PARTIES:
            detail = (
                f"{agreement} had no other party than {party} on {day}; nothing is concluded "
                "jointly by one."
            )
            error = ProblemError(pointer="", rule="joint", detail=detail, value=agreement)
            raise Conflict(detail, errors=[error])
    return found


def complete_loaded(session: Session, assessment: Assessment) -> None:
    """Holds an assessment that was loaded whole to the records that it refers to.

    Raises InvalidRequest where its meeting was not held, its dialogue does not oversee the item's
    agreement, or its confirmations are not those that its state says, Conflict for an item that is
    not public.
    """
    meeting = get_visible(session, Meeting, assessment.meeting)
    item = get_visible(session, ActionItem, assessment.action_item)
    agreement = get_visible(session, Agreement, item.agreement)
    require_public(agreement.visibility, item.id)
    day = day_over(meeting)
    if meeting.status is not MeetingStatus.HELD or day is None:
        detail = f"{meeting.id} is not known to have been held on any day."
        raise _refusal("meeting", "meeting_held", detail, meeting.id)
    if agreement.overseen_by != meeting.dialogue:
        detail = f"{meeting.dialogue} does not oversee {agreement.id}."
        raise _refusal("action_item", "overseen_by_dialogue", detail, item.id)
    confirmed, state = assessment.confirmed_by, assessment.state
    parties = parties_on(session, agreement, day)
    strangers = [party for party in confirmed if party not in parties]
    if strangers:
        detail = f"{strangers[0]} is no party of {agreement.id}."
        raise _refusal("confirmed_by", "party_of_agreement", detail, strangers[0])
    assessment.agreement, assessment.held_on = agreement.id, day.isoformat()
    assessment.confirmed(parties, by=confirmed)
    if assessment.state is not state:
        detail = (
            "An assessment is adopted once every party, two at least, has confirmed it, and not "
            "before."
        )
        raise _refusal("state", "adopted_by_all", detail, state.value)


def _refusal(field: str, rule: str, detail: str, value: str) -> InvalidRequest:
    return InvalidRequest(detail, errors=[invalid_field((field,), rule, detail, value)])


def _refuse_adopted(assessment: Assessment, path: tuple[str | int, ...]) -> None:
    if assessment.state is AssessmentState.ADOPTED:
        detail = (
            f"The assessment of {assessment.action_item} was adopted in revision "
            f"{assessment.revision}; only a later meeting can conclude otherwise."
        )
        raise Conflict(
            detail,
            errors=[invalid_field(path, "adopted_is_fixed", detail, assessment.action_item)],
        )


def _agreements(
    tx: Transaction, meeting: Meeting, party: str, body: AssessmentSetBody
) -> dict[str, Agreement]:
    """The agreement of each item that is named, or that is in an agreement to prefill from."""
    named = [proposal.action_item for proposal in body.assessments]
    rows = tx.session.execute(
        select(ActionItem.id, Agreement)
        .join(Agreement, Agreement.id == ActionItem.agreement)
        .where(or_(ActionItem.id.in_(named), ActionItem.agreement.in_(body.prefill)))
        .order_by(Agreement.id, ActionItem.number)
        .options(*only(Agreement, "party_links"))
    ).all()
    found: dict[str, Agreement] = {row.id: row.Agreement for row in rows}
    named_agreements = {agreement.id: agreement for agreement in found.values()}
    places: list[tuple[tuple[str | int, ...], str, Agreement]] = [
        (("assessments", index, "action_item"), item, found[item])
        for index, item in enumerate(named)
    ] + [
        (("prefill", index), agreement_id, named_agreements[agreement_id])
        for index, agreement_id in enumerate(body.prefill)
        if agreement_id in named_agreements
    ]
    errors = [
        invalid_field(
            path,
            "overseen_by_dialogue",
            f"{meeting.dialogue} does not oversee {agreement.id}.",
            value,
        )
        for path, value, agreement in places
        if agreement.overseen_by != meeting.dialogue
    ]
    if errors:
        raise InvalidRequest(errors[0].detail, errors=errors)
    for _, _, agreement in places:
        if party not in agreement.parties:
            detail = f"{party} is no party of {agreement.id}."
            raise Forbidden(
                detail, errors=[invalid_credentials("party_of_agreement", detail, party)]
            )
    return found


def _prefilled(
    tx: Transaction,
    agreements: Mapping[str, Agreement],
    parties: Mapping[str, list[str]],
    prefill: list[str],
    day: date,
) -> dict[str, AssessmentProposal]:
    """A proposal for each item of the agreements on which the parties' positions agree."""
    items = [item for item, agreement in agreements.items() if agreement.id in prefill]
    reports = newest_reports(tx.session, known(tx, None), items, day) if items else {}
    proposals = {}
    for item in items:
        standing = standing_on(
            day, parties=parties[agreements[item].id], reports=reports.get(item, ())
        )
        if standing.basis is StandingBasis.AGREED and standing.status is not None:
            proposals[item] = AssessmentProposal(
                action_item=item, status=standing.status, progress=standing.progress
            )
    return proposals
