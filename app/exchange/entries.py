"""The records of an import, each checked by itself, kept on disk until they are written."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pydantic import BaseModel

from app.exchange.kinds import KINDS, Kind
from app.kernel.problems import MOST_ERRORS
from app.kernel.references import references_in
from app.kernel.tabular.places import Fault, FaultyError, Origin, Place
from app.reporting.filled_in import FilledIn

_NUMBERS = {kind.file: number for number, kind in enumerate(KINDS)}
_PLACE = ("file", "sheet", "row", "record")
_ENTRY = "SELECT kind, id, body, origin FROM entry"


class TooManyFaultsError(FaultyError):
    """More is wrong than is told: reading goes no further."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of an import, checked by itself."""

    kind: Kind
    id: str
    body: BaseModel
    origin: Origin

    def fault(self, pointer: str | None, rule: str, detail: str, value: object) -> Fault:
        """What is wrong with it, where it stands."""
        return self.origin.fault(pointer, rule, detail, value)


class Entries:
    """The records of an import by kind, in the order in which they stand; and what is wrong.

    They are held on disk, so that there can be any number of them.
    """

    def __init__(self) -> None:
        # SQLite's own temporary database: on disk once it is large, and gone when it is closed.
        self._store = sqlite3.connect("", check_same_thread=False)
        self._store.executescript(
            """
            CREATE TABLE entry (
                number INTEGER PRIMARY KEY, kind INTEGER, id TEXT, body TEXT, origin TEXT,
                UNIQUE (kind, id)
            );
            CREATE TABLE faulty (
                kind INTEGER, id TEXT, PRIMARY KEY (kind, id)
            ) WITHOUT ROWID;
            CREATE TABLE wanted (
                kind TEXT, id TEXT, PRIMARY KEY (kind, id)
            ) WITHOUT ROWID;
            """
        )
        self.faults: list[Fault] = []
        # Whether there may be records in the files of which not even the id could be read.
        self.has_unread = False
        # Where what was read is a reporting template, what an institute says in it.
        self.filled_in: FilledIn | None = None

    def blame(self, faults: Iterable[Fault]) -> None:
        """Notes what is wrong. Raises TooManyFaultsError once that is more than is told."""
        self.faults += islice(faults, MOST_ERRORS + 1 - len(self.faults))
        if len(self.faults) > MOST_ERRORS:
            raise TooManyFaultsError(self.faults)

    def note_faulty(self, kind: Kind, record_id: object) -> None:
        """Notes that a record is there, though faulty: what refers to it is not wrong in that."""
        if not isinstance(record_id, str):
            self.has_unread = True
            return
        row = (_NUMBERS[kind.file], record_id)
        self._store.execute("INSERT OR IGNORE INTO faulty (kind, id) VALUES (?, ?)", row)

    def add(self, kind: Kind, record_id: str, body: BaseModel, origin: Origin) -> None:
        """Adds a record; its id standing twice is noted as a fault."""
        origin = replace(origin, start=replace(origin.start, id=record_id))
        start = {name: getattr(origin.start, name) for name in _PLACE}
        told = json.dumps([start, dict(origin.cells)])
        row = (_NUMBERS[kind.file], record_id, body.model_dump_json(exclude_unset=True), told)
        try:
            self._store.execute(
                "INSERT INTO entry (kind, id, body, origin) VALUES (?, ?, ?, ?)", row
            )
        except sqlite3.IntegrityError:
            (first,) = self._found(f"{_ENTRY} WHERE kind = ? AND id = ?", row[:2])
            detail = f"The id stands already in {first.origin.start}."
            self.blame([origin.fault(None, "repeated_id", detail, record_id)])
            return
        self._store.executemany(
            "INSERT OR IGNORE INTO wanted (kind, id) VALUES (?, ?)",
            [(reference.kind, reference.id) for reference in references_in(body)],
        )

    def __len__(self) -> int:
        found: int = self._store.execute("SELECT count(*) FROM entry").fetchone()[0]
        return found

    def kinds(self) -> list[Kind]:
        """The kinds of which there are records, in the order in which they are written."""
        found = self._store.execute("SELECT DISTINCT kind FROM entry ORDER BY kind")
        return [KINDS[number] for (number,) in found]

    def of(self, kind: Kind) -> Iterator[Entry]:
        """The records of a kind."""
        return self._found(f"{_ENTRY} WHERE kind = ? ORDER BY number", (_NUMBERS[kind.file],))

    def body_of(self, kind: Kind, record_id: str) -> BaseModel | None:
        """What the record of a kind and id says, if it is among them."""
        found = self._found(f"{_ENTRY} WHERE kind = ? AND id = ?", (_NUMBERS[kind.file], record_id))
        return next((entry.body for entry in found), None)

    def __iter__(self) -> Iterator[Entry]:
        return self._found(f"{_ENTRY} ORDER BY kind, number", ())

    def wanted_elsewhere(self, kind: str) -> Iterator[str]:
        """The ids that records refer to, of a kind in the journal's words, not among them."""
        numbers = [n for n, each in enumerate(KINDS) if each.model.__tablename__ == kind]
        found = self._store.execute(
            "SELECT id FROM wanted WHERE kind = ? AND id NOT IN"
            " (SELECT id FROM entry WHERE kind = ?) AND id NOT IN"
            " (SELECT id FROM faulty WHERE kind = ?) ORDER BY id",
            (kind, *[numbers[0] if numbers else -1] * 2),
        )
        return (record_id for (record_id,) in found)

    def wanted_kinds(self) -> list[str]:
        """The kinds of record that records refer to."""
        return [kind for (kind,) in self._store.execute("SELECT DISTINCT kind FROM wanted")]

    def _found(self, statement: str, parameters: tuple[object, ...]) -> Iterator[Entry]:
        for number, record_id, body, told in self._store.execute(statement, parameters):
            kind, (start, cells) = KINDS[number], json.loads(told)
            place = Place(**start, id=record_id)
            origin = Origin(place, {pointer: tuple(at) for pointer, at in cells.items()})
            yield Entry(kind, record_id, kind.body.model_validate_json(body), origin)

    def close(self) -> None:
        """Forgets everything."""
        self._store.close()
