"""Standings and progress, as they are answered."""

from enum import StrEnum
from typing import Annotated

from fastapi import Query
from pydantic import Field

from app.agreements.codes import ActionItemKind
from app.kernel.dates import Day, PartialDate
from app.kernel.schemas import LARGEST, Percent, Schema, absent
from app.kernel.text import Localized, PartyCode, RecordUuid, Slug
from app.reporting.codes import ImplementationStatus, StandingBasis
from app.reporting.naming import Named, NamedMeeting

AsOf = Annotated[
    Day | None,
    Query(
        description="The day in the world, YYYY-MM-DD; today, where the parties are, when absent.",
        examples=["2026-11-24"],
    ),
]
AtRevision = Annotated[
    int | None,
    Query(
        ge=0,
        le=LARGEST,
        description="What the record knew at this revision; all that it knows when absent.",
        examples=[1],
    ),
]


class GroupBy(StrEnum):
    """By what progress can be grouped."""

    THEME = "theme"
    KIND = "kind"
    LEAD_ORGANIZATION = "lead_organization"
    PARTY = "party"


class PositionRecord(Schema):
    """What a party's newest report says."""

    party: PartyCode
    report: RecordUuid
    status: ImplementationStatus
    progress: Percent | None
    summary: Localized | None
    reported_on: Day


class AssessmentSummary(Schema):
    """What the parties concluded jointly at a meeting."""

    assessment: RecordUuid
    meeting: Slug
    held_on: Day
    status: ImplementationStatus
    progress: Percent | None


class DifferenceRecord(Schema):
    """How the parties' positions differ."""

    status: bool = Field(description="Whether their statuses differ.")
    progress_gap: int | None = Field(
        description="The highest progress less the lowest; null unless two sides gave one."
    )


class StandingRecord(Schema):
    """Where an action item stands on a day."""

    status: ImplementationStatus | None = Field(description="Null while nobody has reported.")
    progress: Percent | None
    basis: StandingBasis
    overdue: bool
    stale: bool
    parties_differ: DifferenceRecord | None = Field(
        description="Null unless two positions differ in status or progress."
    )
    positions: list[PositionRecord]
    assessment: AssessmentSummary | None


class NamedLead(Schema):
    """The organization that leads for one side, by the name that held on the day."""

    party: PartyCode
    organization: Slug
    name: Localized


class ItemStanding(Schema):
    """An action item with its standing."""

    id: Slug
    number: int
    title: Localized
    kind: ActionItemKind | None
    leads: list[NamedLead]
    due: PartialDate | None
    ended: PartialDate | None
    standing: StandingRecord


class ProgressSummary(Schema):
    """How many items there are of what."""

    items: int
    by_status: dict[ImplementationStatus, int] = Field(description="Items that have a status.")
    by_basis: dict[StandingBasis, int]
    overdue: int
    stale: int
    mean_progress: float | None = Field(
        description="Of the items that have a progress; null when none has."
    )
    items_with_progress: int


class ProgressGroup(Schema):
    """The items that have something in common, and what their standings come to."""

    key: str | None = Field(
        description="A code or an id; null for the items that have none, or no lead."
    )
    name: Localized | None
    items: list[Slug] = Field(description="The items' ids, by number.")
    summary: ProgressSummary = Field(
        description="Grouped by party: of what that party alone reports."
    )


class ProgressRecord(Schema):
    """How far a plan has come: each item's standing, and the sum of them."""

    dialogue: Named | None
    meeting: NamedMeeting | None
    agreement: Named
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
    summary: ProgressSummary
    items: list[ItemStanding]
    groups: list[ProgressGroup] | None = Field(
        default=None,
        exclude_if=absent,
        description="As `group_by` asks. An item with two themes is in two groups.",
    )


class BriefStanding(Schema):
    """The gist of a standing."""

    status: ImplementationStatus | None
    progress: Percent | None
    basis: StandingBasis


class MovedItem(Schema):
    """An item whose standing is another than at the meeting before."""

    id: Slug
    number: int
    before: BriefStanding
    now: BriefStanding


class MovedSince(Schema):
    """What has moved since the meeting before."""

    meeting: NamedMeeting
    day: Day = Field(description="That meeting's day.")
    items: list[MovedItem] = Field(description="Those that have moved, by number.")


class MeetingProgressRecord(ProgressRecord):
    """A plan's progress as a meeting saw it."""

    moved: MovedSince | None = Field(description="Null at the dialogue's first meeting.")


class PlanProgress(Schema):
    """What the standings of a plan's items come to."""

    agreement: Named
    starts: PartialDate | None
    ends: PartialDate | None
    summary: ProgressSummary


class DialoguePlansRecord(Schema):
    """A dialogue across its annual plans."""

    dialogue: Named
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
    plans: list[PlanProgress] = Field(description="Those begun by the day, the oldest first.")


class ItemStandingRecord(ItemStanding):
    """One action item's standing on a day."""

    agreement: Named
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
