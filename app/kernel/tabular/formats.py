"""The formats in which records go out and come in."""

from enum import StrEnum

from app.kernel.tabular import delimited, json_lines, workbooks


class Format(StrEnum):
    """A format of files of records, by the ending of their names."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


MEDIA_TYPES = {
    Format.CSV: delimited.MEDIA_TYPE,
    Format.XLSX: workbooks.MEDIA_TYPE,
    Format.JSONL: json_lines.MEDIA_TYPE,
}


def format_of(media_type: str) -> Format | None:
    """The format of a media type, whatever its parameters; None for any other."""
    bare = media_type.partition(";")[0].strip().lower()
    return next((each for each, known in MEDIA_TYPES.items() if known == bare), None)
