"""Numbers in Chinese characters, in English words and in Korean words."""

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
    "元": 1,
    "○": 0,
}
CHINESE = r"[〇零○一二两三四五六七八九十]{1,4}"


def chinese_number(text: str) -> int | None:
    """The value of a Chinese numeral up to 99 (`二十五`), or None for what is none."""
    if "十" in text:
        tens, _, ones = text.partition("十")
        if len(tens) > 1 or len(ones) > 1 or "十" in ones:
            return None
        if any(digit not in _DIGITS for digit in tens + ones):
            return None
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return _DIGITS.get(text) if len(text) == 1 else None


def chinese_year(text: str) -> int | None:
    """The value of a year written digit by digit (`二〇二三`), or None for what is none."""
    if len(text) != 4 or any(char not in _DIGITS for char in text):
        return None
    return int("".join(str(_DIGITS[char]) for char in text))


_UNITS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ENGLISH: dict[str, int] = {
    **{word: value for value, word in enumerate(_UNITS, start=1)},
    **{f"{tens[:-1]}ieth": value * 10 for value, tens in enumerate(_TENS, start=2)},
    **{
        f"{tens}{joint}{unit}": value * 10 + ones
        for value, tens in enumerate(_TENS, start=2)
        for ones, unit in enumerate(_UNITS[:9], start=1)
        for joint in ("-", " ")
    },
}
KOREAN: dict[str, int] = {
    word: value
    for value, word in enumerate(
        ["첫", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"],
        start=1,
    )
}
