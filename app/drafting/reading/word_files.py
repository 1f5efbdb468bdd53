"""DOCX: paragraphs and tables in the order of the page."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from app.drafting.reading.source import Block, Reading, UnreadableError, blocks_of

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MOST_PARTS = 2_000
_MOST_UNPACKED = 64 * 1024 * 1024
_MOST_CELLS = 20_000


def read_word_file(data: bytes) -> Reading:
    """The paragraphs of a DOCX file. Raises UnreadableError for what is none or unpacks too far."""
    _refuse_bomb(data)
    try:
        document = Document(io.BytesIO(data))
        blocks = list(_blocks(document))
    except (OpcError, KeyError, ValueError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise UnreadableError(f"it is no DOCX file that can be read: {error}.") from None
    return Reading(blocks, MEDIA_TYPE, [])


def _refuse_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise UnreadableError(f"it has {len(parts)} parts; {_MOST_PARTS} are read.")
            unpacked = 0
            for part in parts:
                if part.flag_bits & 1:
                    raise UnreadableError(f"its part {part.filename} is encrypted.")
                # Counted, not believed: the directory may say less than a part unpacks to.
                with archive.open(part) as file:
                    while chunk := file.read(1024 * 1024):
                        unpacked += len(chunk)
                        if unpacked > _MOST_UNPACKED:
                            raise UnreadableError(
                                f"it unpacks to more than {_MOST_UNPACKED} bytes, at its part "
                                f"{part.filename}."
                            )
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        OSError,
        zlib.error,
    ) as error:
        raise UnreadableError(f"it is no DOCX file that can be read: {error}.") from None


def _blocks(document: Any) -> Iterator[Block]:
    for part in document.iter_inner_content():
        if isinstance(part, Paragraph):
            heading = str(getattr(part.style, "name", "") or "").startswith(("Title", "Heading"))
            for block in blocks_of(part.text):
                yield Block(block.text, heading=heading)
        elif isinstance(part, Table):
            yield from _rows(part)


def _rows(table: Table) -> Iterator[Block]:
    cells = 0
    for row in table.rows:
        texts: list[str] = []
        last = None
        for cell in row.cells:
            cells += 1
            if cells > _MOST_CELLS:
                raise UnreadableError(f"a table has more than {_MOST_CELLS} cells.")
            # A merged cell is given once for each cell that it covers.
            if cell._tc is not last:
                texts.append(cell.text)
            last = cell._tc
        yield from blocks_of("\t".join(texts))
