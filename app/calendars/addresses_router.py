"""Routes of private addresses, for whoever has a key. No answer of theirs is kept anywhere."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Path, Query

from app.calendars import addresses
from app.calendars.models import CalendarAddress
from app.calendars.schemas import (
    CalendarAddressBody,
    CalendarAddressPage,
    CalendarAddressRecord,
    CalendarAddressWithSecret,
)
from app.kernel.pages import PageQuery, keyset_page
from app.kernel.private_addresses import FOLDER
from app.kernel.record_route import RecordRoute
from app.kernel.requests import ArrangingOwn, LookingAtOwn
from app.kernel.routes import ADMIN_CREATE, ADMIN_LIST, ADMIN_READ, DELETE_BESIDE
from app.kernel.text import UUID_PATTERN

router = APIRouter(prefix="/v1/calendar-addresses", tags=["calendars"], route_class=RecordRoute)
log = structlog.get_logger("clearsky.calendars")

AddressId = Annotated[
    str,
    Path(alias="calendar_address", pattern=UUID_PATTERN, description="The address's UUID."),
]


@router.get("", operation_id="listCalendarAddresses", responses=ADMIN_LIST)
def list_calendar_addresses(
    tx: LookingAtOwn, query: Annotated[PageQuery, Query()]
) -> CalendarAddressPage:
    """The caller's private addresses, oldest first; for administrators also those of other keys."""
    own = addresses.looked_after_by(tx.principal)
    rows, following = keyset_page(tx, own, query, key=[CalendarAddress.id])
    return CalendarAddressPage.model_validate(
        {"items": [row[0] for row in rows], "next": following}
    )


@router.post("", operation_id="createCalendarAddress", status_code=201, responses=ADMIN_CREATE)
def create_calendar_address(
    tx: ArrangingOwn, body: CalendarAddressBody | None = None
) -> CalendarAddressWithSecret:
    """Makes a private address for the caller's calendars, and shows it: the only time."""
    label = None if body is None else body.label
    made, secret = addresses.make(tx.session, tx.principal, label)
    tx.headers["Location"] = f"/v1/calendar-addresses/{made.id}"
    log.info("calendar address created", address=made.id, key=made.key)
    public_address = tx.request.app.state.settings.public_address
    told = CalendarAddressRecord.model_validate(made)
    return CalendarAddressWithSecret(address=public_address + FOLDER + secret, **dict(told))


@router.get("/{calendar_address}", operation_id="getCalendarAddress", responses=ADMIN_READ)
def get_calendar_address(tx: LookingAtOwn, address_id: AddressId) -> CalendarAddressRecord:
    """One private address: all but its secret."""
    found = addresses.address_of(tx.session, tx.principal, address_id)
    return CalendarAddressRecord.model_validate(found)


@router.delete(
    "/{calendar_address}",
    operation_id="revokeCalendarAddress",
    status_code=204,
    responses=DELETE_BESIDE,
)
def revoke_calendar_address(
    tx: ArrangingOwn,
    address_id: AddressId,
    if_match: Annotated[
        str | None,
        Header(description="The address's ETag as read; 428 without, 412 when it has changed."),
    ] = None,
) -> None:
    """Revokes a private address, at once and for good."""
    found = addresses.address_of(tx.session, tx.principal, address_id)
    addresses.require_as_read(found, if_match)
    addresses.revoke(tx.session, found)
    log.info(
        "calendar address revoked", address=found.id, key=found.key, principal=tx.principal.name
    )
