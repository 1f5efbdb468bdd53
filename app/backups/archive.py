"""What a backup is: a folder with all tables' rows, and a manifest that proves them whole."""

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson
import zstandard
from pydantic import ValidationError
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    String,
    TableClause,
    Text,
    column,
    table,
)
from sqlalchemy.types import TypeEngine

from app.kernel.columns import Document, UtcDateTime
from app.kernel.private_files import open_private
from app.kernel.schemas import Schema

ROWS = "rows.jsonl.zst"
MANIFEST = "manifest.json"
BATCH = 1000

# What a value is to both engines, and so in the file.
Stored = Literal["text", "integer", "truth", "json", "moment", "bytes"]
TYPES: Mapping[Stored, TypeEngine[Any]] = {
    "text": Text(),
    "integer": BigInteger(),
    "truth": Boolean(),
    "json": Document,
    "moment": UtcDateTime(),
    "bytes": LargeBinary(),
}
_STORED: Sequence[tuple[type[TypeEngine[Any]], Stored]] = (
    (UtcDateTime, "moment"),
    (JSON, "json"),
    (LargeBinary, "bytes"),
    (Boolean, "truth"),
    (Integer, "integer"),
    (String, "text"),
)


class BackupError(Exception):
    """Why a backup cannot be made, or not be restored: one sentence."""


class TableRows(Schema):
    """A table of the backup: its columns, what each holds, and how many rows follow."""

    name: str
    columns: dict[str, Stored]
    rows: int

    def as_table(self) -> TableClause:
        """The table, as a statement names it on either engine."""
        return table(
            self.name, *(column(name, TYPES[stored]) for name, stored in self.columns.items())
        )


class Manifest(Schema):
    """What stands beside the rows: of when they are, and how to know that they are whole.

    It is written last, so that a backup that was cut off has none.
    """

    format: Literal[1] = 1
    made_at: datetime
    version: str
    migration: str
    revision: int
    hash: str
    tables: list[TableRows]
    bytes: int
    sha256: str


def stored(type_: TypeEngine[Any]) -> Stored:
    """What a column's values are in the file. Raises TypeError for a type that it has no place for.

    Codes are text; their rules are the table's own.
    """
    for known, name in _STORED:
        if isinstance(type_, known):
            return name
    raise TypeError(f"a backup has no place for values of {type_!r}")


def columns_of(columns: Iterable[Column[Any]]) -> dict[str, Stored]:
    """What each column of a table holds, in their order."""
    return {found.name: stored(found.type) for found in columns}


def line_of(values: Sequence[Any]) -> bytes:
    """A row as a line of the file."""
    written = [
        base64.b64encode(value).decode() if isinstance(value, bytes) else value for value in values
    ]
    return orjson.dumps(written, option=orjson.OPT_APPEND_NEWLINE)


def values_of(line: bytes, columns: Mapping[str, Stored]) -> dict[str, Any]:
    """The row in a line, by column."""
    return {
        name: _read(value, as_)
        for (name, as_), value in zip(columns.items(), orjson.loads(line), strict=True)
    }


def _read(value: Any, as_: Stored) -> Any:
    if value is None:
        return None
    if as_ == "moment":
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if as_ == "bytes" else value


def lines(folder: Path) -> Iterator[bytes]:
    """The lines of a backup's rows."""
    with (
        (folder / ROWS).open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as raw,
    ):
        yield from BufferedReader(raw)


def digest_of_file(path: Path) -> str:
    """SHA-256, in hexadecimal, of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A new file to write to, of which only its owner reads; on the disk when the block ends."""

    with open(path, "xb", opener=open_private) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Returns once the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a backup whose rows are whole. Raises BackupError otherwise."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise BackupError(
            f"{folder} holds no {MANIFEST}: it is no backup, or one that was cut off."
        ) from None
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(str(part) for part in wrong["loc"])
        raise BackupError(
            f"{folder / MANIFEST} is no manifest: {place or 'it'}: {wrong['msg']}."
        ) from None
    rows = folder / ROWS
    if not rows.is_file():
        raise BackupError(f"{rows} is missing.")
    if rows.stat().st_size != manifest.bytes or digest_of_file(rows) != manifest.sha256:
        raise BackupError(
            f"{rows} is not the file that {MANIFEST} names: it is cut off or altered."
        )
    return manifest
