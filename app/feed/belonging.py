"""Holding to the truth what the chain does not cover of a change: where it belongs, who lost it."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.feed.faults import fault_in
from app.feed.models import Redaction
from app.feed.schemas import Fault
from app.kernel.access import Visibility
from app.kernel.belonging import Belonging, belonging_of
from app.kernel.journal import Change, Operation
from app.kernel.records import Holder, audience_of, record_classes

_is_no_removal = Change.removal.is_(false())


def _misplaced_deletions(session: Session) -> Iterator[Change]:
    """Deletions that others may see than saw the record, or that are held by another record."""
    before = aliased(Change)
    yield from session.scalars(
        _after(before, select(Change))
        .where(
            Change.operation == Operation.DELETE,
            or_(
                before.visibility != Change.visibility,
                func.coalesce(before.audience, "") != func.coalesce(Change.audience, ""),
                # Earlier versions kept no holder of a deletion.
                func.coalesce(Change.holder, before.holder, "") != func.coalesce(before.holder, ""),
            ),
        )
        .order_by(Change.revision)
        .limit(1)
    )


def _elsewhere(session: Session) -> Iterator[Change]:
    for kind in record_classes():
        if kind == Redaction.__tablename__:
            continue
        differs = [
            func.coalesce(getattr(Change, column), "") != func.coalesce(place, "")
            for column, place in _places_in_sql(kind).items()
        ]
        wrong = select(Change).where(Change.kind == kind, _is_no_removal, or_(*differs))
        yield from session.scalars(wrong.order_by(Change.revision).limit(1))


def _places_in_sql(kind: str) -> dict[str, Any]:
    """What each change of a kind belongs to, by what held what at the time."""
    found: dict[str, Any] = dict.fromkeys(Belonging._fields)
    id_: Any = Change.record_id
    above: str | None = kind
    while above is not None:
        model = record_classes()[above]
        if model.gathers is not None:
            found[model.gathers] = id_
        id_ = Change.holder if above == kind else _holder_then(above, id_)
        above = model.kind_of_holder()
    return found


def _holder_then(kind: str, record_id: ColumnElement[str]) -> ColumnElement[Any]:
    other = aliased(Change)
    newest = (
        select(other.holder)
        .where(
            other.kind == kind,
            other.record_id == record_id,
            other.revision <= Change.revision,
            other.removal.is_(false()),
        )
        .order_by(other.revision.desc())
        .limit(1)
    )
    # Of the change that is asked about, however deep in one another these stand.
    return newest.correlate(Change).scalar_subquery()


def _wrongly_moved(session: Session) -> Iterator[Change]:
    before = aliased(Change)
    is_move = and_(
        Change.operation == Operation.UPDATE,
        before.holder.is_not(None),
        before.holder != func.coalesce(Change.holder, ""),
    )
    names_one = or_(Change.former_dialogue.is_not(None), Change.former_agreement.is_not(None))
    moves = _after(before, select(Change, before.holder, is_move)).where(or_(is_move, names_one))
    for change, holder, moved in session.execute(moves):
        here = Belonging(change.dialogue, change.agreement)
        former = _place(session, change, holder) if moved else here
        left = [None if was == is_ else was for was, is_ in zip(former, here, strict=True)]
        if left != [change.former_dialogue, change.former_agreement]:
            yield change


def _after(before: type[Change], changes: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The changes of records that were there, with the change `before` of the same record."""
    between = aliased(Change)
    newest = select(func.max(between.revision)).where(
        between.kind == Change.kind,
        between.record_id == Change.record_id,
        between.revision < Change.revision,
    )
    return (
        changes.select_from(Change)
        .join(
            before,
            and_(
                before.kind == Change.kind,
                before.record_id == Change.record_id,
                before.revision == newest.correlate(Change).scalar_subquery(),
                before.removal.is_(false()),
            ),
        )
        .where(_is_no_removal)
    )


def _place(session: Session, change: Change, holder: str | None) -> Belonging:
    """Where the record of a change was at its revision, held by a record with the id `holder`."""
    kind = record_classes()[change.kind].kind_of_holder()
    held_with = None if kind is None or holder is None else Holder(kind, holder)
    own = Holder(change.kind, change.record_id)
    return belonging_of(own, held_with, _holder_at(session, change.revision))


def _holder_at(session: Session, revision: int) -> Callable[[Holder], Holder | None]:
    def holder_of(held: Holder) -> Holder | None:
        kind = record_classes()[held.kind].kind_of_holder()
        found = session.scalar(
            select(Change.holder)
            .where(
                Change.kind == held.kind,
                Change.record_id == held.id,
                Change.revision <= revision,
                _is_no_removal,
            )
            .order_by(Change.revision.desc())
            .limit(1)
        )
        return None if kind is None or found is None else Holder(kind, found)

    return holder_of


def _redactions_elsewhere(session: Session) -> Iterator[Change]:
    kind = Redaction.__tablename__
    redactions = (
        select(Change, Redaction.record_kind, Redaction.record_id)
        .join(Redaction, Redaction.id == Change.record_id)
        .where(Change.kind == kind)
    )
    for change, of_kind, of_record in session.execute(redactions):
        own, redacted = Holder(kind, change.record_id), Holder(of_kind, of_record)
        place = belonging_of(own, redacted, _holder_at(session, change.revision))
        if (change.dialogue, change.agreement) != place:
            yield change


def _wrong_removals(session: Session) -> Iterator[Change]:
    before, removal = aliased(Change), aliased(Change)
    public = Visibility.PUBLIC
    changes = _after(before, select(Change, before, removal)).outerjoin(
        removal,
        and_(
            removal.kind == Change.kind,
            removal.record_id == Change.record_id,
            removal.revision == Change.revision,
            removal.removal,
        ),
    )
    narrowed = and_(
        before.visibility != public,
        Change.visibility != public,
        before.audience != Change.audience,
    )
    for change, was, found in session.execute(
        changes.where(or_(narrowed, removal.revision.is_not(None)))
    ):
        seeing = (change.audience or "").split()
        lost = [party for party in (was.audience or "").split() if party not in seeing]
        if change.visibility is public or was.visibility is public or not lost:
            if found is not None:
                yield found
        elif found is None:
            yield change
        elif not _is_removal_of(session, was, found, audience_of(lost)):
            yield found
    yield from _after_nothing(session)


def _is_removal_of(session: Session, was: Change, removal: Change, audience: str) -> bool:
    place = _place(session, removal, was.holder)
    expected = (was.visibility, audience, was.holder, *place, True)
    told = (
        removal.visibility,
        removal.audience,
        removal.holder,
        removal.dialogue,
        removal.agreement,
        removal.is_deletion,
    )
    return told == expected


def _after_nothing(session: Session) -> Iterator[Change]:
    """Removals beside which there is no change that could have taken the record from anybody."""
    beside = aliased(Change)
    yield from session.scalars(
        select(Change)
        .outerjoin(
            beside,
            and_(
                beside.kind == Change.kind,
                beside.record_id == Change.record_id,
                beside.revision == Change.revision,
                beside.removal.is_(false()),
                beside.operation == Operation.UPDATE,
            ),
        )
        .where(Change.removal, beside.revision.is_(None))
        .order_by(Change.revision)
        .limit(1)
    )


_ELSEWHERE = "It is kept with another dialogue or agreement, or for other parties."
_FAULTS = (
    (_misplaced_deletions, "It was deleted for others than it was there for."),
    (_elsewhere, _ELSEWHERE),
    (_wrongly_moved, _ELSEWHERE),
    (_redactions_elsewhere, _ELSEWHERE),
    (_wrong_removals, _ELSEWHERE),
)


def misplaced_change(session: Session) -> Fault | None:
    """The first change found that is kept with another dialogue or agreement than it belongs to.

    Or a deletion or removal that others see than those who saw or lost the record, or a removal
    that is missing: then the change that took the record from them.
    """
    for find, detail in _FAULTS:
        found = next(find(session), None)
        if found is not None:
            return fault_in(found, detail)
    return None
