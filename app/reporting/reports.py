"""Making, correcting and withdrawing a status report."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from app.agreements.models import ActionItem
from app.directory.models import Organization, Party
from app.kernel.access import Principal
from app.kernel.changes import fill, get_visible
from app.kernel.cycles import refuse_cycle
from app.kernel.dates import today_in
from app.kernel.problems import (
    Conflict,
    Forbidden,
    InvalidRequest,
    ProblemError,
    invalid_field,
)
from app.kernel.references import require_references, unknown_reference
from app.kernel.text import LocalizedText
from app.reporting.codes import ReportState
from app.reporting.models import StatusReport
from app.reporting.progress import parties_of
from app.reporting.schemas import ReportBody


def make_report(
    session: Session, principal: Principal, item: ActionItem, body: ReportBody
) -> StatusReport:
    """A submitted report on `item` by the principal's party, added and not yet flushed.

    Raises Forbidden for a principal of no party of the agreement, InvalidRequest for a day in the
    future or a foreign organization, Conflict for a correction of what no longer stands.
    """
    party = _own_party(session, principal, item, body)
    require_references(session, body)
    corrected = _corrected(session, party, item, body.corrects)
    today = today_in(party.timezone).isoformat()
    reported_on = body.reported_on or (corrected.reported_on if corrected else today)
    if reported_on > today:
        detail = f"A report speaks for no later day than today, {today} in {party.timezone}."
        raise InvalidRequest(
            detail,
            errors=[invalid_field(("reported_on",), "not_in_the_future", detail, reported_on)],
        )
    report = StatusReport(id=str(uuid7()))
    fill(report, body)
    report.action_item, report.agreement_id = item.id, item.agreement
    report.party, report.organization = party.id, _organization(session, principal, party, body)
    report.reported_on = reported_on
    report.state, report.submitted_by = ReportState.SUBMITTED, principal.name
    session.add(report)
    return report


def require_sound_report(session: Session, report: StatusReport) -> None:
    """Holds a report that was loaded whole to the records that it refers to.

    Raises InvalidRequest for a party that the agreement does not have, or a correction of another
    party's or another item's report.
    """
    item = get_visible(session, ActionItem, report.action_item)
    if report.party not in parties_of(session, item.agreement).ids:
        detail = f"{report.party} is no party of {item.agreement}."
        raise InvalidRequest(
            detail, errors=[invalid_field(("party",), "party_of_agreement", detail, report.party)]
        )
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
    """Raises Conflict where `report` would be a second standing correction of another."""
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
    if principal.party != report.party:
        detail = f"The report is {report.party}'s; only {report.party} can withdraw it."
        raise Forbidden(detail, errors=[_credentials("own_report", detail, principal.party)])
    if report.state is not ReportState.SUBMITTED:
        detail = f"The report is {report.state}; only a submitted report can be withdrawn."
        raise Conflict(
            detail,
            errors=[
                ProblemError(pointer="", rule="submitted", detail=detail, value=report.state.value)
            ],
        )
    _refuse_corrected(session, report.id, pointer="")
    report.state, report.withdrawal_reason = ReportState.WITHDRAWN, reason


def _own_party(session: Session, principal: Principal, item: ActionItem, body: ReportBody) -> Party:
    if principal.party is None:
        detail = f"{principal.name} speaks for no party; report with the key of a party."
        raise Forbidden(detail, errors=[_credentials("party", detail, principal.name)])
    if body.party not in (None, principal.party):
        detail = f"{principal.name} reports for {principal.party}, not for {body.party}."
        raise Forbidden(detail, errors=[invalid_field(("party",), "own_party", detail, body.party)])
    if principal.party not in parties_of(session, item.agreement).ids:
        detail = f"{principal.party} is no party of {item.agreement}."
        raise Forbidden(
            detail, errors=[_credentials("party_of_agreement", detail, principal.party)]
        )
    return get_visible(session, Party, principal.party)


def _credentials(rule: str, detail: str, value: str | None) -> ProblemError:
    return ProblemError(header="Authorization", rule=rule, detail=detail, value=value)


def _organization(
    session: Session, principal: Principal, party: Party, body: ReportBody
) -> str | None:
    if body.organization is None:
        return principal.organization
    if get_visible(session, Organization, body.organization).party != party.id:
        detail = f"{body.organization} is no organization of {party.id}."
        raise InvalidRequest(
            detail,
            errors=[
                invalid_field(("organization",), "organization_of_party", detail, body.organization)
            ],
        )
    return body.organization


def _corrected(
    session: Session, party: Party, item: ActionItem, report_id: str | None
) -> StatusReport | None:
    if report_id is None:
        return None
    report = session.get(StatusReport, report_id)
    if report is None:
        error = unknown_reference(("corrects",), "status_report", report_id)
        raise InvalidRequest(error.detail, errors=[error])
    _require_same_subject(report, party.id, item.id)
    if report.state is not ReportState.SUBMITTED:
        detail = f"That report is {report.state}; only a submitted one can be corrected."
        raise Conflict(
            detail, errors=[invalid_field(("corrects",), "submitted", detail, report_id)]
        )
    _refuse_corrected(session, report.id, pointer="/corrects")
    return report


def _refuse_corrected(
    session: Session, report_id: str, *, pointer: str, besides: str | None = None
) -> None:
    correction = session.scalars(
        select(StatusReport.id).where(
            StatusReport.corrects == report_id,
            StatusReport.state != ReportState.WITHDRAWN,
            StatusReport.id != (besides or ""),
        )
    ).first()
    if correction is not None:
        detail = f"That report was corrected by {correction}; take the newest one."
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
