"""Assessments, as they are proposed, confirmed and answered."""

from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from app.documents.schemas import Citations
from app.kernel.access import Visibility
from app.kernel.dates import Day
from app.kernel.lists import refuse_repeats
from app.kernel.references import ActionItemId, AgreementId, MeetingId, PartyId
from app.kernel.schemas import OwnTranslations, RecordReading, Schema
from app.kernel.text import Localized, RecordUuid, Slug
from app.reporting.codes import AssessmentState
from app.reporting.naming import NamedMeeting
from app.reporting.schemas import HowFar


class OnActionItem(Schema):
    """What it is about."""

    action_item: ActionItemId


class AssessmentFields(HowFar, OnActionItem):
    """What is concluded of an action item."""

    remarks: Localized | None = None


class AssessmentProposal(OwnTranslations, Citations, AssessmentFields):
    """What one party proposes to conclude of an action item."""


class AssessmentSetBody(Schema):
    """All that is proposed for a meeting: it takes the place of what was proposed before."""

    party: PartyId | None = Field(
        default=None, description="Only to say again whose key it is; another party is refused."
    )
    assessments: list[AssessmentProposal] = Field(max_length=200)
    prefill: list[AgreementId] = Field(
        default_factory=list,
        max_length=20,
        json_schema_extra={"uniqueItems": True},
        description="Agreements whose items, where the parties' positions agree on the meeting's "
        "day and `assessments` does not name them, are proposed as the positions say.",
    )

    _once = field_validator("prefill")(refuse_repeats)

    @field_validator("assessments")
    @classmethod
    def _one_an_item(cls, proposals: list[AssessmentProposal]) -> list[AssessmentProposal]:
        refuse_repeats([proposal.action_item for proposal in proposals])
        return proposals


class ConfirmationBody(Schema):
    """What a party confirms of what was proposed for a meeting."""

    party: PartyId | None = Field(
        default=None, description="Only to say again whose key it is; another party is refused."
    )
    action_items: list[ActionItemId] | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        json_schema_extra={"uniqueItems": True},
        description="Their assessments alone; when absent, all that await the party.",
    )

    @field_validator("action_items")
    @classmethod
    def _once(cls, items: list[str] | None) -> list[str] | None:
        return items if items is None else refuse_repeats(items)


class AssessmentHead(Schema):
    """At which meeting it was proposed."""

    id: RecordUuid
    meeting: MeetingId


class AssessmentTail(Schema):
    """Whose conclusion it is."""

    state: AssessmentState
    proposed_by: PartyId
    confirmed_by: list[PartyId] = Field(
        max_length=50, description="The parties that stand by it, the proposer among them."
    )


class AssessmentWhole(OwnTranslations, Citations, AssessmentTail, AssessmentFields, AssessmentHead):
    """An assessment in a load file: all of it, as it was concluded."""

    _once = field_validator("confirmed_by")(refuse_repeats)

    @model_validator(mode="after")
    def _proposer_confirms(self) -> Self:
        if self.proposed_by not in self.confirmed_by:
            raise PydanticCustomError("proposer_confirms", "Who proposes an assessment confirms it")
        return self


class AssessmentRecord(
    RecordReading, OwnTranslations, Citations, AssessmentTail, AssessmentFields, AssessmentHead
):
    """An assessment, as it is answered."""

    agreement: Slug
    held_on: Day = Field(description="The meeting's day, its last where it had several.")
    parties: list[str] = Field(description="The parties that must all confirm it.")
    visibility: Visibility = Field(description="The parties' own until it is adopted, then public.")


class AssessmentSet(Schema):
    """What a meeting has concluded, and what is proposed that it conclude."""

    meeting: NamedMeeting
    items: list[AssessmentRecord] = Field(description="By agreement, then by the items' numbers.")
