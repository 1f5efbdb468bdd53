"""Every mapped class: importing this module makes the metadata whole."""

from app.agreements import models as agreements
from app.calendars import models as calendars
from app.dialogues import models as dialogues
from app.directory import models as directory
from app.documents import models as documents
from app.feed import models as feed
from app.kernel import idempotency, journal, keys
from app.kernel.records import Base
from app.reporting import models as reporting
from app.webhooks import models as webhooks

__all__ = [
    "Base",
    "agreements",
    "calendars",
    "dialogues",
    "directory",
    "documents",
    "feed",
    "idempotency",
    "journal",
    "keys",
    "reporting",
    "webhooks",
]
