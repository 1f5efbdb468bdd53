"""The few words of a calendar's own, and texts in the order of languages that a reader asks for."""

from collections.abc import Iterable, Mapping
from typing import cast

from app.kernel.codes import text
from app.kernel.text import LANGUAGES, LocalizedText

MEETING = text("Meeting", "회의", "会议")
DUE_DATE = text("Due date", "기한", "期限")
END = text("End", "종료", "终止")

MEETINGS_OF = text("{}: meetings", "{}: 회의", "{}：会议")
DUE_DATES_OF = text("{}: due dates", "{}: 기한", "{}：期限")
BOTH_OF = text("{}: meetings and due dates", "{}: 회의와 기한", "{}：会议与期限")
MEETING_OF = text("{}: meeting", "{} 회의", "{}会议")
NUMBERED_MEETING_OF = text("{}: meeting {}", "{} 제{}차 회의", "{}第{}次会议")
DUE = text("Due: {}", "기한: {}", "期限：{}")
ENDS = text("Ends: {}", "종료: {}", "终止：{}")
DONE = text("Done: {}", "완료: {}", "完成：{}")
MARKED = text("{}: {}", "[{}] {}", "【{}】{}")
NOT_SHOWN = text(
    "Not shown, because the record does not say on which day: {}",
    "기록에 날짜(일)가 없어 표시되지 않은 것: {}",
    "因记录未载明具体日期而未显示：{}",
)


def in_order(lang: str, words: LocalizedText) -> list[tuple[str, str]]:
    """Each language of a text with what it says: the one asked for first, then en, ko, zh."""
    known = cast(Mapping[str, str], words)
    languages = [lang, *(other for other in LANGUAGES if other != lang)]
    return [(language, known[language]) for language in languages if known.get(language)]


def said_in(lang: str, words: LocalizedText) -> str:
    """A text in a language, or in the first that there is."""
    return in_order(lang, words)[0][1]


def worded(form: LocalizedText, words: LocalizedText, *more: object) -> LocalizedText:
    """A form filled with a text, in each language of that text."""
    forms = cast(Mapping[str, str], form)
    filled = {language: forms[language].format(said, *more) for language, said in _items(words)}
    return cast(LocalizedText, filled)


def marked(mark: LocalizedText, words: LocalizedText) -> LocalizedText:
    """A text with a mark before it, in each language of the text."""
    forms, marks = cast(Mapping[str, str], MARKED), cast(Mapping[str, str], mark)
    filled = {
        language: forms[language].format(marks[language], said) for language, said in _items(words)
    }
    return cast(LocalizedText, filled)


def joined(texts: Iterable[LocalizedText | None], end: str | None) -> LocalizedText | None:
    """Texts with commas between, in each language of any of them; None where there is nothing.

    A text that lacks a language stands in the first that it has; `end` stands in every one.
    """
    known = [words for words in texts if words]
    languages = [language for language in LANGUAGES if any(language in words for words in known)]
    ending = [end] if end else []
    found = {
        language: ", ".join([*(said_in(language, words) for words in known), *ending])
        for language in languages
    }
    if end and not found:
        found = dict.fromkeys(LANGUAGES[:1], end)
    return cast(LocalizedText, found) or None


def _items(words: LocalizedText) -> list[tuple[str, str]]:
    return list(cast(Mapping[str, str], words).items())
