"""Who may have webhooks, and what may be done with them.

A webhook speaks for the key that made it, and is told what that key's holder may see when it is
sent. Administrators look after those of the keys that they look after, but neither say where they
send nor learn what they are signed with.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from app.feed.place import Place
from app.kernel.access import Principal
from app.kernel.conditional import etag_of, require_match
from app.kernel.dates import utc_now
from app.kernel.journal import head
from app.kernel.keys import PRINCIPAL, ApiKey, KeyState, is_looked_after_by
from app.kernel.problems import Conflict, Forbidden, InvalidRequest, NotFound, invalid_field
from app.kernel.records import canonical
from app.webhooks.messages import new_message_id, new_secret
from app.webhooks.models import PauseReason, Webhook, WebhookAttempt, WebhookState
from app.webhooks.schemas import WebhookBody, WebhookRecord

# Of one key.
MOST_WEBHOOKS = 20
_HIGHEST_PORT = 65_535


def looked_after_by(principal: Principal) -> Select[Webhook]:
    """The webhooks that a principal looks after: its own, and those of its keys."""
    return select(Webhook).where(is_looked_after_by(principal, Webhook.key))


def webhook_of(session: Session, principal: Principal, webhook_id: str) -> Webhook:
    """A webhook that the principal looks after. Raises NotFound."""
    found = session.scalars(looked_after_by(principal).where(Webhook.id == webhook_id)).first()
    if found is None:
        raise NotFound(f"There is no webhook {webhook_id}.")
    return found


def own_webhook(session: Session, principal: Principal, webhook_id: str) -> Webhook:
    """A webhook of the principal itself. Raises NotFound, or Forbidden for another's."""
    found = webhook_of(session, principal, webhook_id)
    if principal.name != f"{PRINCIPAL}{found.key}":
        detail = f"Only {found.key}, whose webhook it is, says where it sends, and how it signs."
        raise Forbidden(detail, errors=[invalid_field((), "own_webhook", detail, found.key)])
    return found


def require_key(principal: Principal) -> str:
    """The name of the principal's key. Raises Forbidden for a token's holder, who has none."""
    if not principal.name.startswith(PRINCIPAL):
        detail = "A webhook needs a key, which it speaks for when nobody asks; a token ends."
        raise Forbidden(detail, errors=[invalid_field((), "key", detail, principal.name)])
    return principal.name.removeprefix(PRINCIPAL)


def require_sound_url(url: str) -> tuple[str, int]:
    """The host and port of an address. Raises InvalidRequest where it names none."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = parts.hostname or ""
    except ValueError:
        host, port = "", 0
    if not host or port > _HIGHEST_PORT:
        raise _invalid("url", "web_address", "It names no host and port that there can be.", url)
    return host, port


def create(session: Session, principal: Principal, body: WebhookBody) -> Webhook:
    """Makes a webhook, which is told what follows the newest revision unless another is said.

    Raises Forbidden without a key; Conflict for an address that the key has a webhook for, or where
    it has too many; InvalidRequest for a revision that is not there yet.
    """
    key = require_key(principal)
    there = session.scalars(select(Webhook).where(Webhook.key == key)).all()
    if len(there) >= MOST_WEBHOOKS:
        detail = f"A key has at most {MOST_WEBHOOKS} webhooks."
        raise Conflict(detail, errors=[invalid_field((), "most_webhooks", detail, len(there))])
    _require_free(there, body.url)
    now = utc_now()
    made = Webhook(
        id=str(uuid7()),
        key=key,
        url=body.url,
        types=_sorted(body.types),
        created_at=now,
        modified_at=now,
        secret=new_secret(),
        state=WebhookState.ACTIVE,
        failures=0,
    )
    _put(made, head(session).number if body.since is None else _known(session, body.since))
    session.add(made)
    session.flush()
    return made


def change(
    session: Session, found: Webhook, changes: Mapping[str, Any], if_match: str | None
) -> None:
    """Changes where a webhook sends, and what; a new address is tried at once.

    Raises what require_match() raises, and Conflict for an address that the key has a webhook for.
    """
    require_match(if_match, etag_of_webhook(found))
    if "url" in changes and changes["url"] != found.url:
        others = select(Webhook).where(Webhook.key == found.key, Webhook.id != found.id)
        _require_free(session.scalars(others).all(), changes["url"])
        found.url = changes["url"]
        _try_at_once(found)
    if "types" in changes:
        found.types = _sorted(changes["types"])
    found.modified_at = utc_now()
    session.flush()


def remove(session: Session, found: Webhook, if_match: str | None) -> None:
    """Deletes a webhook, with its attempts. Raises what require_match() raises."""
    require_match(if_match, etag_of_webhook(found))
    session.execute(delete(WebhookAttempt).where(WebhookAttempt.webhook == found.id))
    session.delete(found)
    session.flush()


def rotate_secret(session: Session, found: Webhook, overlap: timedelta) -> None:
    """Puts a new secret in the place of one, which signs beside it for `overlap`."""
    now = utc_now()
    found.previous_secret, found.secret = found.secret, new_secret()
    found.previous_secret_expires_at = now + overlap
    found.modified_at = now
    session.flush()


def pause(session: Session, found: Webhook) -> None:
    """Sends nothing more to a webhook until it is resumed; one that is paused stays so."""
    if found.state is WebhookState.ACTIVE:
        now = utc_now()
        found.state, found.pause_reason = WebhookState.PAUSED, PauseReason.ASKED
        found.paused_at = found.modified_at = now
        session.flush()


def resume(session: Session, found: Webhook) -> None:
    """Goes on, from where it was; one that waits to try again tries at once.

    Raises Conflict while its key does not work.
    """
    _require_working_key(session, found)
    _try_at_once(found)
    if found.state is WebhookState.PAUSED:
        found.state, found.pause_reason, found.paused_at = WebhookState.ACTIVE, None, None
        found.modified_at = utc_now()
    session.flush()


def replay(session: Session, found: Webhook, since: int) -> None:
    """Sends all that follows a revision, again or without what lies between.

    Raises InvalidRequest for a revision that is not there yet.
    """
    _put(found, _known(session, since))
    _try_at_once(found)
    session.flush()


def ask_for_test(session: Session, found: Webhook) -> str:
    """Has a test message sent, once; its id. One that was asked for and is not sent is that one.

    Raises Conflict while its key does not work.
    """
    _require_working_key(session, found)
    if found.test is None:
        found.test = new_message_id()
        session.flush()
    return found.test


def etag_of_webhook(found: Webhook) -> str:
    """The ETag that a GET of the webhook answers."""
    return etag_of(canonical(WebhookRecord.model_validate(found).model_dump(mode="json")))


def _require_working_key(session: Session, found: Webhook) -> None:
    key = session.get_one(ApiKey, found.key)
    if key.state is not KeyState.ACTIVE:
        detail = f"The key {key.name} is {key.state}: what it may see is sent to nobody."
        raise Conflict(detail, errors=[invalid_field((), "key", detail, key.name)])


def _require_free(others: Any, url: str) -> None:
    for other in others:
        if other.url == url:
            detail = f"The webhook {other.id} of this key sends there already."
            raise Conflict(
                detail, errors=[invalid_field(("url",), "uq_webhook_key_url", detail, url)]
            )


def _known(session: Session, since: int) -> int:
    newest = head(session).number
    if since > newest:
        detail = f"There is no revision {since} yet; the newest is {newest}."
        raise _invalid("since", "known_revision", detail, since)
    return since


def _put(webhook: Webhook, revision: int) -> None:
    webhook.revision, webhook.sequence = Place.after(revision)


def _try_at_once(webhook: Webhook) -> None:
    webhook.failures, webhook.failing_since, webhook.next_attempt_at = 0, None, None


def _sorted(types: list[str] | None) -> list[str] | None:
    return None if types is None else sorted(set(types))


def _invalid(field: str, rule: str, detail: str, value: object) -> InvalidRequest:
    return InvalidRequest(detail, errors=[invalid_field((field,), rule, detail, value)])
