"""Recomputing the journal: is the chain whole, and is every record what its last change says?"""

import hashlib
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.feed.belonging import misplaced_changes
from app.feed.comparing import altered_records
from app.feed.faults import UNREADABLE, UNWRITTEN, fault_in
from app.feed.models import Redaction
from app.feed.placing import is_mended, is_placed
from app.feed.revisions import ReadRevision, revisions_after
from app.feed.schemas import (
    MOST_FAULTS,
    Fault,
    JournalHeadRecord,
    RedactionRecord,
    VerificationRecord,
)
from app.kernel.access import Visibility
from app.kernel.chain import GENESIS, ChangeSeal, RevisionSeal, chained
from app.kernel.journal import Change, Revision, head, moment
from app.kernel.problems import InvalidRequest, invalid_field
from app.kernel.records import audience_of, record_classes
from app.kernel.visibility import seeing_all

_UNREAD = "The revision holds what no write could have put there."


def head_of(session: Session) -> JournalHeadRecord:
    """The newest revision, its hash and time."""
    newest = head(session)
    at = session.scalar(select(Revision.at).where(Revision.number == newest.number))
    return JournalHeadRecord(revision=newest.number, hash=newest.hash, at=at)


def verify(
    session: Session, since: int = 0, published: str | None = None, most: int = MOST_FAULTS
) -> VerificationRecord:
    """Recomputes the chain after revision `since`, and compares every record with the journal.

    With `published`, the hash that revision `since` had when it was published, also proves that
    the chain extends it. It goes on after a fault, and ends once it has found more than `most`.
    Memory is bounded: revisions and records are read in batches; only the faults, and the names of
    what was redacted, are all held. A fault in what the session's caller may not see is told
    without naming the record. Raises InvalidRequest where there is no revision `since` and none
    was published.
    """
    newest = _head_as_it_stands(session)
    with seeing_all(session):
        walk = _Walk(_named_by_redactions(session))
        with closing(_all_faults(session, newest, walk, since, published)) as faults:
            found, more = _each_once(faults, most)
    told = _each_told_once(session, found)
    return VerificationRecord(
        valid=not told,
        revisions=walk.revisions,
        redacted=walk.redacted,
        head=newest,
        fault=told[0] if told else None,
        faults=told,
        more=more,
    )


def _head_as_it_stands(session: Session) -> JournalHeadRecord:
    try:
        return head_of(session)
    except UNREADABLE:
        # Its revision is, which the chain will show.
        newest = head(session)
        return JournalHeadRecord(revision=newest.number, hash=newest.hash, at=None)


def _all_faults(
    session: Session, newest: JournalHeadRecord, walk: "_Walk", since: int, published: str | None
) -> Generator[Fault, None, None]:
    yield from _faults_in_chain(session, newest, walk, since, published)
    yield from misplaced_changes(session)
    yield from altered_records(session)


def _each_once(faults: Iterator[Fault], most: int) -> tuple[list[Fault], bool]:
    """The first faults, of each place one, and whether there are more."""
    found: dict[tuple[int | None, str | None, str | None], Fault] = {}
    for fault in faults:
        place = (fault.revision, fault.kind, fault.id)
        if place in found:
            continue
        if len(found) == most:
            return [*found.values()], True
        found[place] = fault
    return [*found.values()], False


def _each_told_once(session: Session, found: list[Fault]) -> list[Fault]:
    """The faults as the session's caller may know them: not how many of a revision are hidden."""
    told: dict[tuple[int | None, str | None, str | None, str], Fault] = {}
    for fault in found:
        unnamed = fault.model_copy(update={"kind": None, "id": None})
        known = fault if _may_be_named(session, fault) else unnamed
        told.setdefault((known.revision, known.kind, known.id, known.detail), known)
    return [*told.values()]


def _may_be_named(session: Session, fault: Fault) -> bool:
    if fault.kind is None or fault.id is None:
        return True
    # Of a change no more is asked than whether it is seen: it may hold what cannot be read.
    changes = select(Change.revision).where(Change.kind == fault.kind, Change.record_id == fault.id)
    if session.scalar(changes.limit(1)) is not None:
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


class _ChangeName(NamedTuple):
    """What names a change, whatever else of it can be read."""

    revision: int
    kind: str
    record_id: str


@dataclass
class _Walk:
    """How far a verification has come, and what it has found redacted."""

    named: NamedChanges
    revisions: int = 0
    redacted: int = 0
    # The changes that rest on the redaction in each revision that is still to come.
    resting_on: dict[int, list[_ChangeName]] = field(default_factory=lambda: defaultdict(list))

    def resting(self, revision: int) -> Iterator[Fault]:
        """The faults of the changes which only a redaction in a revision has excused."""
        detail = f"It was taken away, and the redaction in revision {revision} does not hold."
        return (fault_in(change, detail) for change in self.resting_on.pop(revision, []))


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


def _faults_in_chain(
    session: Session, newest: JournalHeadRecord, walk: _Walk, since: int, published: str | None
) -> Iterator[Fault]:
    previous, fault = _hash_to_begin_with(session, newest, since, published)
    if fault is not None:
        yield fault
    last = since
    with closing(revisions_after(session, since)) as revisions:
        for found in revisions:
            if found.number != last + 1:
                yield Fault(revision=last + 1, detail=f"Missing: revision {found.number} follows.")
                previous = None
            faults = [*_faults_of(session, found, previous, walk)]
            if faults:
                yield from walk.resting(found.number)
                yield from faults
            walk.resting_on.pop(found.number, None)
            # Each is held to the hash that stands before it, so that what follows a fault is no
            # fault of its own.
            previous, last = found.hash, found.number
            walk.revisions += 1
    for revision in [*walk.resting_on]:
        yield from walk.resting(revision)
    if (last, previous) != (since, None) and (newest.revision, newest.hash) != (last, previous):
        yield Fault(
            revision=newest.revision,
            detail=f"The head names revision {newest.revision}; the chain ends at {last}.",
        )


def _hash_to_begin_with(
    session: Session, newest: JournalHeadRecord, since: int, published: str | None
) -> tuple[str | None, Fault | None]:
    """The hash of revision `since`, if it is there, and why it is not the one published."""
    if not since:
        found = GENESIS
    else:
        trusted = session.scalar(select(Revision.hash).where(Revision.number == since))
        if trusted is None and published is None:
            raise _no_such_revision(since, newest.revision)
        if trusted is None:
            return None, Fault(
                revision=min(since, newest.revision + 1),
                detail=f"Missing: revision {since} was published; the newest is {newest.revision}.",
            )
        found = trusted
    if published in (None, found):
        return found, None
    return found, Fault(
        revision=since,
        detail=f"Its hash is {found}, not the one that was published: it, or one before it, "
        "was written anew.",
    )


def _no_such_revision(since: int, newest: int) -> InvalidRequest:
    detail = f"There is no revision {since}; the newest is {newest}."
    return InvalidRequest(
        detail, errors=[invalid_field(("since",), "known_revision", detail, since)]
    )


def _faults_of(
    session: Session, found: ReadRevision, previous: str | None, walk: _Walk
) -> Iterator[Fault]:
    for change in found.changes:
        fault = _fault_of_change(session, change, walk)
        if fault is not None:
            yield fault
    for kind, record_id in found.unreadable:
        yield fault_in(_ChangeName(found.number, kind, record_id), UNWRITTEN)
    if found.revision is None:
        yield Fault(revision=found.number, detail=_UNREAD)
    elif previous is not None and not found.unreadable:
        # What the hash is over is known: all changes, and the revision before.
        yield from _faults_of_seal(found.revision, found.changes, previous)


def _faults_of_seal(revision: Revision, changes: list[Change], previous: str) -> Iterator[Fault]:
    try:
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
        follows = chained(seal, previous) == revision.hash
    except UNREADABLE:
        yield Fault(revision=revision.number, detail=_UNREAD)
        return
    if not follows:
        yield Fault(
            revision=revision.number,
            detail="The revision's hash does not follow from its content and the one before.",
        )


def _fault_of_change(session: Session, change: Change, walk: _Walk) -> Fault | None:
    try:
        detail = _what_is_wrong(session, change, walk)
    except UNREADABLE:
        detail = UNWRITTEN
    return None if detail is None else fault_in(change, detail)


def _what_is_wrong(session: Session, change: Change, walk: _Walk) -> str | None:
    if change.document is None and not change.is_deletion:
        named = walk.named.get((change.kind, change.record_id, change.revision))
        if named is None or named.redacted_in <= change.revision:
            return "It is missing, and no redaction in the journal names it."
        if not _is_tombstone_of(session, change, named):
            return "Its tombstone is not the one that was set for it."
        name = _ChangeName(change.revision, change.kind, change.record_id)
        walk.resting_on[named.redacted_in].append(name)
        walk.redacted += 1
    elif change.redacted_in is not None:
        return "It is marked as redacted, and is not."
    else:
        text = "null" if change.document is None else change.document
        digest = hashlib.sha256(text.encode()).hexdigest()
        if (change.document is None) != change.is_deletion or digest != change.digest:
            return "It is not the one that was written."
        if change.document is not None and not is_placed(
            session, change, orjson.loads(change.document)
        ):
            return "It is not kept as it says who sees it, and what holds it."
    return None


def _is_tombstone_of(session: Session, change: Change, named: _Named) -> bool:
    if (change.redacted_in, change.visibility) != (named.redacted_in, named.visibility):
        return False
    if named.audience is None and named.visibility is not Visibility.PUBLIC:
        return is_mended(session, change)
    return change.audience == named.audience
