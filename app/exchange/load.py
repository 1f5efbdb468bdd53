"""Loading files of records: checked whole first, then written as one revision, or not at all."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.exchange.kinds import KINDS, Kind
from app.kernel.access import Visibility
from app.kernel.bodies import parse_json
from app.kernel.changes import fill
from app.kernel.constraints import conflict_of
from app.kernel.journal import Author, last_change
from app.kernel.problems import Problem, ProblemError
from app.kernel.recording import recorder
from app.kernel.records import Record, record_classes
from app.kernel.references import audiences, includes, references_in, seen_by_fewer
from app.kernel.sessions import Database
from app.kernel.validation import problem_errors

DATA = Path(__file__).parent / "data"
REFERENCE = DATA / "reference"
DEMONSTRATION = DATA / "demonstration"
_BATCH = 500


class LoadError(ValueError):
    """A file that cannot be loaded; the message says where, which rule and which value."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a load file, checked by itself."""

    kind: Kind
    path: Path
    index: int
    id: str
    body: BaseModel

    @property
    def place(self) -> str:
        """Where the record stands, for people."""
        return f"{self.path.name}, record {self.index + 1} ({self.id})"


@dataclass
class Loaded:
    """What a load did: how many records of each file it created, changed and found the same."""

    created: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    same: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    revision: int | None = None


def read_folders(folders: Iterable[Path]) -> list[Entry]:
    """The records of the load files in `folders`, each valid by itself.

    Raises LoadError for a folder without load files, a file that is no array of records, a record
    that breaks a rule of its kind, or an id that stands twice.
    """
    entries: list[Entry] = []
    for folder in folders:
        if not folder.is_dir():
            raise LoadError(f"{folder} is not a folder.")
        found = [kind for kind in KINDS if (folder / kind.file).is_file()]
        if not found:
            names = ", ".join(kind.file for kind in KINDS)
            raise LoadError(f"{folder} holds no load file; they are named {names}.")
        for kind in found:
            entries.extend(_read_file(kind, folder / kind.file))
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        first = seen.setdefault((entry.kind.file, entry.id), entry)
        if first is not entry:
            raise LoadError(f"{entry.place}: the id stands already in {first.place}.")
    return entries


def _read_file(kind: Kind, path: Path) -> Iterable[Entry]:
    try:
        records = parse_json(path.read_bytes())
    except Problem as problem:
        raise LoadError(f"{path.name}: {_told(problem.errors, problem.detail)}") from None
    if not isinstance(records, list):
        raise LoadError(f"{path.name}: a load file is an array of records.")
    for index, record in enumerate(records):
        try:
            body = kind.body.model_validate(record)
        except ValidationError as error:
            told = _told(problem_errors(error.errors(), prefix=("body",)), "", "the record")
            raise LoadError(f"{path.name}, record {index + 1}: {told}") from None
        record_id = getattr(body, "id", None)
        if record_id is None:
            raise LoadError(f"{path.name}, record {index + 1}: a record in a load file has an id.")
        yield Entry(kind, path, index, record_id, body)


def _told(errors: list[ProblemError], otherwise: str, whole: str = "the file") -> str:
    if not errors:
        return otherwise
    first = errors[0]
    return f"{first.pointer or whole}: {first.detail} ({first.rule}; given: {first.value!r})"


def load(database: Database, author: Author, entries: list[Entry]) -> Loaded:
    """Creates or changes the records of `entries`, as one revision; none where nothing differs.

    Raises LoadError, with nothing written, where a record refers to what is not there, breaks a
    rule among records, or would change a status report.
    """
    with database.writing(author) as session:
        _require_known_references(session, entries)
        _loosen(session, entries)
        records: list[tuple[Entry, Record]] = []
        for kind in KINDS:
            for entry in (entry for entry in entries if entry.kind is kind):
                record = _upsert(session, entry)
                _hold_to(kind.rule, session, entry, record)
                _flush(session, entry)
                records.append((entry, record))
        for entry, record in records:
            _hold_to(entry.kind.rule_of_whole, session, entry, record)
        _refuse_references_to_narrower(session, records)
        return _told_of(session, records)


def _require_known_references(session: Session, entries: list[Entry]) -> None:
    given = defaultdict(set)
    wanted = defaultdict(set)
    for entry in entries:
        given[entry.kind.model.__tablename__].add(entry.id)
        for reference in references_in(entry.body):
            wanted[reference.kind].add(reference.id)
    classes = record_classes()
    unknown = {
        kind: ids - given[kind] - _existing(session, classes[kind], ids - given[kind])
        for kind, ids in wanted.items()
    }
    for entry in entries:
        for reference in references_in(entry.body):
            if reference.id in unknown[reference.kind]:
                where = "/".join(str(part) for part in reference.path)
                raise LoadError(
                    f"{entry.place}: /{where} refers to the {reference.kind.replace('_', ' ')} "
                    f"{reference.id}, which is neither in these files nor in the record "
                    "(unknown_reference)."
                )


def _refuse_references_to_narrower(session: Session, records: list[tuple[Entry, Record]]) -> None:
    wanted = defaultdict(set)
    for entry, _ in records:
        for reference in references_in(entry.body):
            wanted[reference.kind].add(reference.id)
    narrow = {
        (kind, id_): audience
        for kind, ids in wanted.items()
        for id_, audience in _in_batches(session, record_classes()[kind], ids)
        if audience is not None
    }
    for entry, record in records:
        own = None if record.visibility is Visibility.PUBLIC else record.audience
        for reference in references_in(entry.body):
            audience = narrow.get((reference.kind, reference.id))
            if not includes(audience, own):
                error = seen_by_fewer(reference, audience)
                raise LoadError(f"{entry.place}: {_told([error], '')}")


def _in_batches(
    session: Session, model: type[Record], ids: set[str]
) -> Iterator[tuple[str, str | None]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _BATCH):
        yield from audiences(session, model, ordered[start : start + _BATCH]).items()


def _existing(session: Session, model: type[Record], ids: set[str]) -> set[str]:
    ordered = sorted(ids)
    found: set[str] = set()
    for start in range(0, len(ordered), _BATCH):
        batch = ordered[start : start + _BATCH]
        found.update(session.scalars(select(model.id).where(model.id.in_(batch))))
    return found


def _loosen(session: Session, entries: list[Entry]) -> None:
    # Two items may swap their numbers, or a parent and a child their places: sound as a whole, but
    # not while one of them is written and the other is not.
    for own, entry in enumerate(entries):
        record = session.get(entry.kind.model, entry.id) if entry.kind.loosened else None
        if record is None:
            continue
        standing = entry.kind.body.model_validate(record, from_attributes=True)
        for name, loose in entry.kind.loosened.items():
            if getattr(standing, name) != getattr(entry.body, name):
                setattr(record, name, loose(own))
    session.flush()


def _upsert(session: Session, entry: Entry) -> Record:
    record = session.get(entry.kind.model, entry.id)
    if record is None:
        if last_change(session, entry.kind.model.__tablename__, entry.id) is not None:
            raise LoadError(f"{entry.place}: it was deleted, and ids are never reused.")
        record = entry.kind.model(id=entry.id)
        session.add(record)
    elif entry.kind.fixed is not None and entry.kind.fixed(record):
        if entry.kind.body.model_validate(record, from_attributes=True) != entry.body:
            raise LoadError(
                f"{entry.place}: it stands in the record with another content, and what a party "
                "submitted or the parties adopted is never edited."
            )
        return record
    fill(record, entry.body)
    return record


def _hold_to(
    rule: Callable[[Session, Any], None] | None, session: Session, entry: Entry, record: Record
) -> None:
    if rule is None:
        return
    try:
        rule(session, record)
    except Problem as problem:
        told = _told(problem.errors, problem.detail, "the record")
        raise LoadError(f"{entry.place}: {told}") from None


def _flush(session: Session, entry: Entry) -> None:
    # One record at a time, so that what the database refuses has a place in the files.
    try:
        session.flush()
    except IntegrityError as error:
        raise LoadError(f"{entry.place}: {conflict_of(error).detail}") from None


def _told_of(session: Session, records: list[tuple[Entry, Record]]) -> Loaded:
    loaded, mine = Loaded(), recorder(session)
    for entry, record in records:
        if record.revision != mine.number:
            loaded.same[entry.kind.file] += 1
        elif record.created_at == mine.at:
            loaded.created[entry.kind.file] += 1
        else:
            loaded.changed[entry.kind.file] += 1
    loaded.revision = mine.number if mine.changed else None
    return loaded
