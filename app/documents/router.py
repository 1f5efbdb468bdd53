"""Routes of documents."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.documents.keeping import new_document, require_sound_document
from app.documents.models import Document
from app.documents.queries import FILTERS, SORTS, DocumentQuery
from app.documents.schemas import DocumentBody, DocumentRecord
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import delete, get_visible, patch
from app.kernel.pages import page_of
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Creating, Reading
from app.kernel.routes import CREATE, DELETE, LIST, PATCH, READ, RecordId
from app.kernel.schemas import Page, merge_patch_of

router = APIRouter(prefix="/v1/documents", tags=["documents"], route_class=RecordRoute)

DocumentPatch = merge_patch_of(DocumentBody, "DocumentPatch")


class DocumentPage(Page[DocumentRecord]):
    """A page of documents."""


@router.get("", operation_id="listDocuments", responses=LIST)
@answered_promptly(page_of_records(Document, SORTS))
def list_documents(tx: Reading, query: Annotated[DocumentQuery, Query()]) -> DocumentPage:
    """Documents, by id or as `sort` says."""
    return page_of(tx, Document, query, DocumentPage, filters=FILTERS, sorts=SORTS)


@router.post("", operation_id="createDocument", status_code=201, responses=CREATE)
def create_document(tx: Creating, body: DocumentBody) -> DocumentRecord:
    """A new document; without an id, one is derived from its title or identifier.

    With `visibility` `party` only the side of its issuer sees it, and the server names it.
    """
    return tx.created(new_document(tx.session, body), DocumentRecord)


@router.get("/{id}", operation_id="getDocument", responses=READ)
@answered_promptly(one_record(Document))
def get_document(tx: Reading, document_id: RecordId) -> DocumentRecord:
    """One document."""
    return DocumentRecord.model_validate(get_visible(tx.session, Document, document_id))


@router.patch("/{id}", operation_id="patchDocument", responses=PATCH)
def patch_document(
    tx: Changing, document_id: RecordId, changes: Annotated[dict[str, Any], DocumentPatch]
) -> DocumentRecord:
    """Changes a document by a JSON Merge Patch."""
    document = get_visible(tx.session, Document, document_id)
    patch(tx, document, DocumentBody, changes)
    require_sound_document(tx.session, document)
    return tx.changed(document, DocumentRecord)


@router.delete("/{id}", operation_id="deleteDocument", status_code=204, responses=DELETE)
def delete_document(tx: Changing, document_id: RecordId) -> None:
    """Deletes a document that nothing refers to."""
    delete(tx, get_visible(tx.session, Document, document_id))
