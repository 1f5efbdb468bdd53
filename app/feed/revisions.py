"""Reading the journal revision by revision, also past what cannot be read."""

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.feed.faults import UNREADABLE
from app.kernel.journal import Change, Revision

_BATCH = 500
_Found = Generator["ReadRevision", None, None]


@dataclass
class ReadRevision:
    """A revision and its changes, as far as they could be read.

    `hash` is what stands as its own. `revision` is None where it cannot be read otherwise; changes
    that cannot be are in `unreadable`, each with the kind and id of its record.
    """

    number: int
    hash: str | None
    revision: Revision | None
    changes: list[Change]
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def revisions_after(session: Session, since: int) -> _Found:
    """Every revision after `since`, in order, read in batches."""
    last = since
    while True:
        try:
            for found in _in_batches(session, last):
                yield found
                last = found.number
        except UNREADABLE:
            # One of the next holds what no write could have put there; it is not known which.
            numbers = _numbers(session, last)
            if not numbers:
                raise
            for number in numbers:
                yield _one_by_one(session, number)
                last = number
        else:
            return


def _in_batches(session: Session, since: int) -> _Found:
    statement = _WHOLE.where(Revision.number > since).execution_options(yield_per=_BATCH)
    # Closed with whoever stops early: the server keeps a cursor for it.
    with session.execute(statement) as rows:
        for _, group in groupby(rows, key=lambda row: row[0].number):
            yield _read([*group])


_WHOLE: Select[*tuple[Any, ...]] = (
    select(Revision, Change)
    .outerjoin(Change, Change.revision == Revision.number)
    .order_by(Revision.number, Change.sequence)
)


def _read(rows: Sequence[Any]) -> ReadRevision:
    revision: Revision = rows[0][0]
    changes = [row[1] for row in rows if row[1] is not None]
    return ReadRevision(revision.number, revision.hash, revision, changes)


def _numbers(session: Session, since: int) -> Sequence[int]:
    """The numbers of the next revisions: of no fewer than a batch has rows of."""
    numbers = select(Revision.number).where(Revision.number > since)
    return session.scalars(numbers.order_by(Revision.number).limit(_BATCH)).all()


def _one_by_one(session: Session, number: int) -> ReadRevision:
    with suppress(*UNREADABLE):
        return _read(session.execute(_WHOLE.where(Revision.number == number)).all())
    hash_ = session.scalar(select(Revision.hash).where(Revision.number == number))
    found = ReadRevision(number, hash_, None, [])
    with suppress(*UNREADABLE):
        found.revision = session.scalars(select(Revision).where(Revision.number == number)).one()
    names = session.execute(
        select(Change.sequence, Change.kind, Change.record_id)
        .where(Change.revision == number)
        .order_by(Change.sequence)
    ).all()
    for sequence, kind, record_id in names:
        own = select(Change).where(Change.revision == number, Change.sequence == sequence)
        try:
            found.changes.append(session.scalars(own).one())
        except UNREADABLE:
            found.unreadable.append((kind, record_id))
    return found
