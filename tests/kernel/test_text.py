"""Text in three languages: what is accepted, found, shown and made an id of."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.kernel.text import (
    SLUG_LENGTH,
    FieldPointer,
    LanguageTag,
    Localized,
    PartyCode,
    Slug,
    WebAddress,
    display,
    folded,
    slug_of,
    texts_in,
)

LOCALIZED = TypeAdapter(Localized)
LONGEST = 20_000


def broken_rule(adapter: TypeAdapter, value: object) -> tuple[str, tuple[object, ...]] | None:
    """The rule that `value` breaks and where; None where it breaks none."""
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        (first, *_) = error.errors()
        return first["type"], first["loc"]
    return None


SOUND_TEXTS = {
    "one language": {"en": "Clear Sky Plan"},
    "another": {"zh": "晴天计划"},
    "all three": {"en": "Dust", "ko": "황사", "zh": "沙尘"},
    "lines and tabs": {"en": "one\n\ttwo\r\nthree"},
    "white space around": {"ko": " 환경 "},
    "beyond the basic plane": {"zh": "𠀀𪚥"},
    "emoji of several parts": {"en": "👩‍👩‍👧"},
    "as long as may be": {"en": "x" * LONGEST},
}


@pytest.mark.parametrize("what", SOUND_TEXTS)
def test_a_localized_text_is_kept_as_it_was_given(what):
    text = SOUND_TEXTS[what]
    assert LOCALIZED.validate_python(text) == text


UNSOUND_TEXTS = {
    "no language": ({}, "empty_localized_text", ()),
    "a bare string": ("Clear Sky Plan", "dict_type", ()),
    "a list": ([{"en": "x"}], "dict_type", ()),
    "null": (None, "dict_type", ()),
    "another language": ({"en": "x", "fr": "y"}, "extra_forbidden", ("fr",)),
    "a language in capitals": ({"EN": "x"}, "extra_forbidden", ("EN",)),
    "a language that is null": ({"en": None}, "string_type", ("en",)),
    "a number": ({"en": 5}, "string_type", ("en",)),
    "an empty text": ({"ko": ""}, "string_too_short", ("ko",)),
    "nothing but spaces": ({"en": "  "}, "blank_text", ("en",)),
    "nothing but line ends": ({"en": "\n\t\r\n"}, "blank_text", ("en",)),
    "nothing but an ideographic space": ({"zh": "\u3000"}, "blank_text", ("zh",)),
    "a NUL": ({"en": "a\x00b"}, "string_pattern_mismatch", ("en",)),
    "a bell": ({"en": "a\x07"}, "string_pattern_mismatch", ("en",)),
    "an escape": ({"en": "\x1b[31m"}, "string_pattern_mismatch", ("en",)),
    "a delete": ({"en": "a\x7f"}, "string_pattern_mismatch", ("en",)),
    "a lone surrogate": ({"en": "a\ud800"}, "string_unicode", ("en",)),
    "too long": ({"en": "x" * (LONGEST + 1)}, "string_too_long", ("en",)),
}


@pytest.mark.parametrize("what", UNSOUND_TEXTS)
def test_a_localized_text_is_refused_by_name_and_place(what):
    value, rule, place = UNSOUND_TEXTS[what]
    assert broken_rule(LOCALIZED, value) == (rule, place)


@pytest.mark.parametrize("code", [*range(0x20), 0x7F])
def test_of_the_control_characters_only_tabs_and_line_ends_are_text(code):
    accepted = broken_rule(LOCALIZED, {"en": f"a{chr(code)}b"}) is None
    assert accepted == (chr(code) in "\t\n\r")


WORDS = [
    (Slug, ["kr-moe", "a", "2023", "clear-sky-plan-2023-5", "x" * SLUG_LENGTH],
     ["", "-", "a-", "-a", "a--b", "KR", "환경", "a_b", "a b", "a\n", "x" * (SLUG_LENGTH + 1)]),
    (PartyCode, ["KR", "CN"], ["", "K", "KOR", "kr", "Kr", "K1", "ＫＲ", "KR\n"]),
    (LanguageTag, ["ko", "zh-Hant", "mn-Cyrl-MN", "yue"],
     ["", "k", "KO", "korean", "zh_Hant", "zh-", "zh-x", "ko\n", f"en{'-abcdefgh' * 4}"]),
    (WebAddress, ["http://a", "https://example.org/환경?q=1#top"],
     ["", "ftp://a", "https://", "javascript:alert(1)", "//a", "https://a b", "https://a\n",
      f"https://{'a' * 2000}"]),
    (FieldPointer, ["/name/zh", "/participations/0/title/en"],
     ["", "/", "name", "/name/", "//zh", "/a\nb", "/" + "a" * 300]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "sound", "unsound"), WORDS, ids=["id", "party", "tag", "url", "ptr"]
)
def test_words_of_a_fixed_form(kind, sound, unsound):
    adapter = TypeAdapter(kind)
    assert [word for word in sound if broken_rule(adapter, word) is not None] == []
    assert [word for word in unsound if broken_rule(adapter, word) is None] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Clear SKY plan", "clear sky PLAN"),
        ("Ｃｌｅａｒ　Ｓｋｙ", "clear sky"),
        ("ﾊﾝｶﾞ", "ハンガ"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﬁne dust", "FINE DUST"),
        ("café", "cafe\u0301"),
        ("환경부", "\u1112\u116a\u11ab\u1100\u1167\u11bc\u1107\u116e"),
        ("①", "1"),
        ("㈜", "(주)"),
    ],
)
def test_searches_find_equal_what_differs_in_case_width_or_composition(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("환경부", "환경청"), ("a", "á"), ("沙尘", "沙塵")])
def test_searches_tell_apart_what_reads_differently(one, other):
    assert folded(one) != folded(other)


def test_folding_twice_is_folding_once_for_every_character():
    characters = (chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    changed = [
        character for character in characters if folded(folded(character)) != folded(character)
    ]
    assert changed == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_what_a_text_holds_is_found_in_it_in_any_case(before, word):
    # In the middle of a text a mark may join what stands before it, so words are set apart.
    assert folded(word) in folded(f"{before}\n{word}\n")
    assert folded(word.lower()) in folded(f"{before}\n{word.lower()}\n{word.upper()}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ({"en": "E", "ko": "K", "zh": "Z"}, "E"),
        ({"zh": "Z", "ko": "K"}, "K"),
        ({"zh": "Z"}, "Z"),
    ],
)
def test_a_list_shows_the_first_language_there_is(text, shown):
    assert display(text) == shown


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ({"en": "Clear Sky Plan (2023)"}, "clear-sky-plan-2023"),
        ({"en": "Ministers' Meeting — São Paulo"}, "ministers-meeting-sao-paulo"),
        ({"ko": "환경부"}, "hwangyeongbu"),
        ({"ko": "국립환경과학원"}, "gugribhwangyeonggwahagweon"),
        ({"zh": "生态环境部"}, "sheng-tai-huan-jing-bu"),
        ({"zh": "晴天计划 2023"}, "qing-tian-ji-hua-2023"),
        ({"en": "…", "ko": "가"}, ""),
        ({"zh": "中", "en": "One"}, "one"),
    ],
)
def test_an_id_is_derived_from_the_name_that_lists_show(text, slug):
    assert slug_of(text) == slug


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["en", "ko", "zh"]), st.text(min_size=1), min_size=1))
def test_a_derived_id_is_an_id_or_nothing(text):
    slug = slug_of(text)
    assert slug == "" or broken_rule(TypeAdapter(Slug), slug) is None


def test_a_long_name_makes_an_id_of_whole_words():
    slug = slug_of({"en": "undertaking " * 40})
    assert len(slug) <= SLUG_LENGTH
    assert re.fullmatch(r"undertaking(-undertaking)*", slug)


def test_every_text_of_a_record_is_searched_and_nothing_else():
    record = {
        "id": "x",
        "name": {"en": "Name", "ko": "이름"},
        "names": [{"name": {"zh": "名"}, "starts": "2020"}],
        "summary": None,
        "agenda": [{"title": {"en": "Dust"}, "note": {"ko": "메모"}}],
        "file": {},
    }
    assert list(texts_in(record)) == ["Name", "이름", "名", "Dust", "메모"]
