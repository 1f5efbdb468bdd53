"""Webhooks and the attempts to deliver to them, as they are stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.feed.place import Place
from app.kernel.columns import Document, KeyText, LongText, RowNumber, UtcDateTime, codes
from app.kernel.journal import INFRASTRUCTURE
from app.kernel.records import Base


class WebhookState(StrEnum):
    """Whether messages are sent."""

    ACTIVE = "active"
    PAUSED = "paused"


class PauseReason(StrEnum):
    """Why a webhook is paused."""

    ASKED = "asked"
    FAILING = "failing"
    GONE = "gone"
    KEY_EXPIRED = "key_expired"
    KEY_REVOKED = "key_revoked"
    RESTORED = "restored"


class Outcome(StrEnum):
    """How an attempt to deliver a message has ended."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    UNRESOLVED = "unresolved"
    UNTRUSTED = "untrusted"
    FORBIDDEN_ADDRESS = "forbidden_address"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Pause:
    """Why and since when nothing is sent, and what the last attempt before it came to."""

    reason: PauseReason
    at: datetime
    outcome: Outcome | None
    status: int | None


class Webhook(Base):
    """A subscription of a key's holder. No record: webhooks stand in no journal and no export.

    All up to `revision` and, in that, `sequence` is delivered. Whoever holds the lease delivers
    what follows; without it the place is not moved.
    """

    __tablename__ = "webhook"
    __table_args__ = (UniqueConstraint("key", "url"),)

    id: Mapped[str] = mapped_column(KeyText, primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, ForeignKey("api_key.name"))
    url: Mapped[str] = mapped_column(LongText)
    types: Mapped[list[str] | None] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    modified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # It signs, so it cannot be kept as a hash.
    secret: Mapped[str] = mapped_column(KeyText)
    previous_secret: Mapped[str | None] = mapped_column(KeyText)
    previous_secret_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[WebhookState] = mapped_column(codes(WebhookState, "state"))
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pause_reason: Mapped[PauseReason | None] = mapped_column(codes(PauseReason, "pause_reason"))
    revision: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int]
    failures: Mapped[int]
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_status: Mapped[int | None]
    last_outcome: Mapped[Outcome | None] = mapped_column(codes(Outcome, "last_outcome"))
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The id of a test message that is asked for and not yet sent.
    test: Mapped[str | None] = mapped_column(KeyText)
    lease_holder: Mapped[str | None] = mapped_column(KeyText)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def place(self) -> Place:
        """Up to where all is delivered."""
        return Place(self.revision, self.sequence)

    def is_held_by_another(self, holder: str, now: datetime) -> bool:
        """Whether somebody else than `holder` has the lease."""
        ends = self.leased_until
        return self.lease_holder not in (None, holder) and ends is not None and ends > now

    def waits_until(self, now: datetime) -> datetime | None:
        """When it is tried again after a failure; None where that may be now."""
        again = self.next_attempt_at
        return again if again is not None and again > now else None

    @property
    def pause(self) -> Pause | None:
        """Why nothing is sent; None while it is."""
        if self.pause_reason is None or self.paused_at is None:
            return None
        return Pause(self.pause_reason, self.paused_at, self.last_outcome, self.last_status)


class WebhookAttempt(Base):
    """One attempt to deliver one message; a test has no place in the journal."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt_webhook_id", "webhook", "id"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    webhook: Mapped[str] = mapped_column(KeyText, ForeignKey("webhook.id"))
    message: Mapped[str] = mapped_column(KeyText)
    type: Mapped[str] = mapped_column(KeyText)
    revision: Mapped[int | None] = mapped_column(BigInteger)
    sequence: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome] = mapped_column(codes(Outcome, "outcome"))
    status: Mapped[int | None]
    milliseconds: Mapped[int]


INFRASTRUCTURE.update({Webhook, WebhookAttempt})
