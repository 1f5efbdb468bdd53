"""Reading a release's file, whatever it is."""

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from app.drafting.reading.apart import read_apart
from app.drafting.reading.plain import read_plain
from app.drafting.reading.source import (
    MOST_BYTES,
    MOST_CHARACTERS,
    Reading,
    Source,
    UnreadableError,
)

_KINDS = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".pdf": "pdf",
}


@dataclass(frozen=True, slots=True)
class Release:
    """A release: the file that it is, and its text."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    source: Source
    notes: tuple[str, ...] = ()


def read_release(path: Path, encoding: str | None = None) -> Release:
    """The release in `path`; `encoding` is that of its text, where the person knows it.

    Raises UnreadableError for a file that is not there, no regular file, too large, of no known
    kind, or whose text cannot be read; the message begins with its name.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError(f"{path}: it is no regular file.")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}.") from None
    try:
        if len(data) > MOST_BYTES:
            raise UnreadableError(f"it has more than {MOST_BYTES} bytes.")
        return release_of(path.name, data, _read(path, data, encoding))
    except UnreadableError as error:
        raise UnreadableError(f"{path.name}: {error}") from None


def release_of(name: str, data: bytes, reading: Reading) -> Release:
    """The release that `reading` is of the bytes `data`. Raises UnreadableError without words."""
    source = Source(reading.blocks)
    if not source.text:
        raise UnreadableError("it has no words.")
    if len(source.text) > MOST_CHARACTERS:
        raise UnreadableError(
            f"its text has {len(source.text)} characters; {MOST_CHARACTERS} are read."
        )
    digest = hashlib.sha256(data).hexdigest()
    return Release(name, reading.media_type, len(data), digest, source, tuple(reading.notes))


def _read(path: Path, data: bytes, encoding: str | None) -> Reading:
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise UnreadableError(f"a release is one of {', '.join(_KINDS)}.")
    looks = "pdf" if data.startswith(b"%PDF-") else "docx" if data.startswith(b"PK\3\4") else ""
    if looks and looks != kind:
        raise UnreadableError(f"it is named {path.suffix}, but its first bytes are a {looks}'s.")
    if kind == "txt":
        return read_plain(data, encoding)
    return read_apart(kind, data, encoding)
