"""A cell's value as its number format shows it (ECMA-376 part 1, 18.8.31).

What a sheet stores is not always what people see and mean: a cell that shows 60% stores 0.6. What
is read is what is shown. So far this is done of percentages and of days; any other number is read
as it is stored.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite
from operator import eq, ge, gt, le, lt, ne

from app.kernel.tabular.cells import Cell

# What stands for itself, for a width, for a filling, or for a colour, a condition or a locale.
_LITERAL = r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]'
_TOKEN = re.compile(rf"{_LITERAL}|.", re.DOTALL)
_DATE_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\]")
_COMPARES: dict[str, Callable[[float, float], bool]] = {
    "<": lt,
    "<=": le,
    "=": eq,
    ">=": ge,
    ">": gt,
    "<>": ne,
}
_DIGITS = "0#?"
# What spreadsheets show; of a number they keep fifteen digits.
_MOST_PLACES = 30
_EXACT = Context(prec=5000, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the parts of a format, each for some numbers, as far as percentages go by it.

    `places` are the decimals that it shows at most, and at least; None where it shows a number in
    another way than by decimals.
    """

    condition: tuple[str, float] | None
    percents: int
    thousands: int
    places: tuple[int, int] | None


def shown(value: float | datetime | date | time, code: str) -> Cell:
    """What a cell shows of a value by the format `code`.

    A percentage is text that ends in %, such as 60% or 60.5%, without separators of thousands. It
    keeps its sign, whatever the format makes of that.
    """
    if isinstance(value, datetime | date | time):
        return _day(value, code)
    if "%" not in code or not isfinite(value):
        return value
    return _percentage(value, code)


def _percentage(value: float, code: str) -> Cell:
    section = _section_for(value, _sections(code))
    if not section.percents:
        return value
    # Fifteen digits: by more of them 0.29 would be 28.999999999999996%.
    stored = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    number = stored.scaleb(2 * section.percents - 3 * section.thousands, _EXACT)
    least = 0
    if section.places is not None:
        most, least = section.places
        number = number.quantize(Decimal(1).scaleb(-most), context=_EXACT)
    whole, _, decimals = f"{number if number else abs(number):f}".partition(".")
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    sign = "%" * section.percents
    return f"{whole}.{decimals}{sign}" if decimals else f"{whole}{sign}"


def _section_for(value: float, sections: Sequence[_Section]) -> _Section:
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None:
                return section
            compare, bound = section.condition
            if _COMPARES[compare](value, bound):
                return section
        return sections[-1]
    if len(sections) > 2 and value == 0:
        return sections[2]
    return sections[1] if len(sections) > 1 and value < 0 else sections[0]


@lru_cache(maxsize=256)
def _sections(code: str) -> tuple[_Section, ...]:
    parts: list[list[str]] = [[]]
    for found in _TOKEN.findall(code):
        if found == ";":
            parts.append([])
        else:
            parts[-1].append(found)
    if len(parts) > 1 and "@" in parts[-1]:
        # The last is for text.
        parts.pop()
    return tuple(_section_of(tokens) for tokens in parts[:3])


def _section_of(tokens: Sequence[str]) -> _Section:
    condition = next((found for token in tokens if (found := _CONDITION.fullmatch(token))), None)
    # What stands for itself has more than one character.
    plain = "".join(token for token in tokens if len(token) == 1)
    last = max((plain.rfind(digit) for digit in _DIGITS), default=-1)
    behind = plain[last + 1 :]
    places = None
    if last >= 0 and not re.search(r"/|E[+-]", plain, re.IGNORECASE):
        behind_point = plain.partition(".")[2]
        decimals = "".join(each for each in behind_point if each in _DIGITS)[:_MOST_PLACES]
        places = (len(decimals), len(decimals.rstrip("#")))
    return _Section(
        condition=(condition[1], float(condition[2])) if condition else None,
        percents=plain.count("%"),
        thousands=len(behind) - len(behind.lstrip(",")),
        places=places,
    )


def _day(value: datetime | date | time, code: str) -> str:
    """A day as it is shown: of one that is shown as a month or a year, the rest was made up."""
    if isinstance(value, time) or (isinstance(value, datetime) and value.time() != time()):
        return value.isoformat()
    parts = _DATE_LITERAL.sub("", code.lower())
    if "y" not in parts or "d" in parts:
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m}" if "m" in parts else f"{value:%Y}"
