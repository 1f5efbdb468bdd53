"""What every kind of record is made of, and the one document that represents it everywhere."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, NamedTuple

import orjson
from pydantic import BaseModel
from sqlalchemy import BigInteger, CheckConstraint, Index, MetaData, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from app.kernel.access import Visibility
from app.kernel.columns import Document, KeyText, LongText, UtcDateTime, codes
from app.kernel.owner_rules import OwnerRule
from app.kernel.text import PARTY_PATTERN, LocalizedText, display, folded, texts_in

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# What moves with every revision of a record, and so is no part of its content.
BOOKKEEPING = frozenset({"created_at", "modified_at", "revision"})

# The audience of what no party may see. Migration 0011 sets it where nobody can tell whose it is.
OPERATOR_ALONE = " operator "


class Base(DeclarativeBase):
    """Every table of the project."""

    metadata = MetaData(naming_convention=NAMING)


class Part(Base):
    """A row that belongs to one record and is journalled as content of that record.

    A part's attributes are named as in its JSON; `position` keeps the order it was given in.
    """

    __abstract__ = True

    position: Mapped[int]


class Holder(NamedTuple):
    """The kind and id of a record that holds others."""

    kind: str
    id: str


class Record(Base):
    """A record with a public id of its own, journalled by itself.

    The name of its table is its kind. Its attributes are named as in its JSON; a reference to
    another record is that record's id.
    """

    __abstract__ = True

    representation: ClassVar[type[BaseModel]]
    # What load files and tables hold of it, if they do: all that makes the record what it is.
    body: ClassVar[type[BaseModel] | None] = None
    # Whose a record of this kind is: who may write it (app.kernel.ownership).
    owned_by: ClassVar[OwnerRule]
    # The attribute that names the record which holds this kind, by which the journal finds it.
    held_by: ClassVar[str | None] = None
    # The column of a change, `dialogue` or `agreement`, in which it is named by all that belongs to
    # a record of this kind: itself, and what it holds, directly or not.
    gathers: ClassVar[str | None] = None
    # The attribute that names the party or the parties which see a record that is not public.
    shown_to: ClassVar[str | None] = None
    # Or else the record that names them: by which attribute, of what kind, in which of its own.
    shown_by: ClassVar[tuple[str, str, str] | None] = None
    # Whether audiences name records of this kind: one that sees something cannot be deleted.
    sees: ClassVar[bool] = False
    # The attributes with the revisions in which a record began to count, with its first public
    # change, and ceased to, with its last.
    counts_from: ClassVar[str | None] = None
    counts_until: ClassVar[str | None] = None
    # Attributes of plain text that q searches beside all that is localized.
    searched_attributes: ClassVar[tuple[str, ...]] = ()

    id: Mapped[str] = mapped_column(KeyText, primary_key=True)
    own_translations: Mapped[list[str]] = mapped_column(Document)
    visibility: Mapped[Visibility] = mapped_column(codes(Visibility, "visibility"))
    # The parties that see it where it is not public, as audience_of() writes them.
    audience: Mapped[str | None] = mapped_column(KeyText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    modified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(BigInteger)
    content_digest: Mapped[str] = mapped_column(KeyText)
    search_text: Mapped[str] = mapped_column(LongText)
    sort_text: Mapped[str] = mapped_column(LongText)

    def __init__(self, **attributes: Any) -> None:
        # Not column defaults: those come with the INSERT, too late for the record's digest.
        attributes.setdefault("own_translations", [])
        attributes.setdefault("visibility", Visibility.PUBLIC)
        super().__init__(**attributes)

    @classmethod
    def human_name(cls) -> str:
        """The kind of record in words: `action item`."""
        return str(cls.__tablename__).replace("_", " ")

    @property
    def sort_name(self) -> LocalizedText | None:
        """What lists sort the record by when they sort by name."""
        return None

    @property
    def holder(self) -> str | None:
        """The id of the record that holds this one, by which the journal finds its children."""
        found: str | None = None if self.held_by is None else getattr(self, self.held_by)
        return found

    @classmethod
    def kind_of_holder(cls) -> str | None:
        """The kind of record that holds this kind, if it is held by any."""
        if cls.held_by is None:
            return None
        links = inspect(cls).attrs[cls.held_by].columns[0].foreign_keys
        (kind,) = {link.column.table.name for link in links}
        return str(kind)

    @property
    def held_with(self) -> Holder | None:
        """The record to whose dialogue and agreement this one belongs: the one that holds it."""
        kind, id_ = self.kind_of_holder(), self.holder
        return None if kind is None or id_ is None else Holder(kind, id_)

    def committed_holder(self) -> Holder | None:
        """What the record was held_with() before what this transaction has not flushed yet."""
        kind = self.kind_of_holder()
        id_ = None if self.held_by is None else self.committed(self.held_by)
        return self.held_with if kind is None else None if id_ is None else Holder(kind, id_)

    def committed(self, attribute: str) -> Any:
        """The value of an attribute before what this transaction has not flushed yet."""
        history = inspect(self).attrs[attribute].history
        values = history.deleted or history.unchanged
        return values[0] if values else None

    def settle(self) -> None:
        """Before each write: sets what follows from the rest; what is public has no audience."""
        if self.visibility == Visibility.PUBLIC:
            self.audience = None

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*cls.constraints(), *audience_checks(), *cls._list_indexes())

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """The table's own named constraints and indexes."""
        return ()

    @classmethod
    def _list_indexes(cls) -> Iterator[Index]:
        name = cls.__tablename__
        yield Index(f"ix_{name}_modified_at", "modified_at", "id")
        yield Index(f"ix_{name}_sort_text", "sort_text", "id")


def audience_checks() -> tuple[CheckConstraint, CheckConstraint]:
    """The named checks of a table with `visibility` and `audience`: no audience is of nobody.

    What is public has none, and all else has one: names between single spaces.
    """
    return (
        CheckConstraint(
            "(visibility = 'public') = (audience IS NULL)", name="audience_unless_public"
        ),
        CheckConstraint(
            "audience LIKE ' _% ' AND audience NOT LIKE '%  %'", name="audience_of_somebody"
        ),
    )


def audience_of(parties: Iterable[str]) -> str:
    """The audience of what only `parties` may see.

    Raises ValueError for no party, and for a name that is no party's: nobody would be in it.
    """
    names = [*parties]
    strange = [name for name in names if not re.fullmatch(PARTY_PATTERN, name)]
    if strange or not names:
        raise ValueError(f"an audience is of parties, and not of {strange or 'nobody'}")
    return f" {' '.join(names)} "


def parties_in(audience: str | None) -> list[str]:
    """The parties of an audience: none where everybody sees it, or the operator alone."""
    return [] if audience in (None, OPERATOR_ALONE) else audience.split()


def document_of(record: Record) -> dict[str, Any]:
    """The record as its GET route answers it, as JSON values: what the journal keeps of it."""
    read = type(record).representation.model_validate(record, from_attributes=True)
    return read.model_dump(mode="json")


def digest_of(document: object) -> str:
    """SHA-256, in hexadecimal, of a JSON value in canonical form (RFC 8785)."""
    return hashlib.sha256(canonical(document)).hexdigest()


def canonical(value: object) -> bytes:
    """A JSON value in canonical form (RFC 8785).

    For values without fractions, whose members have ASCII names: all that a record or a revision
    holds. For these, sorted and without spaces is canonical; a test compares it with rfc8785's.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def content_of(document: dict[str, Any]) -> dict[str, Any]:
    """The document without its book-keeping: two records with equal content say the same."""
    return {name: value for name, value in document.items() if name not in BOOKKEEPING}


def texts_of(record: Record, document: dict[str, Any]) -> tuple[str, str]:
    """What `q` searches, and what lists sort a record's name by."""
    searched = [
        *texts_in(document),
        *(str(document[name]) for name in record.searched_attributes if document.get(name)),
    ]
    name = record.sort_name
    return folded("\n".join(searched)), folded(display(name))[:200] if name else ""


@cache
def record_classes() -> dict[str, type[Record]]:
    """Every mapped kind of record, by kind, in the order of their names."""
    found = {
        mapper.class_.__tablename__: mapper.class_
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Record)
    }
    return dict(sorted(found.items()))


def parts_of(record_class: type[Record]) -> dict[str, type[Part]]:
    """The collections of parts that a record holds: attribute name to class."""
    return {
        name: relationship.mapper.class_
        for name, relationship in inspect(record_class).relationships.items()
        if issubclass(relationship.mapper.class_, Part)
    }
