"""Agreements and action items, as they are stored."""

from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.agreements.codes import (
    ActionItemKind,
    AgreementKind,
    AgreementStatus,
    LineageKind,
    RelationKind,
    Theme,
)
from app.agreements.schemas import ActionItemBody, ActionItemRecord, AgreementBody, AgreementRecord
from app.documents.citations import Cited
from app.kernel.columns import Document, KeyText, codes
from app.kernel.constraints import ends_not_before_starts
from app.kernel.owner_rules import NamedParties, OwnersOf
from app.kernel.parts import owner_key, parts, reference
from app.kernel.records import Part, Record
from app.kernel.text import LocalizedText


class AgreementParty(Part):
    """A party of an agreement."""

    __tablename__ = "agreement_party"

    agreement_id: Mapped[str] = owner_key("agreement")
    party: Mapped[str] = reference("party", primary_key=True)
    owner: Mapped["Agreement"] = relationship(back_populates="party_links", lazy="raise_on_sql")


class Relation(Part):
    """How an agreement relates to another."""

    __tablename__ = "agreement_relation"
    __table_args__ = (CheckConstraint("related_id <> agreement_id", name="no_cycle_in_relations"),)

    agreement_id: Mapped[str] = owner_key("agreement")
    kind: Mapped[RelationKind] = mapped_column(codes(RelationKind, "kind"), primary_key=True)
    agreement: Mapped[str] = reference("agreement", column="related_id", primary_key=True)
    owner: Mapped["Agreement"] = relationship(
        back_populates="relations", lazy="raise_on_sql", foreign_keys=[agreement_id]
    )


class Signature(Part):
    """Who signed an agreement, for which party, and when."""

    __tablename__ = "signature"

    agreement_id: Mapped[str] = owner_key("agreement")
    position: Mapped[int] = mapped_column(primary_key=True)
    party: Mapped[str] = reference("party")
    person: Mapped[str | None] = reference("person")
    title: Mapped[LocalizedText | None] = mapped_column(Document)
    signed: Mapped[str | None] = mapped_column(KeyText)
    owner: Mapped["Agreement"] = relationship(back_populates="signatures", lazy="raise_on_sql")


class Agreement(Cited, Record):
    """Any agreed text, from a treaty to an annual plan."""

    __tablename__ = "agreement"
    representation = AgreementRecord
    body = AgreementBody
    owned_by = NamedParties("parties", part="party_links")
    held_by = "overseen_by"
    gathers = "agreement"
    shown_to = "parties"

    kind: Mapped[AgreementKind] = mapped_column(codes(AgreementKind, "kind"))
    name: Mapped[LocalizedText] = mapped_column(Document)
    aliases: Mapped[list[LocalizedText]] = mapped_column(Document)
    party_links: Mapped[list[AgreementParty]] = parts(AgreementParty)
    overseen_by: Mapped[str | None] = reference("dialogue", column="overseen_by_id")
    status: Mapped[AgreementStatus | None] = mapped_column(codes(AgreementStatus, "status"))
    signed: Mapped[str | None] = mapped_column(KeyText)
    signed_at: Mapped[LocalizedText | None] = mapped_column(Document)
    starts: Mapped[str | None] = mapped_column(KeyText)
    ends: Mapped[str | None] = mapped_column(KeyText)
    authentic_languages: Mapped[list[str]] = mapped_column(Document)
    relations: Mapped[list[Relation]] = parts(Relation, foreign_keys=[Relation.agreement_id])
    signatures: Mapped[list[Signature]] = parts(Signature)

    @property
    def parties(self) -> list[str]:
        """The parties' ids, in their order."""
        return [link.party for link in self.party_links]

    @parties.setter
    def parties(self, ids: list[str]) -> None:
        self.party_links = [AgreementParty(position=n, party=id_) for n, id_ in enumerate(ids)]

    @property
    def sort_name(self) -> LocalizedText | None:
        """Its name."""
        return self.name

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """An order of time."""
        return (ends_not_before_starts("starts", "ends"),)


class Lead(Part):
    """The organization that leads an action item for one side."""

    __tablename__ = "lead"

    action_item_id: Mapped[str] = owner_key("action_item")
    party: Mapped[str] = reference("party", primary_key=True)
    organization: Mapped[str] = reference("organization")
    owner: Mapped["ActionItem"] = relationship(back_populates="leads", lazy="raise_on_sql")


class Deliverable(Part):
    """What an action item is to bring forth, and when it has."""

    __tablename__ = "deliverable"

    action_item_id: Mapped[str] = owner_key("action_item")
    position: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[LocalizedText] = mapped_column(Document)
    due: Mapped[str | None] = mapped_column(KeyText)
    done: Mapped[str | None] = mapped_column(KeyText)
    owner: Mapped["ActionItem"] = relationship(back_populates="deliverables", lazy="raise_on_sql")


class Lineage(Part):
    """The item of an earlier plan that an action item comes from."""

    __tablename__ = "lineage"
    __table_args__ = (
        CheckConstraint("predecessor_id <> action_item_id", name="no_cycle_in_lineage"),
    )

    action_item_id: Mapped[str] = owner_key("action_item")
    kind: Mapped[LineageKind] = mapped_column(codes(LineageKind, "kind"))
    action_item: Mapped[str] = reference("action_item", column="predecessor_id", primary_key=True)
    owner: Mapped["ActionItem"] = relationship(
        back_populates="lineage", lazy="raise_on_sql", foreign_keys=[action_item_id]
    )


class ActionItem(Cited, Record):
    """A numbered undertaking inside an agreement."""

    __tablename__ = "action_item"
    representation = ActionItemRecord
    body = ActionItemBody
    owned_by = OwnersOf("agreement", "agreement")
    held_by = "agreement"
    shown_by = ("agreement", "agreement", "parties")

    agreement: Mapped[str] = reference("agreement", index=False)
    number: Mapped[int]
    title: Mapped[LocalizedText] = mapped_column(Document)
    description: Mapped[LocalizedText | None] = mapped_column(Document)
    kind: Mapped[ActionItemKind | None] = mapped_column(codes(ActionItemKind, "kind"))
    theme_links: Mapped[list["ActionItemTheme"]] = parts("ActionItemTheme")
    leads: Mapped[list[Lead]] = parts(Lead)
    due: Mapped[str | None] = mapped_column(KeyText)
    ended: Mapped[str | None] = mapped_column(KeyText)
    lineage: Mapped[list[Lineage]] = parts(Lineage, foreign_keys=[Lineage.action_item_id])
    deliverables: Mapped[list[Deliverable]] = parts(Deliverable)

    @property
    def themes(self) -> list[Theme]:
        """The codes of its themes, in their order."""
        return [link.theme for link in self.theme_links]

    @themes.setter
    def themes(self, themes: list[Theme]) -> None:
        self.theme_links = [
            ActionItemTheme(position=n, theme=code) for n, code in enumerate(themes)
        ]

    @property
    def sort_name(self) -> LocalizedText | None:
        """Its title."""
        return self.title

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """A number once in its agreement; the pair (id, agreement) for reports to refer to."""
        return (
            UniqueConstraint("agreement_id", "number", name="uq_action_item_number_in_agreement"),
            UniqueConstraint("id", "agreement_id", name="uq_action_item_id_agreement"),
            CheckConstraint("number >= 1", name="number_from_one"),
        )


class ActionItemTheme(Part):
    """A theme of an action item."""

    __tablename__ = "action_item_theme"

    action_item_id: Mapped[str] = owner_key("action_item")
    theme: Mapped[Theme] = mapped_column(codes(Theme, "theme"), primary_key=True)
    owner: Mapped["ActionItem"] = relationship(back_populates="theme_links", lazy="raise_on_sql")
