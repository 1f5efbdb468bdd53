"""Routes of calendars: with a key or without, and at a private address."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy.orm import Session

from app.calendars.addresses import holder_of
from app.calendars.feeds import FoundFeed, feed_of_agreement, feed_of_dialogue, feed_of_party
from app.calendars.rendering import MEDIA_TYPE, rendered_calendar
from app.kernel.authentication import refuse_bad_credentials
from app.kernel.conditional import etag_of
from app.kernel.private_addresses import FOLDER
from app.kernel.prompt import Answered, response_of
from app.kernel.record_route import RecordRoute
from app.kernel.requests import MinRevision, Reading, reading
from app.kernel.routes import READ, PartyPath, RecordId
from app.kernel.text import Language
from app.kernel.transactions import Transaction

router = APIRouter(tags=["calendars"], route_class=RecordRoute)


class CalendarResponse(Response):
    """An answer in iCalendar."""

    media_type = "text/calendar"


CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A calendar in iCalendar (RFC 5545, RFC 7986).",
        "content": {"text/calendar": {"schema": {"type": "string"}}},
    }
}
_described: dict[str, Any] = {
    "response_class": CalendarResponse,
    "responses": READ | CALENDAR,
}
Lang = Annotated[Language, Query(description="The language that is told first; the others follow.")]


async def at_address(
    request: Request,
    secret: Annotated[
        str,
        Path(description="The secret of a private address."),
    ],
    _: Annotated[None, Depends(refuse_bad_credentials)],
    if_none_match: Annotated[
        str | None, Header(description="An ETag; 304 where the answer still has it.")
    ] = None,
    min_revision: MinRevision = None,
) -> Transaction:
    """A transaction that reads as the holder of a private address may. Raises NotFound."""
    holder = await holder_of(request, secret)
    # For whom requests are counted (app.kernel.limiting).
    request.state.principal = holder.name
    tx = await reading(request, holder, if_none_match, min_revision)
    tx.headers["Cache-Control"] = "private, no-cache"
    return tx


ReadingPrivately = Annotated[Transaction, Depends(at_address)]


@router.get("/v1/dialogues/{id}/calendar", operation_id="getDialogueCalendar", **_described)
def get_dialogue_calendar(tx: Reading, dialogue_id: RecordId, lang: Lang = Language.EN) -> Response:
    """The meetings of a dialogue, as a calendar."""
    return _answer(tx, lang, feed_of_dialogue, dialogue_id)


@router.get("/v1/agreements/{id}/calendar", operation_id="getAgreementCalendar", **_described)
def get_agreement_calendar(
    tx: Reading, agreement_id: RecordId, lang: Lang = Language.EN
) -> Response:
    """What is due of a plan, and when it ends, as a calendar."""
    return _answer(tx, lang, feed_of_agreement, agreement_id)


@router.get("/v1/parties/{id}/calendar", operation_id="getPartyCalendar", **_described)
def get_party_calendar(tx: Reading, party_id: PartyPath, lang: Lang = Language.EN) -> Response:
    """The meetings of a party's dialogues, and what is due of what it leads and has agreed to."""
    return _answer(tx, lang, feed_of_party, party_id)


@router.get(
    FOLDER + "{secret}/dialogues/{id}", operation_id="getDialogueCalendarAtAddress", **_described
)
def get_dialogue_calendar_at_address(
    tx: ReadingPrivately, dialogue_id: RecordId, lang: Lang = Language.EN
) -> Response:
    """The meetings of a dialogue, as the holder of a private address sees them."""
    return _answer(tx, lang, feed_of_dialogue, dialogue_id)


@router.get(
    FOLDER + "{secret}/agreements/{id}", operation_id="getAgreementCalendarAtAddress", **_described
)
def get_agreement_calendar_at_address(
    tx: ReadingPrivately, agreement_id: RecordId, lang: Lang = Language.EN
) -> Response:
    """What is due of a plan, as the holder of a private address sees it."""
    return _answer(tx, lang, feed_of_agreement, agreement_id)


@router.get(
    FOLDER + "{secret}/parties/{id}", operation_id="getPartyCalendarAtAddress", **_described
)
def get_party_calendar_at_address(
    tx: ReadingPrivately, party_id: PartyPath, lang: Lang = Language.EN
) -> Response:
    """A party's meetings and due dates, as the holder of a private address sees them."""
    return _answer(tx, lang, feed_of_party, party_id)


def _answer(
    tx: Transaction, lang: str, find: Callable[[Session, str], FoundFeed], record_id: str
) -> Response:
    found = find(tx.session, record_id)
    body = rendered_calendar(found.feed, lang, tx.request.app.state.settings.public_address)
    answered = Answered(
        body,
        etag_of(body),
        tx.revision,
        tx.headers,
        touched_by=found.touched_by,
        media_type=MEDIA_TYPE,
    )
    return response_of(tx.request, answered)
