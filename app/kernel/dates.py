"""PartialDate: a day, a month or a year, as much as is known (ISO 8601 at reduced precision).

It is kept as its own text, because the text orders by earliest day on every engine:
`2023` < `2023-01` < `2023-01-01` < `2023-02`.
"""

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, SQLColumnExpression, String, case, func

_MONTHS_AND_DAYS = (
    r"(0[13578]|1[02])(-(0[1-9]|[12][0-9]|3[01]))?"
    r"|(0[469]|11)(-(0[1-9]|[12][0-9]|30))?"
    r"|02(-(0[1-9]|[12][0-9]))?"
)
PATTERN = rf"^[12][0-9]{{3}}(-({_MONTHS_AND_DAYS}))?$"


def earliest(partial: str) -> date:
    """The first day that `partial` may mean. Raises ValueError when it is no partial date."""
    year, month, day = _parts(partial)
    return date(year, month or 1, day or 1)


def latest(partial: str) -> date:
    """The last day that `partial` may mean. Raises ValueError when it is no partial date."""
    year, month, day = _parts(partial)
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def is_day(text: str) -> bool:
    """Whether `text` is a partial date that says the day."""
    try:
        *_, day = _parts(text)
    except ValueError:
        return False
    return day is not None


@lru_cache(maxsize=4096)
def _parts(partial: str) -> tuple[int, int | None, int | None]:
    pieces = partial.split("-")
    widths = [len(piece) for piece in pieces]
    if widths not in ([4], [4, 2], [4, 2, 2]) or not all(
        piece.isascii() and piece.isdigit() for piece in pieces
    ):
        raise ValueError("a date is YYYY, YYYY-MM or YYYY-MM-DD")
    numbers = [int(piece) for piece in pieces]
    if not 1000 <= numbers[0] <= 2999:
        raise ValueError("the year must be 1000 to 2999")
    month = numbers[1] if len(numbers) > 1 else None
    if month is not None and not 1 <= month <= 12:
        raise ValueError("the month must be 01 to 12")
    day = numbers[2] if len(numbers) > 2 else None
    if month is not None and day is not None:
        days = calendar.monthrange(numbers[0], month)[1]
        if not 1 <= day <= days:
            raise ValueError(f"the day must be 01 to {days}")
    return numbers[0], month, day


def _checked(value: str) -> str:
    try:
        _parts(value)
    except ValueError as error:
        raise PydanticCustomError(
            "partial_date", "Not a date: {why}", {"why": str(error)}
        ) from None
    return value


PartialDate = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": PATTERN,
            "description": "A day, month or year, as much as is known (ISO 8601).",
            "examples": ["2023-06"],
        }
    ),
]


def _whole_day(value: str) -> str:
    if not is_day(_checked(value)):
        raise PydanticCustomError("whole_day", "A whole day, YYYY-MM-DD")
    return value


Day = Annotated[
    str,
    AfterValidator(_whole_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2024-06-30"]}),
]


LocalTime = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Field(description="A time of day, HH:MM, by the clocks of the place.", examples=["09:30"]),
]


_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]"
    r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _moment(value: object) -> object:
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        raise PydanticCustomError(
            "date_time", "A time with its zone (RFC 3339), such as 2026-01-01T00:00:00Z"
        )
    return value


def _within_time(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("date_time", "A time between the years 1 and 9999") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_within_time)]


def ends_before_starts(starts: str | None, ends: str | None) -> bool:
    """Whether `ends`, at its latest, lies before `starts`, at its earliest."""
    return starts is not None and ends is not None and latest(ends) < earliest(starts)


def refuse_ends_before_starts(starts: str | None, ends: str | None) -> None:
    """Raises the validation error `ends_before_starts` where it applies."""
    if ends_before_starts(starts, ends):
        raise PydanticCustomError(
            "ends_before_starts", "Ends before it starts, on {starts}", {"starts": starts}
        )


def not_before(starts: str) -> Callable[[str | None, ValidationInfo], str | None]:
    """A field validator: the date is not before that of the earlier field `starts`."""

    def check(value: str | None, info: ValidationInfo) -> str | None:
        refuse_ends_before_starts(info.data.get(starts), value)
        return value

    return check


def on_or_after(column: SQLColumnExpression[Any], partial: str) -> ColumnElement[bool]:
    """SQL: the column's earliest day is not before the earliest day of `partial`."""
    bound = earliest(partial).isoformat()
    # The coarsest text with the same earliest day sorts first of all that mean it.
    bound = bound.removesuffix("-01")
    bound = bound.removesuffix("-01") if len(bound) == 7 else bound
    return column >= bound


def on_or_before(column: SQLColumnExpression[Any], partial: str) -> ColumnElement[bool]:
    """SQL: the column's latest day is not after the latest day of `partial`."""
    day = latest(partial)
    last_of_month = day.day == calendar.monthrange(day.year, day.month)[1]
    # latest_text() ends every month on a 31st, so a month's last day is written so here too.
    return latest_text(column) <= (f"{day:%Y-%m}-31" if last_of_month else day.isoformat())


def latest_text(column: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """SQL text that orders by the column's latest day (each month written as 31 days long)."""
    return case(
        (func.length(column) == 4, column.concat("-12-31")),
        (func.length(column) == 7, column.concat("-31")),
        else_=column,
    ).cast(String)


def utc_now() -> datetime:
    """The moment of a write, to the microsecond."""
    return datetime.now(UTC)


def today_in(timezone: str) -> date:
    """The day it is in an IANA time zone."""
    return datetime.now(ZoneInfo(timezone)).date()
