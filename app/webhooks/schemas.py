"""Webhooks as JSON: subscriptions, attempts, and the messages themselves."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.feed.schemas import ChangeRecord
from app.kernel.schemas import Count, Hours, Page, Schema, merge_patch_of
from app.kernel.text import RecordUuid
from app.webhooks.messages import EVENT_TYPES
from app.webhooks.models import Outcome, PauseReason, WebhookState

# For how many hours a secret that is rotated signs beside the new one, unless it is said.
OVERLAP = 24


def _one_of_the_types(value: str) -> str:
    if value not in EVENT_TYPES:
        raise PydanticCustomError("enum", "Must be one of the types of events")
    return value


EventType = Annotated[
    str,
    AfterValidator(_one_of_the_types),
    WithJsonSchema({"type": "string", "enum": list(EVENT_TYPES)}),
]
# A host, without a user before it; a fragment would not be sent.
WebhookUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
        r"(:[1-9][0-9]{0,4})?([/?][!\x22$-~]*)?$",
        max_length=1000,
    ),
    Field(
        description="Where messages go: `https`, without user or fragment; no inner network.",
        examples=["https://ministry.example/clear-sky"],
    ),
]
Types = Annotated[
    list[EventType],
    Field(
        min_length=1,
        max_length=len(EVENT_TYPES),
        description="The types of events that are sent; without it, or null, all.",
        examples=[["status_report.created"]],
    ),
]


class WebhookSettings(Schema):
    """Where messages go, and which."""

    url: WebhookUrl
    types: Types | None = None


class WebhookBody(WebhookSettings):
    """A webhook to be made."""

    since: Count | None = Field(
        default=None,
        description="Send the changes after this revision; without it, those after the newest.",
    )


WebhookPatch = merge_patch_of(WebhookSettings, "WebhookPatch")


class SecretRotation(Schema):
    """How a webhook's secret is rotated."""

    overlap_hours: Hours = Field(
        default=OVERLAP,
        description="For how many hours messages are signed with the secret before it, too.",
    )


class Replay(Schema):
    """From where a webhook is to be sent everything again."""

    since: Count = Field(description="Send the changes after this revision.")


class Pause(Schema):
    """Why and since when nothing is sent, and what the last attempt before it came to."""

    reason: PauseReason
    at: datetime
    outcome: Outcome | None
    status: int | None


class WebhookRecord(Schema):
    """A webhook: all but its secret."""

    id: RecordUuid
    key: str = Field(description="The name of the key whose holder sees what is sent.")
    url: str
    types: list[str] | None = Field(description="The types of events that are sent; null for all.")
    state: WebhookState
    pause: Pause | None
    created_at: datetime
    modified_at: datetime
    previous_secret_expires_at: datetime | None = Field(
        description="Until when messages are signed with the secret before it, too."
    )


class WebhookWithSecret(WebhookRecord):
    """A webhook, with its secret: this answer is the only one that shows it."""

    secret: str = Field(description="What signatures are verified with. Keep it now.")


class WebhookPage(Page[WebhookRecord]):
    """A page of webhooks."""


class DeliveryRecord(Schema):
    """How far a webhook has come."""

    revision: int = Field(description="All changes before this revision are delivered.")
    sequence: int | None = Field(
        description="Of that revision, the changes up to this one; null where it is all of them."
    )
    newest: int = Field(
        description="The newest revision. What follows and is not for this webhook may be passed "
        "over later: it need not be behind."
    )
    failures: int = Field(description="How many attempts have failed one after the other.")
    failing_since: datetime | None
    next_attempt_at: datetime | None = Field(
        description="Before then nothing is tried again; null where nothing has failed."
    )
    last_outcome: Outcome | None
    last_status: int | None


class AttemptRecord(Schema):
    """One attempt to deliver one message. What was answered is not kept, only its status."""

    message: str = Field(description="The message's id: `webhook-id`.")
    type: str
    revision: int | None = Field(description="Null for a test.")
    sequence: int | None
    at: datetime
    outcome: Outcome
    status: int | None = Field(description="The answer's; null where there was none.")
    milliseconds: int


class AttemptPage(Page[AttemptRecord]):
    """A page of attempts, newest first."""


class WebhookTest(Schema):
    """A test message that will be sent: once, and soon."""

    message: str = Field(description="Its id, by which it is found among the attempts.")


class WebhookMessage(Schema):
    """The body of a message (Standard Webhooks)."""

    type: EventType
    timestamp: datetime = Field(description="When the change was made.")
    data: ChangeRecord


class TestedWebhook(Schema):
    """What a test message tells."""

    webhook: RecordUuid


class WebhookTestMessage(Schema):
    """The body of a test message."""

    type: Literal["test"]
    timestamp: datetime = Field(description="When it was sent.")
    data: TestedWebhook
