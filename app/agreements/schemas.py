"""Agreements and action items, as they are written and answered."""

from pydantic import Field, field_validator

from app.agreements.codes import (
    ActionItemKind,
    AgreementKind,
    AgreementStatus,
    LineageKind,
    RelationKind,
    Theme,
)
from app.documents.schemas import Citations
from app.kernel.access import Visibility
from app.kernel.dates import PartialDate, not_before
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
from app.kernel.text import LanguageTag, Localized


class Relation(Schema):
    """How an agreement relates to another."""

    kind: RelationKind
    agreement: AgreementId


class Signature(Schema):
    """Who signed, for which party, and when."""

    party: PartyId
    person: PersonId | None = None
    title: Localized | None = None
    signed: PartialDate | None = None


class AgreementFields(Schema):
    """What was agreed, by whom, and for when."""

    kind: AgreementKind
    name: Localized
    aliases: list[Localized] = Field(default_factory=list, max_length=50)
    parties: list[PartyId] = Field(
        min_length=1, max_length=50, json_schema_extra={"uniqueItems": True}
    )
    overseen_by: DialogueId | None = None
    status: AgreementStatus | None = None
    signed: PartialDate | None = None
    signed_at: Localized | None = Field(default=None, description="The place of signing.")
    starts: PartialDate | None = None
    ends: PartialDate | None = None
    authentic_languages: list[LanguageTag] = Field(
        default_factory=list, max_length=20, json_schema_extra={"uniqueItems": True}
    )
    relations: list[Relation] = Field(
        default_factory=list, max_length=100, json_schema_extra={"uniqueItems": True}
    )
    signatures: list[Signature] = Field(default_factory=list, max_length=100)

    _once = field_validator("parties", "authentic_languages", "relations")(refuse_repeats)


class NegotiatedTail(Citations, OwnTranslations):
    """What the body of an agreement or of one of its items ends with."""

    visibility: PartiesVisibility = Field(
        default=Visibility.PUBLIC,
        description="With `parties` only the agreement's own see it and its items, until it is "
        "made public and they with it. What was public stays so.",
    )


class AgreementBody(NegotiatedTail, AgreementFields, RecordHead):
    """Any agreed text, from a treaty to an annual plan."""

    _ends_after_it_starts = field_validator("ends")(not_before("starts"))


class AgreementRecord(RecordReading, NegotiatedTail, AgreementFields, RecordIdentity):
    """An agreement, as it is answered."""


class Lead(Schema):
    """The organization that leads an action item for one side."""

    party: PartyId
    organization: OrganizationId


class Deliverable(Schema):
    """What an action item is to bring forth, and when it has."""

    title: Localized
    due: PartialDate | None = None
    done: PartialDate | None = None


class Lineage(Schema):
    """The item of an earlier plan that an action item comes from."""

    kind: LineageKind
    action_item: ActionItemId


class ActionItemFields(Schema):
    """A numbered undertaking inside an agreement."""

    agreement: AgreementId
    number: Ordinal
    title: Localized
    description: Localized | None = None
    kind: ActionItemKind | None = None
    themes: list[Theme] = Field(
        default_factory=list, max_length=20, json_schema_extra={"uniqueItems": True}
    )
    leads: list[Lead] = Field(default_factory=list, max_length=50)
    due: PartialDate | None = None
    ended: PartialDate | None = Field(
        default=None,
        description="When the parties ended it, done or not: it is no longer expected.",
    )
    lineage: list[Lineage] = Field(default_factory=list, max_length=50)
    deliverables: list[Deliverable] = Field(default_factory=list, max_length=200)

    _themes_once = field_validator("themes")(refuse_repeats)

    @field_validator("leads")
    @classmethod
    def _one_lead_a_side(cls, leads: list[Lead]) -> list[Lead]:
        refuse_repeats([lead.party for lead in leads])
        return leads

    @field_validator("lineage")
    @classmethod
    def _one_line_an_item(cls, lineage: list[Lineage]) -> list[Lineage]:
        refuse_repeats([line.action_item for line in lineage])
        return lineage


class ActionItemBody(NegotiatedTail, ActionItemFields, RecordHead):
    """An action item of an agreement."""


class ActionItemRecord(RecordReading, NegotiatedTail, ActionItemFields, RecordIdentity):
    """An action item, as it is answered."""

    # Its bounds are a rule for bodies; a load that renumbers items parks them beyond the bounds.
    number: int
