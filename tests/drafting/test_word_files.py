"""What stands on the page of a DOCX file is read: all of it, once, in its order."""

import pytest

from app.drafting.reading.word_files import read_word_file
from tests.drafting.making import docx_of_body


def _run(words: str) -> str:
    return f"<w:r><w:t>{words}</w:t></w:r>"


def _paragraph(words: str) -> str:
    return f"<w:p>{_run(words)}</w:p>"


def _control(content: str) -> str:
    properties = '<w:sdtPr><w:alias w:val="no"/></w:sdtPr>'
    return f"<w:sdt>{properties}<w:sdtContent>{content}</w:sdtContent></w:sdt>"


def _cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def _row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


_A, _B, _C = (_cell(_paragraph(word)) for word in "abc")
_MERGED = _cell(_paragraph("m"), '<w:vMerge w:val="restart"/>')
_MERGED_ON = _cell("<w:p/>", "<w:vMerge/>")
_DELETED = "<w:del><w:r><w:t>no</w:t><w:delText>no</w:delText></w:r></w:del>"
_BOX = f"<w:r><w:pict><w:txbxContent>{_paragraph('box')}</w:txbxContent></w:pict></w:r>"


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (f"<w:p>{_run('on ')}<w:ins>{_run('18 March')}</w:ins>{_DELETED}</w:p>", ["on 18 March"]),
        (f"<w:p>{_run('in ')}{_control(_run('Seoul'))}</w:p>", ["in Seoul"]),
        (
            _paragraph("one") + _control(_paragraph("two")) + _paragraph("three"),
            ["one", "two", "three"],
        ),
        (
            f"<w:p><w:moveFrom>{_run('no')}</w:moveFrom><w:moveTo>{_run('yes')}</w:moveTo></w:p>",
            ["yes"],
        ),
        (f'<w:p><w:hyperlink w:anchor="x">{_run("link")}</w:hyperlink></w:p>', ["link"]),
        (f"<w:p>{_run('a')}{_BOX}{_run('b')}</w:p>", ["ab", "box"]),
        (f"<w:tbl>{_control(_row(_A, _control(_B)))}{_row(_C)}</w:tbl>", ["a\tb", "c"]),
        (f"<w:tbl>{_row(_A)}{_row(_B, properties='<w:del/>')}</w:tbl>", ["a"]),
        (f"<w:tbl>{_row(_MERGED, _A)}{_row(_MERGED_ON, _B)}</w:tbl>", ["m\ta", "m\tb"]),
        (
            f"<w:tbl>{_row(_cell(_control(_paragraph('c'))), _cell(f'<w:tbl>{_row(_A)}</w:tbl>'))}"
            "</w:tbl>",
            ["c\ta"],
        ),
    ],
)
def test_it_is_read_as_it_is_seen_with_all_changes_accepted(body: str, texts: list[str]) -> None:
    assert [block.text for block in read_word_file(docx_of_body(body)).blocks] == texts
