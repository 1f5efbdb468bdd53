"""Recomputing the journal: is the chain whole, and is every record what its last change says?"""

import hashlib
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError
from sqlalchemy import and_, exists, false, func, select
from sqlalchemy.orm import Session, aliased

from app.feed.models import Redaction
from app.feed.placement import misplaced
from app.feed.schemas import Fault, JournalHeadRecord, RedactionRecord, VerificationRecord
from app.kernel.access import Visibility
from app.kernel.chain import GENESIS, ChangeSeal, RevisionSeal, chained
from app.kernel.journal import (
    Change,
    JournalHead,
    Operation,
    Revision,
    last_change,
    moment,
)
from app.kernel.problems import InvalidRequest, invalid_field
from app.kernel.records import Record, audience_of, digest_of, document_of, record_classes
from app.kernel.visibility import seeing_all

_BATCH = 500


def head_of(session: Session) -> JournalHeadRecord:
    """The newest revision, its hash and time."""
    head = session.execute(select(JournalHead).where(JournalHead.id == 1)).scalar_one()
    at = session.scalar(select(Revision.at).where(Revision.number == head.number))
    return JournalHeadRecord(revision=head.number, hash=head.hash, at=at)


def verify(session: Session, since: int = 0, published: str | None = None) -> VerificationRecord:
    """Recomputes the chain after revision `since`, and compares every record with the journal.

    With `published`, the hash that revision `since` had when it was published, also proves that
    the chain extends it. Memory is bounded: revisions and records are read in batches; only the
    names of what was redacted are all held. A fault in what the session's caller may not see is
    told without naming the record. Raises InvalidRequest where there is no revision `since` and
    none was published.
    """
    head = head_of(session)
    with seeing_all(session):
        walk = _Walk(_named_by_redactions(session))
        fault = (
            _verify_chain(session, head, walk, since, published)
            or _misplaced_change(session)
            or next(_altered_records(session), None)
        )
    if fault is not None and not _may_be_named(session, fault):
        fault = fault.model_copy(update={"kind": None, "id": None})
    return VerificationRecord(
        valid=fault is None,
        revisions=walk.revisions,
        redacted=walk.redacted,
        head=head,
        fault=fault,
    )


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
    session: Session, head: JournalHeadRecord, walk: _Walk, since: int, published: str | None
) -> Fault | None:
    previous = GENESIS
    if since:
        trusted = session.scalar(select(Revision.hash).where(Revision.number == since))
        if trusted is None and published is None:
            raise _no_such_revision(since, head.revision)
        if trusted is None:
            return Fault(
                revision=min(since, head.revision + 1),
                detail=f"Missing: revision {since} was published; the newest is {head.revision}.",
            )
        previous = trusted
    if published not in (None, previous):
        return Fault(
            revision=since,
            detail=f"Its hash is {previous}, not the one that was published: it, or one before it, "
            "was written anew.",
        )
    expected = since + 1
    with closing(_revisions(session, since)) as revisions:
        for revision, changes in revisions:
            if revision.number != expected:
                return Fault(
                    revision=expected, detail=f"Missing: revision {revision.number} follows."
                )
            fault = _fault_of(revision, changes, previous, walk)
            if fault is not None:
                return _first_of(fault, revision.number, walk)
            previous, expected = revision.hash, expected + 1
            walk.revisions += 1
    if (head.revision, head.hash) != (expected - 1, previous):
        return Fault(
            revision=head.revision,
            detail=f"The head names revision {head.revision}; the chain ends at {expected - 1}.",
        )
    return None


def _first_of(fault: Fault, revision: int, walk: _Walk) -> Fault:
    """The fault of a revision, or that of a change which only a redaction in it has excused."""
    resting = walk.first_resting_on.get(revision)
    if resting is None:
        return fault
    return _fault_in(
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
    statement = (
        select(Revision, Change)
        .outerjoin(Change, Change.revision == Revision.number)
        .where(Revision.number > since)
        .order_by(Revision.number, Change.sequence)
        .execution_options(yield_per=_BATCH)
    )
    # Closed with the generator, which a fault ends early: the server keeps a cursor for it.
    with session.execute(statement) as rows:
        for _, group in groupby(rows, key=lambda row: row[0].number):
            found = list(group)
            yield found[0][0], [row[1] for row in found if row[1] is not None]


def _fault_of(
    revision: Revision, changes: list[Change], previous: str, walk: _Walk
) -> Fault | None:
    for change in changes:
        fault = _fault_of_change(change, walk)
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


def _fault_of_change(change: Change, walk: _Walk) -> Fault | None:
    if change.document is None and not change.is_deletion:
        named = walk.named.get((change.kind, change.record_id, change.revision))
        if named is None or named.redacted_in <= change.revision:
            return _fault_in(change, "It is missing, and no redaction in the journal names it.")
        if named != (change.redacted_in, change.visibility, change.audience):
            return _fault_in(change, "Its tombstone is not the one that was set for it.")
        walk.first_resting_on.setdefault(named.redacted_in, change)
        walk.redacted += 1
    elif change.redacted_in is not None:
        return _fault_in(change, "It is marked as redacted, and is not.")
    else:
        text = "null" if change.document is None else change.document
        digest = hashlib.sha256(text.encode()).hexdigest()
        if (change.document is None) != change.is_deletion or digest != change.digest:
            return _fault_in(change, "It is not the one that was written.")
        if change.document is not None and not _is_placed(change, orjson.loads(change.document)):
            return _fault_in(change, "It is not kept as it says who sees it, and what holds it.")
    return None


def _fault_in(change: Change, detail: str) -> Fault:
    return Fault(
        revision=change.revision,
        kind=change.kind,
        id=change.record_id,
        detail=f"The record in this change: {detail[0].lower()}{detail[1:]}",
    )


def _is_placed(change: Change, document: dict[str, Any]) -> bool:
    """Whether what the chain does not cover of a change is as its document says."""
    model = record_classes().get(change.kind)
    if model is None:
        return True
    visibility, audience = document["visibility"], None
    if visibility != Visibility.PUBLIC:
        if model.shown_to is None:
            # It follows from another record: no document says it.
            audience = change.audience
        else:
            shown = document[model.shown_to]
            audience = audience_of([shown] if isinstance(shown, str) else shown)
    holder = None if model.held_by is None else document[model.held_by]
    placed = (change.visibility.value, change.audience, change.holder)
    return placed == (visibility, audience, holder)


def _misplaced_change(session: Session) -> Fault | None:
    """A change that others see than should, or that is kept with what it does not belong to."""
    found = misplaced(session)
    if found is None:
        return None
    if found.is_deletion:
        return _fault_in(found, "It was deleted for others than it was there for.")
    return _fault_in(found, "It is not kept with what it belongs to.")


def _altered_records(session: Session) -> Iterator[Fault]:
    for kind, model in record_classes().items():
        last_id = ""
        while batch := session.scalars(
            select(model).where(model.id > last_id).order_by(model.id).limit(_BATCH)
        ).all():
            last_id = batch[-1].id
            ids = [record.id for record in batch]
            newest = _newest_changes(session, kind, ids)
            public_since = _public_since(session, kind, ids) if model.counts_from else {}
            for record in batch:
                change = newest.get(record.id)
                if (
                    change is None
                    or record.audience != change.audience
                    or not _counts_when_it_did(record, public_since.get(record.id))
                    or not says(change, document_of(record), model)
                ):
                    yield Fault(
                        revision=change.revision if change else None,
                        kind=kind,
                        id=record.id,
                        detail="The record is not as its last change in the journal says.",
                    )
            session.expunge_all()
        yield from _missing_records(session, kind, model)


def says(change: Change, document: dict[str, Any], model: type[Record]) -> bool:
    """Whether a record's newest change says the same as `document`, the record as it is now."""
    if digest_of(document) == change.digest:
        return True
    if change.document is None:
        return False
    # Written by an earlier version, it lacks the members that have come since, at their defaults.
    read = model.representation.model_validate_json(change.document)
    return read.model_dump(mode="json") == document


def _public_since(session: Session, kind: str, ids: list[str]) -> dict[str, int]:
    """The revision of each record's first change that everybody sees, where there is one."""
    found = session.execute(
        select(Change.record_id, func.min(Change.revision))
        .where(
            Change.kind == kind,
            Change.record_id.in_(ids),
            Change.visibility == Visibility.PUBLIC,
        )
        .group_by(Change.record_id)
    )
    return dict(found.all())


def _counts_when_it_did(record: Record, public_since: int | None) -> bool:
    """Whether the revisions in which a record began and ceased to count are those that did it."""
    if record.counts_from is not None and getattr(record, record.counts_from) != public_since:
        return False
    ended = None if record.counts_until is None else getattr(record, record.counts_until)
    return ended in (None, record.revision)


def _newest_changes(session: Session, kind: str, ids: list[str]) -> dict[str, Change]:
    newest = (
        select(Change.record_id, func.max(Change.revision).label("revision"))
        .where(Change.kind == kind, Change.record_id.in_(ids))
        .group_by(Change.record_id)
        .subquery()
    )
    changes = session.scalars(
        select(Change).join(
            newest,
            and_(
                Change.kind == kind,
                Change.record_id == newest.c.record_id,
                Change.revision == newest.c.revision,
                Change.removal.is_(false()),
            ),
        )
    )
    return {change.record_id: change for change in changes}


def _missing_records(session: Session, kind: str, model: type[Record]) -> Iterator[Fault]:
    later = aliased(Change)
    missing = session.execute(
        select(Change.record_id, Change.revision)
        .where(
            Change.kind == kind,
            Change.operation != Operation.DELETE,
            ~exists().where(
                later.kind == kind,
                later.record_id == Change.record_id,
                later.revision > Change.revision,
            ),
            ~exists().where(model.id == Change.record_id),
        )
        .limit(1)
    ).first()
    if missing is not None:
        yield Fault(
            revision=missing.revision,
            kind=kind,
            id=missing.record_id,
            detail="The record is missing, and no revision deleted it.",
        )
