"""Paragraphs that a browser or Word numbers are items, with exact words and no number in them."""

import pytest

from app.drafting.finding.items import ListFound, lists_in
from app.drafting.finding.matching import Matched
from app.drafting.proposing.drafts import draft_of
from app.drafting.proposing.review import review_of
from app.drafting.reading.apart import read_apart
from app.drafting.reading.files import release_of
from app.drafting.reading.hypertext import read_hypertext
from app.drafting.reading.source import Reading, Source
from app.drafting.reading.word_files import read_word_file
from tests.drafting.making import docx_of_body
from tests.drafting.telling import KNOWN, told

NOT_READ = "not read as items"


def _items(reading: Reading) -> list[list[object]]:
    source = Source(reading.blocks)
    matched = Matched(source.text)

    def items_of(found: ListFound) -> list[object]:
        return [
            (matched.quote(item.title), *map(items_of, item.lists))
            if item.lists
            else matched.quote(item.title)
            for item in found.items
        ]

    return [items_of(found) for found in lists_in(matched, source)]


@pytest.mark.parametrize(
    ("page", "numbers", "items"),
    [
        ("<ol><li>Data<li>Forum</ol>", [1, 2], [["Data", "Forum"]]),
        ("<ol type=a><li><p>Data</p><p>more</p><li>Forum</ol>", [1, None, 2], None),
        ("<ol><li>Data</ol><p>and</p><ol start=2><li>Forum</ol>", [1, None, 2], None),
        ("<ol><li>Data<li value=7>Forum</ol>", [1, 7], []),
        ("<ol reversed><li>Data<li>Forum</ol>", [2, 1], []),
        ("<ul><li>Data<li>Forum</ul>", [None, None], []),
        ('<ol style="list-style: none"><li>Data<li>Forum</ol>', [None, None], []),
        ("<ol><li> <li>Data<li>Forum</ol>", [2, 3], []),
        ("<ol><li>1. Data<li>2. Forum</ol>", [1, 2], [["Data", "Forum"]]),
        ("<ol><li>Data<ul><li>x</ul><li>Forum</ol>", [1, None, 2], None),
        (
            "<ol><li>Data<ol><li>x<li>y</ol><li>Forum</ol>",
            [1, 1, 2, 2],
            [[("Data", ["x", "y"]), "Forum"]],
        ),
        (
            "<ol><li>a<li>b</ol><p>And:</p><ol><li>c<li>d</ol>",
            [1, 2, None, 1, 2],
            [["a", "b"], ["c", "d"]],
        ),
    ],
)
def test_items_of_a_page(
    page: str, numbers: list[int | None], items: list[list[object]] | None
) -> None:
    reading = read_hypertext(page.encode())
    assert [block.number and block.number.value for block in reading.blocks] == numbers
    found = _items(reading)
    if items is None:
        assert [len(one) for one in found] == [2]
    else:
        assert found == items
    counted = [number for number in numbers if number is not None]
    assert any(NOT_READ in note for note in reading.notes) == bool(counted and not found)


def _word(*paragraphs: tuple[str, str]) -> str:
    return "".join(
        f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"
        for properties, words in paragraphs
    )


def _list(number: int, level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


STYLE = '<w:pStyle w:val="ListNumber"/>'
BULLET = '<w:pStyle w:val="ListBullet"/>'
# Of the lists that the template of python-docx has, those of "List Number" and "List Bullet".
NUMBERED, BULLETED = _list(5), _list(1)


@pytest.mark.parametrize(
    ("body", "numbers", "items"),
    [
        (_word((STYLE, "Data"), (STYLE, "Forum")), [1, 2], [["Data", "Forum"]]),
        (_word((NUMBERED, "Data"), (NUMBERED, "Forum")), [1, 2], [["Data", "Forum"]]),
        (_word((BULLET, "Data"), (BULLETED, "Forum")), [None, None], []),
        (_word((STYLE + _list(0), "Data"), (STYLE, "Forum")), [None, 1], []),
        (
            _word((STYLE, "Data"), ("", "more"), (STYLE, "Forum")),
            [1, None, 2],
            [["Data\n\nmore", "Forum"]],
        ),
    ],
)
def test_items_of_a_docx_file(
    body: str, numbers: list[int | None], items: list[list[object]]
) -> None:
    reading = read_word_file(docx_of_body(body))
    assert [block.number and block.number.value for block in reading.blocks] == numbers
    assert _items(reading) == items


def _level(depth: int, format_: str = "decimal", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{format_}"/>'
        f'<w:lvlText w:val="%{depth + 1})"/></w:lvl>'
    )


LISTS = (
    f'<w:abstractNum w:abstractNumId="90">{_level(0)}{_level(1, "ganada")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="91">{_level(0, start=4)}</w:abstractNum>'
    '<w:num w:numId="90"><w:abstractNumId w:val="90"/></w:num>'
    '<w:num w:numId="91"><w:abstractNumId w:val="90"/></w:num>'
    '<w:num w:numId="92"><w:abstractNumId w:val="90"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    '<w:num w:numId="93"><w:abstractNumId w:val="91"/></w:num>'
)


@pytest.mark.parametrize(
    ("paragraphs", "numbers"),
    [
        ([(90, 0), (90, 1), (90, 1), (90, 0), (90, 1)], [1, 1, 2, 2, 1]),
        ([(90, 0), (91, 0), (92, 0), (92, 0)], [1, 2, 1, 2]),
        ([(93, 0), (93, 0), (94, 0)], [4, 5, None]),
    ],
)
def test_word_counts_by_definition_and_level(
    paragraphs: list[tuple[int, int]], numbers: list[int | None]
) -> None:
    body = _word(*((_list(list_, level), f"{list_} {level}") for list_, level in paragraphs))
    blocks = read_word_file(docx_of_body(body, LISTS)).blocks
    assert [block.number and block.number.value for block in blocks] == numbers
    counted = [(list_, level) for list_, level in paragraphs if list_ != 94]
    assert [block.number.level for block in blocks if block.number] == [
        level for _, level in counted
    ]


def test_numbered_paragraphs_in_a_table_are_told() -> None:
    cell = f"<w:tc>{_word((STYLE, 'Data'))}</w:tc>"
    reading = read_word_file(docx_of_body(f"<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>"))
    assert [block.text for block in reading.blocks] == ["Data\tData"]
    assert any("in tables" in note and ": 2; they" in note for note in reading.notes)


def test_the_items_of_a_release_are_proposed_with_exact_quotes_and_the_rest_is_told() -> None:
    page = (
        b"<p>On December 20, 2023, China and Korea held the 7th China-Korea Directors General "
        b"Policy Dialogue on the Environment in Beijing.</p><p>The two sides agreed on the Clear "
        b"Sky Plan 2024, which consists of the following items:</p>"
        b"<ol><li>Policy exchange;<li>Joint research</ol><ol start=8><li>Other<li>things</ol>"
    )
    reading = read_apart("html", page, None)
    draft = draft_of(release_of("release.html", page, reading), KNOWN)
    assert [title for _, title in told(draft)["items"]] == ["Policy exchange", "Joint research"]
    for record in draft.records:
        for citation in (record.load or {}).get("citations", []):
            assert citation["quote"] in draft.release.source.text
    assert "Of these, 2 were not read as items" in review_of(draft)
