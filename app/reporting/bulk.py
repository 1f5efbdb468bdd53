"""One side's reports on many items of an agreement at once: all of them, or none."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, Agreement
from app.agreements.negotiating import require_public
from app.kernel.access import Principal
from app.kernel.parts import only
from app.kernel.problems import InvalidRequest, Problem, ProblemError, invalid_field
from app.kernel.references import require_references
from app.reporting.models import StatusReport, audience_of_report
from app.reporting.reports import make_report
from app.reporting.schemas import ReportsBody
from app.reporting.sides import Subject, side_of


def report_on_many(
    session: Session, principal: Principal, agreement: Agreement, body: ReportsBody
) -> list[StatusReport]:
    """The reports of `body`, in its order, by the principal's party; added, not yet flushed.

    Raises Forbidden for a principal of no party of the agreement, Conflict for one that is not
    public. Raises the first refusal of any
    report, with the errors of all of them at their places in the array: what one report is refused
    for, or that it speaks for the same item and day as another.
    """
    organizations = {
        organization
        for details in body.reports
        if (organization := details.organization or principal.organization)
    }
    side = side_of(session, principal, body.party, agreement.id, organizations)
    require_public(agreement.visibility, agreement.id)
    require_references(session, body, audience=audience_of_report(body.state, side.party))
    items = {
        item.id: item
        for item in session.scalars(
            select(ActionItem)
            .where(ActionItem.agreement == agreement.id)
            .options(*only(ActionItem))
        )
    }
    made: list[StatusReport] = []
    refusals: list[Problem] = []
    errors: list[ProblemError] = []
    spoken_for: set[tuple[str, str]] = set()
    for index, details in enumerate(body.reports):
        try:
            item = _item_of(agreement, items, details.action_item)
            subject = Subject(item.id, agreement.id)
            report = make_report(session, principal, side, subject, details, body.state)
            _refuse_repeated(spoken_for, report)
            made.append(report)
        except Problem as refusal:
            refusals.append(refusal)
            errors += [
                error.model_copy(update={"pointer": f"/reports/{index}{error.pointer or ''}"})
                for error in refusal.errors
            ]
    if refusals:
        raise type(refusals[0])(refusals[0].detail, errors=errors)
    return made


def _refuse_repeated(spoken_for: set[tuple[str, str]], report: StatusReport) -> None:
    # A draft that corrects another report, and names no day, will speak for that report's.
    day = report.reported_on or report.corrects or ""
    if (report.action_item, day) in spoken_for:
        detail = f"Another of these reports is on {report.action_item} for the same day."
        raise InvalidRequest(
            detail,
            errors=[invalid_field(("action_item",), "repeated_item", detail, report.action_item)],
        )
    spoken_for.add((report.action_item, day))


def _item_of(agreement: Agreement, items: dict[str, ActionItem], item_id: str) -> ActionItem:
    if item_id not in items:
        detail = f"{item_id} is no action item of {agreement.id}."
        raise InvalidRequest(
            detail,
            errors=[invalid_field(("action_item",), "item_of_agreement", detail, item_id)],
        )
    return items[item_id]
