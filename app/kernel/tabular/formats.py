"""The formats that lists are given in and records are read from, and which a client asks for."""

import re
from enum import StrEnum
from functools import lru_cache

JSON_LINES = "application/jsonl"
_QVALUE = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class Format(StrEnum):
    """The formats, by the names that `format` and the endings of files have; JSON goes first."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """Its media type: RFC 8259, JSON Lines, RFC 7111 and the one of ECMA-376's workbooks."""
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.JSONL: JSON_LINES,
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def format_of(media_type: str) -> Format | None:
    """The format, but for JSON, of a media type, whatever its parameters; None for any other."""
    bare = media_type.partition(";")[0].strip().lower()
    tables = (each for each in Format if each is not Format.JSON)
    return next((each for each in tables if each.media_type == bare), None)


@lru_cache(maxsize=256)
def preferred(accept: bytes | None) -> Format:
    """The format for a client that sends this Accept (RFC 9110, section 12.5.1).

    Each format has the weight of the range that names it most precisely. Of equal weights, one that
    is named goes before one that `*` stands for, then JSON before the others. JSON also where
    nothing is accepted that there is, and for whoever sends no Accept.
    """
    if accept is None:
        return Format.JSON
    weights = _weights(accept.decode("latin-1").lower())
    best, most = Format.JSON, (0.0, False)
    for wanted, media_type in MEDIA_TYPES.items():
        main = media_type.partition("/")[0]
        ranges = (media_type, f"{main}/*", "*/*")
        name = next((name for name in ranges if name in weights), None)
        found = (weights[name], name == media_type) if name else (0.0, False)
        if found[0] > 0 and found > most:
            best, most = wanted, found
    return best


@lru_cache(maxsize=256)
def preferred_table(accept: bytes | None) -> Format | None:
    """The same, and None for JSON: what is asked before every answer that was kept."""
    found = preferred(accept)
    return None if found is Format.JSON else found


def _weights(accept: str) -> dict[str, float]:
    """The media ranges of an Accept, with the highest weight of each; what is malformed is none."""
    weights: dict[str, float] = {}
    for choice in accept.split(","):
        name, *parameters = (part.strip() for part in choice.split(";"))
        given = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        if _QVALUE.fullmatch(given):
            weights[name] = max(float(given), weights.get(name, 0.0))
    return weights
