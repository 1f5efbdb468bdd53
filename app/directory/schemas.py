"""Parties, organizations and people, as they are written and answered."""

from pydantic import Field, field_validator

from app.directory.codes import OrganizationKind
from app.documents.schemas import RecordTail
from app.kernel.dates import PartialDate, not_before
from app.kernel.references import OrganizationId, PartyId
from app.kernel.schemas import RecordHead, RecordIdentity, RecordReading, Schema
from app.kernel.text import Localized, PartyCode, ShortText, WebAddress
from app.kernel.timezones import TimeZone


class PartyIdentity(Schema):
    """A party's code is its id."""

    id: PartyCode


class PartyFields(Schema):
    """What a party is called, and where its days begin."""

    name: Localized
    timezone: TimeZone


class PartyBody(RecordTail, PartyFields, PartyIdentity):
    """A state that takes part."""


class PartyRecord(RecordReading, RecordTail, PartyFields, PartyIdentity):
    """A party, as it is answered."""


class OrganizationName(Schema):
    """A name that an organization has or had, and when."""

    name: Localized
    starts: PartialDate | None = None
    ends: PartialDate | None = None

    _ends_after_it_starts = field_validator("ends")(not_before("starts"))


class OrganizationFields(Schema):
    """What an organization is, was called, and became."""

    party: PartyId | None = None
    names: list[OrganizationName] = Field(min_length=1, max_length=50)
    acronym: ShortText | None = None
    kind: OrganizationKind
    parent: OrganizationId | None = None
    succeeded_by: OrganizationId | None = None
    active_from: PartialDate | None = None
    active_until: PartialDate | None = None
    url: WebAddress | None = None


class OrganizationBody(RecordTail, OrganizationFields, RecordHead):
    """A ministry, agency, institute or centre."""

    _ends_after_it_starts = field_validator("active_until")(not_before("active_from"))


class OrganizationRecord(RecordReading, RecordTail, OrganizationFields, RecordIdentity):
    """An organization, as it is answered."""


class PersonFields(Schema):
    """Who somebody is."""

    name: Localized
    organization: OrganizationId | None = None
    title: Localized | None = None


class PersonBody(RecordTail, PersonFields, RecordHead):
    """Somebody who takes part or signs."""


class PersonRecord(RecordReading, RecordTail, PersonFields, RecordIdentity):
    """A person, as it is answered."""
