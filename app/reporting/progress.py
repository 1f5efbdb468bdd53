"""A plan's or dialogue's progress: its items' standings, and what they come to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.agreements.codes import AgreementKind
from app.agreements.models import ActionItem, Agreement, AgreementParty
from app.dialogues.models import Dialogue
from app.directory.models import OrganizationName, Party
from app.directory.names import name_on
from app.kernel.changes import get_visible
from app.kernel.dates import today_in
from app.kernel.parts import only
from app.kernel.problems import NotFound
from app.kernel.text import LocalizedText
from app.kernel.transactions import Transaction
from app.reporting.codes import ImplementationStatus, ReportState, StandingBasis
from app.reporting.models import StatusReport
from app.reporting.schemas import (
    AssessmentSummary,
    DifferenceRecord,
    ItemStanding,
    ItemStandingRecord,
    Named,
    NamedLead,
    PositionRecord,
    ProgressRecord,
    ProgressSummary,
    StandingRecord,
)
from app.reporting.standing import Report, Standing, standing_on


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of an agreement, in its order, and the day that it is for them."""

    ids: tuple[str, ...]
    today: date


def parties_of(session: Session, agreement_id: str) -> Parties:
    """An agreement's parties; its today is the latest that it is in any of their time zones.

    A report made today by the side where the day begins first so counts at once.
    """
    rows = session.execute(
        select(Party.id, Party.timezone)
        .join(AgreementParty, AgreementParty.party == Party.id)
        .where(AgreementParty.agreement_id == agreement_id)
        .order_by(AgreementParty.position)
    ).all()
    return Parties(
        ids=tuple(row.id for row in rows),
        today=max(today_in(row.timezone) for row in rows),
    )


def today_of_dialogue(session: Session, dialogue: Dialogue) -> date:
    """The latest day that it is in any time zone of a dialogue's parties."""
    zones = session.scalars(select(Party.timezone).where(Party.id.in_(dialogue.parties)))
    return max(today_in(zone) for zone in zones)


def plan_of(session: Session, dialogue: Dialogue, day: date) -> Agreement:
    """The annual plan that a dialogue oversees on a day: of those begun by then, the newest.

    Raises NotFound where none had begun.
    """
    plan = session.scalars(
        select(Agreement)
        .where(
            Agreement.overseen_by == dialogue.id,
            Agreement.kind == AgreementKind.ANNUAL_PLAN,
            Agreement.starts.is_not(None),
            Agreement.starts <= day.isoformat(),
        )
        .order_by(Agreement.starts.desc(), Agreement.id.desc())
        .limit(1)
        .options(*only(Agreement))
    ).first()
    if plan is None:
        raise NotFound(f"{dialogue.id} oversaw no annual plan that had begun by {day}.")
    return plan


def progress_of(
    tx: Transaction, agreement: Agreement, day: date | None, dialogue: Dialogue | None = None
) -> ProgressRecord:
    """An agreement's progress on a day, today if None; for a dialogue that asks, if one does.

    A constant number of statements, whatever the number of items and reports.
    """
    parties = parties_of(tx.session, agreement.id)
    day = day or parties.today
    items = tx.session.scalars(
        select(ActionItem)
        .where(ActionItem.agreement == agreement.id)
        .order_by(ActionItem.number)
        .options(*only(ActionItem, "leads"))
    ).all()
    standings = item_standings(tx, parties, items, day)
    return ProgressRecord(
        dialogue=None if dialogue is None else named(dialogue),
        meeting=None,
        agreement=named(agreement),
        as_of=day.isoformat(),
        revision=tx.revision,
        summary=summary_of([item.standing for item in standings]),
        items=standings,
    )


def item_standing(tx: Transaction, item: ActionItem, day: date | None) -> ItemStandingRecord:
    """One item's standing on a day, today if None."""
    agreement = get_visible(tx.session, Agreement, item.agreement, options=only(Agreement))
    parties = parties_of(tx.session, agreement.id)
    day = day or parties.today
    (found,) = item_standings(tx, parties, [item], day)
    return ItemStandingRecord(
        **dict(found), agreement=named(agreement), as_of=day.isoformat(), revision=tx.revision
    )


def item_standings(
    tx: Transaction, parties: Parties, items: Sequence[ActionItem], day: date
) -> list[ItemStanding]:
    """Each item with its standing on a day. Two statements, whatever the number of items."""
    stale_after_days = tx.request.app.state.settings.stale_after_days
    reports = newest_reports(tx.session, [item.id for item in items], day)
    names = _names_of_leads(tx.session, items, day)
    return [
        ItemStanding(
            id=item.id,
            number=item.number,
            title=item.title,
            kind=item.kind,
            leads=[
                NamedLead(
                    party=lead.party, organization=lead.organization, name=names[lead.organization]
                )
                for lead in item.leads
            ],
            due=item.due,
            standing=_as_answered(
                standing_on(
                    day,
                    parties=parties.ids,
                    reports=reports[item.id],
                    due=item.due,
                    stale_after_days=stale_after_days,
                )
            ),
        )
        for item in items
    ]


def newest_reports(session: Session, item_ids: Sequence[str], day: date) -> dict[str, list[Report]]:
    """For each item and party the one report that standing_on() would take as its position.

    Each is found by the end of one index range, so that old reports cost nothing.
    """
    candidate, correction = aliased(StatusReport), aliased(StatusReport)
    until = day.isoformat()
    newest = (
        select(candidate.id)
        .where(
            candidate.action_item == ActionItem.id,
            candidate.party == AgreementParty.party,
            candidate.state == ReportState.SUBMITTED,
            candidate.reported_on <= until,
            ~exists().where(
                correction.corrects == candidate.id,
                correction.state == ReportState.SUBMITTED,
                correction.reported_on <= until,
            ),
        )
        .order_by(candidate.reported_on.desc(), candidate.id.desc())
        .limit(1)
        .correlate(ActionItem, AgreementParty)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            StatusReport.action_item,
            StatusReport.id,
            StatusReport.party,
            StatusReport.status,
            StatusReport.progress,
            StatusReport.summary,
            StatusReport.reported_on,
        )
        .select_from(ActionItem)
        .join(AgreementParty, AgreementParty.agreement_id == ActionItem.agreement)
        .join(StatusReport, StatusReport.id == newest)
        .where(ActionItem.id.in_(item_ids))
    )
    found: dict[str, list[Report]] = defaultdict(list)
    for row in rows:
        found[row.action_item].append(
            Report(
                id=row.id,
                party=row.party,
                status=row.status,
                progress=row.progress,
                summary=row.summary,
                reported_on=date.fromisoformat(row.reported_on),
            )
        )
    return found


def _names_of_leads(
    session: Session, items: Iterable[ActionItem], day: date
) -> dict[str, LocalizedText]:
    ids = {lead.organization for item in items for lead in item.leads}
    if not ids:
        return {}
    dated: dict[str, list[OrganizationName]] = defaultdict(list)
    for name in session.scalars(
        select(OrganizationName)
        .where(OrganizationName.organization_id.in_(ids))
        .order_by(OrganizationName.position)
    ):
        dated[name.organization_id].append(name)
    return {id_: name_on(names, day).name for id_, names in dated.items()}


def _as_answered(standing: Standing) -> StandingRecord:
    assessment, differ = standing.assessment, standing.parties_differ
    return StandingRecord(
        status=standing.status,
        progress=standing.progress,
        basis=standing.basis,
        overdue=standing.overdue,
        stale=standing.stale,
        parties_differ=(
            None
            if differ is None
            else DifferenceRecord(status=differ.status, progress_gap=differ.progress_gap)
        ),
        positions=[
            PositionRecord(
                party=position.party,
                report=position.id,
                status=position.status,
                progress=position.progress,
                summary=position.summary,
                reported_on=position.reported_on.isoformat(),
            )
            for position in standing.positions
        ],
        assessment=(
            None
            if assessment is None
            else AssessmentSummary(
                meeting=assessment.meeting,
                held_on=assessment.held_on.isoformat(),
                status=assessment.status,
                progress=assessment.progress,
            )
        ),
    )


def summary_of(standings: Sequence[StandingRecord]) -> ProgressSummary:
    """What a plan's standings come to: counts, and the mean of the progress that is known."""
    statuses = Counter(standing.status for standing in standings)
    bases = Counter(standing.basis for standing in standings)
    progress = [standing.progress for standing in standings if standing.progress is not None]
    return ProgressSummary(
        items=len(standings),
        by_status={status: statuses[status] for status in ImplementationStatus},
        by_basis={basis: bases[basis] for basis in StandingBasis},
        overdue=sum(standing.overdue for standing in standings),
        stale=sum(standing.stale for standing in standings),
        mean_progress=round(sum(progress) / len(progress), 1) if progress else None,
        items_with_progress=len(progress),
    )


def named(record: Agreement | Dialogue) -> Named:
    """A record by id and name."""
    return Named(id=record.id, name=record.name)
