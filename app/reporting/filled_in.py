"""A reporting template that was filled in: the reports that its rows make, each with its cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.agreements.models import Agreement
from app.kernel.access import Principal
from app.kernel.codes import Code
from app.kernel.problems import Problem, ProblemError, shown
from app.kernel.tabular.cells import Cell
from app.kernel.tabular.columns import Table, table_of
from app.kernel.tabular.gathering import Header, Row, gathered
from app.kernel.tabular.places import Fault, FaultyError, Origin, Place
from app.kernel.text import LANGUAGES, LocalizedText
from app.kernel.validation import problem_errors
from app.reporting.bulk import report_on_many
from app.reporting.codes import IMPLEMENTATION_STATUSES, ReportState
from app.reporting.models import StatusReport
from app.reporting.schemas import ReportOnItem, ReportsBody

SHEET = "reports"
INSTRUCTIONS, CODES = BESIDE = ("instructions", "codes")
# In the first cell, before the agreement's id: by which version of the template it was made.
MARKER = "clear-sky-reports/1"
KEY = "action_item"
# What stands beside the item for whoever fills it in, and is not read.
TOLD = ("number", "title")
# The party and, unless another is to be named, the organization are those of the key.
_NOT_ASKED = ("organization", "corrects")


def reports_table() -> Table:
    """The columns that a template asks for: a part of those of one of several reports."""
    asked = table_of(ReportOnItem, KEY).columns
    return Table(tuple(column for column in asked if column.name not in _NOT_ASKED), KEY)


def choice_of(code: Code) -> str:
    """A code as the template offers it, with its label in each language."""
    return " | ".join([code.code.value, *languages_of(code.label)])


def languages_of(of: LocalizedText) -> list[str]:
    """A text in the languages that it has, in their order."""
    there = {language: str(value) for language, value in of.items()}
    return [there[language] for language in LANGUAGES if language in there]


def _code_of(cell: Cell) -> Cell:
    """The code of a status that was chosen, or named by its code or a label; else the cell."""
    if not isinstance(cell, str):
        return cell
    given = cell.strip()
    for code in IMPLEMENTATION_STATUSES.codes:
        if given in (choice_of(code), code.code.value, *code.label.values()):
            return code.code.value
    return cell


@dataclass(frozen=True, slots=True)
class FilledIn:
    """The reports in a template: of which agreement, where each stands, and what is wrong."""

    agreement: str
    start: Place
    body: ReportsBody | None
    origins: list[Origin]
    faults: list[Fault]


def is_marker(cell: Cell) -> bool:
    """Whether a sheet that begins with this cell is that of a template, of whatever version."""
    return str(cell).startswith(f"{MARKER.partition('/')[0]}/")


def read_template(rows: Iterator[Row], place: Place) -> FilledIn:
    """The reports that the rows of a template's sheet make; those left empty are none.

    Raises FaultyError for a sheet that is no template, or not of this version.
    """
    number, first = next(rows, (1, [None]))
    start = Place(place.file, place.sheet, number, None, 1)
    marker, _, agreement = str(first[0] or "").partition(" ")
    if marker != MARKER or not agreement:
        detail = f"The first cell of a reporting template is {MARKER} and the agreement's id."
        raise FaultyError([Fault(start, "template", detail, shown(first[0]))])
    asked, told, rows = _header(rows, place)
    values, origins, faults = [], [], []
    for record in gathered(asked, _filled(asked, told, rows)):
        faults += record.faults
        values.append(record.value)
        origins.append(record.origin)
    if not values:
        faults.append(Fault(start, "nothing_filled_in", "No row of the template is filled in."))
    body = None
    if not faults:
        try:
            body = ReportsBody.model_validate({"reports": values})
        except ValidationError as error:
            errors = problem_errors(error.errors(), prefix=("body",))
            faults = [_placed(origins, start, each) for each in errors]
    return FilledIn(agreement, start, body, origins, faults)


def report_as_filled_in(
    session: Session, principal: Principal, filled: FilledIn
) -> tuple[list[StatusReport], int, list[Fault]]:
    """The reports of a template, by the principal's party, not yet flushed; or what is wrong.

    Those that say what already stands for their party, item and day are not made, but counted.

    Raises Forbidden for a principal of no party of the agreement.
    """
    agreement = session.get(Agreement, filled.agreement)
    if agreement is None:
        detail = "There is no such agreement."
        return [], 0, [Fault(filled.start, "unknown_reference", detail, shown(filled.agreement))]
    if filled.body is None:
        return [], 0, filled.faults
    try:
        reports = report_on_many(session, principal, agreement, filled.body)
    except Problem as problem:
        if not any((error.pointer or "").startswith("/reports/") for error in problem.errors):
            raise
        return [], 0, [_placed(filled.origins, filled.start, each) for each in problem.errors]
    standing = _standing(session, reports)
    new = [report for report in reports if _said(report) != standing.get(_subject(report))]
    for report in reports:
        if report not in new:
            session.expunge(report)
    return new, len(reports) - len(new), []


def _standing(
    session: Session, reports: Sequence[StatusReport]
) -> dict[tuple[str, str | None], dict[str, object]]:
    """What the newest report says that stands for the party, items and days of some."""
    correction = aliased(StatusReport)
    found = (
        select(StatusReport)
        .where(
            StatusReport.party.in_({report.party for report in reports}),
            StatusReport.action_item.in_({report.action_item for report in reports}),
            StatusReport.reported_on.in_({report.reported_on for report in reports}),
            StatusReport.state == ReportState.SUBMITTED,
            ~select(correction.id)
            .where(
                correction.corrects == StatusReport.id, correction.state == ReportState.SUBMITTED
            )
            .exists(),
        )
        .order_by(StatusReport.submitted_revision, StatusReport.id)
    )
    with session.no_autoflush:
        return {_subject(report): _said(report) for report in session.scalars(found)}


def _subject(report: StatusReport) -> tuple[str, str | None]:
    return report.action_item, report.reported_on


def _said(report: StatusReport) -> dict[str, object]:
    body = ReportOnItem.model_validate(report, from_attributes=True)
    return body.model_dump(exclude={"corrects"})


def _header(rows: Iterator[Row], place: Place) -> tuple[Header, set[int], Iterator[Row]]:
    """The columns that are read, the positions of those that only tell something, and the rest."""
    number, names = next(rows, (2, []))
    told = {position for position, name in enumerate(names) if name in TOLD}
    header = Header(reports_table(), (number, _without(names, told)), place)
    below = next(rows, None)
    if below is not None and not _is_for_people(header, below):
        # Somebody has deleted the headings for people: this row is an item's.
        rows = chain([below], rows)
    return header, told, rows


def _is_for_people(header: Header, row: Row) -> bool:
    """Whether a row is the headings for people: instead of an id it has several words."""
    _, cells = row
    key = header.headings.index(KEY)
    given = cells[key] if key < len(cells) else None
    return isinstance(given, str) and len(given.split()) > 1


def _without(cells: Sequence[Cell], positions: set[int]) -> list[Cell]:
    return [None if position in positions else cell for position, cell in enumerate(cells)]


def _filled(header: Header, told: set[int], rows: Iterator[Row]) -> Iterator[Row]:
    """The rows in which more than the item is said."""
    status = header.headings.index("status") if "status" in header.headings else -1
    key = header.headings.index(KEY)
    for number, cells in rows:
        own = _without(cells, told)
        if 0 <= status < len(own):
            own[status] = _code_of(own[status])
        if any(cell is not None for position, cell in enumerate(own) if position != key):
            yield number, own


def _placed(origins: list[Origin], start: Place, error: ProblemError) -> Fault:
    _, _, pointer = (error.pointer or "").partition("/reports/")
    index, _, rest = pointer.partition("/")
    origin = origins[int(index)] if index.isdigit() else Origin(start)
    return origin.fault(f"/{rest}" if rest else None, error.rule, error.detail, error.value)
