"""Reading files of records in every format: each record is checked by itself, with its place."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import ValidationError

from app.exchange.entries import Entries, TooManyFaultsError
from app.exchange.kinds import BY_KIND, KINDS, Kind
from app.kernel.bodies import parse_json
from app.kernel.problems import MOST_ERRORS, Problem, shown
from app.kernel.tabular import delimited, json_lines
from app.kernel.tabular.columns import table_of
from app.kernel.tabular.formats import Format
from app.kernel.tabular.gathering import Header, Row, gathered
from app.kernel.tabular.json_lines import faults_of
from app.kernel.tabular.places import Fault, FaultyError, Origin, Place
from app.kernel.tabular.writing import RECORD_KIND
from app.kernel.validation import problem_errors
from app.reporting.filled_in import BESIDE, is_marker, read_template
from app.reporting.filled_in import SHEET as SHEET_OF_TEMPLATE

if TYPE_CHECKING:
    from app.kernel.tabular.reading_workbooks import SheetOfRows

Progress = Callable[[int], None]

# Of a record, before it is checked: values of any kind in it, and members of each object. No kind
# has nearly as many.
_MOST_VALUES = 200_000
_MOST_MEMBERS = 200
# Beyond so many, finding the words for each takes longer than it helps.
_MOST_FAULTS = 10_000

_BY_COLLECTION = {kind.collection: kind for kind in KINDS}
_BESIDE_REPORTS = (
    f"Beside {SHEET_OF_TEMPLATE} a reporting template has the sheets {' and '.join(BESIDE)}, and "
    "no other: upload what this one says as a file of its own, or delete it."
)


def read_file(
    entries: Entries,
    file: BinaryIO,
    form: Format,
    kind: Kind | None = None,
    name: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Adds the records of a file to `entries`, with what is wrong with them.

    `kind` says of what kind the rows of a CSV file are; `name` is what the file is called. Tells
    `progress` how many records there are so far.
    """
    # It takes a while to import: only whoever needs it waits for it.
    from app.kernel.tabular.reading_workbooks import sheets_in  # noqa: PLC0415

    place = Place(name)
    try:
        if form is Format.JSONL:
            _read_lines(entries, file, place, progress)
        elif form is Format.XLSX:
            with sheets_in(file, place) as sheets:
                _read_sheets(entries, sheets, progress)
        elif kind is not None:
            _read_table(entries, kind, delimited.rows_in(file, place), place, progress)
    except TooManyFaultsError:
        entries.has_unread = True
    except FaultyError as error:
        entries.has_unread = True
        _blame(entries, error.faults)


def _read_sheets(entries: Entries, sheets: list["SheetOfRows"], progress: Progress | None) -> None:
    """Reads every sheet, or refuses it by its name; hidden ones, too."""
    reports = next((sheet for sheet in sheets if sheet.name == SHEET_OF_TEMPLATE), None)
    if reports is not None:
        others = [sheet for sheet in sheets if sheet.name not in (SHEET_OF_TEMPLATE, *BESIDE)]
        for sheet in others:
            _refuse_sheet(entries, sheet, _BESIDE_REPORTS)
        entries.filled_in = read_template(reports.rows(), reports.place)
        entries.blame(entries.filled_in.faults)
        return
    renamed = [sheet for sheet in sheets if _is_filled_in(sheet)]
    for sheet in renamed:
        detail = f"The sheet of a reporting template must be called {SHEET_OF_TEMPLATE}."
        _refuse_sheet(entries, sheet, detail)
    for sheet in () if renamed else sheets:
        found = _BY_COLLECTION.get(sheet.name)
        if found is not None:
            _read_table(entries, found, sheet.rows(), sheet.place, progress)
        else:
            names = ", ".join(_BY_COLLECTION)
            detail = f"A sheet is named by what its rows are: {names}. Delete one that is none."
            _refuse_sheet(entries, sheet, detail)


def _is_filled_in(sheet: "SheetOfRows") -> bool:
    """Whether it is the sheet of a reporting template under another name."""
    if sheet.name in _BY_COLLECTION or not sheet.has_rows:
        return False
    try:
        _, cells = next(sheet.rows(), (1, [None]))
    except FaultyError:
        return False
    return is_marker(cells[0])


def read_array(entries: Entries, path: Path, kind: Kind) -> None:
    """Adds the records of a load file, a JSON array, to `entries`, with what is wrong with them."""
    whole = Place(path.name)
    try:
        records = parse_json(path.read_bytes())
    except Problem as problem:
        _blame(entries, faults_of(problem, whole))
        return
    if not isinstance(records, list):
        detail = "A load file is an array of records."
        _blame(entries, [Fault(whole, "array", detail, shown(records))])
        return
    try:
        for number, record in enumerate(records, start=1):
            _add(entries, kind, record, Origin(Place(path.name, record=number)))
    except TooManyFaultsError:
        return


def _blame(entries: Entries, faults: Iterable[Fault]) -> None:
    try:
        entries.blame(faults)
    except TooManyFaultsError:
        return


def _refuse_sheet(entries: Entries, sheet: "SheetOfRows", detail: str) -> None:
    entries.has_unread = True
    entries.blame([Fault(sheet.place, "sheet_name", detail, shown(sheet.name))])


def _read_table(
    entries: Entries, kind: Kind, rows: Iterator[Row], place: Place, progress: Progress | None
) -> None:
    first = next((row for row in rows if any(cell is not None for cell in row[1])), None)
    if first is None:
        detail = "There is nothing here; the first row has the columns' headings."
        raise FaultyError([Fault(place, "missing", detail)])
    header = Header(table_of(kind.body, "id"), first, place)
    for number, record in enumerate(gathered(header, rows), start=1):
        if record.faults:
            entries.note_faulty(kind, record.value.get("id"))
            entries.blame(record.faults)
        else:
            _add(entries, kind, record.value, record.origin)
        _tell(progress, number)


def _read_lines(entries: Entries, file: BinaryIO, place: Place, progress: Progress | None) -> None:
    for where, value in json_lines.values_in(file, place):
        _tell(progress, where.row or 0)
        if isinstance(value, FaultyError):
            entries.has_unread = True
            entries.blame(value.faults)
            continue
        named = value.pop(RECORD_KIND, None) if isinstance(value, dict) else None
        kind = BY_KIND.get(named) if isinstance(named, str) else None
        if kind is None:
            names = ", ".join(BY_KIND)
            entries.has_unread = True
            detail = f"A line is an object whose {RECORD_KIND} is one of {names}."
            entries.blame([Fault(where, RECORD_KIND, detail, shown(named), f"/{RECORD_KIND}")])
            continue
        _add(entries, kind, value, Origin(where))


def _tell(progress: Progress | None, records: int) -> None:
    if progress is not None and records % 500 == 0:
        progress(records)


def _is_too_large(record: Any) -> bool:
    """Whether checking a record could find more faults than any should have."""
    values = 0
    pending = [record]
    while pending:
        value = pending.pop()
        values += len(value) if isinstance(value, dict | list) else 0
        if values > _MOST_VALUES or (isinstance(value, dict) and len(value) > _MOST_MEMBERS):
            return True
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return False


def _add(entries: Entries, kind: Kind, value: Any, origin: Origin) -> None:
    given = value.get("id") if isinstance(value, dict) else None
    if _is_too_large(value):
        entries.note_faulty(kind, given)
        detail = (
            f"A record has at most {_MOST_VALUES} values, and an object at most {_MOST_MEMBERS} "
            "members."
        )
        entries.blame([origin.fault(None, "too_many_members", detail, None)])
        return
    try:
        body = kind.body.model_validate(value)
    except ValidationError as error:
        entries.note_faulty(kind, given)
        count = error.error_count()
        if count > _MOST_FAULTS:
            detail = "So much is wrong with this record that it is not told one by one."
            entries.blame([origin.fault(None, "too_many_faults", detail, count)])
            return
        told = error.errors(include_url=False, include_context=False)[: MOST_ERRORS + 1]
        entries.blame(
            origin.fault(found.pointer, found.rule, found.detail, found.value)
            for found in problem_errors(told, prefix=("body",))
        )
        return
    record_id = getattr(body, "id", None)
    if record_id is None:
        entries.note_faulty(kind, None)
        detail = "A record that is loaded has an id."
        entries.blame([origin.fault("/id", "missing", detail, None)])
        return
    entries.add(kind, record_id, body, origin)
