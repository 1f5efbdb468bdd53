"""JSON Lines (https://jsonlines.org): one record a line, in UTF-8."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

import orjson

from app.kernel.bodies import parse_json
from app.kernel.problems import Problem
from app.kernel.tabular.places import Fault, FaultyError, Place

# Bytes of one line.
LONGEST_LINE = 8 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def lines_of(records: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The file, line by line."""
    for record in records:
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def values_in(file: BinaryIO, place: Place) -> Iterator[tuple[Place, Any | FaultyError]]:
    """Each line's place, and its value or why it has none; empty lines are passed over.

    Raises FaultyError for a line that is longer than any may be.
    """
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        where = Place(place.file, place.sheet, number)
        if len(line) > LONGEST_LINE:
            detail = f"A line has at most {LONGEST_LINE} bytes."
            raise FaultyError([Fault(where, "line_limit", detail, f"more than {LONGEST_LINE}")])
        if number == 1:
            line = line.removeprefix(_BOM)
        if not line.strip():
            continue
        try:
            yield where, parse_json(line)
        except Problem as problem:
            yield where, FaultyError(faults_of(problem, where))


def faults_of(problem: Problem, where: Place) -> list[Fault]:
    """What makes a text no JSON that can be read, at the place of that text."""
    return [
        Fault(where, error.rule, error.detail, error.value, error.pointer or None)
        for error in problem.errors
    ] or [Fault(where, problem.slug(), str(problem.detail))]
