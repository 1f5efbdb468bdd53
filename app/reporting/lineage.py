"""One item across the annual plans: what it came from, what became of it, and how each stood."""

from collections.abc import Collection, Mapping
from datetime import date

from pydantic import Field
from sqlalchemy import CTE, ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.agreements.codes import LineageKind, RelationKind
from app.agreements.models import ActionItem, Lineage, Relation
from app.kernel.dates import Day, PartialDate
from app.kernel.schemas import Schema
from app.kernel.text import Localized, Slug
from app.kernel.transactions import Transaction
from app.reporting.codes import LineageOutcome
from app.reporting.facts import KnownItem, KnownPlan
from app.reporting.knowledge import today_of
from app.reporting.naming import Named
from app.reporting.present import PresentRecord
from app.reporting.progress import as_answered, standings_on
from app.reporting.progress_schemas import StandingRecord


class LineageItem(Schema):
    """An item of one of the plans, as it stands on the day: for an old plan, as it stood last."""

    id: Slug
    number: int
    title: Localized
    agreement: Named
    starts: PartialDate | None = Field(description="When its plan began.")
    outcome: LineageOutcome | None = Field(
        description="What became of it in the plan after; null while none has taken its plan's "
        "items over, and where the record does not say."
    )
    standing: StandingRecord


class LineageLink(Schema):
    """That an item comes from one of an earlier plan."""

    earlier: Slug
    later: Slug
    kind: LineageKind


class LineageRecord(Schema):
    """An item with all that it comes from and all that comes from it."""

    action_item: Slug
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
    items: list[LineageItem] = Field(description="The earliest plan's first.")
    links: list[LineageLink]


def lineage_of(tx: Transaction, item_id: str, day: date | None) -> LineageRecord:
    """The lineage of an item, on a day, today if None. Raises NotFound or Gone for the item."""
    knowledge = PresentRecord(tx)
    here = knowledge.item(item_id)
    day = day or today_of(tx, knowledge.plan(here.agreement).parties)
    ids = _family(tx.session, item_id)
    items = knowledge.items_by_id(ids)
    plans = knowledge.plans_by_id({item.agreement for item in items})
    items.sort(key=lambda item: (plans[item.agreement].starts or "", item.agreement, item.number))
    standings = standings_on(tx, knowledge, plans, items, day)
    links = _links(tx.session, ids)
    outcomes = _outcomes(tx.session, items, links)
    return LineageRecord(
        action_item=item_id,
        as_of=day.isoformat(),
        revision=tx.revision,
        items=[
            LineageItem(
                id=item.id,
                number=item.number,
                title=item.title,
                agreement=_named(plans, item),
                starts=plans[item.agreement].starts,
                outcome=outcomes.get(item.id),
                standing=as_answered(standing),
            )
            for item, standing in zip(items, standings, strict=True)
        ],
        links=[link for link in links if link.later in ids and link.earlier in ids],
    )


def _named(plans: Mapping[str, KnownPlan], item: KnownItem) -> Named:
    plan = plans[item.agreement]
    return Named(id=plan.id, name=plan.name)


def _family(session: Session, item_id: str) -> set[str]:
    """The item, all that it comes from and all that comes from it, by however many steps."""
    earlier = _reached(item_id, Lineage.action_item_id, Lineage.action_item)
    later = _reached(item_id, Lineage.action_item, Lineage.action_item_id)
    family = select(earlier.c.id).union(select(later.c.id))
    # Asked of the items: what holds a query to visibility is told to a SELECT of records, and holds
    # what is inside it too.
    return {item_id, *session.scalars(select(ActionItem.id).where(ActionItem.id.in_(family)))}


def _reached(
    start: str, source: InstrumentedAttribute[str], target: InstrumentedAttribute[str]
) -> CTE:
    # Each step is one of an item that the caller sees: what it comes from is then seen as well.
    name = f"reached_by_{source.key}"
    steps = (
        select(target.label("id"))
        .join(ActionItem, ActionItem.id == Lineage.action_item_id)
        .where(source == start)
        .cte(name, recursive=True)
    )
    onward: ColumnElement[bool] = source == steps.c.id
    further = select(target).join(ActionItem, ActionItem.id == Lineage.action_item_id)
    return steps.union(further.where(onward))


def _links(session: Session, ids: Collection[str]) -> list[LineageLink]:
    rows = session.execute(
        select(Lineage.action_item, Lineage.action_item_id, Lineage.kind)
        .join(ActionItem, ActionItem.id == Lineage.action_item_id)
        .where(Lineage.action_item.in_(ids))
        .order_by(Lineage.action_item, Lineage.action_item_id)
    )
    return [LineageLink(earlier=row[0], later=row[1], kind=row[2]) for row in rows]


def _outcomes(
    session: Session, items: Collection[KnownItem], links: Collection[LineageLink]
) -> dict[str, LineageOutcome]:
    kinds: dict[str, LineageKind] = {link.earlier: link.kind for link in links}
    taken_over = _plans_taken_over(session, {item.agreement for item in items})
    outcomes: dict[str, LineageOutcome] = {}
    for item in items:
        if item.id in kinds:
            outcomes[item.id] = LineageOutcome(kinds[item.id].value)
        elif item.agreement in taken_over:
            outcomes[item.id] = LineageOutcome.DROPPED
    return outcomes


def _plans_taken_over(session: Session, agreement_ids: Collection[str]) -> set[str]:
    """Those of the plans whose items another plan, which continues them, says it has taken over.

    Of a plan whose successor says nothing of where its items come from, none is known as dropped.
    """
    earlier, later = aliased(ActionItem), aliased(ActionItem)
    return set(
        session.scalars(
            select(Relation.agreement)
            .join(later, later.agreement == Relation.agreement_id)
            .join(Lineage, Lineage.action_item_id == later.id)
            .join(earlier, earlier.id == Lineage.action_item)
            .where(
                Relation.kind == RelationKind.CONTINUES,
                Relation.agreement.in_(agreement_ids),
                earlier.agreement == Relation.agreement,
            )
            .distinct()
        )
    )
