"""Writing the records of an import in one transaction, a few at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.exchange.entries import Entries, Entry
from app.exchange.kinds import Kind
from app.kernel.access import Principal, Visibility
from app.kernel.changes import fill
from app.kernel.constraints import conflict_of
from app.kernel.journal import Change
from app.kernel.keeping import refuse_chosen_id
from app.kernel.problems import MOST_ERRORS, Problem, ProblemError
from app.kernel.recording import recorder
from app.kernel.records import Record, record_classes
from app.kernel.references import audiences, ids_of, includes, references_in, seen_by_fewer
from app.kernel.tabular.places import Fault

T = TypeVar("T")
_BATCH = 250
# Of what is created and changed, so many are named.
MOST_NAMED = 1000


@dataclass
class Loaded:
    """What an import did: how many records of each file it created, changed and found the same.

    `named` are the first that were created or changed: kind, id and which of both. With `faults`
    it did nothing.
    """

    created: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    same: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    named: list[tuple[str, str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    revision: int | None = None

    def note(self, entry: Entry, done: str) -> None:
        """Counts what was done to a record: `created`, `changed` or `same`."""
        getattr(self, done)[entry.kind.file] += 1
        if done != "same" and len(self.named) < MOST_NAMED:
            self.named.append((entry.kind.model.__tablename__, entry.id, done))

    def summary(self, *, dry_run: bool = False) -> str:
        """What it did, or would do, in one line."""
        created, changed = sum(self.created.values()), sum(self.changed.values())
        end = f"revision {self.revision}" if self.revision else "no revision"
        end = "nothing was written" if dry_run else end
        same = sum(self.same.values())
        return f"{created} records created, {changed} changed, {same} as they were; {end}"


class _RefusedError(Exception):
    """A record is refused; once the database has refused it, nothing more can be asked of it."""

    def __init__(self, faults: list[Fault], *, by_database: bool = False) -> None:
        self.faults = faults
        self.by_database = by_database
        super().__init__()


def write_entries(
    session: Session, entries: Entries, progress: Callable[[int], None] | None = None
) -> Loaded:
    """Creates or changes the records of `entries`, held to what their kinds' routes hold them to.

    Whoever calls it undoes all of it where there are faults. Tells `progress` how many records are
    written.
    """
    loaded = Loaded(faults=list(unknown_references(session, entries)))
    if loaded.faults:
        return loaded
    try:
        _loosen(session, entries)
        _write_all(session, entries, loaded, progress)
        if not loaded.faults:
            _hold_all(session, entries, loaded)
    except _RefusedError as refused:
        loaded.faults += refused.faults
    if not loaded.faults:
        mine = recorder(session)
        loaded.revision = mine.number if mine.changed else None
    return loaded


def _write_all(
    session: Session, entries: Entries, loaded: Loaded, progress: Callable[[int], None] | None
) -> None:
    written = 0
    for kind in entries.kinds():
        for batch in batches(entries.of(kind)):
            _write(session, kind, batch, loaded)
            written += len(batch)
            if progress is not None:
                progress(written)
            if len(loaded.faults) > MOST_ERRORS:
                return
        # What refers to what was refused would be refused for that.
        if loaded.faults:
            return


def _hold_all(session: Session, entries: Entries, loaded: Loaded) -> None:
    """Holds what is written to what can be asked only now, and to who sees what it refers to."""
    # What is stated on others says best what is wrong with it: first come the last.
    for kind in reversed(entries.kinds()):
        if kind.rule_of_whole is None:
            continue
        for batch in batches(entries.of(kind)):
            records = standing_records(session, kind, batch)
            at_hand = _referred_to(session, batch)
            for entry in batch:
                try:
                    _hold_to(kind.rule_of_whole, session, entry, records[entry.id])
                except _RefusedError as refused:
                    if refused.by_database:
                        raise
                    loaded.faults += refused.faults
            del at_hand
            _let_go(session, batch)
    if not loaded.faults:
        loaded.faults += islice(_references_to_narrower(session, entries), MOST_ERRORS)


def batches(each: Iterable[T]) -> Iterator[list[T]]:
    """Entries, or ids, a few at a time."""
    remaining = iter(each)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _let_go(session: Session, batch: Sequence[Entry]) -> None:
    # A small import stays as it is: it has one batch of a kind.
    if len(batch) == _BATCH:
        recorder(session).set_aside(session)


def unknown_references(session: Session, entries: Entries) -> Iterator[Fault]:
    """What records refer to that is in neither the files nor the record, as the caller sees it."""
    unknown: dict[str, set[str]] = {}
    for kind in entries.wanted_kinds():
        model = record_classes()[kind]
        missing: set[str] = set()
        for ids in batches(entries.wanted_elsewhere(kind)):
            missing |= {*ids} - {*session.scalars(select(model.id).where(model.id.in_(ids)))}
            if len(missing) > MOST_ERRORS:
                break
        if missing:
            unknown[kind] = missing
    found = _with_unknown(entries, unknown) if unknown else iter(())
    return islice(found, MOST_ERRORS)


def _with_unknown(entries: Entries, unknown: dict[str, set[str]]) -> Iterator[Fault]:
    for entry in entries:
        for reference in references_in(entry.body):
            if reference.id in unknown.get(reference.kind, ()):
                where = "".join(f"/{part}" for part in reference.path)
                kind = reference.kind.replace("_", " ")
                detail = f"There is no such {kind}, neither in these files nor in the record."
                yield entry.fault(where, "unknown_reference", detail, reference.id)


def _loosen(session: Session, entries: Entries) -> None:
    # Two items may swap their numbers, or a parent and a child their places: sound as a whole, but
    # not while one of them is written and the other is not.
    own = 0
    for kind in entries.kinds():
        if not kind.loosened:
            continue
        for batch in batches(entries.of(kind)):
            records = standing_records(session, kind, batch)
            for entry in batch:
                own += 1
                if entry.id in records:
                    recorder(session).allow(records[entry.id])
                    _loosen_one(records[entry.id], entry, own)
            session.flush()
            _let_go(session, batch)


def _loosen_one(record: Record, entry: Entry, own: int) -> None:
    standing = entry.kind.body.model_validate(record, from_attributes=True)
    for name, loose in entry.kind.loosened.items():
        if getattr(standing, name) != getattr(entry.body, name):
            setattr(record, name, loose(own))


def standing_records(session: Session, kind: Kind, batch: Sequence[Entry]) -> dict[str, Record]:
    """The records of a batch that are there, as far as the session's caller sees them."""
    ids = [entry.id for entry in batch]
    found = session.scalars(select(kind.model).where(kind.model.id.in_(ids)))
    return {record.id: record for record in found}


def _referred_to(session: Session, batch: Sequence[Entry]) -> list[Record]:
    """What a batch refers to, to be held on to: a session forgets what nobody else holds.

    So that rules which ask for it one record at a time find it without a question.
    """
    return [
        record
        for model, ids in _wanted(batch)
        for record in session.scalars(select(model).where(model.id.in_(ids)))
    ]


def _wanted(batch: Iterable[Entry]) -> Iterator[tuple[type[Record], list[str]]]:
    """What a batch refers to: of a kind, a few ids at a time."""
    found = ids_of(reference for entry in batch for reference in references_in(entry.body))
    for kind, ids in found.items():
        for some in batches(sorted(ids)):
            yield record_classes()[kind], some


def _write(session: Session, kind: Kind, batch: Sequence[Entry], loaded: Loaded) -> None:
    remaining = list(batch)
    while remaining:
        records = standing_records(session, kind, remaining)
        deleted = _deleted(session, kind, [e.id for e in remaining if e.id not in records])
        while remaining:
            entry = remaining.pop(0)
            try:
                if entry.id in deleted:
                    detail = "It was deleted, and ids are never reused."
                    raise _RefusedError([entry.fault(None, "deleted", detail, entry.id)])
                loaded.note(entry, _upsert(session, entry, records.get(entry.id)))
            except _RefusedError as refused:
                if refused.by_database:
                    raise
                loaded.faults += refused.faults
                # What was begun of it must not be written with those that follow.
                session.expunge_all()
                break
    if not loaded.faults:
        _let_go(session, batch)


def _deleted(session: Session, kind: Kind, ids: list[str]) -> set[str]:
    """Those of the ids that the journal knows of records which are not there."""
    known = select(Change.record_id).where(
        Change.kind == kind.model.__tablename__, Change.record_id.in_(ids)
    )
    return {*session.scalars(known)} if ids else set()


def _upsert(session: Session, entry: Entry, standing: Record | None) -> str:
    """Writes a record, and says what was done: `created`, `changed` or `same`."""
    kind = entry.kind
    if standing is not None and kind.fixed is not None and kind.fixed(standing):
        if kind.body.model_validate(standing, from_attributes=True) != entry.body:
            detail = (
                "It stands in the record with another content, and what a party submitted or the "
                "parties adopted is never edited."
            )
            raise _RefusedError([entry.fault(None, "fixed", detail, entry.id)])
        return "same"
    record = standing or kind.model(id=entry.id)
    if standing is None:
        _hold_to(_refuse_named, session, entry, entry)
        session.add(record)
    body = entry.body
    if standing is not None and "visibility" not in body.model_fields_set:
        # By a column that is left out nothing is published.
        body = body.model_copy(update=_present_visibility(standing, body))
    # Whether its caller may write it was asked of the whole import before (exchange.permission).
    recorder(session).allow(record)
    fill(record, body)
    _hold_to(kind.rule, session, entry, record)
    try:
        # One record at a time, so that what the database refuses has a place in the files.
        session.flush()
    except IntegrityError as error:
        raise _broken(entry, error) from None
    if record.revision != recorder(session).number:
        return "same"
    return "created" if standing is None else "changed"


def _present_visibility(standing: Record, body: BaseModel) -> dict[str, Visibility]:
    return {"visibility": standing.visibility} if "visibility" in type(body).model_fields else {}


def _refuse_named(session: Session, entry: Entry) -> None:
    """As by the routes, only the server names a new record that is not public."""
    principal: Principal = session.info["principal"]
    visibility = getattr(entry.body, "visibility", Visibility.PUBLIC)
    if visibility != Visibility.PUBLIC and not principal.sees_all:
        refuse_chosen_id(entry.kind.model, entry.body)


def _hold_to(
    rule: Callable[[Session, Any], None] | None, session: Session, entry: Entry, held: Any
) -> None:
    if rule is None:
        return
    try:
        rule(session, held)
    except Problem as problem:
        raise _RefusedError(_faults_of(entry, problem)) from None
    except IntegrityError as error:
        raise _broken(entry, error) from None


def _broken(entry: Entry, error: IntegrityError) -> _RefusedError:
    return _RefusedError(_faults_of(entry, conflict_of(error)), by_database=True)


def _faults_of(entry: Entry, problem: Problem) -> list[Fault]:
    errors = problem.errors or [ProblemError(rule=problem.slug(), detail=str(problem.detail))]
    return [entry.fault(each.pointer, each.rule, each.detail, each.value) for each in errors]


def _references_to_narrower(session: Session, entries: Entries) -> Iterator[Fault]:
    for kind in entries.kinds():
        for batch in batches(entries.of(kind)):
            seen = {
                (model.__tablename__, id_): audience
                for model, ids in _wanted(batch)
                for id_, audience in audiences(session, model, ids).items()
            }
            own = audiences(session, kind.model, [entry.id for entry in batch])
            for entry in batch:
                for reference in references_in(entry.body):
                    audience = seen.get((reference.kind, reference.id))
                    if not includes(audience, own.get(entry.id)):
                        error = seen_by_fewer(reference, audience)
                        yield entry.fault(error.pointer, error.rule, error.detail, error.value)
