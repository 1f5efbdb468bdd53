"""A plan's progress: its items' standings, and what they come to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.directory.names import name_on
from app.kernel.problems import NotFound
from app.kernel.transactions import Transaction
from app.reporting.facts import KnownDialogue, KnownItem, KnownName, KnownPlan
from app.reporting.groups import groups_of, summary_of
from app.reporting.knowledge import Knowledge, today_of
from app.reporting.naming import Named, NamedMeeting
from app.reporting.positions import newest_assessments, newest_reports
from app.reporting.progress_schemas import (
    AssessmentSummary,
    DialoguePlansRecord,
    DifferenceRecord,
    GroupBy,
    ItemStanding,
    ItemStandingRecord,
    NamedLead,
    PlanProgress,
    PositionRecord,
    ProgressGroup,
    ProgressRecord,
    StandingRecord,
)
from app.reporting.standing import Assessment, Report, Standing, standing_on

# The dated names of organizations, by id.
Names = Mapping[str, Sequence[KnownName]]


def plan_on(plans: Iterable[KnownPlan], day: date) -> KnownPlan | None:
    """The annual plan of a day: of those begun by then, the newest; None where none had begun."""
    begun = [plan for plan in plans if plan.starts is not None and plan.starts <= day.isoformat()]
    return max(begun, key=lambda plan: (plan.starts or "", plan.id), default=None)


def overseen_plan(
    knowledge: Knowledge, dialogue_id: str, agreement_id: str | None, day: date
) -> KnownPlan:
    """The agreement asked for, or the annual plan of the day, as one that the dialogue oversees.

    Raises NotFound for one that it does not oversee, or where no annual plan had begun.
    """
    if agreement_id is None:
        plan = plan_on(knowledge.annual_plans(dialogue_id), day)
        if plan is None:
            raise NotFound(f"{dialogue_id} oversaw no annual plan that had begun by {day}.")
        return plan
    plan = knowledge.plan(agreement_id)
    if plan.overseen_by != dialogue_id:
        raise NotFound(f"{dialogue_id} does not oversee {agreement_id}.")
    return plan


def progress_of(
    tx: Transaction,
    knowledge: Knowledge,
    plan: KnownPlan,
    day: date,
    *,
    dialogue: KnownDialogue | None = None,
    group_by: GroupBy | None = None,
) -> ProgressRecord:
    """A plan's progress on a day; for a dialogue that asks, if one does.

    A constant number of statements, whatever the number of items, reports and corrections.
    """
    items = knowledge.items([plan.id])
    standings = standings_on(tx, knowledge, {plan.id: plan}, items, day)
    return progress_record(
        plan,
        items,
        standings,
        lead_names(knowledge, items),
        day,
        knowledge.revision,
        dialogue=dialogue,
        groups=groups_of(tx, knowledge, plan, items, standings, day, group_by),
    )


def progress_record(
    plan: KnownPlan,
    items: Sequence[KnownItem],
    standings: Sequence[Standing],
    names: Names,
    day: date,
    revision: int,
    *,
    dialogue: KnownDialogue | None = None,
    meeting: NamedMeeting | None = None,
    groups: list[ProgressGroup] | None = None,
) -> ProgressRecord:
    """A plan's progress, as it is answered; `names` are those of the leads' organizations."""
    record = ProgressRecord(
        dialogue=None if dialogue is None else Named(id=dialogue.id, name=dialogue.name),
        meeting=meeting,
        agreement=Named(id=plan.id, name=plan.name),
        as_of=day.isoformat(),
        revision=revision,
        summary=summary_of(standings),
        items=[
            item_record(item, standing, names, day)
            for item, standing in zip(items, standings, strict=True)
        ],
    )
    if groups is not None:
        record["groups"] = groups
    return record


def item_standing(
    tx: Transaction, knowledge: Knowledge, item_id: str, day: date | None
) -> ItemStandingRecord:
    """One item's standing on a day, today if None."""
    item = knowledge.item(item_id)
    plan = knowledge.plan(item.agreement)
    day = day or today_of(tx, plan.parties)
    (standing,) = standings_on(tx, knowledge, {plan.id: plan}, [item], day)
    names = lead_names(knowledge, [item])
    return item_standing_record(plan, item, standing, names, day, knowledge.revision)


def item_standing_record(
    plan: KnownPlan, item: KnownItem, standing: Standing, names: Names, day: date, revision: int
) -> ItemStandingRecord:
    """One item's standing, as it is answered by itself."""
    return {
        **item_record(item, standing, names, day),
        "agreement": Named(id=plan.id, name=plan.name),
        "as_of": day.isoformat(),
        "revision": revision,
    }


def plans_of(
    tx: Transaction, knowledge: Knowledge, dialogue_id: str, day: date | None
) -> DialoguePlansRecord:
    """A dialogue across its annual plans, on a day, today if None: what each has come to."""
    dialogue = knowledge.dialogue(dialogue_id)
    day = day or today_of(tx, dialogue.parties)
    plans = {
        plan.id: plan
        for plan in knowledge.annual_plans(dialogue_id)
        if plan.starts is None or plan.starts <= day.isoformat()
    }
    items = knowledge.items(list(plans))
    standings = standings_on(tx, knowledge, plans, items, day)
    return DialoguePlansRecord(
        dialogue=Named(id=dialogue.id, name=dialogue.name),
        as_of=day.isoformat(),
        revision=knowledge.revision,
        plans=[
            PlanProgress(
                agreement=Named(id=plan.id, name=plan.name),
                starts=plan.starts,
                ends=plan.ends,
                summary=summary_of(
                    [
                        standing
                        for item, standing in zip(items, standings, strict=True)
                        if item.agreement == plan.id
                    ]
                ),
            )
            for plan in plans.values()
        ],
    )


def standings_on(
    tx: Transaction,
    knowledge: Knowledge,
    plans: Mapping[str, KnownPlan],
    items: Sequence[KnownItem],
    day: date,
) -> list[Standing]:
    """The standing of each item on a day. Two statements, whatever the number of items.

    `plans` has the agreement of each.
    """
    ids = [item.id for item in items]
    reports = newest_reports(tx.session, knowledge, ids, day)
    assessments = newest_assessments(tx.session, knowledge, ids, day)
    stale_after_days = tx.request.app.state.settings.stale_after_days
    return [
        standing_of(
            item,
            plans[item.agreement],
            day,
            reports=reports.get(item.id, ()),
            assessments=assessments.get(item.id, ()),
            stale_after_days=stale_after_days,
        )
        for item in items
    ]


def standing_of(
    item: KnownItem,
    plan: KnownPlan,
    day: date,
    *,
    reports: Iterable[Report],
    assessments: Iterable[Assessment],
    stale_after_days: int,
) -> Standing:
    """The standing of an item of a plan on a day, by the reports and assessments of it."""
    return standing_on(
        day,
        parties=plan.parties,
        reports=reports,
        assessments=assessments,
        due=item.due,
        ended=item.ended,
        stale_after_days=stale_after_days,
    )


def item_record(item: KnownItem, standing: Standing, names: Names, day: date) -> ItemStanding:
    """An item with its standing, as it is answered; leads by their names of the day."""
    return ItemStanding(
        id=item.id,
        number=item.number,
        title=item.title,
        kind=item.kind,
        leads=[
            NamedLead(
                party=party,
                organization=organization,
                name=name_on(names[organization], day).name,
            )
            for party, organization in item.leads
        ],
        due=item.due,
        ended=item.ended,
        standing=as_answered(standing),
    )


def lead_names(knowledge: Knowledge, items: Iterable[KnownItem]) -> Names:
    """The dated names of the organizations that lead items."""
    leading = {organization for item in items for _, organization in item.leads}
    return knowledge.names(sorted(leading))


def as_answered(standing: Standing) -> StandingRecord:
    """A standing as it is answered."""
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
        positions=[position_of(position) for position in standing.positions],
        assessment=(
            None
            if assessment is None
            else AssessmentSummary(
                assessment=assessment.id,
                meeting=assessment.meeting,
                held_on=assessment.held_on.isoformat(),
                status=assessment.status,
                progress=assessment.progress,
            )
        ),
    )


def position_of(report: Report) -> PositionRecord:
    """A party's position as it is answered."""
    return PositionRecord(
        party=report.party,
        report=report.id,
        status=report.status,
        progress=report.progress,
        summary=report.summary,
        reported_on=report.reported_on.isoformat(),
    )
