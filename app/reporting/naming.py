"""Records that an answer names beside its own."""

from typing_extensions import TypedDict

from app.kernel.schemas import answer
from app.kernel.text import Localized, Slug


@answer
class Named(TypedDict):
    """A record by id and name."""

    id: Slug
    name: Localized


@answer
class NamedMeeting(TypedDict):
    """A meeting by id; not every meeting has a name."""

    id: Slug
    name: Localized | None
