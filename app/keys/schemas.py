"""API keys as JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from app.kernel.access import Role
from app.kernel.keys import KeyState
from app.kernel.schemas import Days, Hours, Page, Schema
from app.kernel.text import PartyCode, Slug
from app.keys.bounds import LONGEST_NAME, NAME_PATTERN, OVERLAP

KeyName = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN, max_length=LONGEST_NAME),
    Field(description="The key's name, never reused; the journal shows it.", examples=["kr-desk"]),
]


class KeyBody(Schema):
    """A key to issue."""

    name: KeyName
    role: Role = Field(description="Each role may do what those before it may.")
    party: PartyCode | None = Field(
        default=None,
        description="The party that the key speaks for; reporters and editors need one. Without it "
        "the administrator's own, if there is one.",
    )
    organization: Slug | None = Field(
        default=None, description="The organization that reports made with the key are by."
    )
    expires_in_days: Days | None = Field(
        default=None, description="In how many days the key expires; without it, never."
    )


class RotationBody(Schema):
    """How a key is rotated."""

    overlap_hours: Hours = Field(
        default=OVERLAP, description="For how many hours the key before works beside the new one."
    )
    expires_in_days: Days | None = Field(
        default=None,
        description="In how many days the new key expires; without it, after as long a time as the "
        "key before was issued for.",
    )


class PreviousKeyRecord(Schema):
    """The key before, while it still works beside the present one."""

    expires_at: datetime
    last_used_at: datetime | None = Field(description="To the hour.")


class KeyRecord(Schema):
    """A key: all but the key itself, which is not kept."""

    name: str
    role: Role
    party: PartyCode | None
    organization: Slug | None
    state: KeyState
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(
        description="To the hour; null while the present key was not used."
    )
    rotated_at: datetime | None
    previous: PreviousKeyRecord | None = Field(
        description="The key before it was rotated, while that still works."
    )
    revoked_at: datetime | None


class IssuedKey(KeyRecord):
    """A key, with the key itself: this answer is the only one that shows it."""

    key: str = Field(description="What goes into `Authorization: Bearer …`. Keep it now.")


class KeyPage(Page[KeyRecord]):
    """A page of keys."""
