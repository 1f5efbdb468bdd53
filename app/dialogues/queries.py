"""Filters and orders of the lists of dialogues and meetings."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from app.dialogues.codes import DialogueLevel, MeetingFormat, MeetingStatus
from app.dialogues.models import Dialogue, DialogueParty, Meeting, Participation
from app.kernel.asked_format import without_formats
from app.kernel.pages import (
    Filter,
    From,
    ListQuery,
    SortKey,
    Until,
    date_from,
    date_until,
    one_of,
    part_is,
    repeatable,
    sortable,
)
from app.kernel.text import PartyCode, Slug


class DialogueQuery(ListQuery):
    """What the list of dialogues takes."""

    party: list[PartyCode] | None = repeatable("Between others and one of these parties.")
    level: list[DialogueLevel] | None = repeatable("At one of these levels.")
    established_from: From = None
    established_until: Until = None
    sort: Literal[
        "id",
        "-id",
        "name",
        "-name",
        "established",
        "-established",
        "modified_at",
        "-modified_at",
    ] = "id"


DIALOGUE_FILTERS: dict[str, Filter] = {
    "party": part_is(DialogueParty.party, DialogueParty.dialogue_id),
    "level": one_of(Dialogue.level),
    "established_from": date_from(Dialogue.established),
    "established_until": date_until(Dialogue.established),
}
DIALOGUE_SORTS: dict[str, SortKey] = {
    "name": Dialogue.sort_text,
    "established": sortable(Dialogue.established),
    "modified_at": Dialogue.modified_at,
}


class MeetingQuery(ListQuery):
    """What the list of meetings takes."""

    dialogue: list[Slug] | None = repeatable("Of one of these dialogues.")
    status: list[MeetingStatus] | None = repeatable("In one of these states.")
    format: Annotated[list[MeetingFormat] | None, BeforeValidator(without_formats)] = repeatable(
        "Held in one of these ways."
    )
    country: list[PartyCode] | None = repeatable("In one of these countries.")
    host: list[PartyCode] | None = repeatable("Hosted by one of these parties.")
    person: list[Slug] | None = repeatable("With one of these people taking part.")
    starts_from: From = None
    starts_until: Until = None
    sort: Literal[
        "id",
        "-id",
        "name",
        "-name",
        "starts",
        "-starts",
        "ordinal",
        "-ordinal",
        "modified_at",
        "-modified_at",
    ] = "id"


MEETING_FILTERS: dict[str, Filter] = {
    "dialogue": one_of(Meeting.dialogue),
    "status": one_of(Meeting.status),
    "format": one_of(Meeting.format),
    "country": one_of(Meeting.country),
    "host": one_of(Meeting.host),
    "person": part_is(Participation.person, Participation.meeting_id),
    "starts_from": date_from(Meeting.starts),
    "starts_until": date_until(Meeting.starts),
}
MEETING_SORTS: dict[str, SortKey] = {
    "name": Meeting.sort_text,
    "starts": sortable(Meeting.starts),
    "ordinal": sortable(Meeting.ordinal, absent=0),
    "modified_at": Meeting.modified_at,
}
