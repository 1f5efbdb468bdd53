"""Recomputing the journal: is the chain whole, and is every record what its last change says?"""

import hashlib
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import groupby
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.feed.schemas import Fault, JournalHeadRecord, VerificationRecord
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
from app.kernel.records import Record, digest_of, document_of, record_classes
from app.kernel.visibility import seeing_all

_BATCH = 500


def head_of(session: Session) -> JournalHeadRecord:
    """The newest revision, its hash and time."""
    head = session.execute(select(JournalHead).where(JournalHead.id == 1)).scalar_one()
    at = session.scalar(select(Revision.at).where(Revision.number == head.number))
    return JournalHeadRecord(revision=head.number, hash=head.hash, at=at)


def verify(session: Session, since: int = 0) -> VerificationRecord:
    """Recomputes the chain after revision `since`, and compares every record with the journal.

    Memory is bounded: revisions and records are read in batches. A fault in what the session's
    caller may not see is told without naming the record. Raises InvalidRequest where there is no
    revision `since`.
    """
    head = head_of(session)
    with seeing_all(session):
        checked, fault = _verify_chain(session, head, since)
        fault = fault or next(_altered_records(session), None)
    if fault is not None and not _may_be_named(session, fault):
        fault = fault.model_copy(update={"kind": None, "id": None})
    return VerificationRecord(valid=fault is None, revisions=checked, head=head, fault=fault)


def _may_be_named(session: Session, fault: Fault) -> bool:
    if fault.kind is None or fault.id is None:
        return True
    if last_change(session, fault.kind, fault.id) is not None:
        return True
    model = record_classes().get(fault.kind)
    # Asked, not got: the session still holds what it saw while it saw all.
    return model is not None and bool(session.scalar(select(model.id).where(model.id == fault.id)))


def _verify_chain(
    session: Session, head: JournalHeadRecord, since: int
) -> tuple[int, Fault | None]:
    previous = GENESIS
    if since:
        trusted = session.scalar(select(Revision.hash).where(Revision.number == since))
        if trusted is None:
            raise _no_such_revision(since, head.revision)
        previous = trusted
    expected = since + 1
    with closing(_revisions(session, since)) as revisions:
        for revision, changes in revisions:
            if revision.number != expected:
                return expected - since - 1, Fault(
                    revision=expected, detail=f"Missing: revision {revision.number} follows."
                )
            fault = _fault_of(revision, changes, previous)
            if fault is not None:
                return expected - since - 1, fault
            previous, expected = revision.hash, expected + 1
    if (head.revision, head.hash) != (expected - 1, previous):
        return expected - since - 1, Fault(
            revision=head.revision,
            detail=f"The head names revision {head.revision}; the chain ends at {expected - 1}.",
        )
    return expected - since - 1, None


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


def _fault_of(revision: Revision, changes: list[Change], previous: str) -> Fault | None:
    for change in changes:
        absent = change.document is None
        text = "null" if change.document is None else change.document
        digest = hashlib.sha256(text.encode()).hexdigest()
        if absent != (change.operation is Operation.DELETE) or digest != change.digest:
            return Fault(
                revision=revision.number,
                kind=change.kind,
                id=change.record_id,
                detail="The record in this change is not the one that was written.",
            )
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


def _altered_records(session: Session) -> Iterator[Fault]:
    for kind, model in record_classes().items():
        last_id = ""
        while batch := session.scalars(
            select(model).where(model.id > last_id).order_by(model.id).limit(_BATCH)
        ).all():
            last_id = batch[-1].id
            newest = _newest_changes(session, kind, [record.id for record in batch])
            for record in batch:
                change = newest.get(record.id)
                if change is None or not says(change, document_of(record), model):
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
