"""Months, weekdays and the words that say which year is meant."""

import re

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTHS: dict[str, int] = {
    name: number
    for number, month in enumerate(_MONTHS, start=1)
    for name in (month, month[:3], *(["sept"] if month == "september" else []))
}
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: dict[str, int] = {
    **{
        name: number
        for number, day in enumerate(_DAYS)
        for name in (
            day,
            day[:3],
            *{"tuesday": ["tues"], "thursday": ["thur", "thurs"]}.get(day, []),
        )
    },
    **{day: number for number, day in enumerate("월화수목금토일")},
    **{day: number for number, day in enumerate("一二三四五六")},
    "天": 6,
    "日": 6,
}
ENGLISH_WEEKDAY = (
    "(?:"
    + "|".join(sorted((name for name in WEEKDAYS if name.isascii()), key=len, reverse=True))
    + ")"
)

# How far from the year of the release.
YEAR_WORDS: dict[str, int] = {
    "this year": 0,
    "last year": -1,
    "next year": 1,
    "올해": 0,
    "금년": 0,
    "작년": -1,
    "지난해": -1,
    "내년": 1,
    "今年": 0,
    "本年": 0,
    "去年": -1,
    "明年": 1,
}
KOREAN_YEAR_WORD = "올해|금년|작년|지난해|내년"
CHINESE_YEAR_WORD = "今年|本年|去年|明年"


def weekday_of(text: str | None) -> int | None:
    """The number of a weekday's name, from Monday 0; None for what is none."""
    if not text:
        return None
    word = re.sub(r"요일$|^星期|^周|^礼拜", "", text.strip().strip(".").lower())
    return WEEKDAYS.get(word)
