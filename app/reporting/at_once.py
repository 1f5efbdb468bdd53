"""Progress and standing by one statement each: the plain questions, answered promptly."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, select

from app.agreements.codes import ActionItemKind, AgreementKind, AgreementStatus
from app.agreements.models import ActionItem, Agreement, AgreementParty, Lead
from app.dialogues.models import Dialogue, DialogueParty
from app.directory.models import OrganizationName, Party
from app.kernel.dates import is_day, today_in
from app.kernel.prompt import Answered, Question, computed
from app.kernel.recent import TouchedBy
from app.kernel.statements import Found, OneStatement, Rows
from app.reporting.facts import KnownDialogue, KnownItem, KnownName, KnownPlan
from app.reporting.models import StatusReport
from app.reporting.positions import (
    assessments_by_item,
    assessments_query,
    reports_by_item,
    reports_query,
)
from app.reporting.present import ITEM_COLUMNS, PLAN_COLUMNS, adopted_now, counts_now
from app.reporting.progress import Names, item_standing_record, progress_record, standing_of
from app.reporting.standing import Standing

# A statement needs its day before it can tell the parties' time zones: it is asked with the day
# that it is in most of them, and once more where the record says that theirs is another.
_LIKELY_ZONE = "Asia/Seoul"

_ASKED = bindparam("asked", type_=String)
_DAY = bindparam("day", type_=String)


async def agreement_progress(question: Question) -> Answered | None:
    """Where each action item of an agreement stands."""
    found = await _on_the_day(_AGREEMENT, question)
    return None if found is None else _progress(question, *found)


async def dialogue_progress(question: Question) -> Answered | None:
    """The same for the annual plan that a dialogue oversees on the day."""
    found = await _on_the_day(_DIALOGUE, question)
    return None if found is None else _progress(question, *found)


async def item_standing(question: Question) -> Answered | None:
    """Where one action item stands."""
    answer = await _on_the_day(_ITEM, question)
    if answer is None:
        return None
    found, day = answer
    plan, items = _plan(found), _items(found)
    if plan is None or not items:
        return None
    (standing,) = _standings(question, found, plan, items, day)
    record = item_standing_record(plan, items[0], standing, _names(found), day, found.revision)
    return computed(record, _touched_by(items))


def _queries(
    plan: ColumnElement[str], items: ColumnElement[bool], zones: Select[Any]
) -> dict[str, Select[Any]]:
    """What standings rest on: `plan` is the agreement's id, `items` says which of its items."""
    leading = select(Lead.organization).join(ActionItem).where(items)
    return {
        "zones": zones,
        "plan": select(*PLAN_COLUMNS).where(Agreement.id == plan),
        "parties": select(AgreementParty.party)
        .where(AgreementParty.agreement_id == plan)
        .order_by(AgreementParty.position),
        "items": select(*ITEM_COLUMNS).where(items).order_by(ActionItem.number),
        "leads": select(Lead.action_item_id, Lead.party, Lead.organization)
        .join(ActionItem)
        .where(items)
        .order_by(Lead.position),
        "names": select(
            OrganizationName.organization_id,
            OrganizationName.name,
            OrganizationName.starts,
            OrganizationName.ends,
        )
        .where(OrganizationName.organization_id.in_(leading))
        .order_by(OrganizationName.position),
        "reports": reports_query(items, _DAY, counts_now),
        "assessments": assessments_query(items, _DAY, adopted_now),
    }


def _zones_of_agreement(plan: ColumnElement[str]) -> Select[Any]:
    return (
        select(Party.timezone)
        .join(AgreementParty, AgreementParty.party == Party.id)
        .where(AgreementParty.agreement_id == plan)
    )


def _of_agreement() -> OneStatement:
    return OneStatement(
        _queries(_ASKED, ActionItem.agreement == _ASKED, _zones_of_agreement(_ASKED))
    )


def _of_dialogue() -> OneStatement:
    # As plan_on() chooses it.
    plan = (
        select(Agreement.id)
        .where(
            Agreement.overseen_by == _ASKED,
            Agreement.kind == AgreementKind.ANNUAL_PLAN,
            Agreement.starts <= _DAY,
        )
        .order_by(Agreement.starts.desc(), Agreement.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    zones = (
        select(Party.timezone)
        .join(DialogueParty, DialogueParty.party == Party.id)
        .where(DialogueParty.dialogue_id == _ASKED)
    )
    asked = select(Dialogue.id, Dialogue.name).where(Dialogue.id == _ASKED)
    parties = (
        select(DialogueParty.party)
        .where(DialogueParty.dialogue_id == _ASKED)
        .order_by(DialogueParty.position)
    )
    return OneStatement(
        {
            "dialogue": asked,
            "dialogue_parties": parties,
            **_queries(plan, ActionItem.agreement == plan, zones),
        }
    )


def _of_item() -> OneStatement:
    plan = select(ActionItem.agreement).where(ActionItem.id == _ASKED).scalar_subquery()
    return OneStatement(_queries(plan, ActionItem.id == _ASKED, _zones_of_agreement(plan)))


_AGREEMENT, _DIALOGUE, _ITEM = _of_agreement(), _of_dialogue(), _of_item()


async def _on_the_day(statement: OneStatement, question: Question) -> tuple[Found, date] | None:
    """What the statement finds for the day asked for, or else for today where the parties are."""
    given = question.query.get("as_of")
    if set(question.query) - {"as_of"} or not (given is None or is_day(given)):
        return None
    day = today_in(_LIKELY_ZONE) if given is None else date.fromisoformat(given)
    found = await _ask(statement, question, day)
    if given is None and found is not None and found.rows["zones"]:
        today = max(today_in(zone) for (zone,) in found.rows["zones"])
        if today != day:
            found, day = await _ask(statement, question, today), today
    return None if found is None else (found, day)


async def _ask(statement: OneStatement, question: Question, day: date) -> Found | None:
    return await question.ask(statement, asked=question.path["id"], day=day.isoformat())


def _progress(question: Question, found: Found, day: date) -> Answered | None:
    plan = _plan(found)
    if plan is None:
        return None
    dialogue = None
    if "dialogue" in found.rows:
        if not found.rows["dialogue"]:
            return None
        ((id_, name),) = found.rows["dialogue"]
        dialogue = KnownDialogue(id_, name, _parties(found.rows["dialogue_parties"]))
    items = _items(found)
    standings = _standings(question, found, plan, items, day)
    record = progress_record(
        plan, items, standings, _names(found), day, found.revision, dialogue=dialogue
    )
    return computed(record, _touched_by(items))


def _touched_by(items: Sequence[KnownItem]) -> TouchedBy:
    """Reports on other items alter nothing here; what else might is not told apart."""
    ids = frozenset(item.id for item in items)
    reports = StatusReport.__tablename__
    return lambda change: change.kind != reports or change.holder in ids


def _standings(
    question: Question, found: Found, plan: KnownPlan, items: Sequence[KnownItem], day: date
) -> list[Standing]:
    reports = reports_by_item(found.rows["reports"])
    assessments = assessments_by_item(found.rows["assessments"])
    stale_after_days = question.request.app.state.settings.stale_after_days
    return [
        standing_of(
            item,
            plan,
            day,
            reports=reports.get(item.id, ()),
            assessments=assessments.get(item.id, ()),
            stale_after_days=stale_after_days,
        )
        for item in items
    ]


def _plan(found: Found) -> KnownPlan | None:
    if not found.rows["plan"]:
        return None
    ((id_, name, kind, status, overseen_by, starts, ends),) = found.rows["plan"]
    return KnownPlan(
        id=id_,
        name=name,
        kind=AgreementKind(kind),
        status=None if status is None else AgreementStatus(status),
        parties=_parties(found.rows["parties"]),
        overseen_by=overseen_by,
        starts=starts,
        ends=ends,
    )


def _parties(rows: Rows) -> tuple[str, ...]:
    return tuple(party for (party,) in rows)


def _items(found: Found) -> list[KnownItem]:
    leads: Mapping[str, list[tuple[str, str]]] = defaultdict(list)
    for item, party, organization in found.rows["leads"]:
        leads[item].append((party, organization))
    return [
        KnownItem(
            id=id_,
            agreement=agreement,
            number=number,
            title=title,
            kind=None if kind is None else ActionItemKind(kind),
            # Asked for only where progress is grouped by them.
            themes=(),
            leads=tuple(leads[id_]),
            due=due,
            ended=ended,
        )
        for id_, agreement, number, title, kind, due, ended in found.rows["items"]
    ]


def _names(found: Found) -> Names:
    names: dict[str, list[KnownName]] = defaultdict(list)
    for organization, name, starts, ends in found.rows["names"]:
        names[organization].append(KnownName(name, starts, ends))
    return names
