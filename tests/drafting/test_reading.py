"""A release is read whatever it is, or refused with the place and the reason."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from app.drafting.reading import pdf_files, source, word_files
from app.drafting.reading.apart import read_apart
from app.drafting.reading.decoding import decode
from app.drafting.reading.files import read_release
from app.drafting.reading.hypertext import read_hypertext
from app.drafting.reading.pdf_files import read_pdf_file
from app.drafting.reading.plain import read_plain
from app.drafting.reading.source import Source, UnreadableError
from app.drafting.reading.word_files import read_word_file
from tests.drafting.making import docx_of, pdf_of

KOREAN = "환경부는 20일 베이징에서 제7차 한중 환경부 국장급회의를 개최했다."
CHINESE = "第七次中韩环境司局长级政策对话在北京举行，双方共同主持会议。"


@pytest.mark.parametrize(
    ("text", "codec", "taken"),
    [
        (KOREAN, "utf-8", "utf-8"),
        (KOREAN, "utf-8-sig", "utf-8"),
        (KOREAN, "utf-16", "utf-16-le"),
        (KOREAN, "euc-kr", "cp949"),
        (KOREAN + " 똠방각하", "cp949", "cp949"),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "gb2312", "gb18030"),
        (CHINESE + "㐀𠀀", "gb18030", "gb18030"),
        ("Held in Beijing", "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_decided_and_told(text: str, codec: str, taken: str) -> None:
    decoded = decode(text.encode(codec))
    assert (decoded.text, decoded.encoding) == (text, taken)
    assert decoded.reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f"{KOREAN}\n".encode() + KOREAN.encode("cp949"), ["mixed encodings", "line 2", "0xb0"]),
        (f"{KOREAN}\n".encode("cp949") + KOREAN.encode(), ["mixed encodings", "line 1", "0xb0"]),
        (f"{CHINESE}\n".encode("gb18030") + KOREAN.encode("utf-8"), ["mixed encodings"]),
        (
            f"{KOREAN}\n".encode("cp949") * 9 + CHINESE.encode("gb18030"),
            ["mixed encodings", "line 10", "is gb18030", "whole is cp949", "--encoding"],
        ),
        (
            f"{CHINESE}\n".encode("gb18030") * 9 + KOREAN.encode("cp949"),
            ["mixed encodings", "line 10", "is cp949", "whole is gb18030", "--encoding"],
        ),
        (
            f"{CHINESE}㐀\n".encode("gb18030") + KOREAN.encode("cp949"),
            ["mixed encodings", "line 2", "is cp949"],
        ),
        (("漢" * 3 + "한국" * 9).encode("cp949"), ["byte 0", "--encoding"]),
        (b"one\xfftwo", ["byte 3", "0xff", "line 1"]),
        (b"%\0\1", ["byte 1", "no text"]),
        (b"\xef\xbb\xbfab\xff", ["byte 5", "not valid utf-8"]),
    ],
)
def test_mixed_and_unknown_encodings_are_refused_with_the_byte(
    data: bytes, words: list[str]
) -> None:
    with pytest.raises(UnreadableError) as refusal:
        decode(data)
    for word in words:
        assert word in str(refusal.value)


def test_an_encoding_that_is_declared_is_held_to() -> None:
    assert decode(KOREAN.encode("cp949"), "EUC-KR").encoding == "cp949"
    with pytest.raises(UnreadableError, match=r"byte 2 .* not valid utf-8"):
        decode(KOREAN.encode("cp949"), "utf-8")
    with pytest.raises(UnreadableError, match="'latin-9' is none of"):
        decode(b"abc", "latin-9")


def test_paragraphs_and_pages_are_where_words_are_found_again() -> None:
    read = Source(read_plain(b"Title\r\n\r\nOne line\r\nand another\r\n\r\n\r\nLast\x07.\n").blocks)
    assert read.text == "Title\n\nOne line\nand another\n\nLast ."
    assert read.locator(read.text.index("another")) == "paragraph 2"
    pages = Source(read_pdf_file(pdf_of("First", KOREAN, CHINESE)).blocks)
    assert pages.locator(pages.text.index("베이징")) == "page 2, paragraph 1"
    assert pages.text == f"First\n\n{KOREAN}\n\n{CHINESE}"


def test_html_is_read_without_scripts_and_navigation() -> None:
    page = (
        "<html><head><meta charset=euc-kr><title>Portal</title><script>var no = 1</script></head>"
        "<body><nav>Home</nav><h1>한중 회의</h1><p>One <b>bold</b>\n word<br>next"
        "<script>no</script></p><table><tr><td>a</td><td>b</td></tr></table><!-- no -->"
        "<footer>no</footer></body></html>"
    )
    blocks = read_hypertext(page.encode("euc-kr")).blocks
    assert [(block.text, block.heading) for block in blocks] == [
        ("한중 회의", True),
        ("One bold word\nnext", False),
        ("a\tb", False),
    ]
    with pytest.raises(UnreadableError, match="not valid cp949"):
        read_hypertext(page.encode())
    deep = read_hypertext(b"<div>" * 5000 + b"<p>deep</p>")
    assert "deep" in [block.text for block in deep.blocks] or deep.blocks == []


def test_docx_is_read_with_its_tables() -> None:
    blocks = read_word_file(docx_of(f"Title\n{KOREAN}\nhead\t이영석\nlast")).blocks
    assert [block.text for block in blocks] == ["Title", KOREAN, "head\t이영석", "last"]


def _zip(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_what_is_no_docx_or_unpacks_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"PK\3\4", b"no zip", _zip(a=b"x"), docx_of("x")[:-30]):
        with pytest.raises(UnreadableError, match="no DOCX file"):
            read_word_file(data)
    document = b"<w:p/>" * 1_500_001
    for name in ("document.xml", "document.bin"):
        with pytest.raises(UnreadableError, match=f"1500000 tags and attributes, at .* {name}"):
            read_word_file(_zip(**{name: document}))
    monkeypatch.setattr(word_files, "_MOST_PARTS", 1)
    with pytest.raises(UnreadableError, match="it has 2 parts; 1 are read"):
        read_word_file(_zip(a=b"", b=b""))
    monkeypatch.setattr(word_files, "_MOST_UNPACKED", 1000)
    with pytest.raises(UnreadableError, match="unpacks to more than 1000 bytes, at its part bomb"):
        read_word_file(_zip(bomb=b"0" * 5000))


def test_what_is_no_pdf_with_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableError, match="no text, only pictures"):
        read_pdf_file(pdf_of("", ""))
    with pytest.raises(UnreadableError, match="encrypted"):
        read_pdf_file(pdf_of("words", encrypted=True))
    with pytest.raises(UnreadableError, match="no PDF"):
        read_pdf_file(b"%PDF-1.7\nrubbish")
    monkeypatch.setattr(pdf_files, "MOST_PAGES", 1)
    with pytest.raises(UnreadableError, match="2 pages; 1 are read"):
        read_pdf_file(pdf_of("a", "b"))


def test_a_file_is_read_apart_within_bounds(tmp_path: Path) -> None:
    reading = read_apart("pdf", pdf_of(KOREAN), None)
    assert [(block.text, block.page) for block in reading.blocks] == [(KOREAN, 1)]
    with pytest.raises(UnreadableError, match="no text"):
        read_apart("pdf", pdf_of(""), None)
    with pytest.raises(UnreadableError, match="could not be read within 60 seconds"):
        read_apart("none", b"", None)
    path = tmp_path / "release.docx"
    path.write_bytes(docx_of(KOREAN))
    assert read_release(path).source.text == KOREAN


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.doc", b"x", r"a\.doc: a release is one of .*\.docx"),
        ("a.txt", b"%PDF-1.7", r"a\.txt: it is named \.txt, but its first bytes are a pdf's"),
        ("a.txt", b"PK\3\4", "a docx's"),
        ("a.txt", b" \n\n ", "no words"),
    ],
)
def test_files_that_are_no_releases_are_refused(
    name: str, data: bytes, words: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match=words):
        read_release(path)


def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    device = tmp_path / "zero.txt"
    device.symlink_to("/dev/zero")
    for path in (pipe, device, tmp_path):
        with pytest.raises(UnreadableError, match=rf"{path.name}: it is no regular file\."):
            read_release(path)


def test_files_that_are_too_large_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (source.MOST_BYTES + 1))
    with pytest.raises(UnreadableError, match=r"a\.txt: it has more than 10485760 bytes"):
        read_release(path)
    path.write_bytes(b"x" * (source.MOST_CHARACTERS + 1))
    with pytest.raises(UnreadableError, match="100001 characters; 100000 are read"):
        read_release(path)
    with pytest.raises(UnreadableError, match="No such file"):
        read_release(tmp_path / "none.txt")
