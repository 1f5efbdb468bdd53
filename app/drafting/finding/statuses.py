"""Whether a sentence says that a meeting was held, is to be held, was put off or called off."""

import re
from dataclasses import dataclass

from app.drafting.finding.matching import Matched, Sentence, Span

# In this order: "was to be held … has been postponed" is postponed.
_RULES = tuple(
    (status, re.compile(words, re.I))
    for status, words in (
        ("cancelled", r"\bcancel(?:l?ed|s)\b|\bcalled off\b|취소|取消"),
        ("postponed", r"\bpostponed?\b|\bput off\b|\bdelayed (?:to|until)\b|연기|미뤄|推迟|延期"),
        (
            "planned",
            r"\bwill (?:be held|hold|host|meet|take place|convene|open)\b|\b(?:is"
            r"|are) to (?:be held|hold|meet)\b"
            r"|\b(?:is|are) scheduled\b|\bplans? to hold\b|\bto be held\b|\bscheduled (?:for|to)\b"
            r"|(?:개최|열|가질|진행)(?:할|될|릴)? ?예정|열린다|예정이다|개최하기로|将(?:于"
            r"|在)?[^。\n]{0,30}?(?:举行|召开|举办)|拟于|定于",
        ),
        (
            "held",
            r"\bheld\b|\bconvened\b|\btook place\b|\bco-?hosted\b|\bconcluded\b|\bwrapped up\b"
            r"|\bopened\b|\bmet\b|\bresumed\b|\bgathered\b"
            r"|개최했|개최하였|개최됐|개최되었|열렸|열었|열고|개최하고|개최하여|갖고|가졌|마쳤|举行|召开|举办|开幕|闭幕",
        ),
        # Korean releases of the day itself are written in the present.
        ("held_or_planned", r"\bholds?\b|개최한다|개최된다|갖는다|개최\b|개최$"),
    )
)
_EARLIER = re.compile(
    r"\b(?:last|previous|preceding|earlier|first) (?:meeting|dialogue|session|round)\b"
    r"|\bsince the\b"
    r"|\bfollowing the\b|\blast (?:year|month)\b|\bprevious\b|지난|이전|작년|앞서|이후|以来"
    r"|上次|上一次|去年|此前",
    re.I,
)
_LATER = re.compile(
    r"\bnext (?:meeting|dialogue|session|round|year)\b|\bincluding the\b"
    r"|\bsuccessful hosting\b|\bupcoming\b"
    r"|차기|내년|다음|성공적 ?개최|明年|下次|下一次|即将",
    re.I,
)
_NEW_DATE = re.compile(
    r"\b(?:to|until|till) (?:the )?$|(?:로|으로) ?연기|至 ?$|到 ?$|延期至|推迟(?:到|至)", re.I
)


@dataclass(frozen=True, slots=True)
class StatusFound:
    """What a sentence says of the meeting that it names, and the words that say it."""

    span: Span
    status: str


def status_in(matched: Matched, sentence: Sentence) -> StatusFound | None:
    """What the sentence says of a meeting's status; None where it says nothing of it."""
    at = matched.at(sentence.span.start)
    end = matched.at(sentence.span.end)
    for status, rule in _RULES:
        match = rule.search(matched.folded, at, end)
        if match is not None:
            return StatusFound(matched.of(match), status)
    return None


def of_another_time(sentence: Sentence) -> bool:
    """Whether the sentence looks back on earlier meetings or ahead to later ones."""
    return _EARLIER.search(sentence.words) is not None or _LATER.search(sentence.words) is not None
