"""Review coverage: which items a plan's meetings reviewed, by which reports, and which not."""

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import Field

from app.kernel.dates import Day, PartialDate
from app.kernel.schemas import Percent, Schema
from app.kernel.text import Localized, RecordUuid, Slug
from app.kernel.transactions import Transaction
from app.reporting.codes import ImplementationStatus, ReviewKind
from app.reporting.facts import KnownItem, KnownMeeting, KnownPlan
from app.reporting.knowledge import today_of
from app.reporting.meeting_progress import day_of_meeting
from app.reporting.naming import Named, NamedMeeting
from app.reporting.positions import reports_reviewed
from app.reporting.present import PresentRecord
from app.reporting.progress import overseen_plan, position_of
from app.reporting.progress_schemas import PositionRecord
from app.reporting.standing import Report
from app.reviewing.reviews import Review, reviews_of, unreviewed_since


class JointConclusion(Schema):
    """What a meeting concluded jointly."""

    assessment: RecordUuid
    status: ImplementationStatus
    progress: Percent | None


class ReviewRecord(Schema):
    """How a meeting reviewed an item, and what lay before it."""

    by: list[ReviewKind]
    conclusion: JointConclusion | None = Field(description="Null where it only decided.")
    reports: list[PositionRecord] = Field(
        description="Each party's position as the meeting had it before it."
    )


class ReviewAtMeeting(ReviewRecord):
    """One review of an item."""

    meeting: Slug
    day: Day


class ReviewedItem(Schema):
    """An item with its reviews."""

    id: Slug
    number: int
    title: Localized
    reviews: list[ReviewAtMeeting] = Field(description="The earliest first.")
    last_reviewed: Day | None
    unreviewed_since: PartialDate | None = Field(
        description="Its last review, or else the beginning of its plan; null where the newest "
        "meeting reviewed it, where no meeting could have, and where no beginning is known."
    )


class MeetingCoverage(Schema):
    """Which items of the plan a meeting reviewed."""

    meeting: NamedMeeting
    day: Day
    reviewed: list[Slug]
    unreviewed: list[Slug]


class CoverageRecord(Schema):
    """A plan's review coverage."""

    agreement: Named
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
    meetings: list[MeetingCoverage] = Field(
        description="Of the dialogue that oversees it, held since it began; the earliest first."
    )
    items: list[ReviewedItem]


class ItemAtMeeting(Schema):
    """An item of the plan, and whether a meeting reviewed it."""

    id: Slug
    number: int
    title: Localized
    review: ReviewRecord | None = Field(description="Null where the meeting did not review it.")
    last_reviewed: Day | None = Field(description="Up to the meeting.")
    unreviewed_since: PartialDate | None = Field(description="As at the meeting.")


class MeetingCoverageRecord(Schema):
    """What a meeting reviewed of a plan."""

    meeting: NamedMeeting
    agreement: Named
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
    items: list[ItemAtMeeting]


def coverage_of(tx: Transaction, agreement_id: str, day: date | None) -> CoverageRecord:
    """A plan's review coverage up to a day, today if None. Raises NotFound or Gone."""
    knowledge = PresentRecord(tx)
    plan = knowledge.plan(agreement_id)
    day = day or today_of(tx, plan.parties)
    items = knowledge.items([plan.id])
    reviews = reviews_of(tx.session, [item.id for item in items], day)
    meetings = _meetings(knowledge, plan, day)
    reports = _reports(tx, knowledge, reviews)
    newest = meetings[-1].day if meetings else None
    return CoverageRecord(
        agreement=Named(id=plan.id, name=plan.name),
        as_of=day.isoformat(),
        revision=tx.revision,
        meetings=[_coverage(meeting, items, reviews) for meeting in meetings],
        items=[
            ReviewedItem(
                id=item.id,
                number=item.number,
                title=item.title,
                reviews=[
                    ReviewAtMeeting(
                        meeting=review.meeting,
                        day=review.day.isoformat(),
                        **dict(_told(review, reports)),
                    )
                    for review in reviews.get(item.id, ())
                ],
                last_reviewed=_last(reviews.get(item.id, ())),
                unreviewed_since=unreviewed_since(reviews.get(item.id, ()), newest, plan.starts),
            )
            for item in items
        ],
    )


def coverage_at_meeting(
    tx: Transaction, meeting_id: str, agreement_id: str | None
) -> MeetingCoverageRecord:
    """What a meeting reviewed of a plan that its dialogue oversees: by default that of its day.

    Raises NotFound or Gone for the meeting, NotFound where the dialogue oversaw no plan.
    """
    knowledge = PresentRecord(tx)
    meeting = knowledge.meeting(meeting_id)
    dialogue = knowledge.dialogue(meeting.dialogue)
    day = day_of_meeting(meeting, today_of(tx, dialogue.parties))
    plan = overseen_plan(knowledge, dialogue.id, agreement_id, day)
    items = knowledge.items([plan.id])
    reviews = reviews_of(tx.session, [item.id for item in items], day)
    here = {
        item: review
        for item, found in reviews.items()
        for review in found
        if review.meeting == meeting.id
    }
    reports = _reports(tx, knowledge, {item: [review] for item, review in here.items()})
    return MeetingCoverageRecord(
        meeting=NamedMeeting(id=meeting.id, name=meeting.name),
        agreement=Named(id=plan.id, name=plan.name),
        as_of=day.isoformat(),
        revision=tx.revision,
        items=[
            ItemAtMeeting(
                id=item.id,
                number=item.number,
                title=item.title,
                review=_told(here[item.id], reports) if item.id in here else None,
                last_reviewed=_last(reviews.get(item.id, ())),
                unreviewed_since=unreviewed_since(reviews.get(item.id, ()), day, plan.starts),
            )
            for item in items
        ],
    )


def _meetings(knowledge: PresentRecord, plan: KnownPlan, day: date) -> list[KnownMeeting]:
    if plan.overseen_by is None:
        return []
    return [
        meeting
        for meeting in knowledge.meetings(plan.overseen_by)
        if meeting.day is not None
        and meeting.day <= day
        and (plan.starts is None or meeting.day.isoformat() >= plan.starts)
    ]


def _reports(
    tx: Transaction, knowledge: PresentRecord, reviews: Mapping[str, Sequence[Review]]
) -> dict[tuple[str, date], list[Report]]:
    return reports_reviewed(
        tx.session,
        knowledge,
        [(review.item, review.day) for found in reviews.values() for review in found],
    )


def _coverage(
    meeting: KnownMeeting, items: Sequence[KnownItem], reviews: Mapping[str, Sequence[Review]]
) -> MeetingCoverage:
    reviewed = {
        review.item
        for found in reviews.values()
        for review in found
        if review.meeting == meeting.id
    }
    return MeetingCoverage(
        meeting=NamedMeeting(id=meeting.id, name=meeting.name),
        day="" if meeting.day is None else meeting.day.isoformat(),
        reviewed=[item.id for item in items if item.id in reviewed],
        unreviewed=[item.id for item in items if item.id not in reviewed],
    )


def _told(review: Review, reports: Mapping[tuple[str, date], Sequence[Report]]) -> ReviewRecord:
    conclusion = review.conclusion
    return ReviewRecord(
        by=list(review.by),
        conclusion=(
            None
            if conclusion is None
            else JointConclusion(
                assessment=conclusion.assessment,
                status=conclusion.status,
                progress=conclusion.progress,
            )
        ),
        reports=[position_of(report) for report in reports.get((review.item, review.day), ())],
    )


def _last(reviews: Sequence[Review]) -> str | None:
    return reviews[-1].day.isoformat() if reviews else None
