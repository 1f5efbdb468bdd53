"""Private addresses of calendars, as JSON."""

from datetime import datetime

from pydantic import Field

from app.kernel.schemas import Page, Schema
from app.kernel.text import RecordUuid, ShortText


class CalendarAddressBody(Schema):
    """A private address to be made."""

    label: ShortText | None = Field(
        default=None, description="Where it will be used, to know it by.", examples=["Desk phone"]
    )


class CalendarAddressRecord(Schema):
    """A private address of calendars: all but its secret."""

    id: RecordUuid
    key: str = Field(description="The name of the key as whose holder it reads.")
    label: str | None
    created_at: datetime


class CalendarAddressWithSecret(CalendarAddressRecord):
    """A private address, as it is used: this answer is the only one that shows it."""

    address: str = Field(
        description="Followed by `/dialogues/{id}`, `/agreements/{id}` or `/parties/{id}` it is "
        "what a calendar program subscribes to. Whoever has it reads along: keep it, and keep it "
        "to yourself."
    )


class CalendarAddressPage(Page[CalendarAddressRecord]):
    """A page of private addresses."""
