"""What progress asks of the record: plain facts about plans, items, meetings and names."""

from dataclasses import dataclass
from datetime import date

from app.agreements.codes import ActionItemKind, AgreementKind, AgreementStatus, Theme
from app.dialogues.codes import MeetingStatus
from app.kernel.dates import latest
from app.kernel.text import LocalizedText


@dataclass(frozen=True, slots=True)
class KnownDialogue:
    """A dialogue, and its parties."""

    id: str
    name: LocalizedText
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownPlan:
    """An agreement, and its parties in their order."""

    id: str
    name: LocalizedText
    kind: AgreementKind
    status: AgreementStatus | None
    parties: tuple[str, ...]
    overseen_by: str | None
    starts: str | None
    ends: str | None


@dataclass(frozen=True, slots=True)
class KnownItem:
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


@dataclass(frozen=True, slots=True)
class KnownMeeting:
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


@dataclass(frozen=True, slots=True)
class KnownName:
    """An organization's name, and the period in which it held."""

    name: LocalizedText
    starts: str | None
    ends: str | None
