"""Routes of the journal: the feed, histories, the head, verification."""

from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from app.feed import at_once
from app.feed.changes import ChangesQuery, changes_since, history_of
from app.feed.collections import COLLECTIONS
from app.feed.event_stream import EventStream
from app.feed.following import StreamQuery
from app.feed.place import Place
from app.feed.schemas import (
    ChangePage,
    HistoryPage,
    JournalHeadRecord,
    VerificationBody,
    VerificationRecord,
)
from app.feed.shared import piece_after, place_named
from app.feed.snapshot import SnapshotQuery, snapshot
from app.feed.verification import head_of, verify
from app.kernel.access import Role
from app.kernel.authentication import require_role
from app.kernel.observing import EVENT_STREAM
from app.kernel.pages import PageQuery
from app.kernel.problems import Unavailable
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Reading, Streaming
from app.kernel.routes import (
    LIST,
    READ,
    VERIFY,
    AssessmentId,
    PartyPath,
    RecordId,
    ReportId,
)
from app.kernel.tabular.formats import JSON_LINES

router = APIRouter(prefix="/v1", tags=["journal"], route_class=RecordRoute)
# Held while the chain is recomputed: it takes a thread and a connection for long.
VERIFYING = Lock()
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events of the type `change`, each with a ChangeRecord as its data; now and "
        "then an `id` by itself, or a comment. It does not end by itself.",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
    }
}
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern=r"^[0-9]{1,16}(-[0-9]{1,10})?$",
        description="The `id` of the last event that came: go on after it, whatever `since` says.",
        examples=["12-1"],
    ),
]
SNAPSHOT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One ChangeRecord a line.",
        "content": {JSON_LINES: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/changes", operation_id="listChanges", responses=LIST)
@answered_promptly(at_once.changes_since)
def list_changes(tx: Reading, query: Annotated[ChangesQuery, Query()]) -> ChangePage:
    """What has changed after a revision, in the order in which it was committed."""
    return tx.computed(changes_since(tx, query))


@router.get(
    "/changes/stream",
    operation_id="getChangeStream",
    response_class=StreamingResponse,
    responses=LIST | STREAM,
)
def stream_changes(
    tx: Streaming, query: Annotated[StreamQuery, Query()], last_event_id: LastEventId = None
) -> Response:
    """What has changed after a revision, and what changes from now on, as Server-Sent Events.

    Each event has as `data` a change as listChanges gives it, and an `id` from which the stream
    goes on wherever it is opened again.
    """
    place = Place.after(query.since) if last_event_id is None else place_named(last_event_id)
    return EventStream(tx, query, piece_after(tx.session, query, place))


@router.get(
    "/snapshot",
    operation_id="getSnapshot",
    response_class=StreamingResponse,
    responses=LIST | SNAPSHOT,
)
def get_snapshot(tx: Reading, query: Annotated[SnapshotQuery, Query()]) -> Response:
    """The whole record as of one revision, the header `Revision`: go on with `since` that.

    JSON Lines, each an item as the feed has them: the last change of a record that is there.
    """
    return snapshot(tx, query)


@router.get("/journal/head", operation_id="getJournalHead", responses=LIST)
def get_journal_head(tx: Reading) -> JournalHeadRecord:
    """The newest revision and its hash."""
    return head_of(tx.session)


@router.post("/journal/verify", operation_id="verifyJournal", responses=VERIFY)
def verify_journal(tx: Reading, body: VerificationBody | None = None) -> VerificationRecord:
    """Recomputes the chain, and compares every record with its last change; one at a time.

    With `since` and `hash`, a head that was published, it proves that the chain extends that.
    """
    require_role(tx.principal, Role.READER)
    asked = body or VerificationBody()
    if not VERIFYING.acquire(blocking=False):
        raise Unavailable("Another verification is under way.", retry_after=5)
    try:
        return verify(tx.session, asked.since, asked.hash)
    finally:
        VERIFYING.release()


def _add_history(collection: str, kind: str) -> None:
    own_types = {
        "party": PartyPath,
        "status_report": ReportId,
        "assessment": AssessmentId,
    }
    id_type = own_types.get(kind, RecordId)

    def history(tx: Reading, record_id, query: Annotated[PageQuery, Query()]) -> HistoryPage:  # type: ignore[no-untyped-def]
        return history_of(tx, kind, record_id, query)

    history.__annotations__["record_id"] = id_type
    words = [word.capitalize() for word in kind.split("_")]
    router.add_api_route(
        f"/{collection}/{{id}}/history",
        history,
        operation_id=f"get{''.join(words)}History",
        summary=f"Get {' '.join(words)} History",
        description="Every change of the record, oldest first, with who made it and why.",
        responses=READ,
        tags=[collection],
    )


for _collection, _kind in COLLECTIONS.items():
    _add_history(_collection, _kind)
