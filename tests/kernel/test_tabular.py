"""Any record that the schemas allow survives being a table, in each format."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.exchange.kinds import KINDS, Kind
from app.kernel.compact import compact
from app.kernel.tabular import delimited, json_lines, workbooks
from app.kernel.tabular.columns import table_of
from app.kernel.tabular.gathering import Gathered, Header, gathered
from app.kernel.tabular.places import Place
from app.kernel.tabular.reading_workbooks import sheets_in
from app.kernel.tabular.rows import rows_of
from tests.amounts import examples
from tests.exchange.bodies import bodies_of

PLACE = Place("file")


def _as_csv(kind: Kind, records: list[dict[str, Any]]) -> bytes:
    table = table_of(kind.body, "id")
    rows = (row for record in records for row in rows_of(table, record))
    return b"".join(delimited.lines_of(table.header, rows))


def _as_workbook(kind: Kind, records: list[dict[str, Any]]) -> bytes:
    table = table_of(kind.body, "id")
    rows = (row for record in records for row in rows_of(table, record, fits=workbooks.fits))
    file = io.BytesIO()
    workbooks.write(file, [workbooks.Sheet(kind.file, table.header, rows)])
    return file.getvalue()


def _records(kind: Kind, rows: Iterator[Any], place: Place) -> list[Gathered]:
    header = Header(table_of(kind.body, "id"), next(rows), place)
    return list(gathered(header, rows))


def _of_csv(kind: Kind, file: bytes) -> list[Gathered]:
    return _records(kind, delimited.rows_in(io.BytesIO(file), PLACE), PLACE)


def _of_workbook(kind: Kind, file: bytes) -> list[Gathered]:
    with sheets_in(io.BytesIO(file), PLACE) as (sheet,):
        return _records(kind, sheet.rows(), sheet.place)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.file)
@settings(max_examples=examples(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_record_survives_each_format_byte_for_byte(kind: Kind, data: st.DataObject) -> None:
    bodies = data.draw(
        st.lists(bodies_of(kind.body), min_size=1, max_size=3, unique_by=lambda body: body.id)
    )
    records = [compact(body) for body in bodies]
    for write, read in ((_as_csv, _of_csv), (_as_workbook, _of_workbook)):
        file = write(kind, records)
        found = read(kind, file)
        assert [fault for record in found for fault in record.faults] == []
        assert [kind.body.model_validate(record.value) for record in found] == bodies
        assert write(kind, [record.value for record in found]) == file
    lines = b"".join(json_lines.lines_of(records))
    values = [value for _, value in json_lines.values_in(io.BytesIO(lines), PLACE)]
    assert [kind.body.model_validate(value) for value in values] == bodies
