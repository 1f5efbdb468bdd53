"""Private addresses of calendars, as they are stored."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.columns import KeyText, LongText, UtcDateTime
from app.kernel.journal import INFRASTRUCTURE
from app.kernel.keys import track_credentials
from app.kernel.records import Base


class CalendarAddress(Base):
    """An address that reads calendars as a key's holder may; of its secret, a hash.

    No record: addresses stand in no journal and no export. One that is revoked is there no more.
    """

    __tablename__ = "calendar_address"

    id: Mapped[str] = mapped_column(KeyText, primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, ForeignKey("api_key.name"), index=True)
    label: Mapped[str | None] = mapped_column(LongText)
    secret_hash: Mapped[str] = mapped_column(KeyText, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


INFRASTRUCTURE.add(CalendarAddress)
track_credentials(CalendarAddress)
