"""The code lists of dialogues and meetings."""

from enum import StrEnum


class DialogueLevel(StrEnum):
    """At which level the parties meet."""

    MINISTER = "minister"
    VICE_MINISTER = "vice_minister"
    DIRECTOR_GENERAL = "director_general"
    DIRECTOR = "director"
    WORKING = "working"


class MeetingStatus(StrEnum):
    """Whether a meeting has been held."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    HELD = "held"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class MeetingFormat(StrEnum):
    """How those taking part meet."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class ParticipationRole(StrEnum):
    """As what somebody took part in a meeting."""

    HEAD = "head"
    DELEGATE = "delegate"
    EXPERT = "expert"
    OBSERVER = "observer"
    INTERPRETER = "interpreter"
    SECRETARIAT = "secretariat"


class DecisionEffect(StrEnum):
    """What a decision did to an agreement or an action item."""

    CREATED = "created"
    CHANGED = "changed"
    ENDED = "ended"
