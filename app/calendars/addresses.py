"""Private addresses of calendars: who may have them, and whom they speak for.

An address speaks for the key that made it, as long as that works, and reads nothing but calendars.
Administrators look after those of the keys that they look after.
"""

import secrets
from datetime import timedelta

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from app.calendars.models import CalendarAddress
from app.calendars.schemas import CalendarAddressRecord
from app.kernel.access import ANONYMOUS, Principal
from app.kernel.authentication import Recognized
from app.kernel.conditional import etag_of, require_match
from app.kernel.dates import utc_now
from app.kernel.journal import head
from app.kernel.keys import (
    PRINCIPAL,
    ApiKey,
    KeyState,
    hash_of,
    is_looked_after_by,
    principal_of,
)
from app.kernel.private_addresses import credentials_of
from app.kernel.problems import Conflict, Forbidden, NotFound, invalid_field
from app.kernel.records import canonical
from app.kernel.secrets import CALENDAR_PREFIX
from app.kernel.sessions import Database
from app.kernel.transactions import available

# Of one key.
MOST_ADDRESSES = 20
# For how long an address is remembered; that it was revoked is heard of at once.
_REMEMBERED = timedelta(hours=1)


def looked_after_by(principal: Principal) -> Select[CalendarAddress]:
    """The addresses that a principal looks after: its own, and those of its keys."""
    return select(CalendarAddress).where(is_looked_after_by(principal, CalendarAddress.key))


def address_of(session: Session, principal: Principal, address_id: str) -> CalendarAddress:
    """An address that the principal looks after. Raises NotFound."""
    own = looked_after_by(principal).where(CalendarAddress.id == address_id)
    found = session.scalars(own).first()
    if found is None:
        raise NotFound(f"There is no calendar address {address_id}.")
    return found


def make(session: Session, principal: Principal, label: str | None) -> tuple[CalendarAddress, str]:
    """Makes an address of the principal's key; with it its secret, which is not kept.

    Raises Forbidden for a token's holder, who has no key, and Conflict where there are too many.
    """
    if not principal.name.startswith(PRINCIPAL):
        detail = "A calendar address needs a key, which it speaks for; a token ends."
        raise Forbidden(detail, errors=[invalid_field((), "key", detail, principal.name)])
    key = principal.name.removeprefix(PRINCIPAL)
    there = session.scalars(select(CalendarAddress.id).where(CalendarAddress.key == key)).all()
    if len(there) >= MOST_ADDRESSES:
        detail = f"A key has at most {MOST_ADDRESSES} calendar addresses; revoke one."
        raise Conflict(detail, errors=[invalid_field((), "most_addresses", detail, len(there))])
    secret = CALENDAR_PREFIX + secrets.token_urlsafe(32)
    made = CalendarAddress(
        id=str(uuid7()), key=key, label=label, secret_hash=hash_of(secret), created_at=utc_now()
    )
    session.add(made)
    session.flush()
    return made, secret


def revoke(session: Session, found: CalendarAddress) -> None:
    """Ends an address, at once and for good."""
    session.delete(found)
    session.flush()


def require_as_read(found: CalendarAddress, if_match: str | None) -> None:
    """Raises what require_match() raises, by the ETag that a GET of the address answers."""
    told = CalendarAddressRecord.model_validate(found).model_dump(mode="json")
    require_match(if_match, etag_of(canonical(told)))


async def holder_of(request: Request, secret: str) -> Principal:
    """Whom an address speaks for. Raises NotFound, alike for one that never was and one that ended.

    Found by the hash of 256 random bits: how long that takes tells nothing of any other.
    """
    database: Database = request.app.state.database
    shown = credentials_of(secret)
    known = database.holders.find(shown)
    if known is None:
        found = await run_in_threadpool(_looked_up, database, secret)
        if found is None:
            raise NotFound("There is no such calendar.")
        database.holders.keep(shown, *found)
        known = found.principal
    return known


def _looked_up(database: Database, secret: str) -> Recognized | None:
    now = utc_now()
    # A replica may not have heard yet that it is revoked, or that there is such an address.
    with available(), database.reading(ANONYMOUS, on_primary=True) as session:
        key = session.scalars(
            select(ApiKey)
            .join(CalendarAddress, CalendarAddress.key == ApiKey.name)
            .where(CalendarAddress.secret_hash == hash_of(secret))
        ).first()
        if key is None or key.state is not KeyState.ACTIVE:
            return None
        until = now + _REMEMBERED
        if key.expires_at is not None:
            until = min(until, key.expires_at)
        return Recognized(principal_of(key), head(session).credentials_version, until)
