"""API keys: random, shown once, kept only as a hash."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, ForeignKey, event, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.access import Principal, Role
from app.kernel.columns import KeyText, UtcDateTime, codes
from app.kernel.dates import utc_now
from app.kernel.freshness import telling
from app.kernel.journal import INFRASTRUCTURE, JournalHead
from app.kernel.records import Base

PREFIX = "clearsky_"


class ApiKey(Base):
    """A key's hash, and whom it speaks for. No record: keys stand in no journal and no export."""

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
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


INFRASTRUCTURE.add(ApiKey)


def _changed(mapper: object, connection: Connection, key: ApiKey) -> None:  # noqa: ARG001
    # Where a key is remembered, it is forgotten.
    head = Base.metadata.tables[JournalHead.__tablename__]
    changed = update(head).where(head.c.id == 1).values(access=head.c.access + 1)
    connection.execute(telling(changed, connection.dialect.name))


for _step in ("after_insert", "after_update", "after_delete"):
    event.listen(ApiKey, _step, _changed)


def hash_of(key: str) -> str:
    """What is stored of a key. It is 256 random bits, so that a plain hash cannot be searched."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def issue_key(
    session: Session, name: str, role: Role, party: str | None, organization: str | None
) -> str:
    """Adds a key and returns it: the only time that it can be seen."""
    key = PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiKey(
            name=name,
            key_hash=hash_of(key),
            role=role,
            party=party,
            organization=organization,
            created_at=utc_now(),
        )
    )
    session.flush()
    return key


def principal_of(session: Session, key: str) -> Principal | None:
    """Whom a key speaks for; None when it is unknown or revoked."""
    found = session.scalars(
        select(ApiKey).where(ApiKey.key_hash == hash_of(key), ApiKey.revoked_at.is_(None))
    ).first()
    if found is None:
        return None
    return Principal(
        name=f"key:{found.name}",
        role=found.role,
        party=found.party,
        organization=found.organization,
    )
