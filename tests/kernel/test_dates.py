"""Partial dates: as much of a day as is known, ordered and compared alike everywhere."""

import calendar
import re
from datetime import UTC, date, datetime
from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Column, MetaData, Table, select

from app.kernel.columns import KeyText
from app.kernel.dates import (
    PATTERN,
    Day,
    Moment,
    PartialDate,
    earliest,
    ends_before_starts,
    latest,
    latest_text,
    on_or_after,
    on_or_before,
    today_in,
    utc_now,
)


def accepts(kind: object, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@st.composite
def partial_dates(draw):
    day = draw(st.dates(date(1000, 1, 1), date(2999, 12, 31)))
    return day.isoformat()[: draw(st.sampled_from([4, 7, 10]))]


MEANINGS = [
    ("2023", "2023-01-01", "2023-12-31"),
    ("1000", "1000-01-01", "1000-12-31"),
    ("2999", "2999-01-01", "2999-12-31"),
    ("2023-01", "2023-01-01", "2023-01-31"),
    ("2023-06", "2023-06-01", "2023-06-30"),
    ("2023-12", "2023-12-01", "2023-12-31"),
    ("2023-02", "2023-02-01", "2023-02-28"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("1900-02", "1900-02-01", "1900-02-28"),
    ("2000-02", "2000-02-01", "2000-02-29"),
    ("2023-06-20", "2023-06-20", "2023-06-20"),
    ("2024-02-29", "2024-02-29", "2024-02-29"),
]


@pytest.mark.parametrize(("text", "first", "last"), MEANINGS)
def test_a_partial_date_means_every_day_from_its_earliest_to_its_latest(text, first, last):
    assert (earliest(text).isoformat(), latest(text).isoformat()) == (first, last)


NO_DATES = {
    "nothing": "",
    "two digits": "23",
    "five digits": "12023",
    "no such month": "2023-13",
    "month zero": "2023-00",
    "a month of one digit": "2023-6",
    "a day of one digit": "2023-06-1",
    "day zero": "2023-06-00",
    "the 31st of June": "2023-06-31",
    "the 30th of February": "2024-02-30",
    "29 February of a common year": "2023-02-29",
    "29 February of 1900": "1900-02-29",
    "before the year 1000": "0999",
    "after the year 2999": "3000",
    "a time": "2023-06-20T00:00",
    "slashes": "2023/06",
    "no separators": "20230620",
    "a week": "2023-W25",
    "full-width digits": "２０２３",
    "Arabic digits": "٢٠٢٣",
    "a dash at the end": "2023-06-",
    "a space before": " 2023",
    "a line end": "2023\n",
    "a sign": "-2023",
    "a plus": "+2023",
    "an underscore": "20_3",
    "an interval": "2023/2024",
    "a number": 2023,
    "null": None,
    "a date object": date(2023, 6, 20),
}


@pytest.mark.parametrize("what", NO_DATES)
def test_what_is_no_partial_date(what):
    assert not accepts(PartialDate, NO_DATES[what])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2023-6", "a date is YYYY, YYYY-MM or YYYY-MM-DD"),
        ("0999-01", "the year must be 1000 to 2999"),
        ("2023-13", "the month must be 01 to 12"),
        ("2023-06-31", "the day must be 01 to 30"),
        ("2023-02-29", "the day must be 01 to 28"),
    ],
)
def test_a_refusal_says_what_is_wrong_with_the_date(text, why):
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(PartialDate).validate_python(text)
    (error,) = raised.value.errors()
    assert (error["type"], error["ctx"]["why"]) == ("partial_date", why)


def test_a_day_is_a_whole_day():
    assert [text for text, *_ in MEANINGS if accepts(Day, text)] == ["2023-06-20", "2024-02-29"]


def test_the_published_pattern_is_the_rule_but_for_29_february():
    assert TypeAdapter(PartialDate).json_schema()["pattern"] == PATTERN
    years = ["0000", "0999", "1000", "1900", "1999", "2000", "2023", "2024", "2999", "3000", "9999"]
    texts = [
        *years,
        *(f"{year}-{month:02}" for year in years for month in range(15)),
        *(
            f"{year}-{month:02}-{day:02}"
            for year, month, day in product(years, range(15), range(34))
        ),
        *(text for text in NO_DATES.values() if isinstance(text, str)),
    ]
    differing = [t for t in texts if bool(re.fullmatch(PATTERN, t)) != accepts(PartialDate, t)]
    # 29 February is beyond a pattern; the validator knows which years have one.
    assert set(differing) == {
        f"{year}-02-29"
        for year in years
        if "1000" <= year <= "2999" and not calendar.isleap(int(year))
    }


@settings(max_examples=300, deadline=None)
@given(st.text("0123456789-\n ", max_size=11) | st.text(max_size=11))
def test_the_published_pattern_lets_no_other_text_through(text):
    if not text.endswith("-02-29"):
        assert bool(re.fullmatch(PATTERN, text)) == accepts(PartialDate, text)


@settings(max_examples=200, deadline=None)
@given(partial_dates())
def test_the_earliest_day_is_never_after_the_latest(text):
    assert accepts(PartialDate, text)
    assert earliest(text) <= latest(text)
    assert (earliest(text) == latest(text)) == (len(text) == 10)
    assert earliest(text).isoformat().startswith(text)
    assert latest(text).isoformat().startswith(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(partial_dates(), min_size=2, max_size=20))
def test_the_order_of_the_texts_is_the_order_of_the_earliest_days(texts):
    for one, other in pairwise(sorted(texts)):
        assert earliest(one) <= earliest(other)


@settings(max_examples=200, deadline=None)
@given(partial_dates() | st.none(), partial_dates() | st.none())
def test_what_ends_before_it_starts_ends_before_it_starts_whatever_days_are_meant(starts, ends):
    impossible = starts is not None and ends is not None and latest(ends) < earliest(starts)
    assert ends_before_starts(starts, ends) == impossible


def seeded_dates(count: int) -> list[str]:
    random = Random(20231220)
    edges = ["1000", "2999", "2999-12-31", "2023-12-31", "2024-02", "2024-02-29", "2023-02-28"]
    found = set(edges)
    while len(found) < count:
        day = date(random.choice([2022, 2023, 2024]), random.randrange(1, 13), 1)
        last = calendar.monthrange(day.year, day.month)[1]
        day = day.replace(day=random.choice([1, 2, 15, 28, last - 1, last]))
        found.add(day.isoformat()[: random.choice([4, 7, 7, 10, 10, 10])])
    return sorted(found)


def test_both_engines_compare_every_pair_of_dates_as_the_rule_does(database):
    texts = seeded_dates(200)
    given_dates = Table(
        "given", MetaData(), Column("value", KeyText, primary_key=True), prefixes=["TEMPORARY"]
    )
    value = given_dates.c.value
    columns = [rule(value, bound) for bound in texts for rule in (on_or_after, on_or_before)]
    with database.engine.connect() as connection:
        given_dates.create(connection)
        connection.execute(given_dates.insert(), [{"value": text} for text in texts])
        rows = connection.execute(select(value, *columns).order_by(value)).all()
        by_latest = connection.scalars(select(value).order_by(latest_text(value), value)).all()
    assert [row[0] for row in rows] == texts
    for text, *answers in rows:
        expected = [
            rule
            for bound in texts
            for rule in (earliest(text) >= earliest(bound), latest(text) <= latest(bound))
        ]
        assert [bool(answer) for answer in answers] == expected, text
    assert [latest(text) for text in by_latest] == sorted(latest(text) for text in texts)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("2026-01-01T00:00:00Z", True),
        ("2026-01-01t00:00:00.123456z", True),
        ("2026-01-01T00:00:00+09:00", True),
        ("2026-01-01 00:00:00-00:00", True),
        ("2026-01-01T00:00:00", False),
        ("2026-01-01", False),
        ("2026-01-01T00:00Z", False),
        ("2026-02-30T00:00:00Z", False),
        ("2026-01-01T25:00:00Z", False),
        ("1767225600", False),
        ("now", False),
    ],
)
def test_a_moment_has_its_time_zone(text, sound):
    assert accepts(Moment, text) is sound


def test_today_is_the_day_that_it_is_where_the_party_is():
    before = datetime.now(UTC)
    east, west = today_in("Pacific/Kiritimati"), today_in("Pacific/Pago_Pago")
    # Twenty-five hours lie between the two: they never share a day.
    assert 1 <= (east - west).days <= 2
    assert west <= before.date() <= east


def test_the_moment_of_a_write_is_in_utc():
    assert utc_now().utcoffset().total_seconds() == 0
