"""Plain text."""

from app.drafting.reading.decoding import decode
from app.drafting.reading.source import Reading, blocks_of


def read_plain(data: bytes, encoding: str | None = None) -> Reading:
    """The paragraphs of a text file. Raises UnreadableError as decode() does."""
    decoded = decode(data, encoding)
    note = f"Read as {decoded.encoding} ({decoded.reason})."
    return Reading(blocks_of(decoded.text), "text/plain", [note])
