"""Recomputing the journal: is the chain whole, and is every record what its last change says?"""

import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.feed.belonging import misplaced_change
from app.feed.comparing import altered_records
from app.feed.faults import UNREADABLE, fault_in
from app.feed.models import Redaction
from app.feed.placing import is_placed
from app.feed.schemas import Fault, JournalHeadRecord, RedactionRecord, VerificationRecord
from app.kernel.access import Visibility
from app.kernel.chain import GENESIS, ChangeSeal, RevisionSeal, chained
from app.kernel.journal import Change, Revision, head, last_change, moment
from app.kernel.problems import InvalidRequest, invalid_field
from app.kernel.records import audience_of, record_classes
from app.kernel.visibility import seeing_all

_BATCH = 500


def head_of(session: Session) -> JournalHeadRecord:
    """The newest revision, its hash and time."""
    newest = head(session)
    at = session.scalar(select(Revision.at).where(Revision.number == newest.number))
    return JournalHeadRecord(revision=newest.number, hash=newest.hash, at=at)


def verify(session: Session, since: int = 0, published: str | None = None) -> VerificationRecord:
    """Recomputes the chain after revision `since`, and compares every record with the journal.

    With `published`, the hash that revision `since` had when it was published, also proves that
    the chain extends it. Memory is bounded: revisions and records are read in batches; only the
    names of what was redacted are all held. A fault in what the session's caller may not see is
    told without naming the record. Raises InvalidRequest where there is no revision `since` and
    none was published.
    """
    newest = _head_as_it_stands(session)
    with seeing_all(session):
        walk = _Walk(_named_by_redactions(session))
        fault = (
            _verify_chain(session, newest, walk, since, published)
            or misplaced_change(session)
            or next(altered_records(session), None)
        )
    if fault is not None and not _may_be_named(session, fault):
        fault = fault.model_copy(update={"kind": None, "id": None})
    return VerificationRecord(
        valid=fault is None,
        revisions=walk.revisions,
        redacted=walk.redacted,
        head=newest,
        fault=fault,
    )


def _head_as_it_stands(session: Session) -> JournalHeadRecord:
    try:
        return head_of(session)
    except UNREADABLE:
        # Its revision is, which the chain will show.
        newest = head(session)
        return JournalHeadRecord(revision=newest.number, hash=newest.hash, at=None)


def _may_be_named(session: Session, fault: Fault) -> bool:
    if fault.kind is None or fault.id is None:
        return True
    if last_change(session, fault.kind, fault.id) is not None:
        return True
    model = record_classes().get(fault.kind)
    # Asked, not got: the session still holds what it saw while it saw all.
    return model is not None and bool(session.scalar(select(model.id).where(model.id == fault.id)))


class _Named(NamedTuple):
    """What a journalled redaction says of a change that it names."""

    redacted_in: int
    visibility: Visibility
    audience: str | None


# By the change's kind, id and revision.
NamedChanges = dict[tuple[str, str, int], _Named]


@dataclass
class _Walk:
    """How far a verification has come, and what it has found redacted."""

    named: NamedChanges
    revisions: int = 0
    redacted: int = 0
    # The first change that rests on the redaction in each revision.
    first_resting_on: dict[int, Change] = field(default_factory=dict)


def _named_by_redactions(session: Session) -> NamedChanges:
    redactions = session.execute(
        select(Change.revision, Change.document)
        .where(Change.kind == Redaction.__tablename__, Change.document.is_not(None))
        .order_by(Change.revision)
    )
    named: NamedChanges = {}
    for revision, document in redactions:
        try:
            found = RedactionRecord.model_validate_json(document or "")
        except ValidationError:
            # Not what was written, which the chain will show.
            continue
        audience = audience_of(found.parties) if found.parties else None
        for number in found.revisions:
            named.setdefault(
                (found.record_kind, found.record_id, number),
                _Named(revision, found.visibility, audience),
            )
    return named


def _verify_chain(
    session: Session, newest: JournalHeadRecord, walk: _Walk, since: int, published: str | None
) -> Fault | None:
    previous = _hash_to_begin_with(session, newest, since, published)
    if isinstance(previous, Fault):
        return previous
    expected = since + 1
    try:
        with closing(_revisions(session, since)) as revisions:
            for revision, changes in revisions:
                if revision.number != expected:
                    return Fault(
                        revision=expected, detail=f"Missing: revision {revision.number} follows."
                    )
                fault = _fault_of(session, revision, changes, previous, walk)
                if fault is not None:
                    return _first_of(fault, revision.number, walk)
                previous, expected = revision.hash, expected + 1
                walk.revisions += 1
    except UNREADABLE:
        return Fault(
            revision=_first_unreadable(session, expected),
            detail="The revision, or a change in it, holds what no write could have put there.",
        )
    if (newest.revision, newest.hash) != (expected - 1, previous):
        return Fault(
            revision=newest.revision,
            detail=f"The head names revision {newest.revision}; the chain ends at {expected - 1}.",
        )
    return None


def _hash_to_begin_with(
    session: Session, newest: JournalHeadRecord, since: int, published: str | None
) -> str | Fault:
    """The hash of revision `since`, or why it is not the one that was published."""
    found = GENESIS
    if since:
        trusted = session.scalar(select(Revision.hash).where(Revision.number == since))
        if trusted is None and published is None:
            raise _no_such_revision(since, newest.revision)
        if trusted is None:
            return Fault(
                revision=min(since, newest.revision + 1),
                detail=f"Missing: revision {since} was published; the newest is {newest.revision}.",
            )
        found = trusted
    if published not in (None, found):
        return Fault(
            revision=since,
            detail=f"Its hash is {found}, not the one that was published: it, or one before it, "
            "was written anew.",
        )
    return found


def _first_unreadable(session: Session, expected: int) -> int:
    """Which revision it is that cannot be read; all before `expected` could be."""
    number = expected
    try:
        # Read in batches, those before it in its own have not been looked at.
        while session.execute(_of_revisions().where(Revision.number == number)).all():
            number += 1
    except UNREADABLE:
        return number
    return expected


def _first_of(fault: Fault, revision: int, walk: _Walk) -> Fault:
    """The fault of a revision, or that of a change which only a redaction in it has excused."""
    resting = walk.first_resting_on.get(revision)
    if resting is None:
        return fault
    return fault_in(
        resting, f"It was taken away, and the redaction in revision {revision} does not hold."
    )


def _no_such_revision(since: int, newest: int) -> InvalidRequest:
    detail = f"There is no revision {since}; the newest is {newest}."
    return InvalidRequest(
        detail, errors=[invalid_field(("since",), "known_revision", detail, since)]
    )


def _revisions(
    session: Session, since: int
) -> Generator[tuple[Revision, list[Change]], None, None]:
    statement = _of_revisions().where(Revision.number > since)
    statement = statement.execution_options(yield_per=_BATCH)
    # Closed with the generator, which a fault ends early: the server keeps a cursor for it.
    with session.execute(statement) as rows:
        for _, group in groupby(rows, key=lambda row: row[0].number):
            found = list(group)
            yield found[0][0], [row[1] for row in found if row[1] is not None]


def _of_revisions() -> Select[*tuple[Any, ...]]:
    return (
        select(Revision, Change)
        .outerjoin(Change, Change.revision == Revision.number)
        .order_by(Revision.number, Change.sequence)
    )


def _fault_of(
    session: Session, revision: Revision, changes: list[Change], previous: str, walk: _Walk
) -> Fault | None:
    for change in changes:
        fault = _fault_of_change(session, change, walk)
        if fault is not None:
            return fault
    seal = RevisionSeal(
        number=revision.number,
        at=moment(revision.at),
        principal=revision.principal,
        party=revision.party,
        request_id=revision.request_id,
        reason=revision.reason,
        changes=[
            ChangeSeal(change.kind, change.record_id, change.operation.value, change.digest)
            for change in changes
        ],
    )
    if chained(seal, previous) != revision.hash:
        return Fault(
            revision=revision.number,
            detail="The revision's hash does not follow from its content and the one before.",
        )
    return None


def _fault_of_change(session: Session, change: Change, walk: _Walk) -> Fault | None:
    if change.document is None and not change.is_deletion:
        named = walk.named.get((change.kind, change.record_id, change.revision))
        if named is None or named.redacted_in <= change.revision:
            return fault_in(change, "It is missing, and no redaction in the journal names it.")
        if named != (change.redacted_in, change.visibility, change.audience):
            return fault_in(change, "Its tombstone is not the one that was set for it.")
        walk.first_resting_on.setdefault(named.redacted_in, change)
        walk.redacted += 1
    elif change.redacted_in is not None:
        return fault_in(change, "It is marked as redacted, and is not.")
    else:
        text = "null" if change.document is None else change.document
        digest = hashlib.sha256(text.encode()).hexdigest()
        if (change.document is None) != change.is_deletion or digest != change.digest:
            return fault_in(change, "It is not the one that was written.")
        if change.document is not None and not is_placed(
            session, change, orjson.loads(change.document)
        ):
            return fault_in(change, "It is not kept as it says who sees it, and what holds it.")
    return None
