"""Releases of many kinds: what each says is proposed, and nothing besides."""

from collections.abc import Callable

import pytest

from app.drafting.proposing.drafts import Draft, draft_of
from app.drafting.reading.files import release_of
from app.drafting.reading.hypertext import read_hypertext
from app.drafting.reading.pdf_files import read_pdf_file
from app.drafting.reading.plain import read_plain
from app.drafting.reading.word_files import read_word_file
from tests.drafting.expected import EXPECTED
from tests.drafting.making import docx_of, pdf_of
from tests.drafting.telling import KNOWN, RELEASES, told


def _draft(name: str, *, written: str = "utf-8") -> Draft:
    text = (RELEASES / name).read_text("utf-8")
    data = text.encode("gb2312" if "charset=gb2312" in text else written)
    read = read_hypertext if name.endswith(".html") else read_plain
    return draft_of(release_of(name, data, read(data)), KNOWN)


@pytest.mark.parametrize("name", sorted(path.name for path in RELEASES.glob("*.[th]*")))
def test_what_a_release_says_is_proposed(name: str) -> None:
    assert told(_draft(name)) == EXPECTED[name]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("ko-weekday.txt", "cp949"), ("ko-postponed.txt", "euc-kr"), ("zh-eighth.txt", "gb18030")],
)
def test_a_release_says_the_same_in_another_encoding(name: str, encoding: str) -> None:
    assert told(_draft(name, written=encoding)) == EXPECTED[name]


def _as_docx(text: str) -> Draft:
    data = docx_of(text)
    return draft_of(release_of("a.docx", data, read_word_file(data)), KNOWN)


def _as_pdf(text: str) -> Draft:
    data = pdf_of(*text.split("\n\n"))
    return draft_of(release_of("a.pdf", data, read_pdf_file(data)), KNOWN)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("ko-nested.txt", _as_docx),
        ("ko-nested.txt", _as_pdf),
        ("zh-planned.txt", _as_docx),
        ("zh-planned.txt", _as_pdf),
        ("holdout-ko.txt", _as_docx),
        ("en-nested.txt", _as_pdf),
    ],
)
def test_a_release_says_the_same_as_docx_and_pdf(name: str, write: Callable[[str], Draft]) -> None:
    assert told(write((RELEASES / name).read_text("utf-8"))) == EXPECTED[name]


def test_each_release_is_labelled_as_invented() -> None:
    for path in RELEASES.glob("*.[th]*"):
        text = path.read_text("utf-8")
        assert any(word in text for word in ("Invented for the tests", "지어낸", "测试虚构")), path


def test_quotes_are_the_exact_words_with_their_line_ends() -> None:
    draft = _draft("en-eighth.txt")
    item = next(one for one in draft.records if one.proposal.id == "clear-sky-plan-2024-2")
    assert item.load is not None
    assert item.load["title"] == {"en": "Joint research on ozone and its precursors"}
    (citation, plan) = item.load["citations"][::-1]
    assert citation["quote"] == "2. Joint research on ozone and\nits precursors"
    assert (citation["locator"], citation["supports"]) == ("paragraph 7", ["/number", "/title/en"])
    assert (plan["quote"], plan["supports"]) == ("2024 Clear Sky Plan", ["/agreement"])
