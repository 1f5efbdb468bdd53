"""Documents, as they are stored."""

from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.documents.citations import Cited
from app.documents.codes import DocumentKind
from app.documents.schemas import DocumentBody, DocumentRecord
from app.kernel.columns import Document as JsonDocument
from app.kernel.columns import KeyText, LongText, codes
from app.kernel.owner_rules import EnteredBy
from app.kernel.parts import reference
from app.kernel.records import Record
from app.kernel.text import LocalizedText


class Document(Cited, Record):
    """A source or an attachment."""

    __tablename__ = "document"
    representation = DocumentRecord
    body = DocumentBody
    owned_by = EnteredBy()
    shown_by = ("issuer", "organization", "party")
    searched_attributes = ("identifier", "url")

    title: Mapped[LocalizedText | None] = mapped_column(JsonDocument)
    kind: Mapped[DocumentKind] = mapped_column(codes(DocumentKind, "kind"))
    language: Mapped[str | None] = mapped_column(KeyText)
    issued: Mapped[str | None] = mapped_column(KeyText)
    issuer: Mapped[str | None] = reference("organization", column="issuer_id")
    url: Mapped[str | None] = mapped_column(LongText)
    identifier: Mapped[str | None] = mapped_column(LongText)
    file: Mapped[dict[str, Any] | None] = mapped_column(JsonDocument)

    @property
    def sort_name(self) -> LocalizedText | None:
        """Its title."""
        return self.title

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """A document that nothing names could not be found again."""
        return (
            CheckConstraint(
                "title IS NOT NULL OR identifier IS NOT NULL OR url IS NOT NULL",
                name="can_be_named",
            ),
        )
