"""Dialogues and meetings, as they are stored."""

from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.dialogues.codes import (
    DecisionEffect,
    DialogueLevel,
    MeetingFormat,
    MeetingStatus,
    ParticipationRole,
)
from app.dialogues.schemas import DialogueBody, DialogueRecord, MeetingBody, MeetingRecord
from app.documents.citations import Cited
from app.kernel.columns import Document, KeyText, codes
from app.kernel.constraints import ends_not_before_starts
from app.kernel.owner_rules import NamedParties, OwnersOf
from app.kernel.parts import owner_key, parts, reference
from app.kernel.records import Part, Record
from app.kernel.text import LocalizedText


class DialogueParty(Part):
    """A party of a dialogue."""

    __tablename__ = "dialogue_party"

    dialogue_id: Mapped[str] = owner_key("dialogue")
    party: Mapped[str] = reference("party", primary_key=True)
    owner: Mapped["Dialogue"] = relationship(back_populates="party_links", lazy="raise_on_sql")


class Dialogue(Cited, Record):
    """A standing series of meetings between parties at one level."""

    __tablename__ = "dialogue"
    representation = DialogueRecord
    body = DialogueBody
    owned_by = NamedParties("parties", part="party_links")
    gathers = "dialogue"

    name: Mapped[LocalizedText] = mapped_column(Document)
    aliases: Mapped[list[LocalizedText]] = mapped_column(Document)
    party_links: Mapped[list[DialogueParty]] = parts(DialogueParty)
    level: Mapped[DialogueLevel] = mapped_column(codes(DialogueLevel, "level"))
    established: Mapped[str | None] = mapped_column(KeyText)
    description: Mapped[LocalizedText | None] = mapped_column(Document)

    @property
    def parties(self) -> list[str]:
        """The parties' ids, in their order."""
        return [link.party for link in self.party_links]

    @parties.setter
    def parties(self, ids: list[str]) -> None:
        self.party_links = [DialogueParty(position=n, party=id_) for n, id_ in enumerate(ids)]

    @property
    def sort_name(self) -> LocalizedText | None:
        """Its name."""
        return self.name


class Participation(Part):
    """Who took part in a meeting: organization and title as they were then."""

    __tablename__ = "participation"

    meeting_id: Mapped[str] = owner_key("meeting")
    position: Mapped[int] = mapped_column(primary_key=True)
    party: Mapped[str] = reference("party")
    person: Mapped[str | None] = reference("person")
    organization: Mapped[str | None] = reference("organization")
    title: Mapped[LocalizedText | None] = mapped_column(Document)
    role: Mapped[ParticipationRole | None] = mapped_column(codes(ParticipationRole, "role"))
    owner: Mapped["Meeting"] = relationship(back_populates="participations", lazy="raise_on_sql")


class AgendaItem(Part):
    """What was to be discussed at a meeting."""

    __tablename__ = "agenda_item"

    meeting_id: Mapped[str] = owner_key("meeting")
    position: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[LocalizedText] = mapped_column(Document)
    agreement: Mapped[str | None] = reference("agreement")
    action_item: Mapped[str | None] = reference("action_item")
    reasons: Mapped[list[str]] = mapped_column(Document, server_default=text("'[]'"))
    note: Mapped[LocalizedText | None] = mapped_column(Document)
    owner: Mapped["Meeting"] = relationship(back_populates="agenda", lazy="raise_on_sql")


class Decision(Part):
    """What a meeting concluded, and what that created, changed or ended."""

    __tablename__ = "decision"

    meeting_id: Mapped[str] = owner_key("meeting")
    position: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[LocalizedText] = mapped_column(Document)
    effect: Mapped[DecisionEffect | None] = mapped_column(codes(DecisionEffect, "effect"))
    agreement: Mapped[str | None] = reference("agreement")
    action_item: Mapped[str | None] = reference("action_item")
    owner: Mapped["Meeting"] = relationship(back_populates="decisions", lazy="raise_on_sql")


class Meeting(Cited, Record):
    """One session of a dialogue."""

    __tablename__ = "meeting"
    representation = MeetingRecord
    body = MeetingBody
    owned_by = OwnersOf("dialogue", "dialogue")
    held_by = "dialogue"
    shown_by = ("dialogue", "dialogue", "parties")

    dialogue: Mapped[str] = reference("dialogue")
    ordinal: Mapped[int | None]
    name: Mapped[LocalizedText | None] = mapped_column(Document)
    status: Mapped[MeetingStatus] = mapped_column(codes(MeetingStatus, "status"))
    starts: Mapped[str | None] = mapped_column(KeyText)
    ends: Mapped[str | None] = mapped_column(KeyText)
    city: Mapped[LocalizedText | None] = mapped_column(Document)
    country: Mapped[str | None] = mapped_column(KeyText)
    timezone: Mapped[str | None] = mapped_column(KeyText)
    start_time: Mapped[str | None] = mapped_column(KeyText)
    end_time: Mapped[str | None] = mapped_column(KeyText)
    venue: Mapped[LocalizedText | None] = mapped_column(Document)
    host: Mapped[str | None] = reference("party", column="host_id")
    format: Mapped[MeetingFormat | None] = mapped_column(codes(MeetingFormat, "format"))
    summary: Mapped[LocalizedText | None] = mapped_column(Document)
    participations: Mapped[list[Participation]] = parts(Participation)
    agenda: Mapped[list[AgendaItem]] = parts(AgendaItem)
    decisions: Mapped[list[Decision]] = parts(Decision)

    @property
    def sort_name(self) -> LocalizedText | None:
        """Its name, where it has one."""
        return self.name

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """An ordinal once in its dialogue, and an order of time."""
        return (
            UniqueConstraint("dialogue_id", "ordinal", name="uq_meeting_ordinal_in_dialogue"),
            CheckConstraint("ordinal >= 1", name="ordinal_from_one"),
            ends_not_before_starts("starts", "ends"),
        )
