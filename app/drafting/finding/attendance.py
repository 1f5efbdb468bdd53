"""As what the people of a sentence took part: as heads, otherwise, or not as far as it says."""

import re
from enum import StrEnum

from app.drafting.finding.matching import Matched, Sentence, Span


class Attendance(StrEnum):
    """What a sentence says of somebody whom it names."""

    HEAD = "head"
    ATTENDED = "attended"
    NAMED = "named"


_HEAD = re.compile(
    r"\bchief (?:representatives?|delegates?)\b|\bhead(?:s|ed)?\b[^.\n]{0,20}\bdelegations?\b"
    r"|\bco-?chaired?\b|\bled (?:the|their|its|both)\b"
    r"|\bled by\b|\bheading the\b|\bcounterpart (?:was|is)\b"
    r"|\bchaired\b|\bheaded by\b|\bas (?:the )?(?:co-?)?(?:heads?|chairs?)\b"
    r"|\bco-?chairs\b"
    r"|\bleading (?:the|their)\b|\bheads of delegation\b"
    r"|수석대표|공동 ?주재|주재(?:했|하였|로|한|하)|공동 ?의장|단장으로|이끄는|이끌|대표로 ?참석"
    r"|共同主持|主持(?:会议|了)|率团|团长|率领|率队|牵头",
    re.I,
)
_ATTENDED = re.compile(
    r"\battend(?:ed|s|ing)?\b|\bparticipat(?:ed|es|ing)\b|\btook part\b|\bjoined\b|\bwere present\b"
    r"|참석|참가|배석|出席|参加|参会|与会|陪同",
    re.I,
)
# Whoever stands behind these words came with the heads.
_WITH = re.compile(
    r"\baccompanied by\b|\balong with\b|\bjoined by\b|\bother participants\b|\balso attended\b"
    r"|배석|함께 참석|陪同|参加(?:会议|了)的还有",
    re.I,
)


def attendance_of(matched: Matched, sentence: Sentence, person: Span) -> Attendance:
    """What `sentence` says of the person named in it at `person`."""
    head, attended = _HEAD.search(sentence.words), _ATTENDED.search(sentence.words)
    company = _WITH.search(sentence.words)
    if head is None and attended is None:
        return Attendance.NAMED
    if head is None:
        return Attendance.ATTENDED
    offset = matched.at(person.start) - matched.at(sentence.span.start)
    korean_or_chinese = company is not None and not company.group().isascii()
    if company is not None and company.start() > head.start():
        if korean_or_chinese:
            # "A가 수석대표로, B가 배석했다": behind the heads stand those who came along.
            return Attendance.ATTENDED if offset > head.end() else Attendance.HEAD
        return Attendance.ATTENDED if offset > company.start() else Attendance.HEAD
    if (
        company is not None
        and offset > company.start()
        and not korean_or_chinese
        and offset < head.start()
    ):
        return Attendance.ATTENDED
    return Attendance.HEAD
