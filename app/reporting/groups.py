"""What standings come to: in sum, and by theme, kind, lead organization or party."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from app.agreements.codes import ACTION_ITEM_KINDS, THEMES
from app.directory.names import name_on
from app.kernel.codes import CodeList
from app.kernel.text import LocalizedText
from app.kernel.transactions import Transaction
from app.reporting.codes import ImplementationStatus, StandingBasis
from app.reporting.facts import KnownItem, KnownPlan
from app.reporting.knowledge import Knowledge, names_of_parties
from app.reporting.progress_schemas import GroupBy, ProgressGroup, ProgressSummary
from app.reporting.standing import Standing, standing_on

_KEYS: dict[GroupBy, Callable[[KnownItem], Iterable[str]]] = {
    GroupBy.THEME: lambda item: item.themes,
    GroupBy.KIND: lambda item: [item.kind] if item.kind else [],
    GroupBy.LEAD_ORGANIZATION: lambda item: [organization for _, organization in item.leads],
}


def summary_of(standings: Sequence[Standing]) -> ProgressSummary:
    """What standings come to: counts, and the mean of the progress that is known."""
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


def groups_of(
    tx: Transaction,
    knowledge: Knowledge,
    plan: KnownPlan,
    items: Sequence[KnownItem],
    standings: Sequence[Standing],
    day: date,
    group_by: GroupBy | None,
) -> list[ProgressGroup] | None:
    """The groups that are asked for, by key, what has none last; None where none are."""
    if group_by is None:
        return None
    if group_by is GroupBy.PARTY:
        return _by_party(tx, plan, items, standings, day)
    members: dict[str | None, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        keys: list[str | None] = [*_KEYS[group_by](item)]
        for key in keys or [None]:
            members[key].append(index)
    names = _names(knowledge, group_by, [key for key in members if key is not None], day)
    return [
        ProgressGroup(
            key=key,
            name=None if key is None else names[key],
            items=[items[index].id for index in members[key]],
            summary=summary_of([standings[index] for index in members[key]]),
        )
        for key in sorted(members, key=lambda key: (key is None, key or ""))
    ]


def _by_party(
    tx: Transaction,
    plan: KnownPlan,
    items: Sequence[KnownItem],
    standings: Sequence[Standing],
    day: date,
) -> list[ProgressGroup]:
    names = names_of_parties(tx, plan.parties)
    return [
        ProgressGroup(
            key=party,
            name=names[party],
            items=[item.id for item in items],
            summary=summary_of(
                [
                    # As if no other side had reported, and nothing were concluded jointly.
                    standing_on(
                        day,
                        parties=plan.parties,
                        reports=[own for own in standing.positions if own.party == party],
                        due=item.due,
                        ended=item.ended,
                        stale_after_days=tx.request.app.state.settings.stale_after_days,
                    )
                    for item, standing in zip(items, standings, strict=True)
                ]
            ),
        )
        for party in plan.parties
    ]


def _names(
    knowledge: Knowledge, group_by: GroupBy, keys: Sequence[str], day: date
) -> Mapping[str, LocalizedText]:
    if group_by is GroupBy.LEAD_ORGANIZATION:
        return {id_: name_on(names, day).name for id_, names in knowledge.names(keys).items()}
    codes: CodeList = THEMES if group_by is GroupBy.THEME else ACTION_ITEM_KINDS
    return {code.code: code.label for code in codes.codes}
