"""How a record holds its parts: loaded with it, replaced with it, deleted with it."""

from functools import cache
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import (
    MappedColumn,
    Relationship,
    mapped_column,
    raiseload,
    relationship,
)
from sqlalchemy.orm.interfaces import ORMOption

from app.kernel.columns import KeyText
from app.kernel.records import Part, Record, parts_of


def parts(target: str | type[Part], **options: Any) -> Relationship[Any]:
    """A record's collection of parts, in their order, always loaded with the record.

    Loading takes one statement a collection, whatever the number of records.
    """
    order = f"{target}.position" if isinstance(target, str) else target.position
    return relationship(
        target,
        back_populates="owner",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="selectin",
        order_by=order,
        **options,
    )


@cache
def only(model: type[Record], *parts_wanted: str) -> tuple[ORMOption, ...]:
    """Options that load a record for its own columns and the parts that are wanted, and no others.

    The parts left out raise when they are touched, rather than being loaded one by one.
    """
    return tuple(
        raiseload(getattr(model, name)) for name in parts_of(model) if name not in parts_wanted
    )


def owner_key(table: str) -> MappedColumn[str]:
    """The column by which a part belongs to its record, and goes with it."""
    return mapped_column(KeyText, ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=True)


def reference(kind: str, *, column: str | None = None, **options: Any) -> MappedColumn[Any]:
    """A column that holds the id of a record of `kind`; the database keeps it real.

    It is checked at commit, so that records that refer to each other can come in one write.
    """
    options.setdefault("index", True)
    key = ForeignKey(f"{kind}.id", deferrable=True, initially="DEFERRED")
    return mapped_column(column or f"{kind}_id", KeyText, key, **options)
