"""Markers of numbered items: ①, (1), 1), 1., 가., (가), 一、, (一), "first", 첫째, 一是."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.drafting.finding.matching import Matched, Span, line_before
from app.drafting.finding.numerals import CHINESE, ENGLISH, chinese_number


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker of the item `number`; `style` is what markers of one list have in common.

    `opens` says that it begins its line.
    """

    style: str
    number: int
    span: Span
    opens: bool


_HANGUL = "가나다라마바사아자차카타파하"
_ORDERED_KOREAN = (
    "첫째",
    "둘째",
    "셋째",
    "넷째",
    "다섯째",
    "여섯째",
    "일곱째",
    "여덟째",
    "아홉째",
    "열째",
)
_NOTE = r"(?:[*※·ㅇ○-]{1,2} ?)?"


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    inline: re.Pattern[str] | None
    opening: re.Pattern[str] | None
    number: Callable[[str], int | None]


def _circled(text: str) -> int | None:
    for first, last, value in (
        ("①", "⑳", 1),
        ("❶", "❿", 1),
        ("➀", "➉", 1),
        ("➊", "➓", 1),
        ("⑴", "⒇", 1),
    ):
        if first <= text <= last:
            return ord(text) - ord(first) + value
    return None


def _hangul_circled(text: str) -> int | None:
    return ord(text) - ord("㉮") + 1


def _hangul(text: str) -> int | None:
    return _HANGUL.index(text) + 1


def _roman(text: str) -> int | None:
    numerals = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
    return numerals.index(text) + 1 if text in numerals else None


def _english(text: str) -> int | None:
    return ENGLISH.get(re.sub(r"ly$", "", text.lower()))


def _korean(text: str) -> int | None:
    return _ORDERED_KOREAN.index(text) + 1


def _style(
    name: str, number: Callable[[str], int | None], inline: str | None, opening: str | None
) -> _Style:
    return _Style(
        name,
        re.compile(inline, re.M) if inline else None,
        re.compile(rf"^ {{0,8}}{_NOTE}(?:{opening})", re.M) if opening else None,
        number,
    )


_WORDS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_STYLES = (
    _style("circled", _circled, r"(?P<n>[①-⑳❶-❿➀-➉➊-➓⑴-⒇])", None),
    _style("circled hangul", _hangul_circled, r"(?P<n>[㉮-㉻])", None),
    _style("(1)", int, r"(?<![\w)])\((?P<n>\d{1,2})\)(?=[ \w])", None),
    _style("1)", int, r"(?<![\w(.])(?P<n>\d{1,2})\)(?=[ \w])", None),
    _style("1.", int, None, r"(?P<n>\d{1,2})[.、](?![\d.])(?! ?\d{1,2}\.)"),
    # In a sentence too, as in "6个项目：1.政策交流；2.联合研究".
    _style("1.一", int, r"(?<=[:;,。])(?P<n>\d{1,2})[.、](?=[\u4e00-\u9fff가-힣])", None),
    _style("가.", _hangul, rf"(?:^ {{0,8}}{_NOTE}|(?<=[\w).:;,] ))(?P<n>[{_HANGUL}])\.(?= )", None),
    _style("(가)", _hangul, rf"(?<!\w)\((?P<n>[{_HANGUL}])\)(?= )", None),
    _style("가)", _hangul, None, rf"(?P<n>[{_HANGUL}])\)(?= )"),
    _style("一、", chinese_number, None, rf"(?P<n>{CHINESE})、"),
    _style("(一)", chinese_number, rf"\((?P<n>{CHINESE})\)", None),
    _style("(i)", _roman, r"(?<!\w)\((?P<n>[ivx]{1,4})\)(?= )", None),
    _style("i.", _roman, None, r"(?P<n>[ivx]{1,4})\.(?= )"),
    _style("(a)", lambda text: ord(text) - 96, r"(?<!\w)\((?P<n>[a-h])\)(?= )", None),
    _style("a)", lambda text: ord(text) - 96, None, r"(?P<n>[a-h])[.)](?= )"),
    _style("first", _english, rf"(?i)(?<![\w'-])(?:and )?(?P<n>(?:{_WORDS})(?:ly)?),(?= )", None),
    _style("첫째", _korean, rf"(?P<n>{'|'.join(_ORDERED_KOREAN)}),? ", None),
    _style("一是", chinese_number, rf"(?P<n>{CHINESE})是", None),
    _style("第一,", chinese_number, rf"第(?P<n>{CHINESE})[,、:]", None),
)


def markers_in(matched: Matched) -> Iterator[Marker]:
    """Every marker, style by style, each in order of place."""
    for style in _STYLES:
        rule = style.inline or style.opening
        if rule is None:
            continue
        for match in rule.finditer(matched.folded):
            number = style.number(match["n"])
            if number:
                before = line_before(matched.folded, match.start()).strip(" *※·ㅇ○-")
                # An inline marker begins with a bracket or a word that is its own.
                first = match.start("n") if style.opening or style.name == "가." else match.start()
                yield Marker(style.name, number, matched.span(first, match.end()), not before)
