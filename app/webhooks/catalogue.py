"""The messages that webhooks are sent, as the OpenAPI document lists them under `webhooks`."""

from typing import Annotated, Any

from fastapi import APIRouter, Header

from app.feed.collections import COLLECTIONS
from app.kernel.journal import Operation
from app.webhooks.messages import TEST, event_type
from app.webhooks.schemas import WebhookMessage, WebhookTestMessage

messages = APIRouter(tags=["webhooks"])

_DESCRIPTIONS = {
    Operation.CREATE: "There is a new {kind}, or the key's holder sees it for the first time.",
    Operation.UPDATE: "The {kind} was changed: `data.record` is what it says now.",
    Operation.DELETE: "The {kind} was deleted.",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    "2XX": {"description": "It is taken; the next one is sent."},
    "410": {"description": "Nothing is wanted here any more: the webhook is paused at once."},
    "429": {"description": "Not now: it is sent again after `Retry-After`; so with 503."},
    "default": {"description": "It is not taken, and is sent again later."},
}
MessageId = Annotated[
    str,
    Header(
        alias="webhook-id",
        description="The message's id: a repeat has it again.",
        examples=["msg_5f2b0c0e6d1a4e7c9b8a7f6e5d4c3b2a"],
    ),
]
SentAt = Annotated[
    int,
    Header(
        alias="webhook-timestamp",
        description="When it was sent, in seconds since 1970.",
        examples=[1703030400],
    ),
]
Signature = Annotated[
    str,
    Header(
        alias="webhook-signature",
        description="`v1,` and a signature in Base64; two with a space between while the secret is "
        "rotated.",
        examples=["v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="],
    ),
]


def _of_a_change(
    body: WebhookMessage, message_id: MessageId, sent_at: SentAt, signature: Signature
) -> None:
    """Described only: these are sent, not taken."""


def _of_a_test(
    body: WebhookTestMessage, message_id: MessageId, sent_at: SentAt, signature: Signature
) -> None:
    """Described only: these are sent, not taken."""


def _add(type_: str, endpoint: Any, description: str) -> None:
    words = type_.replace(".", "_").split("_")
    messages.add_api_route(
        type_,
        endpoint,
        methods=["POST"],
        operation_id="".join([words[0], *(word.title() for word in words[1:])]),
        summary=" ".join(words).capitalize(),
        description=description,
        responses=_ANSWERS,
        # A message is trusted for its signature, not for who sends it.
        openapi_extra={"security": []},
        status_code=204,
    )


for _kind in COLLECTIONS.values():
    for _operation, _told in _DESCRIPTIONS.items():
        _spoken = _kind.replace("_", " ")
        _add(event_type(_kind, _operation), _of_a_change, _told.format(kind=_spoken))
_add(TEST, _of_a_test, "Sent when it is asked for, to try the receiver.")
