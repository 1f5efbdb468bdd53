"""IANA time zones."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_KNOWN = frozenset(available_timezones())


def _known(value: str) -> str:
    if value not in _KNOWN:
        raise PydanticCustomError("time_zone", "An IANA time zone, such as Asia/Seoul")
    return value


TimeZone = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 64,
            "description": "An IANA time zone.",
            "examples": ["Asia/Seoul"],
        }
    ),
]
