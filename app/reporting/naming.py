"""Records that an answer names beside its own."""

from app.kernel.schemas import Schema
from app.kernel.text import Localized, Slug


class Named(Schema):
    """A record by id and name."""

    id: Slug
    name: Localized


class NamedMeeting(Schema):
    """A meeting by id; not every meeting has a name."""

    id: Slug
    name: Localized | None
