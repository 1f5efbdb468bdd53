"""Ordinals, dates and periods, as releases in three languages write them."""

import pytest

from app.drafting.finding.dates import DateFound, dates_in
from app.drafting.finding.issuing import issue_in
from app.drafting.finding.matching import Matched, Span
from app.drafting.finding.ordinals import ordinals_in
from app.drafting.finding.periods import periods_in
from app.drafting.proposing.years import calendar_of, dated


@pytest.mark.parametrize(
    ("text", "quote", "value"),
    [
        ("the 7th dialogue", "7th", 7),
        ("the Seventh dialogue", "Seventh", 7),
        ("the twenty-fifth meeting", "twenty-fifth", 25),
        ("the 21 st", "21 st", 21),
        ("제7차 회의", "제7차", 7),
        ("제 ７ 차 회의", "제 ７ 차", 7),
        ("7차 한중 회의", "7차", 7),
        ("일곱 번째 회의", "일곱 번째", 7),
        ("第七次对话", "第七次", 7),
        ("第7次对话", "第7次", 7),
        ("第二十五次会议", "第二十五次", 25),
        ("第九十九届", "第九十九届", 99),
        ("首届论坛", "首届", 1),
    ],
)
def test_ordinals(text: str, quote: str, value: int) -> None:
    matched = Matched(text)
    (found,) = ordinals_in(matched)
    assert (matched.quote(found.span), found.value) == (quote, value)


@pytest.mark.parametrize(
    "text", ["7 items", "2023년", "차기 회의", "第十十次", "1차량", "secondary"]
)
def test_no_ordinals(text: str) -> None:
    assert ordinals_in(Matched(text)) == []


def _told(found: DateFound) -> tuple[object, ...]:
    return (found.partial or (found.month, found.day), found.weekday)


@pytest.mark.parametrize(
    ("text", "quote", "told"),
    [
        ("On December 20, the", "December 20", ((12, 20), None)),
        ("on 20 December 2023", "20 December 2023", ("2023-12-20", None)),
        ("on the 20th of December 2023", "20th of December 2023", ("2023-12-20", None)),
        ("Dec. 20 (Wed.)", "Dec. 20 (Wed.)", ((12, 20), 2)),
        ("Wednesday, December 20, 2023", "Wednesday, December 20, 2023", ("2023-12-20", 2)),
        ("in November 2016", "November 2016", ("2016-11", None)),
        ("2023. 12. 20.(수)", "2023. 12. 20.(수)", ("2023-12-20", 2)),
        ("12.20.(수)", "12.20.(수)", ((12, 20), 2)),
        ("지난 12월 20일(수)", "12월 20일(수)", ((12, 20), 2)),
        ("12월 20일 수요일", "12월 20일 수요일", ((12, 20), 2)),
        ("’23.12.20", "’23.12.20", ("2023-12-20", None)),
        ("20일 베이징에서", "20일", ((None, 20), None)),
        ("2023년 12월", "2023년 12월", ("2023-12", None)),
        ("2023年12月20日(星期三)", "2023年12月20日(星期三)", ("2023-12-20", 2)),
        ("2023年12月20日（周三）", "2023年12月20日（周三）", ("2023-12-20", 2)),
        ("２０２３年１２月２０日", "２０２３年１２月２０日", ("2023-12-20", None)),
        ("二〇二三年十二月二十日", "二〇二三年十二月二十日", ("2023-12-20", None)),
        ("二〇二三年", "二〇二三年", ("2023", None)),
        ("2023-12-20", "2023-12-20", ("2023-12-20", None)),
        ("June of this year", "June of this year", ((6, None), None)),
    ],
)
def test_dates(text: str, quote: str, told: tuple[object, ...]) -> None:
    matched = Matched(text)
    (found,) = dates_in(matched)
    assert (matched.quote(found.span), _told(found)) == (quote, told)


@pytest.mark.parametrize(
    "text",
    [
        "February 30, 2023",
        "13월 1일",
        "ministers may 20 times",
        "3일간",
        "20일 동안",
        "1. 2. 3.",
        "H2O",
    ],
)
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert dates_in(Matched(text)) == []


@pytest.mark.parametrize(
    ("text", "starts", "ends"),
    [
        ("December 1, 2023, to March 31, 2024", "2023-12-01", "2024-03-31"),
        ("from 1 December to 31 March 2024", "2023-12-01", "2024-03-31"),
        ("20-21 December 2023", "2023-12-20", "2023-12-21"),
        ("December 20-21, 2023", "2023-12-20", "2023-12-21"),
        ("30 November to 1 December 2023", "2023-11-30", "2023-12-01"),
        ("2023-2027", "2023", "2027"),
        ("2023~2027", "2023", "2027"),
        ("2023–2027", "2023", "2027"),
        ("’23～’27", "2023", "2027"),
        ("2023년부터 2027년까지", "2023", "2027"),
        ("2023年至2027年", "2023", "2027"),
        ("20일부터 21일까지", (None, 20), (None, 21)),
        ("12월 20일부터 21일까지", (12, 20), (12, 21)),
        ("28일부터 3월 2일까지", (2, 28), (3, 2)),
        ("2023. 12. 20. ~ 12. 21.", "2023-12-20", "2023-12-21"),
        ("’23.12.20.(수)∼12.21.(목)", "2023-12-20", "2023-12-21"),
        ("2023年12月20-21日", "2023-12-20", "2023-12-21"),
        ("12月30日至1月2日", (12, 30), (1, 2)),
        ("二〇二六年三月十八日至十九日", "2026-03-18", "2026-03-19"),
        ("二〇二六年三月十八至十九日", "2026-03-18", "2026-03-19"),
        ("from March 18 through 19.", (3, 18), (3, 19)),
    ],
)
def test_periods(text: str, starts: object, ends: object) -> None:
    (found,) = periods_in(Matched(text))
    assert (_told(found.starts)[0], _told(found.ends)[0]) == (starts, ends)


@pytest.mark.parametrize("text", ["2027-2023", "December 21-20, 2023", "20일 및 21일", "12월 20일"])
def test_no_periods(text: str) -> None:
    assert periods_in(Matched(text)) == []


@pytest.mark.parametrize(
    ("text", "name", "issued"),
    [
        ("Press Release\nDate: 3 March 2025\nText", "a.txt", "2025-03-03"),
        ("For release on Friday, 27 June 2025", "a.txt", "2025-06-27"),
        ("보도시점: 2024. 12. 18.(수) 12:00", "a.txt", "2024-12-18"),
        ("标题标题标题\n发布时间：2024-12-19", "a.txt", "2024-12-19"),
        ("SEOUL, Nov. 30, 2025 - Korea and", "a.txt", "2025-11-30"),
        ("Title\n\n2025년 6월 27일\n\nText", "a.txt", "2025-06-27"),
        ("On 3 May 2024 they met.", "press-2024-05-04.txt", "2024-05-04"),
        ("On 3 May they met.", "240504_release.pdf", "2024-05-04"),
        ("On 3 May 2024 they met.", "release-7.txt", None),
        ("Press release - June 21, 2024\n\nText", "a.txt", "2024-06-21"),
        ("BEIJING, March 20, 2026 (Xinhua) -- China and", "a.txt", "2026-03-20"),
        ("Seoul, 21 June 2024\n\nText", "a.txt", "2024-06-21"),
        ("BEIJING, March 19 - The ninth dialogue", "a.txt", None),
    ],
)
def test_when_a_release_was_issued(text: str, name: str, issued: str | None) -> None:
    found = issue_in(Matched(text), name)
    assert (found and found.date.partial) == issued


@pytest.mark.parametrize(
    ("date", "rest", "name", "ahead", "partial", "unsure"),
    [
        # In the text's own day of issue, in the file's name, by a weekday, by a period, by nothing.
        ("December 20", "Date: 21 December 2023", "a", False, "2023-12-20", False),
        ("December 30", "Date: 2 January 2024", "a", False, "2023-12-30", False),
        ("January 15", "Date: 20 December 2023", "a", True, "2024-01-15", False),
        ("March 1", "Date: 20 December 2023", "a", False, "2023-03-01", True),
        ("December 20 (Wed.)", "Date: 21 December 2023", "a", False, "2023-12-20", False),
        ("December 20 (Tue.)", "Date: 21 December 2023", "a", False, "2022-12-20", True),
        ("December 20", "", "release-2023-12-20.txt", False, "2023-12-20", True),
        ("December 20", "2023년", "release-2023-12-20.txt", False, "2023-12-20", False),
        ("20일", "등록일 2023-12-21", "a", False, "2023-12-20", False),
        ("20일", "등록일 2023-12-05", "a", False, "2023-11-20", True),
        ("12월 20일(수)", "2022년 2023년", "a", False, "2023-12-20", False),
        ("12월 20일(수)", "2017년 2023년", "a", False, None, True),
        (
            "December 20",
            "(December 1, 2023, to March 31, 2024)",
            "a",
            False,
            "2023-12-20",
            True,
        ),
        ("December 20", "2023년", "a", False, None, True),
        ("20일", "2023년", "a", False, None, True),
        ("June of this year", "Date: 21 December 2023", "a", False, "2023-06", False),
        ("June of this year", "", "a", False, None, True),
        ("February 29 of last year", "Date: 21 December 2023", "a", False, None, True),
        ("2023. 12. 20.(화)", "", "a", False, "2023-12-20", True),
    ],
)
def test_a_year_is_derived_or_marked_and_never_guessed(
    date: str, rest: str, name: str, ahead: bool, partial: str | None, unsure: bool
) -> None:
    matched = Matched(f"{date} it was\n\n{rest}")
    dates, periods = dates_in(matched), periods_in(matched)
    calendar = calendar_of(issue_in(matched, name), dates, periods)
    made = dated(dates[0], calendar, ahead=ahead)
    assert (made.partial, made.unsure) == (partial, unsure)
    assert made.reason


def test_full_and_half_width_forms_match_alike_and_are_quoted_as_they_stand() -> None:
    text = "｢제７차｣ ㎏ 20 ㎥ 한국 Ａ"
    matched = Matched(text)
    (found,) = ordinals_in(matched)
    assert matched.quote(found.span) == "제７차"
    for start in range(len(matched.folded)):
        span = matched.span(start, start + 1)
        assert span == Span(span.start, span.end)
        assert matched.quote(span) in text
