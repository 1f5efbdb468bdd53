"""Laws of drafting: no text breaks it, quotes are exact, and no pattern can run away."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.drafting import finding as package
from app.drafting.finding.matching import Matched, Span
from app.drafting.proposing.drafts import draft_of
from app.drafting.proposing.facts import facts_of
from app.drafting.proposing.review import review_of
from app.drafting.reading.decoding import decode
from app.drafting.reading.files import release_of
from app.drafting.reading.source import Reading, UnreadableError, blocks_of
from tests.amounts import examples
from tests.drafting.telling import KNOWN, RELEASES, drafted

_FRAGMENTS = [
    word
    for path in sorted(RELEASES.iterdir())
    for word in re.split(r"(?<=[ \n、，。])", path.read_text("utf-8"))
] + [
    "①",
    "②",
    "*",
    "※",
    "\n\n",
    "(",
    ")",
    "'",
    "“",
    "2023. ",
    "12월 ",
    "第",
    "次",
    "ㅎ",
    "\u1112\u1161\u11ab",
]
_TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(_FRAGMENTS), max_size=50).map("".join),
    st.lists(st.one_of(st.sampled_from(_FRAGMENTS), st.text(max_size=4)), max_size=40).map("".join),
)


def _spans(found: Any) -> Iterator[Span]:
    if isinstance(found, Span):
        yield found
    elif isinstance(found, list | tuple):
        for one in found:
            yield from _spans(one)
    elif hasattr(found, "__dataclass_fields__"):
        for name in found.__dataclass_fields__:
            yield from _spans(getattr(found, name))


@settings(max_examples=examples(100), deadline=None)
@given(_TEXTS)
def test_any_text_gives_a_valid_draft_whose_quotes_are_exact(text: str) -> None:
    try:
        release = release_of("release.txt", b"", Reading(blocks_of(text), "text/plain", []))
    except UnreadableError:
        return
    read = release.source.text
    facts = facts_of(release, KNOWN)
    for name in facts.__dataclass_fields__:
        if name not in ("release", "matched"):
            for span in _spans(getattr(facts, name)):
                assert 0 <= span.start <= span.end <= len(read)
    draft = draft_of(release, KNOWN)
    assert review_of(draft).startswith("# Draft from release.txt")
    for record in draft.records:
        if record.load is None:
            continue
        before = (record.compared.before or {}).get("citations", [])
        for citation in record.load.get("citations", [])[len(before) :]:
            assert citation["quote"] in read
            assert citation["document"] == draft.document
    for _, mark in draft.unsure:
        assert mark.reason


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=60))
def test_every_place_of_the_matched_text_leads_back_to_the_text(text: str) -> None:
    matched = Matched(text)
    covered = set()
    for at in range(len(matched.folded)):
        span = matched.span(at, at + 1)
        assert 0 <= span.start <= span.end <= len(text)
        covered.update(range(span.start, span.end))
    assert all(char.isspace() for at, char in enumerate(text) if at not in covered)


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        decoded = decode(data)
    except UnreadableError:
        return
    marked = data[:1] in (b"\xef", b"\xff", b"\xfe")
    assert marked or decoded.text.encode(decoded.encoding) == data


def _patterns() -> list[re.Pattern[str]]:
    """Every pattern that a rule holds, in whatever it is held."""
    found: list[re.Pattern[str]] = []

    def gather(value: Any) -> None:
        if isinstance(value, re.Pattern):
            found.append(value)
        elif isinstance(value, tuple | list):
            for one in value:
                gather(one)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                gather(getattr(value, name))

    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(info.name)).items():
            if not name.startswith("__"):
                gather(value)
    return found


def _repeats(parsed: Any) -> Iterator[Any]:
    """The most that each repeat of a parsed pattern may repeat."""
    for operation, argument in parsed:
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            yield argument[1]
        for inner in _inner(argument):
            yield from _repeats(inner)


def _inner(argument: Any) -> Iterator[Any]:
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for one in argument:
            yield from _inner(one)


def test_every_repeat_of_every_pattern_has_a_bound() -> None:
    # So a pattern takes, from one place of a text, no more steps than a constant of its own.
    patterns = _patterns()
    assert len(patterns) > 80
    for pattern in patterns:
        for most in _repeats(_parser.parse(pattern.pattern, pattern.flags)):
            assert most != _constants.MAXREPEAT, pattern.pattern


def _steps(text: str) -> int:
    """How many calls drafting a text takes, which no clock and no load on the machine changes."""
    count = 0

    def step(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(step)
    try:
        drafted(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "hostile",
    [
        "20일부터 ",
        "December 20 to ",
        "'23~'24 ",
        "(1) (2) ",
        "*①②",
        "1. a\n가. b\n나. c\n2. d\n",
        "Aa Bb, Director of ",
        "Minister Aa Bb ",
        "司长王小",
        "한중 협력계획 ",
        "2023년 청천계획 ",
        "China-Korea ",
        "7th China-Korea Directors General Policy Dialogue on the Environment. ",
        "제7차 한중 환경부 국장급회의를 20일 서울에서 개최했다. ",
        "Ａ㎏é\u0301",
    ],
)
def test_four_times_the_text_takes_no_more_than_four_times_the_steps(hostile: str) -> None:
    short = _steps(hostile * (600 // len(hostile)))
    long = _steps(hostile * (4 * (600 // len(hostile))))
    assert long < 5 * short
