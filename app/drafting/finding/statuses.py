"""Whether a sentence says that a meeting was held, is to be held, was put off or called off."""

import re
from dataclasses import dataclass

from app.drafting.finding.matching import Matched, Sentence, Span

# In this order: "was to be held … has been postponed" is postponed.
_RULES = tuple(
    (status, re.compile(words, re.I))
    for status, words in (
        ("cancelled", r"\bcancel(?:l?ed|s)\b|\bcalled off\b|취소|取消"),
        (
            "postponed",
            r"\bpostponed?\b|\bput off\b|\bdelayed (?:to|until)\b|\brescheduled\b"
            r"|연기|미뤄|推迟|延期|改期",
        ),
        (
            "planned",
            r"\b(?:will|would|shall) (?:next )?(?:be (?:held|convened|hosted)|hold|host|meet"
            r"|take place|convene|open)\b"
            r"|\b(?:is|are) to (?:be held|hold|meet)\b"
            r"|\b(?:is|are) scheduled\b|\bplans? to hold\b"
            r"|\bto (?:be held|take place|be convened)\b"
            r"|\b(?:scheduled|slated|set|due) (?:for|to)\b|\bagreed to (?:hold|meet)\b"
            r"|(?:개최|열|가질|진행)(?:할|될|릴)? ?(?:예정|계획)|열린다"
            r"|예정(?:이다|인|이며|됐|되어)"
            r"|(?:개최하|열|갖|가지|만나)기로|将(?:于"
            r"|在)?[^。\n]{0,30}?(?:举行|召开|举办)|(?:拟|定|计划|预计)(?:于|在)"
            r"|(?:商定|同意|约定)[^。\n]{0,30}?(?:举行|召开|举办)",
        ),
        (
            "held",
            r"\bheld\b|\bconvened\b|\btook place\b|\bco-?hosted\b|\bconcluded\b|\bwrapped up\b"
            r"|\bopened\b|\bmet\b|\bresumed\b|\bgathered\b"
            r"|개최했|개최하였|개최됐|개최되었|열렸|열었|열고|개최하고|개최하여|갖고|가졌|마쳤|举行|召开|举办|开幕|闭幕"
            # What was not held is denied below.
            r"|개최(?:하|되)지|열지 ?못|열리지|무산|未能",
        ),
        # Korean releases of the day itself are written in the present.
        ("held_or_planned", r"\bholds?\b|개최한다|개최된다|갖는다|개최\b|개최$"),
    )
)
# Where one of these stands, the sentence says that it was not held.
_NOT_HELD = re.compile(
    r"\b(?:not|never) (?:yet )?(?:be |been )?(?:held|hold|take place|taken place|convened?|meet)\b"
    r"|\bcould ?(?:not|n't|no longer)\b|\bfailed to\b"
    r"|未能|未(?=如期|举行|召开|举办)|没有?(?=能?如?期?举行|召开)"
    r"|하지 ?(?:못|않)|무산|열리지 ?(?:못|않)|되지 ?(?:못|않)|열지 ?못",
    re.I,
)
# Where one of these stands, it was meant to be held, or meant for another day.
_MEANT = re.compile(
    r"\brescheduled\b|\boriginally (?:scheduled|planned)\b|\bwas to (?:be held|have|take place)\b"
    r"|原定|原计划|原拟|당초|하려던|려고 ?했",
    re.I,
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


_DENIALS = ("cancelled", "postponed")


@dataclass(frozen=True, slots=True)
class StatusFound:
    """What a sentence says of the meeting that it names, and the words that say it.

    `denied` says that the sentence also says that it was not held, or was only meant to be.
    """

    span: Span
    status: str
    denied: bool = False


def status_in(matched: Matched, sentence: Sentence) -> StatusFound | None:
    """What the sentence says of a meeting's status; None where it says nothing of it.

    What was not held, and not put off or called off either, is planned and denied.
    """
    at = matched.at(sentence.span.start)
    end = matched.at(sentence.span.end)
    for status, rule in _RULES:
        match = rule.search(matched.folded, at, end)
        if match is not None:
            if status in _DENIALS:
                return StatusFound(matched.of(match), status)
            not_held = _NOT_HELD.search(matched.folded, at, end) is not None
            meant = _MEANT.search(matched.folded, at, end) is not None
            return StatusFound(
                matched.of(match), "planned" if not_held else status, not_held or meant
            )
    return None


def is_later(sentence: Sentence) -> bool:
    """Whether the sentence looks ahead to later meetings."""
    return _LATER.search(sentence.words) is not None


def of_another_time(sentence: Sentence) -> bool:
    """Whether the sentence looks back on earlier meetings or ahead to later ones."""
    return _EARLIER.search(sentence.words) is not None or _LATER.search(sentence.words) is not None
