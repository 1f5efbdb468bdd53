"""Which format of a list a client is given, by what it accepts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.tabular.formats import MEDIA_TYPES, Format, format_of, preferred

XLSX = MEDIA_TYPES[Format.XLSX]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, Format.JSON),
        ("", Format.JSON),
        ("*/*", Format.JSON),
        ("application/json", Format.JSON),
        # What browsers, and what programs send where nobody says otherwise.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format.JSON),
        ("application/json, text/plain, */*", Format.JSON),
        ("text/csv", Format.CSV),
        ("TEXT/CSV", Format.CSV),
        ("text/csv; charset=utf-8", Format.CSV),
        ("application/jsonl", Format.JSONL),
        (XLSX, Format.XLSX),
        # RFC 9110, section 12.5.1: the weight of the range that names it most precisely.
        ("text/*", Format.CSV),
        ("application/*", Format.JSON),
        ("text/csv;q=0.5, application/json;q=0.6", Format.JSON),
        ("application/json;q=0.5, text/csv", Format.CSV),
        ("application/json;q=0.5, application/jsonl;q=0.7, text/csv;q=0.6", Format.JSONL),
        ("application/*;q=0.2, text/csv;q=0.1", Format.JSON),
        ("application/*, application/json;q=0, application/jsonl;q=0", Format.XLSX),
        ("*/*, application/json;q=0", Format.JSONL),
        ("text/csv;q=0, text/*", Format.JSON),
        (f"*/*;q=0.1, {XLSX};q=0.2", Format.XLSX),
        # Of equal weights, what is named before what is not, and JSON before the others.
        ("text/csv, */*", Format.CSV),
        ("text/csv, application/json", Format.JSON),
        (f"{XLSX}, text/csv", Format.CSV),
        # Nothing that there is.
        ("text/html", Format.JSON),
        ("text/csv;q=0", Format.JSON),
        ("application/json;q=0", Format.JSON),
        # What is no weight is no range.
        ("text/csv;q=2", Format.JSON),
        ("text/csv;q=nan", Format.JSON),
        ("text/csv;q=0.1234", Format.JSON),
        (",,;;q=1,text/csv;q=1.000", Format.CSV),
    ],
)
def test_the_format_is_the_one_that_is_accepted_most(accept: str | None, expected: Format) -> None:
    assert preferred(None if accept is None else accept.encode()) is expected


@given(st.binary(max_size=200))
def test_whatever_is_accepted_there_is_a_format(accept: bytes) -> None:
    assert preferred(accept) in Format


def test_the_formats_of_files_are_known_by_their_media_types() -> None:
    assert {format_of(f"{each.media_type}; a=b") for each in Format} == {
        None,
        Format.JSONL,
        Format.CSV,
        Format.XLSX,
    }
