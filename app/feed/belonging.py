"""Holding to the truth what the chain does not cover of a change: where it belongs, who lost it."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, String, and_, false, func, or_, select
from sqlalchemy import type_coerce as read_as
from sqlalchemy.orm import Session, aliased

from app.feed.faults import UNREADABLE, fault_in
from app.feed.models import Redaction
from app.feed.placing import was_kept_for_nobody
from app.feed.schemas import Fault
from app.kernel.access import Visibility
from app.kernel.belonging import Belonging, belonging_of
from app.kernel.journal import Change, Operation
from app.kernel.records import OPERATOR_ALONE, Holder, parties_in, record_classes

_BATCH = 500
_is_no_removal = Change.removal.is_(false())
# Made once: SQLAlchemy adapts each column of an alias anew.
_before, _between, _removal, _beside = (aliased(Change) for _ in range(4))


class _Kept(NamedTuple):
    """How a change is kept: its codes as they stand, so that what nothing wrote can be read too."""

    revision: int
    sequence: int
    kind: str
    record_id: str
    operation: str
    visibility: str
    audience: str | None
    holder: str | None
    dialogue: str | None
    agreement: str | None
    former_dialogue: str | None
    former_agreement: str | None


def _columns(change: type[Change], of: str = "own") -> list[ColumnElement[Any]]:
    texts = ("operation", "visibility")
    columns = {name: getattr(change, name) for name in _Kept._fields}
    return [
        (read_as(column, String) if name in texts else column).label(f"{of}_{name}")
        for name, column in columns.items()
    ]


_CHANGES = select(*_columns(Change))
_WIDTH = len(_Kept._fields)


def _rows(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    in_batches = statement.execution_options(yield_per=_BATCH)
    # Closed with whoever stops early: the server keeps a cursor for it.
    with session.execute(in_batches) as rows:
        yield from rows


def _changes(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[_Kept]:
    return (_Kept(*row) for row in _rows(session, statement))


def _misplaced_deletions(session: Session) -> Iterator[_Kept]:
    """Deletions that others may see than saw the record, or that are held by another record."""
    yield from _changes(
        session,
        _after_another(_CHANGES)
        .where(
            Change.operation == Operation.DELETE,
            or_(
                _before.visibility != Change.visibility,
                func.coalesce(_before.audience, "") != func.coalesce(Change.audience, ""),
                # Earlier versions kept no holder of a deletion.
                func.coalesce(Change.holder, _before.holder, "")
                != func.coalesce(_before.holder, ""),
            ),
        )
        .order_by(Change.revision),
    )


def _elsewhere(session: Session) -> Iterator[_Kept]:
    for kind in record_classes():
        if kind != Redaction.__tablename__:
            yield from _changes(session, _kept_elsewhere(kind))


@cache
def _kept_elsewhere(kind: str) -> Select[*tuple[Any, ...]]:
    """The changes of a kind that are not kept with what they belong to."""
    differs = [
        func.coalesce(getattr(Change, column), "") != func.coalesce(place, "")
        for column, place in _places_in_sql(kind).items()
    ]
    wrong = _CHANGES.where(Change.kind == kind, _is_no_removal, or_(*differs))
    return wrong.order_by(Change.revision)


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


def _wrongly_moved(session: Session) -> Iterator[_Kept]:
    is_move = and_(
        Change.operation == Operation.UPDATE,
        _before.holder.is_not(None),
        _before.holder != func.coalesce(Change.holder, ""),
    )
    names_one = or_(Change.former_dialogue.is_not(None), Change.former_agreement.is_not(None))
    moves = _after_another(_CHANGES.add_columns(_before.holder, is_move))
    for row in _rows(session, moves.where(or_(is_move, names_one)).order_by(Change.revision)):
        change, holder, moved = _Kept(*row[:_WIDTH]), row[_WIDTH], row[_WIDTH + 1]
        here = Belonging(change.dialogue, change.agreement)
        former = _place(session, change, holder) if moved else here
        left = [None if was == is_ else was for was, is_ in zip(former, here, strict=True)]
        if left != [change.former_dialogue, change.former_agreement]:
            yield change


def _after_another(changes: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The changes of records that were there, with the change `_before` of the same record."""
    newest = select(func.max(_between.revision)).where(
        _between.kind == Change.kind,
        _between.record_id == Change.record_id,
        _between.revision < Change.revision,
    )
    return (
        changes.select_from(Change)
        .join(
            _before,
            and_(
                _before.kind == Change.kind,
                _before.record_id == Change.record_id,
                _before.revision == newest.correlate(Change).scalar_subquery(),
                _before.removal.is_(false()),
            ),
        )
        .where(_is_no_removal)
    )


def _place(session: Session, change: _Kept, holder: str | None) -> Belonging:
    """Where the record of a change was at its revision, held by a record with the id `holder`."""
    model = record_classes().get(change.kind)
    if model is None:
        # Of no kind that there is, which the chain shows.
        return Belonging(None, None)
    kind = model.kind_of_holder()
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


def _redactions_elsewhere(session: Session) -> Iterator[_Kept]:
    kind = Redaction.__tablename__
    redactions = (
        _CHANGES.add_columns(Redaction.record_kind, Redaction.record_id)
        .join(Redaction, Redaction.id == Change.record_id)
        .where(Change.kind == kind)
        .order_by(Change.revision)
    )
    for row in _rows(session, redactions):
        change, redacted = _Kept(*row[:_WIDTH]), Holder(*row[_WIDTH:])
        own = Holder(kind, change.record_id)
        if redacted.kind not in record_classes():
            # Which comparing the record with its document shows.
            continue
        place = belonging_of(own, redacted, _holder_at(session, change.revision))
        if (change.dialogue, change.agreement) != place:
            yield change


def _wrong_removals(session: Session) -> Iterator[_Kept]:
    public = Visibility.PUBLIC
    asked = _CHANGES.add_columns(*_columns(_before, "before"), *_columns(_removal, "removal"))
    changes = _after_another(asked).outerjoin(
        _removal,
        and_(
            _removal.kind == Change.kind,
            _removal.record_id == Change.record_id,
            _removal.revision == Change.revision,
            _removal.removal,
        ),
    )
    narrowed = and_(
        _before.visibility != public,
        Change.visibility != public,
        _before.audience != Change.audience,
    )
    statement = changes.where(or_(narrowed, _removal.revision.is_not(None)))
    for row in _rows(session, statement.order_by(Change.revision)):
        change, was = _Kept(*row[:_WIDTH]), _Kept(*row[_WIDTH : 2 * _WIDTH])
        found = None if row[2 * _WIDTH] is None else _Kept(*row[2 * _WIDTH :])
        seeing = parties_in(change.audience)
        lost = [party for party in parties_in(was.audience) if party not in seeing]
        if public in (change.visibility, was.visibility) or not lost:
            if found is not None and not _is_removal_undone(session, was, found, change):
                yield found
        elif found is None:
            yield change
        # As they stand, even where they could be no audience that the journal would write.
        elif not _is_removal_of(session, was, found, f" {' '.join(lost)} "):
            yield found
    yield from _after_nothing(session)


def _is_removal_of(session: Session, was: _Kept, removal: _Kept, audience: str) -> bool:
    place = _place(session, removal, was.holder)
    expected = (was.visibility, audience, was.holder, *place, Operation.DELETE)
    told = (
        removal.visibility,
        removal.audience,
        removal.holder,
        removal.dialogue,
        removal.agreement,
        removal.operation,
    )
    return told == expected


def _is_removal_undone(session: Session, was: _Kept, removal: _Kept, change: _Kept) -> bool:
    """Whether nobody is told of a removal, because migration 0011 gave the record back."""
    if change.audience != was.audience:
        return False
    document = session.scalar(
        select(Change.document).where(
            Change.revision == change.revision, Change.sequence == change.sequence
        )
    )
    try:
        undone = was_kept_for_nobody(session, change.kind, change.revision, document)
    except UNREADABLE:
        return False
    return undone and _is_removal_of(session, was, removal, OPERATOR_ALONE)


def _after_nothing(session: Session) -> Iterator[_Kept]:
    """Removals beside which there is no change that could have taken the record from anybody."""
    yield from _changes(
        session,
        _CHANGES.outerjoin(
            _beside,
            and_(
                _beside.kind == Change.kind,
                _beside.record_id == Change.record_id,
                _beside.revision == Change.revision,
                _beside.removal.is_(false()),
                _beside.operation == Operation.UPDATE,
            ),
        )
        .where(Change.removal, _beside.revision.is_(None))
        .order_by(Change.revision),
    )


_ELSEWHERE = "It is kept with another dialogue or agreement, or for other parties."
_FAULTS = (
    (_misplaced_deletions, "It was deleted for others than it was there for."),
    (_elsewhere, _ELSEWHERE),
    (_wrongly_moved, _ELSEWHERE),
    (_redactions_elsewhere, _ELSEWHERE),
    (_wrong_removals, _ELSEWHERE),
)


def misplaced_changes(session: Session) -> Iterator[Fault]:
    """The changes that are kept with another dialogue or agreement than they belong to.

    Also deletions and removals that others see than those who saw or lost the record, and, of a
    removal that is missing, the change that took the record from them.
    """
    for find, detail in _FAULTS:
        for found in find(session):
            yield fault_in(found, detail)
