"""Routes of redactions: to read, since only an operator redacts (`clearsky redact`)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from app.feed.collections import RecordKind
from app.feed.models import Redaction
from app.feed.schemas import RedactionPage, RedactionRecord
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import get_visible
from app.kernel.pages import Filter, ListQuery, SortKey, one_of, page_of, repeatable
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Reading
from app.kernel.routes import LIST, READ, RecordId

router = APIRouter(prefix="/v1/redactions", tags=["redactions"], route_class=RecordRoute)


class RedactionQuery(ListQuery):
    """What the list of redactions takes."""

    record_kind: list[RecordKind] | None = repeatable("Of records of one of these kinds.")
    sort: Literal["id", "-id", "modified_at", "-modified_at"] = "id"


FILTERS: dict[str, Filter] = {"record_kind": one_of(Redaction.record_kind)}
SORTS: dict[str, SortKey] = {"modified_at": Redaction.modified_at}


@router.get("", operation_id="listRedactions", responses=LIST)
@answered_promptly(page_of_records(Redaction, SORTS))
def list_redactions(tx: Reading, query: Annotated[RedactionQuery, Query()]) -> RedactionPage:
    """What was taken out of the journal, by id or as `sort` says."""
    return page_of(tx, Redaction, query, RedactionPage, filters=FILTERS, sorts=SORTS)


@router.get("/{id}", operation_id="getRedaction", responses=READ)
@answered_promptly(one_record(Redaction))
def get_redaction(tx: Reading, redaction_id: RecordId) -> RedactionRecord:
    """One redaction: of which record, in which revisions, by whom and why."""
    return RedactionRecord.model_validate(get_visible(tx.session, Redaction, redaction_id))
