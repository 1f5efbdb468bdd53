"""Messages: what is told of a change, under which type and id, and signed how.

After Standard Webhooks (https://www.standardwebhooks.com): three headers, and a JSON body of
`type`, `timestamp` and `data`.
"""

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

import orjson
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Signer

from app.feed.collections import COLLECTIONS
from app.feed.following import Followed, Told, told_after
from app.feed.place import Place
from app.kernel.dates import utc_now
from app.kernel.journal import Operation
from app.kernel.secrets import WEBHOOK_PREFIX

TEST = "test"
# Sent from one reading of the journal, and read in it where not all are sent.
BATCH = 20
_READ_AT_ONCE = 200
_BYTES_OF_SECRET = 32


def event_type(kind: str, operation: str) -> str:
    """The type of the event that an operation on a record of a kind is: `meeting.updated`."""
    return f"{kind}.{operation.removesuffix('e')}ed"


# Every type that can be subscribed to.
EVENT_TYPES = tuple(
    event_type(kind, operation) for kind in COLLECTIONS.values() for operation in Operation
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its id, which a repeat has again, and its body; a test has no place."""

    id: str
    type: str
    body: bytes
    place: Place | None


class Batch(NamedTuple):
    """Messages that follow each other, and up to where there are no others.

    `is_last` where the journal ends there.
    """

    messages: list[Message]
    reached: Place
    is_last: bool


def new_secret() -> str:
    """A secret to sign with: random, and written as Standard Webhooks has it."""
    return WEBHOOK_PREFIX + base64.b64encode(secrets.token_bytes(_BYTES_OF_SECRET)).decode()


def new_message_id() -> str:
    """The id of a message that is of no change."""
    return _message_id(secrets.token_hex())


def trial_message(webhook: str, message_id: str) -> Message:
    """The message that a webhook is tried with."""
    return Message(message_id, TEST, _body(TEST, utc_now(), {"webhook": webhook}), None)


def messages_after(
    session: Session, webhook: str, place: Place, types: Collection[str] | None
) -> Batch:
    """What a webhook is told next of the changes after a place that the session's caller may see.

    `types` are those that it is told of, or None for all. Of a stretch in which nothing is for it
    there may be no messages, though it is not the last.
    """
    if types is None:
        followed, limit = Followed(), BATCH
    else:
        kinds = {type_.partition(".")[0] for type_ in types}
        followed, limit = Followed.model_validate({"kind": sorted(kinds)}), _READ_AT_ONCE
    messages: list[Message] = []
    changes = told_after(session, followed, place, limit)
    for change in changes:
        if len(messages) == BATCH:
            return Batch(messages, place, is_last=False)
        type_ = _type_of(change)
        if types is None or type_ in types:
            messages.append(_message(webhook, change, type_))
        place = change.place
    return Batch(messages, place, is_last=len(changes) < limit)


def headers_of(message: Message, signing: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of a message, signed with each of the secrets; `now` is in UTC."""
    text = message.body.decode()
    signatures = [Signer(secret).sign(message.id, now, text) for secret in signing]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Clear-Sky-Webhooks",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _type_of(change: Told) -> str:
    # Whoever sees a record for the first time is told of a new one, though its side has only
    # changed it: as when a draft is submitted.
    appears = change.is_first and change.operation is Operation.UPDATE
    return event_type(change.kind, Operation.CREATE if appears else change.operation)


def _message(webhook: str, change: Told, type_: str) -> Message:
    # The hash is of this history alone: after a restore other changes have the same numbers.
    message_id = _message_id(f"{webhook}.{change.hash}.{change.place.sequence}")
    return Message(
        message_id, type_, _body(type_, change.at, orjson.Fragment(change.item)), change.place
    )


def _message_id(of: str) -> str:
    return f"msg_{sha256(of.encode()).hexdigest()[:32]}"


def _body(type_: str, timestamp: datetime, data: orjson.Fragment | dict[str, str]) -> bytes:
    message = {"type": type_, "timestamp": timestamp, "data": data}
    return orjson.dumps(message, option=orjson.OPT_UTC_Z)
