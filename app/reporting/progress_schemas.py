"""Standings and progress, as they are answered."""

from enum import StrEnum
from typing import Annotated, NotRequired

from fastapi import Query
from pydantic import Field
from typing_extensions import TypedDict

from app.agreements.codes import ActionItemKind
from app.kernel.dates import Day, PartialDate
from app.kernel.schemas import LARGEST, Percent, answer
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


@answer
class PositionRecord(TypedDict):
    """What a party's newest report says."""

    party: PartyCode
    report: RecordUuid
    status: ImplementationStatus
    progress: Percent | None
    summary: Localized | None
    reported_on: Day


@answer
class AssessmentSummary(TypedDict):
    """What the parties concluded jointly at a meeting."""

    assessment: RecordUuid
    meeting: Slug
    held_on: Day
    status: ImplementationStatus
    progress: Percent | None


@answer
class DifferenceRecord(TypedDict):
    """How the parties' positions differ."""

    status: Annotated[bool, Field(description="Whether their statuses differ.")]
    progress_gap: Annotated[
        int | None,
        Field(description="The highest progress less the lowest; null unless two sides gave one."),
    ]


@answer
class StandingRecord(TypedDict):
    """Where an action item stands on a day."""

    status: Annotated[
        ImplementationStatus | None, Field(description="Null while nobody has reported.")
    ]
    progress: Percent | None
    basis: StandingBasis
    overdue: bool
    stale: bool
    parties_differ: Annotated[
        DifferenceRecord | None,
        Field(description="Null unless two positions differ in status or progress."),
    ]
    positions: list[PositionRecord]
    assessment: AssessmentSummary | None


@answer
class NamedLead(TypedDict):
    """The organization that leads for one side, by the name that held on the day."""

    party: PartyCode
    organization: Slug
    name: Localized


@answer
class ItemStanding(TypedDict):
    """An action item with its standing."""

    id: Slug
    number: int
    title: Localized
    kind: ActionItemKind | None
    leads: list[NamedLead]
    due: PartialDate | None
    ended: PartialDate | None
    standing: StandingRecord


@answer
class ProgressSummary(TypedDict):
    """How many items there are of what."""

    items: int
    by_status: Annotated[
        dict[ImplementationStatus, int], Field(description="Items that have a status.")
    ]
    by_basis: dict[StandingBasis, int]
    overdue: int
    stale: int
    mean_progress: Annotated[
        float | None, Field(description="Of the items that have a progress; null when none has.")
    ]
    items_with_progress: int


@answer
class ProgressGroup(TypedDict):
    """The items that have something in common, and what their standings come to."""

    key: Annotated[
        str | None,
        Field(description="A code or an id; null for the items that have none, or no lead."),
    ]
    name: Localized | None
    items: Annotated[list[Slug], Field(description="The items' ids, by number.")]
    summary: Annotated[
        ProgressSummary, Field(description="Grouped by party: of what that party alone reports.")
    ]


@answer
class ProgressRecord(TypedDict):
    """How far a plan has come: each item's standing, and the sum of them."""

    dialogue: Named | None
    meeting: NamedMeeting | None
    agreement: Named
    as_of: Day
    revision: Annotated[int, Field(description="The newest revision that the answer reflects.")]
    summary: ProgressSummary
    items: list[ItemStanding]
    groups: NotRequired[
        Annotated[
            list[ProgressGroup],
            Field(description="As `group_by` asks. An item with two themes is in two groups."),
        ]
    ]


@answer
class BriefStanding(TypedDict):
    """The gist of a standing."""

    status: ImplementationStatus | None
    progress: Percent | None
    basis: StandingBasis


@answer
class MovedItem(TypedDict):
    """An item whose standing is another than at the meeting before."""

    id: Slug
    number: int
    before: BriefStanding
    now: BriefStanding


@answer
class MovedSince(TypedDict):
    """What has moved since the meeting before."""

    meeting: NamedMeeting
    day: Annotated[Day, Field(description="That meeting's day.")]
    items: Annotated[list[MovedItem], Field(description="Those that have moved, by number.")]


@answer
class MeetingProgressRecord(ProgressRecord):
    """A plan's progress as a meeting saw it."""

    moved: Annotated[MovedSince | None, Field(description="Null at the dialogue's first meeting.")]


@answer
class PlanProgress(TypedDict):
    """What the standings of a plan's items come to."""

    agreement: Named
    starts: PartialDate | None
    ends: PartialDate | None
    summary: ProgressSummary


@answer
class DialoguePlansRecord(TypedDict):
    """A dialogue across its annual plans."""

    dialogue: Named
    as_of: Day
    revision: Annotated[int, Field(description="The newest revision that the answer reflects.")]
    plans: Annotated[
        list[PlanProgress], Field(description="Those begun by the day, the oldest first.")
    ]


@answer
class ItemStandingRecord(ItemStanding):
    """One action item's standing on a day."""

    agreement: Named
    as_of: Day
    revision: Annotated[int, Field(description="The newest revision that the answer reflects.")]
