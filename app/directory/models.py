"""Parties, organizations and people, as they are stored."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.directory.codes import OrganizationKind
from app.directory.names import name_on
from app.directory.schemas import (
    OrganizationBody,
    OrganizationRecord,
    PartyBody,
    PartyRecord,
    PersonBody,
    PersonRecord,
)
from app.documents.citations import Cited
from app.kernel.columns import Document, KeyText, LongText, codes
from app.kernel.constraints import ends_not_before_starts
from app.kernel.owner_rules import NamedParties, OwnersOf
from app.kernel.parts import owner_key, parts, reference
from app.kernel.records import Part, Record
from app.kernel.text import LocalizedText


class Party(Cited, Record):
    """A state that takes part."""

    __tablename__ = "party"
    representation = PartyRecord
    body = PartyBody
    owned_by = NamedParties("id")
    sees = True

    name: Mapped[LocalizedText] = mapped_column(Document)
    timezone: Mapped[str] = mapped_column(KeyText)

    @property
    def sort_name(self) -> LocalizedText | None:
        """Its name."""
        return self.name


class OrganizationName(Part):
    """A name that an organization has or had, and when."""

    __tablename__ = "organization_name"
    __table_args__ = (ends_not_before_starts("starts", "ends"),)

    organization_id: Mapped[str] = owner_key("organization")
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[LocalizedText] = mapped_column(Document)
    starts: Mapped[str | None] = mapped_column(KeyText)
    ends: Mapped[str | None] = mapped_column(KeyText)
    owner: Mapped["Organization"] = relationship(back_populates="names", lazy="raise_on_sql")


class Organization(Cited, Record):
    """A ministry, agency, institute or centre."""

    __tablename__ = "organization"
    representation = OrganizationRecord
    body = OrganizationBody
    owned_by = NamedParties("party")
    searched_attributes = ("acronym",)

    party: Mapped[str | None] = reference("party")
    names: Mapped[list[OrganizationName]] = parts(OrganizationName)
    acronym: Mapped[str | None] = mapped_column(KeyText)
    kind: Mapped[OrganizationKind] = mapped_column(codes(OrganizationKind, "kind"))
    parent: Mapped[str | None] = reference("organization", column="parent_id")
    succeeded_by: Mapped[str | None] = reference("organization", column="succeeded_by_id")
    active_from: Mapped[str | None] = mapped_column(KeyText)
    active_until: Mapped[str | None] = mapped_column(KeyText)
    url: Mapped[str | None] = mapped_column(LongText)

    @property
    def sort_name(self) -> LocalizedText | None:
        """Its newest name."""
        return name_on(self.names, date.max).name

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """An organization is none of its own ancestors or successors (longer cycles: triggers)."""
        return (
            ends_not_before_starts("active_from", "active_until"),
            CheckConstraint("parent_id <> id", name="no_cycle_in_parents"),
            CheckConstraint("succeeded_by_id <> id", name="no_cycle_in_succession"),
        )


class Person(Cited, Record):
    """Somebody who takes part or signs."""

    __tablename__ = "person"
    representation = PersonRecord
    body = PersonBody
    owned_by = OwnersOf("organization", "organization")

    name: Mapped[LocalizedText] = mapped_column(Document)
    organization: Mapped[str | None] = reference("organization")
    title: Mapped[LocalizedText | None] = mapped_column(Document)

    @property
    def sort_name(self) -> LocalizedText | None:
        """Their name."""
        return self.name
