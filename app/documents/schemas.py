"""Documents and citations, as they are written and answered."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.documents.codes import DocumentKind
from app.kernel.access import Visibility
from app.kernel.dates import PartialDate
from app.kernel.references import DocumentId, OrganizationId
from app.kernel.schemas import (
    Count,
    OwnTranslations,
    PartyVisibility,
    RecordHead,
    RecordIdentity,
    RecordReading,
    Schema,
    Truth,
    VisibilityField,
)
from app.kernel.text import FieldPointer, LanguageTag, Localized, PlainText, ShortText, WebAddress


class Citation(Schema):
    """Which document, and which words of it, support a record."""

    document: DocumentId = Field(examples=["press-release-2023-12-20"])
    quote: PlainText | None = Field(
        default=None, description="The exact words, in the document's own language."
    )
    locator: ShortText | None = Field(default=None, description="A page, paragraph or note.")
    supports: list[FieldPointer] = Field(
        default_factory=list,
        max_length=100,
        description="The fields that it supports; empty for the record as a whole.",
    )
    followed: Truth = Field(
        default=True, description="False where sources disagree and the record follows another."
    )
    note: Localized | None = None


class Citations(Schema):
    """Where a record is from."""

    citations: list[Citation] = Field(default_factory=list, max_length=100)


class RecordTail(VisibilityField, Citations, OwnTranslations):
    """What every body ends with: translations of our own, citations, visibility."""


class DocumentFile(Schema):
    """The file that a document is."""

    media_type: Annotated[
        str, StringConstraints(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$", max_length=127)
    ] = Field(examples=["text/plain"])
    bytes: Count = Field(description="Its size in bytes.")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class DocumentFields(Schema):
    """What a document says of itself."""

    title: Localized | None = None
    kind: DocumentKind
    language: LanguageTag | None = None
    issued: PartialDate | None = None
    issuer: OrganizationId | None = None
    url: WebAddress | None = None
    identifier: ShortText | None = Field(
        default=None, description="How it is found where no full address is known."
    )
    file: DocumentFile | None = None


class DocumentTail(Citations, OwnTranslations):
    """What a document's body ends with."""

    visibility: PartyVisibility = Field(
        default=Visibility.PUBLIC,
        description="With `party` only the side of its issuer sees it. What was public stays so.",
    )


class DocumentBody(DocumentTail, DocumentFields, RecordHead):
    """A source or an attachment."""

    @model_validator(mode="after")
    def _can_be_named(self) -> Self:
        if self.title is None and self.identifier is None and self.url is None:
            raise PydanticCustomError(
                "nameless_document", "A document needs a title, an identifier or a url"
            )
        return self


class DocumentRecord(RecordReading, DocumentTail, DocumentFields, RecordIdentity):
    """A document, as it is answered."""
