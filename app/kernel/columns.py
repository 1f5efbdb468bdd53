"""Column types that order and compare the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    Integer,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB

# SQLite compares text by its bytes; PostgreSQL does only in this collation.
KeyText = String().with_variant(String(collation="C"), "postgresql")
LongText = Text().with_variant(Text(collation="C"), "postgresql")
Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
# SQLite numbers rows by itself only for a column declared INTEGER.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its time zone; SQLite, which has no such type, holds it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def codes(enumeration: type[StrEnum], name: str) -> Enum:
    """Text that holds a code of `enumeration`, guarded by the check constraint `name`."""

    def values(members: Any) -> list[str]:
        return [member.value for member in members]

    return Enum(
        enumeration,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=32,
        values_callable=values,
    )
