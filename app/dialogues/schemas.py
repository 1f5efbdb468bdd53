"""Dialogues and meetings, as they are written and answered."""

from pydantic import Field, field_validator

from app.dialogues.codes import (
    AgendaReason,
    DecisionEffect,
    DialogueLevel,
    MeetingFormat,
    MeetingStatus,
    ParticipationRole,
)
from app.dialogues.hours import refuse_end_that_is_none, refuse_time_without_place
from app.documents.schemas import Citations, RecordTail
from app.kernel.access import Visibility
from app.kernel.dates import LocalTime, PartialDate, not_before
from app.kernel.lists import refuse_repeats
from app.kernel.references import (
    ActionItemId,
    AgreementId,
    DialogueId,
    OrganizationId,
    PartyId,
    PersonId,
)
from app.kernel.schemas import (
    Ordinal,
    OwnTranslations,
    PartiesVisibility,
    RecordHead,
    RecordIdentity,
    RecordReading,
    Schema,
)
from app.kernel.text import Localized, PartyCode
from app.kernel.timezones import TimeZone


class DialogueFields(Schema):
    """What a dialogue is called, and between whom it is."""

    name: Localized
    aliases: list[Localized] = Field(default_factory=list, max_length=50)
    parties: list[PartyId] = Field(
        min_length=1, max_length=50, json_schema_extra={"uniqueItems": True}
    )
    level: DialogueLevel
    established: PartialDate | None = None
    description: Localized | None = None

    _parties_once = field_validator("parties")(refuse_repeats)


class DialogueBody(RecordTail, DialogueFields, RecordHead):
    """A standing series of meetings between parties at one level."""


class DialogueRecord(RecordReading, RecordTail, DialogueFields, RecordIdentity):
    """A dialogue, as it is answered."""


class Participation(Schema):
    """Who took part in a meeting: organization and title as they were then."""

    party: PartyId
    person: PersonId | None = None
    organization: OrganizationId | None = None
    title: Localized | None = None
    role: ParticipationRole | None = None


class AgendaItem(Schema):
    """What was to be discussed."""

    title: Localized
    agreement: AgreementId | None = None
    action_item: ActionItemId | None = None
    reasons: list[AgendaReason] = Field(
        default_factory=list,
        max_length=10,
        json_schema_extra={"uniqueItems": True},
        description="Why it is to be discussed, as the draft of an agenda says it.",
    )
    note: Localized | None = None

    _reasons_once = field_validator("reasons")(refuse_repeats)


class Decision(Schema):
    """What was concluded, and which agreement or action item it created, changed or ended."""

    text: Localized
    effect: DecisionEffect | None = None
    agreement: AgreementId | None = None
    action_item: ActionItemId | None = None


class MeetingFields(Schema):
    """When and where a meeting is, who takes part, and what comes of it."""

    dialogue: DialogueId
    ordinal: Ordinal | None = None
    name: Localized | None = None
    status: MeetingStatus
    starts: PartialDate | None = None
    ends: PartialDate | None = None
    city: Localized | None = None
    country: PartyCode | None = None
    timezone: TimeZone | None = None
    start_time: LocalTime | None = Field(
        default=None, description="When it begins on its first day, in its time zone."
    )
    end_time: LocalTime | None = Field(
        default=None, description="When it ends on its last day, in its time zone."
    )
    venue: Localized | None = None
    host: PartyId | None = None
    format: MeetingFormat | None = None
    summary: Localized | None = None
    participations: list[Participation] = Field(default_factory=list, max_length=500)
    agenda: list[AgendaItem] = Field(default_factory=list, max_length=200)
    decisions: list[Decision] = Field(default_factory=list, max_length=200)


class MeetingTail(Citations, OwnTranslations):
    """What a meeting's body ends with."""

    visibility: PartiesVisibility = Field(
        default=Visibility.PUBLIC,
        description="With `parties` only those of its dialogue see it, until it is announced: "
        "it was not held yet and has no number. What was public stays so.",
    )


class MeetingBody(MeetingTail, MeetingFields, RecordHead):
    """One session of a dialogue."""

    _ends_after_it_starts = field_validator("ends")(not_before("starts"))
    _starts_on_a_day = field_validator("start_time")(refuse_time_without_place)
    _ends_on_a_day = field_validator("end_time")(refuse_end_that_is_none)


class MeetingRecord(RecordReading, MeetingTail, MeetingFields, RecordIdentity):
    """A meeting, as it is answered."""
