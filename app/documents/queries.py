"""Filters and orders of the list of documents."""

from typing import Literal

from app.documents.codes import DocumentKind
from app.documents.models import Document
from app.kernel.pages import (
    Filter,
    From,
    ListQuery,
    SortKey,
    Until,
    date_from,
    date_until,
    one_of,
    repeatable,
    sortable,
)
from app.kernel.text import LanguageTag, Slug


class DocumentQuery(ListQuery):
    """What the list of documents takes."""

    kind: list[DocumentKind] | None = repeatable("Of one of these kinds.")
    language: list[LanguageTag] | None = repeatable("In one of these languages.")
    issuer: list[Slug] | None = repeatable("Issued by one of these organizations.")
    issued_from: From = None
    issued_until: Until = None
    sort: Literal[
        "id", "-id", "name", "-name", "issued", "-issued", "modified_at", "-modified_at"
    ] = "id"


FILTERS: dict[str, Filter] = {
    "kind": one_of(Document.kind),
    "language": one_of(Document.language),
    "issuer": one_of(Document.issuer),
    "issued_from": date_from(Document.issued),
    "issued_until": date_until(Document.issued),
}
SORTS: dict[str, SortKey] = {
    "name": Document.sort_text,
    "issued": sortable(Document.issued),
    "modified_at": Document.modified_at,
}
