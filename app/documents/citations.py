"""Citations: part of every record, in a table for each kind so that references are real."""

from typing import Any, cast

from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.kernel.columns import Document, LongText
from app.kernel.parts import owner_key, parts, reference
from app.kernel.records import Part
from app.kernel.text import LocalizedText


class CitationPart(Part):
    """A row of any kind's citations."""

    __abstract__ = True

    position: Mapped[int] = mapped_column(primary_key=True)
    quote: Mapped[str | None] = mapped_column(LongText)
    locator: Mapped[str | None] = mapped_column(LongText)
    supports: Mapped[list[str]] = mapped_column(Document)
    followed: Mapped[bool]
    note: Mapped[LocalizedText | None] = mapped_column(Document)

    @declared_attr
    def document(cls) -> Mapped[str]:
        return reference("document")


class Cited:
    """Gives a kind of record its citations, in a table `<kind>_citation`."""

    @declared_attr
    def citations(cls) -> Mapped[list[CitationPart]]:
        record = cast(Any, cls)
        key = owner_key(record.__tablename__)
        part = type(
            f"{record.__name__}Citation",
            (CitationPart,),
            {
                "__tablename__": f"{record.__tablename__}_citation",
                "__module__": record.__module__,
                "__doc__": f"A citation of a record of the kind {record.__tablename__}.",
                "record_id": key,
                "owner": relationship(
                    record.__name__,
                    back_populates="citations",
                    lazy="raise_on_sql",
                    foreign_keys=[key],
                ),
            },
        )
        return parts(part, foreign_keys=[key])
