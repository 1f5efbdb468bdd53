"""Small DOCX and PDF files, made by the tests that read them."""

import io
import zlib

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

# Of a password that is not empty (ISO 32000-1, 7.6.3): any keys will do that fit none.
_ENCRYPTED = (
    b" /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4"
    b" /O <%s> /U <%s> >>" % (b"11" * 32, b"22" * 32)
)


def docx_of(text: str) -> bytes:
    """A DOCX file with a paragraph for each line; a line with tabs is a row of a table."""
    document = Document()
    for line in text.splitlines():
        cells = line.split("\t")
        if len(cells) == 1:
            document.add_paragraph(line)
            continue
        row = document.add_table(rows=1, cols=len(cells)).rows[0]
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def docx_of_body(body: str, lists: str = "") -> bytes:
    """A DOCX file whose body is this WordprocessingML, with the styles and lists that Word has.

    `lists` is WordprocessingML too: definitions of further lists.
    """
    document = Document()
    more = parse_xml(f"<w:numbering {nsdecls('w')}>{lists}</w:numbering>")
    document.part.numbering_part.element.extend(list(more))
    element = parse_xml(f"<w:body {nsdecls('w', 'wp', 'a')}>{body}</w:body>")
    document.element.replace(document.element.body, element)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf_of(*pages: str, encrypted: bool = False) -> bytes:
    """A PDF file of these pages. Its font maps each code to the character of that number."""
    used = sorted({char for page in pages for char in page if char != "\n"})
    mapped = "\n".join(f"<{ord(char):04X}> <{ord(char):04X}>" for char in used)
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(used)} beginbfchar\n{mapped}\nendbfchar endcmap end end"
    ).encode()
    kids = [f"{5 + 2 * number} 0 R" for number in range(len(pages))]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /ToUnicode 4 0 R"
        b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        b" /DW 500 >>] >>",
        _stream(to_unicode),
    ]
    for number, page in enumerate(pages):
        lines = "".join(
            f"<{line.encode('utf-16-be').hex()}> Tj 0 -14 Td\n" for line in page.split("\n")
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * number} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>".encode()
        )
        objects.append(_stream(f"BT /F 10 Tf 40 800 Td\n{lines}ET".encode() if page else b""))
    return _file(objects, _ENCRYPTED if encrypted else b"")


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _file(objects: list[bytes], more: bytes) -> bytes:
    made = b"%PDF-1.7\n"
    places: list[int] = []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R%s >>\n"
        b"startxref\n%d\n%%%%EOF\n"
    ) % (len(objects) + 1, table, len(objects) + 1, more, len(made))
