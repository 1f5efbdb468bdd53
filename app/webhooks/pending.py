"""What there is to deliver, as the database has it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.feed.place import Place
from app.kernel.access import OPERATOR
from app.kernel.dates import utc_now
from app.kernel.journal import head
from app.kernel.keys import ApiKey, KeyState, principal_of
from app.kernel.sessions import Database
from app.webhooks.leases import database_now
from app.webhooks.messages import Batch, Message, messages_after, trial_message
from app.webhooks.models import PauseReason, Webhook, WebhookState

# A place that lies further back is moved though nothing is to be told, so that nobody has to
# look through so much again.
FAR_BEHIND = 1000
# Readings of the journal, at most, in search of something to tell.
_READINGS = 25
_WHY_PAUSED = {
    KeyState.REVOKED: PauseReason.KEY_REVOKED,
    KeyState.EXPIRED: PauseReason.KEY_EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Quiet:
    """That a webhook which is delivered up to `stored` is told nothing more up to `until`."""

    stored: Place
    until: Place


@dataclass
class Look:
    """What one look has found: the webhooks to deliver to now, and when to others."""

    newest: int = 0
    due: list[str] = field(default_factory=list)
    waiting: list[datetime] = field(default_factory=list)
    now: datetime = field(default_factory=utc_now)
    quiet: dict[str, Quiet] = field(default_factory=dict)
    states: dict[WebhookState, int] = field(default_factory=dict)
    # By how many revisions that of them is behind which is furthest.
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be sent to a webhook now, or why it must be paused."""

    webhook: Webhook
    now: datetime
    # Of all credentials, when the key was looked at.
    credentials_version: str
    trial: Message | None = None
    pause: PauseReason | None = None
    batch: Batch | None = None

    @property
    def signing(self) -> list[str]:
        """The secrets that messages are signed with: both, while one takes the other's place."""
        webhook, ends = self.webhook, self.webhook.previous_secret_expires_at
        if webhook.previous_secret is None or ends is None or ends <= self.now:
            return [webhook.secret]
        return [webhook.secret, webhook.previous_secret]


def look(
    database: Database, holder: str, busy: Collection[str], quiet: Mapping[str, Quiet]
) -> Look:
    """Looks at all webhooks but the `busy` ones, and those that others hold the lease of.

    `quiet` is what the look before has found.
    """
    found = Look()
    with database.reading(OPERATOR, on_primary=True) as session:
        found.newest = head(session).number
        found.now = database_now(session.connection())
        rows = session.execute(
            select(Webhook, ApiKey).join(ApiKey, ApiKey.name == Webhook.key).order_by(Webhook.id)
        ).all()
    to_ask: dict[str | None, list[Webhook]] = {}
    for webhook, key in rows:
        found.states[webhook.state] = found.states.get(webhook.state, 0) + 1
        if webhook.is_held_by_another(holder, found.now):
            continue
        is_active = webhook.state is WebhookState.ACTIVE
        if is_active:
            found.lag = max(found.lag, found.newest - _known(webhook, quiet).revision)
        if webhook.id in busy:
            continue
        if webhook.test is not None or (is_active and key.state is not KeyState.ACTIVE):
            found.due.append(webhook.id)
        elif is_active and (until := webhook.waits_until(found.now)) is not None:
            found.waiting.append(until)
        elif is_active:
            to_ask.setdefault(key.party, []).append(webhook)
    parties = {key.party: principal_of(key) for _, key in rows}
    for party, webhooks in to_ask.items():
        with database.reading(parties[party], on_primary=True) as session:
            _ask(session, webhooks, quiet, found)
    return found


def is_worth_moving(stored: Place, reached: Place) -> bool:
    """Whether a place is written down though nothing was told on the way to it.

    Where it was within a revision, that is shown as delivered only in part.
    """
    return not stored.is_whole or reached.revision - stored.revision > FAR_BEHIND


def _known(webhook: Webhook, quiet: Mapping[str, Quiet]) -> Place:
    """Up to where nothing is left to tell the webhook."""
    known = quiet.get(webhook.id)
    return known.until if known is not None and known.stored == webhook.place else webhook.place


def _ask(
    session: Session, webhooks: list[Webhook], quiet: Mapping[str, Quiet], found: Look
) -> None:
    # Those who are told of the same, and have come as far, are asked for once.
    answered: dict[tuple[Place, tuple[str, ...] | None], bool] = {}
    for webhook in webhooks:
        place = _known(webhook, quiet)
        until = Place.after(found.newest)
        if place < until:
            asked = place, None if webhook.types is None else tuple(webhook.types)
            if asked not in answered:
                batch = messages_after(session, webhook.id, place, webhook.types)
                answered[asked] = bool(batch.messages) or not batch.is_last
            if answered[asked] or is_worth_moving(webhook.place, until):
                found.due.append(webhook.id)
                continue
        found.quiet[webhook.id] = Quiet(webhook.place, max(place, until))


def work_of(database: Database, webhook_id: str, holder: str) -> Work | None:
    """What is to be sent to a webhook, as the holder of its key sees it now.

    None where `holder` has not its lease, or it is paused.
    """
    with database.reading(OPERATOR, on_primary=True) as session:
        version = head(session).credentials_version
        now = database_now(session.connection())
        row = session.execute(
            select(Webhook, ApiKey)
            .join(ApiKey, ApiKey.name == Webhook.key)
            .where(
                Webhook.id == webhook_id,
                Webhook.lease_holder == holder,
                or_(Webhook.state == WebhookState.ACTIVE, Webhook.test.is_not(None)),
            )
        ).first()
    if row is None:
        return None
    webhook, key = row
    if key.state is not KeyState.ACTIVE:
        return Work(webhook, now, version, pause=_WHY_PAUSED[key.state])
    trial = None if webhook.test is None else trial_message(webhook.id, webhook.test)
    if webhook.state is WebhookState.PAUSED or webhook.waits_until(now):
        return Work(webhook, now, version, trial=trial)
    with database.reading(principal_of(key), on_primary=True) as session:
        # Of the same state as the changes: what is written meanwhile is not passed over.
        newest = head(session).number
        batch = Batch([], webhook.place, is_last=False)
        for _ in range(_READINGS):
            batch = messages_after(session, webhook.id, batch.reached, webhook.types)
            if batch.messages or batch.is_last:
                break
    if batch.is_last:
        batch = batch._replace(reached=max(batch.reached, Place.after(newest)))
    return Work(webhook, now, version, trial=trial, batch=batch)
