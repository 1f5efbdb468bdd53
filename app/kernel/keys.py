"""API keys: random, shown once, kept only as a hash; they expire, are rotated and revoked."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Connection,
    Engine,
    ForeignKey,
    event,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column, object_session

from app.kernel.access import Principal, Role
from app.kernel.columns import KeyText, UtcDateTime, codes
from app.kernel.database import is_busy, writing_without_waiting
from app.kernel.dates import utc_now
from app.kernel.freshness import CREDENTIALS_VERSION, telling
from app.kernel.journal import INFRASTRUCTURE, JournalHead
from app.kernel.records import Base
from app.kernel.secrets import PREFIX

# What the name of a key's principal begins with.
PRINCIPAL = "key:"
# How exact the last use is: to note each would make every read a write.
COARSENESS = timedelta(hours=1)
# So soon it is tried again to note a use for which another write left no room.
_AGAIN = timedelta(minutes=1)
log = structlog.get_logger("clearsky.keys")


class KeyState(StrEnum):
    """Whether a key works."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PreviousKey:
    """The key that was rotated last, while it still works."""

    expires_at: datetime
    last_used_at: datetime | None


class ApiKey(Base):
    """A key's hash, and whom it speaks for. No record: keys stand in no journal and no export.

    `previous_…` tells of the key that had the name before it was rotated, which works until it
    expires.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint(
            "role NOT IN ('reporter', 'editor') OR party IS NOT NULL", name="writer_has_party"
        ),
    )

    name: Mapped[str] = mapped_column(KeyText, primary_key=True)
    key_hash: Mapped[str] = mapped_column(KeyText, unique=True)
    role: Mapped[Role] = mapped_column(codes(Role, "role"))
    party: Mapped[str | None] = mapped_column(KeyText, ForeignKey("party.id"))
    organization: Mapped[str | None] = mapped_column(KeyText, ForeignKey("organization.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rotated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_hash: Mapped[str | None] = mapped_column(KeyText, index=True, unique=True)
    previous_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def state(self) -> KeyState:
        """Whether the key works now; one that was revoked is revoked though it has expired."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        return KeyState.EXPIRED if _is_past(self.expires_at, utc_now()) else KeyState.ACTIVE

    @property
    def previous(self) -> PreviousKey | None:
        """The key before it, while both work."""
        ends = self.previous_expires_at
        if self.revoked_at is not None or ends is None or _is_past(ends, utc_now()):
            return None
        return PreviousKey(ends, self.previous_used_at)

    @property
    def lifetime(self) -> timedelta | None:
        """For how long the key was made; None for one that does not expire."""
        if self.expires_at is None:
            return None
        return self.expires_at - (self.rotated_at or self.created_at)


INFRASTRUCTURE.add(ApiKey)


def renew_credentials_version(connection: Connection) -> str:
    """Gives all credentials a new version, and returns it: every process forgets whom it remembers.

    It is random: none that is made elsewhere, of another history of this record, is ever the same.
    """
    version = secrets.token_hex(16)
    head = Base.metadata.tables[JournalHead.__tablename__]
    moved = update(head).where(head.c.id == 1).values(credentials_version=version)
    connection.execute(telling(moved, connection.dialect.name))
    return version


def _changed(mapper: object, connection: Connection, changed: Base) -> None:  # noqa: ARG001
    version, session = renew_credentials_version(connection), object_session(changed)
    if session is not None:
        session.info[CREDENTIALS_VERSION] = version


def track_credentials(model: type[Base]) -> None:
    """Has each change of a row of `model`, which are credentials, give all a new version."""
    for step in ("after_insert", "after_update", "after_delete"):
        event.listen(model, step, _changed)


track_credentials(ApiKey)


def hash_of(key: str) -> str:
    """What is stored of a key. It is 256 random bits, so that a plain hash cannot be searched."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _new_key() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def issue_key(
    session: Session,
    name: str,
    role: Role,
    party: str | None,
    organization: str | None,
    *,
    expires_at: datetime | None = None,
) -> str:
    """Adds a key and returns it: the only time that it can be seen."""
    key = _new_key()
    session.add(
        ApiKey(
            name=name,
            key_hash=hash_of(key),
            role=role,
            party=party,
            organization=organization,
            created_at=utc_now(),
            expires_at=expires_at,
        )
    )
    session.flush()
    return key


def rotate_key(
    session: Session, found: ApiKey, *, overlap: timedelta, expires_at: datetime | None
) -> str:
    """Puts a new key in the place of one, which goes on working for `overlap`, and returns it.

    What was rotated before that ends at once.
    """
    now, key = utc_now(), _new_key()
    ends = now + overlap
    found.previous_hash = found.key_hash
    found.previous_expires_at = ends if found.expires_at is None else min(ends, found.expires_at)
    found.previous_used_at = found.last_used_at
    found.key_hash, found.last_used_at = hash_of(key), None
    found.rotated_at, found.expires_at = now, expires_at
    session.flush()
    return key


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that works: whom it speaks for, until when, and its last use as far as it was noted."""

    principal: Principal
    hash: str
    is_previous: bool
    expires_at: datetime | None
    last_used_at: datetime | None


def principal_of(key: ApiKey) -> Principal:
    """Whom a key speaks for."""
    return Principal(
        name=f"{PRINCIPAL}{key.name}",
        role=key.role,
        party=key.party,
        organization=key.organization,
    )


def is_looked_after_by(
    principal: Principal, key: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """SQL: what belongs to a key is looked after by a principal, who has that key or issues it.

    An administrator who is bound to a party looks after what belongs to its keys, any other after
    all.
    """
    own = key == principal.name.removeprefix(PRINCIPAL)
    if principal.role is not Role.ADMIN:
        return own
    if principal.party is None:
        return true()
    return or_(own, key.in_(select(ApiKey.name).where(ApiKey.party == principal.party)))


def known_key(session: Session, key: str, now: datetime) -> KnownKey | None:
    """The key that was given; None when it is unknown, has expired or was revoked.

    It is looked for by its hash, and compared in constant time: how long that takes tells nothing
    of any other key.
    """
    given = hash_of(key)
    found = session.scalars(
        select(ApiKey).where(
            or_(ApiKey.key_hash == given, ApiKey.previous_hash == given),
            ApiKey.revoked_at.is_(None),
        )
    ).first()
    if found is None:
        return None
    is_previous = not hmac.compare_digest(found.key_hash, given)
    if is_previous and not hmac.compare_digest(found.previous_hash or "", given):
        return None
    expires_at = found.previous_expires_at if is_previous else found.expires_at
    if _is_past(expires_at, now):
        return None
    return KnownKey(
        principal=principal_of(found),
        hash=given,
        is_previous=is_previous,
        expires_at=expires_at,
        last_used_at=found.previous_used_at if is_previous else found.last_used_at,
    )


def note_use(engine: Engine, key: KnownKey, now: datetime) -> datetime:
    """Notes that a key is used now, and returns when it must be looked up again.

    That is when its use is to be noted next, or sooner, when it expires. It waits for no other
    write; neither the journal nor whoever remembers keys hears of it.
    """
    used = key.last_used_at
    if used is None or used <= now - COARSENESS:
        again = now + (COARSENESS if _noted(engine, key, now) else _AGAIN)
    else:
        again = min(used, now) + COARSENESS
    return again if key.expires_at is None else min(again, key.expires_at)


def _noted(engine: Engine, key: KnownKey, now: datetime) -> bool:
    keys = Base.metadata.tables[ApiKey.__tablename__]
    hashes, used = (
        (keys.c.previous_hash, keys.c.previous_used_at)
        if key.is_previous
        else (keys.c.key_hash, keys.c.last_used_at)
    )
    due = or_(used.is_(None), used <= now - COARSENESS)
    try:
        with writing_without_waiting(engine) as connection:
            connection.execute(update(keys).where(hashes == key.hash, due).values({used: now}))
    except (DBAPIError, PoolTimeoutError) as error:
        if not (isinstance(error, DBAPIError) and is_busy(error)):
            log.warning("use of a key not noted", error=str(error).partition("\n")[0])
        return False
    return True


def _is_past(ends: datetime | None, now: datetime) -> bool:
    return ends is not None and ends <= now
