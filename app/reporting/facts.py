"""What progress asks of the record: plain facts about plans, items, meetings and names."""

from datetime import date
from typing import NamedTuple

from app.agreements.codes import ActionItemKind, AgreementKind, AgreementStatus, Theme
from app.dialogues.codes import MeetingStatus
from app.kernel.dates import latest
from app.kernel.text import LocalizedText


class KnownDialogue(NamedTuple):
    """A dialogue, and its parties."""

    id: str
    name: LocalizedText
    parties: tuple[str, ...]


class KnownPlan(NamedTuple):
    """An agreement, and its parties in their order."""

    id: str
    name: LocalizedText
    kind: AgreementKind
    status: AgreementStatus | None
    parties: tuple[str, ...]
    overseen_by: str | None
    starts: str | None
    ends: str | None


class KnownItem(NamedTuple):
    """An action item; `leads` are pairs of a party and its organization."""

    id: str
    agreement: str
    number: int
    title: LocalizedText
    kind: ActionItemKind | None
    themes: tuple[Theme, ...]
    leads: tuple[tuple[str, str], ...]
    due: str | None
    ended: str | None


class KnownMeeting(NamedTuple):
    """A meeting of a dialogue."""

    id: str
    name: LocalizedText | None
    dialogue: str
    status: MeetingStatus
    starts: str | None
    ends: str | None

    @property
    def day(self) -> date | None:
        """The day by which it was over, as far as is known; None without any date."""
        known = self.ends or self.starts
        return None if known is None else latest(known)


class KnownName(NamedTuple):
    """An organization's name, and the period in which it held."""

    name: LocalizedText
    starts: str | None
    ends: str | None
