"""What delivering writes: leases, places, attempts. Beside the record: it makes no revision.

A lease says who delivers to a webhook, until when. It is taken, and a place is moved, by one
statement that asks for what it was: whoever has lost the lease, or has not heard that the place was
put elsewhere, changes nothing. Times are those of the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from app.feed.place import Place
from app.kernel.database import writing_without_waiting
from app.kernel.dates import utc_now
from app.kernel.records import Base
from app.webhooks.models import PauseReason, Webhook, WebhookAttempt, WebhookState

# Of each webhook, the newest so many.
KEPT_ATTEMPTS = 1000

_webhooks = Base.metadata.tables[Webhook.__tablename__]
_attempts = Base.metadata.tables[WebhookAttempt.__tablename__]


@dataclass(frozen=True, slots=True)
class Step:
    """What has come of delivering: the place from which it began, and the one that is reached.

    `changes` are those of the webhook's other columns.
    """

    begun: Place
    reached: Place
    attempts: Sequence[dict[str, Any]]
    changes: dict[str, Any]


def database_now(connection: Connection) -> datetime:
    """The time of the database; SQLite has that of the machine."""
    if connection.dialect.name == "sqlite":
        return utc_now()
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now


def take(engine: Engine, webhook: str, holder: str, length: timedelta) -> bool:
    """Whether `holder` now has the lease of a webhook, for so long."""
    with writing_without_waiting(engine) as connection:
        now = database_now(connection)
        taken = connection.execute(
            update(_webhooks)
            .where(
                _webhooks.c.id == webhook,
                or_(
                    _webhooks.c.lease_holder.is_(None),
                    _webhooks.c.lease_holder == holder,
                    _webhooks.c.leased_until < now,
                ),
            )
            .values(lease_holder=holder, leased_until=now + length)
        )
        return taken.rowcount == 1


def give_back(engine: Engine, holder: str) -> None:
    """Lets others have all leases of a holder."""
    with writing_without_waiting(engine) as connection:
        connection.execute(
            update(_webhooks)
            .where(_webhooks.c.lease_holder == holder)
            .values(lease_holder=None, leased_until=None)
        )


def keep(engine: Engine, webhook: str, holder: str, length: timedelta, step: Step) -> bool:
    """Writes a step, and makes the lease last so long from now; whether the place was moved.

    The attempts are kept in any case, unless the webhook is gone.
    """
    with writing_without_waiting(engine) as connection:
        own = _webhooks.c.id == webhook
        moved = connection.execute(
            update(_webhooks)
            .where(
                own,
                _webhooks.c.lease_holder == holder,
                _webhooks.c.revision == step.begun.revision,
                _webhooks.c.sequence == step.begun.sequence,
            )
            .values(
                {
                    "revision": step.reached.revision,
                    "sequence": step.reached.sequence,
                    "leased_until": database_now(connection) + length,
                    **step.changes,
                }
            )
        )
        is_there = moved.rowcount or connection.scalar(select(_webhooks.c.id).where(own))
        if step.attempts and is_there:
            connection.execute(insert(_attempts), list(step.attempts))
            _let_go_of_the_oldest(connection, webhook)
        return moved.rowcount == 1


def paused(reason: PauseReason, now: datetime) -> dict[str, Any]:
    """The columns of a webhook that is paused for a reason."""
    return {
        "state": WebhookState.PAUSED,
        "pause_reason": reason,
        "paused_at": now,
        "modified_at": now,
        "next_attempt_at": None,
        "test": None,
    }


def pause_all(connection: Connection, reason: PauseReason) -> None:
    """Pauses every webhook that is active, and takes every lease."""
    connection.execute(update(_webhooks).values(lease_holder=None, leased_until=None))
    connection.execute(
        update(_webhooks)
        .where(_webhooks.c.state == WebhookState.ACTIVE)
        .values(paused(reason, database_now(connection)))
    )


def _let_go_of_the_oldest(connection: Connection, webhook: str) -> None:
    own = _attempts.c.webhook == webhook
    newest_let_go = (
        select(_attempts.c.id)
        .where(own)
        .order_by(_attempts.c.id.desc())
        .limit(1)
        .offset(KEPT_ATTEMPTS)
        .scalar_subquery()
    )
    connection.execute(delete(_attempts).where(own, _attempts.c.id <= newest_let_go))
