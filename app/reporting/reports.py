"""Making, correcting and withdrawing a status report."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from app.agreements.models import ActionItem, AgreementParty
from app.agreements.negotiating import require_public
from app.directory.models import Organization, Party
from app.kernel.access import Principal
from app.kernel.changes import fill, get_visible
from app.kernel.cycles import refuse_cycle
from app.kernel.dates import today_in
from app.kernel.parts import only
from app.kernel.problems import (
    Conflict,
    InvalidRequest,
    ProblemError,
    invalid_field,
)
from app.kernel.recording import recorder
from app.kernel.references import require_references, unknown_reference
from app.kernel.text import LocalizedText
from app.reporting.codes import ReportState
from app.reporting.models import StatusReport, audience_of_report
from app.reporting.schemas import ReportBody, ReportDetails
from app.reporting.sides import Side, Subject, require_own_report, subject_and_side


def report_on_item(
    session: Session, principal: Principal, item: str, body: ReportBody
) -> StatusReport:
    """A report on an item by the principal's party, or a draft of one; added, not yet flushed.

    Raises NotFound or Gone for the item, Forbidden for a principal of no party of the agreement,
    and what make_report raises.
    """
    organization = body.organization or principal.organization
    subject, side = subject_and_side(session, principal, body.party, item, organization)
    require_references(session, body, audience=audience_of_report(body.state, side.party))
    return make_report(session, principal, side, subject, body, body.state)


def make_report(
    session: Session,
    principal: Principal,
    side: Side,
    subject: Subject,
    details: ReportDetails,
    state: ReportState,
) -> StatusReport:
    """A report by a side on an item, whose references are known; added, not yet flushed.

    Raises InvalidRequest for a day in the future or a foreign organization, Conflict for a
    correction of what no longer stands.
    """
    report = StatusReport(id=str(uuid7()), submitted_by=None)
    fill(report, details)
    report.action_item, report.agreement_id = subject.item, subject.agreement
    report.party, report.organization = side.party, details.organization or principal.organization
    report.state = ReportState.DRAFT
    if state is ReportState.SUBMITTED:
        submit(session, principal, side, report)
    else:
        require_own_statement(session, report, side.organizations)
    session.add(report)
    recorder(session).allow(report)
    return report


def require_own_statement(
    session: Session, report: StatusReport, known: Collection[str] = ()
) -> StatusReport | None:
    """Holds a draft to its side: its organization, and what it corrects, are the party's own.

    `known` are organizations that are known to be. Returns what it corrects. Raises InvalidRequest
    for those of others, Conflict where what it corrects no longer stands.
    """
    if report.organization is not None and report.organization not in known:
        options = only(Organization)
        organization = get_visible(session, Organization, report.organization, options=options)
        if organization.party != report.party:
            detail = f"{report.organization} is no organization of {report.party}."
            raise InvalidRequest(
                detail,
                errors=[
                    invalid_field(
                        ("organization",), "organization_of_party", detail, report.organization
                    )
                ],
            )
    return _corrected(session, report)


def submit(session: Session, principal: Principal, side: Side, report: StatusReport) -> None:
    """Makes a draft its party's statement, for the day it names, or else for today.

    A correction that names no day speaks for that of what it corrects. Raises InvalidRequest for a
    day in the future, and what require_own_statement raises.
    """
    corrected = require_own_statement(session, report, side.organizations)
    today = today_in(side.timezone).isoformat()
    report.reported_on = (
        report.reported_on or (corrected.reported_on if corrected else None) or today
    )
    _refuse_future(side.timezone, report.reported_on)
    report.state, report.submitted_by = ReportState.SUBMITTED, principal.name


def require_sound_report(session: Session, report: StatusReport) -> None:
    """Holds a report that was loaded whole to the records that it refers to.

    Raises InvalidRequest for a party that the agreement does not have, a day in the future, or a
    correction of another party's or another item's report, Conflict for an item that is not public.
    """
    item = get_visible(session, ActionItem, report.action_item, options=only(ActionItem))
    require_public(item.visibility, item.id)
    if session.get(AgreementParty, (item.agreement, report.party)) is None:
        detail = f"{report.party} is no party of {item.agreement}."
        raise InvalidRequest(
            detail, errors=[invalid_field(("party",), "party_of_agreement", detail, report.party)]
        )
    if report.state is not ReportState.DRAFT:
        party = get_visible(session, Party, report.party, options=only(Party))
        _refuse_future(party.timezone, report.reported_on)
    if report.corrects is not None:
        corrected = session.get(StatusReport, report.corrects)
        if corrected is None:
            error = unknown_reference(("corrects",), "status_report", report.corrects)
            raise InvalidRequest(error.detail, errors=[error])
        _require_same_subject(corrected, report.party, report.action_item)
        refuse_cycle(
            report.id,
            lambda here: list(
                session.scalars(
                    select(StatusReport.corrects).where(
                        StatusReport.id == here, StatusReport.corrects.is_not(None)
                    )
                )
            ),
            field=("corrects",),
            rule="no_cycle_in_corrections",
        )


def refuse_second_correction(session: Session, report: StatusReport) -> None:
    """Raises Conflict where `report` would be a second correction of another that stands."""
    if report.corrects is not None and report.state is not ReportState.WITHDRAWN:
        _refuse_corrected(session, report.corrects, pointer="/corrects", besides=report.id)


def _require_same_subject(corrected: StatusReport, party: str, item: str) -> None:
    if (corrected.party, corrected.action_item) != (party, item):
        detail = f"That report is {corrected.party}'s on {corrected.action_item}."
        raise InvalidRequest(
            detail,
            errors=[invalid_field(("corrects",), "own_report_on_item", detail, corrected.id)],
        )


def withdraw(
    session: Session, principal: Principal, report: StatusReport, reason: LocalizedText
) -> None:
    """Withdraws a report of the principal's own party; what it corrected stands again.

    Raises Forbidden for another party's report, Conflict when it is withdrawn or was corrected.
    """
    require_own_report(session, principal, report)
    require_state(report, ReportState.SUBMITTED, "withdrawn")
    _refuse_corrected(session, report.id, pointer="", drafts=False)
    report.state, report.withdrawal_reason = ReportState.WITHDRAWN, reason


def require_state(report: StatusReport, state: ReportState, step: str) -> None:
    """Raises Conflict, naming the rule as `state`, where a report in another is to be `step`."""
    if report.state is not state:
        detail = f"The report is {report.state}; only a {state} report can be {step}."
        raise Conflict(
            detail,
            errors=[
                ProblemError(pointer="", rule=state.value, detail=detail, value=report.state.value)
            ],
        )


def _refuse_future(timezone: str, reported_on: str | None) -> None:
    today = today_in(timezone).isoformat()
    if reported_on is not None and reported_on > today:
        detail = f"A report speaks for no later day than today, {today} in {timezone}."
        raise InvalidRequest(
            detail,
            errors=[invalid_field(("reported_on",), "not_in_the_future", detail, reported_on)],
        )


def _corrected(session: Session, report: StatusReport) -> StatusReport | None:
    if report.corrects is None:
        return None
    corrected = session.get(StatusReport, report.corrects)
    if corrected is None:
        error = unknown_reference(("corrects",), "status_report", report.corrects)
        raise InvalidRequest(error.detail, errors=[error])
    _require_same_subject(corrected, report.party, report.action_item)
    if corrected.state is not ReportState.SUBMITTED:
        detail = f"That report is {corrected.state}; only a submitted one can be corrected."
        raise Conflict(
            detail, errors=[invalid_field(("corrects",), "submitted", detail, corrected.id)]
        )
    _refuse_corrected(session, corrected.id, pointer="/corrects", besides=report.id)
    return corrected


def _refuse_corrected(
    session: Session,
    report_id: str,
    *,
    pointer: str,
    besides: str | None = None,
    drafts: bool = True,
) -> None:
    statement = select(StatusReport.id, StatusReport.state).where(
        StatusReport.corrects == report_id,
        StatusReport.state != ReportState.WITHDRAWN,
        StatusReport.id != (besides or ""),
    )
    if not drafts:
        statement = statement.where(StatusReport.state != ReportState.DRAFT)
    correction = session.execute(statement).first()
    if correction is not None:
        detail = (
            f"The draft {correction.id} is to correct that report; submit or discard it."
            if correction.state is ReportState.DRAFT
            else f"That report was corrected by {correction.id}; take the newest one."
        )
        raise Conflict(
            detail,
            errors=[
                ProblemError(
                    pointer=pointer,
                    rule="uq_status_report_corrected_once",
                    detail=detail,
                    value=report_id,
                )
            ],
        )
