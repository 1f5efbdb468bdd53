"""Routes of webhooks, for whoever has a key. No answer of theirs is kept anywhere."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Header, Path, Query, Request
from sqlalchemy import select

from app.kernel.journal import head
from app.kernel.pages import PageQuery, keyset_page
from app.kernel.problems import InvalidRequest, invalid_field
from app.kernel.record_route import RecordRoute
from app.kernel.requests import ArrangingOwn, LookingAtOwn
from app.kernel.routes import (
    ADMIN_CREATE,
    ADMIN_LIST,
    ADMIN_READ,
    ADMIN_STEP,
    DELETE_BESIDE,
    PATCH_BESIDE,
)
from app.kernel.text import UUID_PATTERN
from app.kernel.transactions import Transaction
from app.webhooks import managing
from app.webhooks.addresses import Addresses, ForbiddenAddressError, UnresolvedError
from app.webhooks.models import Webhook, WebhookAttempt
from app.webhooks.schemas import (
    AttemptPage,
    DeliveryRecord,
    Replay,
    SecretRotation,
    WebhookBody,
    WebhookPage,
    WebhookPatch,
    WebhookRecord,
    WebhookTest,
    WebhookWithSecret,
)

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=RecordRoute)
log = structlog.get_logger("clearsky.webhooks")
# How long a name may take to be looked up before its addresses are left to be judged on delivery.
_PATIENCE = 3.0

WebhookId = Annotated[
    str, Path(alias="webhook", pattern=UUID_PATTERN, description="The webhook's UUID.")
]
Patch = Annotated[dict[str, Any], WebhookPatch]


async def changing(
    tx: ArrangingOwn,
    if_match: Annotated[
        str | None,
        Header(description="The webhook's ETag as read; 428 without, 412 when it has changed."),
    ] = None,
) -> Transaction:
    """A transaction that changes a webhook which the caller has read."""
    tx.if_match = if_match
    return tx


Changing = Annotated[Transaction, Depends(changing)]


async def allowed_body(tx: ArrangingOwn, request: Request, body: WebhookBody) -> WebhookBody:
    """A webhook to be made, whose address is found to be allowed before a transaction begins."""
    managing.require_key(tx.principal)
    await _require_allowed(request, body.url)
    return body


async def allowed_changes(tx: Changing, request: Request, changes: Patch) -> dict[str, Any]:  # noqa: ARG001 (who may not ask is refused first)
    """Changes of a webhook, the same of their address."""
    if "url" in changes:
        await _require_allowed(request, changes["url"])
    return changes


@router.get("", operation_id="listWebhooks", responses=ADMIN_LIST)
def list_webhooks(tx: LookingAtOwn, query: Annotated[PageQuery, Query()]) -> WebhookPage:
    """The caller's webhooks, oldest first; for administrators also those of other keys."""
    rows, following = keyset_page(
        tx, managing.looked_after_by(tx.principal), query, key=[Webhook.id]
    )
    return WebhookPage.model_validate({"items": [row[0] for row in rows], "next": following})


@router.post("", operation_id="createWebhook", status_code=201, responses=ADMIN_CREATE)
def create_webhook(
    tx: ArrangingOwn, body: Annotated[WebhookBody, Depends(allowed_body)]
) -> WebhookWithSecret:
    """Makes a webhook, and shows its secret: the only time that it is shown."""
    made = managing.create(tx.session, tx.principal, body)
    tx.headers["Location"] = f"/v1/webhooks/{made.id}"
    return WebhookWithSecret.model_validate(_noted(tx, made, "webhook created"))


@router.get("/{webhook}", operation_id="getWebhook", responses=ADMIN_READ)
def get_webhook(tx: LookingAtOwn, webhook_id: WebhookId) -> WebhookRecord:
    """One webhook: all but its secret."""
    return WebhookRecord.model_validate(_found(tx, webhook_id))


@router.patch("/{webhook}", operation_id="patchWebhook", responses=PATCH_BESIDE)
def patch_webhook(
    tx: Changing,
    webhook_id: WebhookId,
    changes: Annotated[dict[str, Any], Depends(allowed_changes)],
) -> WebhookRecord:
    """Changes where a webhook sends, and what, by a JSON Merge Patch; its place stays."""
    found = managing.own_webhook(tx.session, tx.principal, webhook_id)
    managing.change(tx.session, found, changes, tx.if_match)
    return WebhookRecord.model_validate(_noted(tx, found, "webhook changed"))


@router.delete("/{webhook}", operation_id="deleteWebhook", status_code=204, responses=DELETE_BESIDE)
def delete_webhook(tx: Changing, webhook_id: WebhookId) -> None:
    """Deletes a webhook, with its attempts."""
    found = _found(tx, webhook_id)
    managing.remove(tx.session, found, tx.if_match)
    _noted(tx, found, "webhook deleted")


@router.get("/{webhook}/delivery", operation_id="getWebhookDelivery", responses=ADMIN_READ)
def get_webhook_delivery(tx: LookingAtOwn, webhook_id: WebhookId) -> DeliveryRecord:
    """How far a webhook has come, and what is in its way."""
    found = _found(tx, webhook_id)
    told = {
        name: getattr(found, name)
        for name in DeliveryRecord.model_fields
        if name not in ("newest", "sequence")
    }
    sequence = None if found.place.is_whole else found.sequence
    return DeliveryRecord(newest=head(tx.session).number, sequence=sequence, **told)


@router.get("/{webhook}/attempts", operation_id="listWebhookAttempts", responses=ADMIN_READ)
def list_webhook_attempts(
    tx: LookingAtOwn, webhook_id: WebhookId, query: Annotated[PageQuery, Query()]
) -> AttemptPage:
    """The newest thousand attempts to deliver, newest first."""
    own = select(WebhookAttempt).where(WebhookAttempt.webhook == _found(tx, webhook_id).id)
    rows, following = keyset_page(tx, own, query, key=[WebhookAttempt.id], descending=True)
    return AttemptPage.model_validate({"items": [row[0] for row in rows], "next": following})


@router.post("/{webhook}/rotate", operation_id="rotateWebhookSecret", responses=ADMIN_STEP)
def rotate_webhook_secret(
    tx: ArrangingOwn, webhook_id: WebhookId, body: SecretRotation | None = None
) -> WebhookWithSecret:
    """Makes another secret, and shows it; the one before signs beside it for a while."""
    found = managing.own_webhook(tx.session, tx.principal, webhook_id)
    overlap = timedelta(hours=(body or SecretRotation()).overlap_hours)
    managing.rotate_secret(tx.session, found, overlap)
    return WebhookWithSecret.model_validate(_noted(tx, found, "webhook's secret rotated"))


@router.post("/{webhook}/pause", operation_id="pauseWebhook", responses=ADMIN_STEP)
def pause_webhook(tx: ArrangingOwn, webhook_id: WebhookId) -> WebhookRecord:
    """Sends nothing more until the webhook is resumed; nothing is lost."""
    found = _found(tx, webhook_id)
    managing.pause(tx.session, found)
    return WebhookRecord.model_validate(_noted(tx, found, "webhook paused"))


@router.post("/{webhook}/resume", operation_id="resumeWebhook", responses=ADMIN_STEP)
def resume_webhook(tx: ArrangingOwn, webhook_id: WebhookId) -> WebhookRecord:
    """Goes on from where the webhook was, or tries at once what would be tried later."""
    found = _found(tx, webhook_id)
    managing.resume(tx.session, found)
    return WebhookRecord.model_validate(_noted(tx, found, "webhook resumed"))


@router.post("/{webhook}/replay", operation_id="replayWebhook", responses=ADMIN_STEP)
def replay_webhook(tx: ArrangingOwn, webhook_id: WebhookId, body: Replay) -> WebhookRecord:
    """Goes on after another revision: an earlier one, or a later one to leave out what is between.

    What is sent again has the ids that it had.
    """
    found = _found(tx, webhook_id)
    managing.replay(tx.session, found, body.since)
    return WebhookRecord.model_validate(_noted(tx, found, "webhook replayed"))


@router.post("/{webhook}/test", operation_id="testWebhook", responses=ADMIN_STEP)
def test_webhook(tx: ArrangingOwn, webhook_id: WebhookId) -> WebhookTest:
    """Sends a message of the type `test`, once, though the webhook be paused."""
    return WebhookTest(message=managing.ask_for_test(tx.session, _found(tx, webhook_id)))


def _found(tx: Transaction, webhook_id: str) -> Webhook:
    return managing.webhook_of(tx.session, tx.principal, webhook_id)


def _noted(tx: Transaction, webhook: Webhook, event: str) -> Webhook:
    log.info(event, webhook=webhook.id, key=webhook.key, principal=tx.principal.name)
    return webhook


async def _require_allowed(request: Request, url: str) -> None:
    """Raises InvalidRequest for an address that no message may go to.

    A name that has no address yet is let pass: each delivery looks again.
    """
    host, port = managing.require_sound_url(url)
    addresses: Addresses = request.app.state.webhook_addresses
    plain = url.startswith("http:")
    try:
        async with asyncio.timeout(_PATIENCE):
            await addresses.of(host, port, listed=plain)
    except (UnresolvedError, TimeoutError):
        if not plain:
            return
    except ForbiddenAddressError:
        pass
    else:
        return
    detail = "Messages go to https addresses of the open network alone."
    raise InvalidRequest(detail, errors=[invalid_field(("url",), "forbidden_address", detail, url)])
