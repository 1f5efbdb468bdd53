"""At what time of its days a meeting begins and ends, where that is known."""

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from app.kernel.dates import is_day


def refuse_time_without_place(value: str | None, info: ValidationInfo) -> str | None:
    """A field validator of `start_time`: a time is one of a day, by the clocks of a place.

    Raises the validation error `time_without_day` where `starts` is no whole day, and
    `time_without_timezone` where there is no `timezone`.
    """
    if value is not None:
        _require_day("starts", info)
        if "timezone" in info.data and info.data["timezone"] is None:
            raise PydanticCustomError(
                "time_without_timezone", "A time needs the timezone in which it is meant"
            )
    return value


def refuse_end_that_is_none(value: str | None, info: ValidationInfo) -> str | None:
    """A field validator of `end_time`: it goes with a `start_time`, and comes after it.

    Without `ends` the meeting ends on the day on which it starts. Raises the validation error
    `end_without_start`, `time_without_day` where `ends` is given and no whole day, and
    `ends_before_starts`.
    """
    known = info.data
    if value is None or "start_time" not in known:
        return value
    start = known["start_time"]
    if start is None:
        raise PydanticCustomError("end_without_start", "A time to end needs a start_time")
    if known.get("ends") is not None:
        _require_day("ends", info)
    if known.get("ends") in (None, known.get("starts")) and value <= start:
        raise PydanticCustomError(
            "ends_before_starts", "Ends before it starts, at {starts}", {"starts": start}
        )
    return value


def _require_day(field: str, info: ValidationInfo) -> None:
    day = info.data.get(field)
    # What is wrong with the date itself is told of the date.
    if field in info.data and (day is None or not is_day(day)):
        raise PydanticCustomError(
            "time_without_day", "A time needs a whole day in {field}", {"field": field}
        )
