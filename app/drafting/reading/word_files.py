"""DOCX: paragraphs and tables in the order of the page."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.exceptions import XmlchemyError
from docx.oxml.ns import qn
from lxml import etree

from app.drafting.reading.numbered import told
from app.drafting.reading.source import Block, Reading, UnreadableError, blocks_of
from app.drafting.reading.word_numbers import Numbers
from app.drafting.reading.word_text import boxes_of, inside, words_of

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MOST_PARTS = 2_000
_MOST_UNPACKED = 64 * 1024 * 1024
# Each takes some hundred bytes of memory: this many can be read within the bound on that.
_MOST_MARKUP = 1_500_000
_MOST_CELLS = 20_000
_PARAGRAPH, _TABLE, _ROW, _CELL = map(qn, ("w:p", "w:tbl", "w:tr", "w:tc"))
_PARAGRAPH_DELETED = f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}"
_ROW_DELETED = f"{qn('w:trPr')}/{qn('w:del')}"


def read_word_file(data: bytes) -> Reading:
    """The paragraphs of a DOCX file. Raises UnreadableError for what is none or unpacks too far."""
    _refuse_bomb(data)
    try:
        document = Document(io.BytesIO(data))
        page = _Page(document)
        blocks = list(page.blocks_in(document.element.body))
    except (
        OpcError,
        XmlchemyError,
        KeyError,
        ValueError,
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
    ) as error:
        raise UnreadableError(f"it is no DOCX file that can be read: {error}.") from None
    return Reading(blocks, MEDIA_TYPE, told(blocks, page.numbered_in_cells))


def _refuse_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise UnreadableError(f"it has {len(parts)} parts; {_MOST_PARTS} are read.")
            unpacked = markup = 0
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
                        # Whatever it is named: another part may say that it is XML.
                        markup += chunk.count(b"<") + chunk.count(b"=")
                        if markup > _MOST_MARKUP:
                            raise UnreadableError(
                                f"it has more than {_MOST_MARKUP} tags and attributes, at its part "
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


class _Page:
    def __init__(self, document: Any) -> None:
        self.numbered_in_cells = 0
        self._numbers = Numbers(document)
        self._headings = {
            style.style_id
            for style in document.styles
            if str(style.name or "").startswith(("Title", "Heading"))
        }

    def blocks_in(self, container: Any) -> Iterator[Block]:
        for part in inside(container, _PARAGRAPH, _TABLE):
            if part.tag == _TABLE:
                yield from self._rows(part)
                continue
            words = words_of(part)
            if not words and part.find(_PARAGRAPH_DELETED) is not None:
                continue
            heading = part.style in self._headings
            number = self._numbers.of(part)
            for block in blocks_of(words):
                yield Block(block.text, heading=heading, number=number)
                number = None
            for box in boxes_of(part):
                yield from self.blocks_in(box)

    def _rows(self, table: Any) -> Iterator[Block]:
        cells = 0
        # What each column shows, for the cells below that are merged with it.
        shown: dict[int, str] = {}
        for row in inside(table, _ROW):
            if row.find(_ROW_DELETED) is not None:
                continue
            texts: list[str] = []
            column = row.grid_before
            for cell in inside(row, _CELL):
                cells += 1
                if cells > _MOST_CELLS:
                    raise UnreadableError(f"a table has more than {_MOST_CELLS} cells.")
                if cell.vMerge != "continue" or column not in shown:
                    shown[column] = self._cell(cell)
                texts.append(shown[column])
                column += cell.grid_span
            yield from blocks_of("\t".join(texts))

    def _cell(self, cell: Any) -> str:
        texts: list[str] = []
        for part in inside(cell, _PARAGRAPH, _TABLE):
            if part.tag == _TABLE:
                texts.extend(block.text for block in self._rows(part))
                continue
            self.numbered_in_cells += self._numbers.of(part) is not None
            texts.append(words_of(part))
            texts.extend(block.text for box in boxes_of(part) for block in self.blocks_in(box))
        return "\n".join(texts)
