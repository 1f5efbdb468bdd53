"""Dates, texts and bodies: the values that records are made of."""

import hashlib
import json
import re
from datetime import date
from random import Random

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import literal, select

from app.kernel.bodies import parse_json
from app.kernel.chain import GENESIS, ChangeSeal, RevisionSeal, chained
from app.kernel.cycles import path_back
from app.kernel.dates import (
    PATTERN,
    PartialDate,
    earliest,
    ends_before_starts,
    latest,
    on_or_after,
    on_or_before,
)
from app.kernel.problems import shown
from app.kernel.text import folded, slug_of

partial_date = TypeAdapter(PartialDate)


def is_partial_date(text: str) -> bool:
    try:
        partial_date.validate_python(text)
    except ValidationError:
        return False
    return True


@st.composite
def partial_dates(draw):
    day = draw(st.dates(date(1000, 1, 1), date(2999, 12, 31)))
    return day.isoformat()[: draw(st.sampled_from([4, 7, 10]))]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2023-06", "2023-06-01", "2023-06-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2023-12", "2023-12-01", "2023-12-31"),
        ("2023-06-20", "2023-06-20", "2023-06-20"),
    ],
)
def test_a_partial_date_means_its_earliest_to_its_latest_day(text, first, last):
    assert (earliest(text).isoformat(), latest(text).isoformat()) == (first, last)


NO_DATES = ["", "23", "2023-13", "2023-00", "2023-6", "2023-06-31", "2023-02-29", "0999", "3000",
            "2023-06-20T00:00", "2023/06", "２０２３", "2023-06-", " 2023", "-2023"]  # fmt: skip


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_partial_date(text):
    assert not is_partial_date(text)


@given(st.text("0123456789-", max_size=11) | partial_dates())
def test_the_published_pattern_is_the_rule_but_for_29_february(text):
    if not text.endswith("-02-29"):
        assert bool(re.fullmatch(PATTERN, text)) == is_partial_date(text)


@given(partial_dates(), partial_dates())
def test_the_text_of_partial_dates_orders_by_their_earliest_day(one, other):
    assert earliest(one) <= latest(one)
    if earliest(one) != earliest(other):
        assert (one < other) == (earliest(one) < earliest(other))
    assert ends_before_starts(one, other) == (latest(other) < earliest(one))


@pytest.mark.both_engines
def test_both_engines_compare_partial_dates_as_the_rule_does(database):
    random = Random(3)
    days = [f"202{random.randrange(3)}-{random.randrange(1, 13):02}" for _ in range(12)]
    found = sorted({*days, *(f"{day}-{random.choice(['01', '15', '28'])}" for day in days), "2021",
                    "2020-02-29", "2021-12-31", "2021-01", "2021-01-01", "2022-06-30"})  # fmt: skip
    with database.engine.connect() as connection:
        for bound in found:
            for text in found:
                given_value = select(literal(text).label("value")).subquery()
                after, before = connection.execute(
                    select(
                        on_or_after(given_value.c.value, bound),
                        on_or_before(given_value.c.value, bound),
                    )
                ).one()
                assert bool(after) == (earliest(text) >= earliest(bound)), (text, bound)
                assert bool(before) == (latest(text) <= latest(bound)), (text, bound)


@pytest.mark.parametrize(
    ("one", "other"),
    [("DUST", "dust"), ("ｄｕｓｔ", "dust"), ("Straße", "STRASSE"), ("ﬁne", "FINE"), ("가", "가")],
)
def test_searches_see_no_difference_of_case_width_or_composition(one, other):
    assert folded(one) == folded(other)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ({"en": "Clear Sky Plan (2023)"}, "clear-sky-plan-2023"),
        ({"ko": "환경부"}, "hwangyeongbu"),
        ({"zh": "生态环境部"}, "sheng-tai-huan-jing-bu"),
        ({"en": "…"}, ""),
        ({"ko": "가", "en": "A"}, "a"),
    ],
)
def test_an_id_is_derived_from_a_name_in_any_language(text, slug):
    assert slug_of(text) == slug


STORABLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(STORABLE)
def test_every_json_value_that_a_record_can_hold_is_read_as_it_is(value):
    assert parse_json(json.dumps(value).encode()) == value


@given(st.dictionaries(st.integers(0, 30), st.lists(st.integers(0, 30), max_size=3), max_size=20))
def test_references_to_lower_numbers_only_never_lead_back(edges):
    downwards = {str(a): [str(b) for b in found if b < a] for a, found in edges.items()}
    for start in downwards:
        assert path_back(start, lambda here: downwards.get(here, [])) is None
        assert path_back(start, lambda _, start=start: [start]) == [start, start]


def seal(**changed):
    values = {
        "number": 1,
        "at": "2026-01-01T00:00:00.000000Z",
        "principal": "key:kr-desk",
        "party": "KR",
        "request_id": None,
        "reason": None,
        "changes": [ChangeSeal("person", "a", "create", "0" * 64)],
    }
    return RevisionSeal(**values | changed)


def test_the_hash_of_a_revision_is_as_documented():
    # Computed with sha256sum from the canonical JSON that docs/journal.md describes.
    known = "7aeee5bc3922ae2662141c517064cbd569c71278ccec6198aa62f14173bbb435"
    assert chained(seal(), GENESIS) == known


@pytest.mark.parametrize("changes", [0, 1, 2, 3])
@pytest.mark.parametrize("reason", [None, "[]", 'as "changes":[] says', "\u2028"])
def test_the_hash_of_a_revision_is_over_its_whole_canonical_json(changes, reason):
    names = ("kind", "id", "operation", "digest")
    said = [("person", f"p{number}", "create", f"{number}" * 64) for number in range(changes)]
    whole = {
        "revision": 1,
        "at": "2026-01-01T00:00:00.000000Z",
        "principal": "key:[]",
        "party": "KR",
        "request_id": "[]",
        "reason": reason,
        "changes": [dict(zip(names, each, strict=True)) for each in said],
        "previous": GENESIS,
    }
    given = seal(
        principal="key:[]",
        request_id="[]",
        reason=reason,
        changes=(ChangeSeal(*each) for each in said),
    )
    assert chained(given, GENESIS) == hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 2},
        {"at": "2026-01-01T00:00:00.000001Z"},
        {"principal": "key:cn-desk"},
        {"party": None},
        {"request_id": "r"},
        {"reason": "r"},
        {"changes": []},
        {"changes": [ChangeSeal("person", "a", "create", "1" * 64)]},
        {"changes": [ChangeSeal("person", "a", "update", "0" * 64)]},
        {"changes": [ChangeSeal("person", "b", "create", "0" * 64)]},
    ],
)
def test_nothing_of_a_revision_changes_without_its_hash(changed):
    assert chained(seal(**changed), GENESIS) != chained(seal(), GENESIS)
    assert chained(seal(), "1" * 64) != chained(seal(), GENESIS)


@pytest.mark.parametrize("before", range(140, 200, 7))
def test_where_a_value_is_cut_off_no_part_of_a_key_is_left(before):
    told = shown("x" * before + "clearsky_" + "k" * 43 + " and more" * 20)
    assert "clearsky_k" not in told
