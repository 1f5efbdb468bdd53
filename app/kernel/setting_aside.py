"""What a large revision will say of its records, kept on disk until it is written."""

import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True, slots=True)
class SetAside:
    """One record's change: what was committed of the record before, and what is to be after.

    Holders are a kind and an id, or None twice; `document` is canonical JSON.
    """

    kind: str
    id: str
    operation: str
    visibility: str
    audience: str | None
    holder: str | None
    held_with_kind: str | None
    held_with_id: str | None
    document: str | None
    digest_before: str | None
    revision_before: int | None
    modified_before: str | None
    visibility_before: str | None
    audience_before: str | None
    holder_before_kind: str | None
    holder_before_id: str | None


_NAMES = [each.name for each in fields(SetAside)]
_COLUMNS = ", ".join(_NAMES)
_PUT = f"INSERT INTO aside ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608
_ALL = f"SELECT {_COLUMNS} FROM aside ORDER BY number"  # noqa: S608 (names of our own)
_ONE = f"SELECT {_COLUMNS} FROM aside WHERE kind = ? AND id = ?"  # noqa: S608


class Aside:
    """The changes that are set aside, in the order in which they were, each record's once."""

    def __init__(self) -> None:
        # SQLite's own temporary database: on disk once it is large, and gone when it is closed.
        self._store = sqlite3.connect("", check_same_thread=False)
        self._store.execute(
            f"CREATE TABLE aside (number INTEGER PRIMARY KEY, {_COLUMNS}, UNIQUE (kind, id))"
        )

    def put(self, change: SetAside) -> None:
        """Sets a change aside."""
        self._store.execute(_PUT, astuple(change))

    def take(self, kind: str, record_id: str) -> SetAside | None:
        """The change of a record that is touched again, which is set aside no longer."""
        found = self.of(kind, record_id)
        if found is not None:
            self._store.execute("DELETE FROM aside WHERE kind = ? AND id = ?", (kind, record_id))
        return found

    def of(self, kind: str, record_id: str) -> SetAside | None:
        """The change of a record that is set aside."""
        row = self._store.execute(_ONE, (kind, record_id)).fetchone()
        return None if row is None else SetAside(*row)

    def __iter__(self) -> Iterator[SetAside]:
        for row in self._store.execute(_ALL):
            yield SetAside(*row)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is set aside."""
        return self._store.execute("SELECT 1 FROM aside LIMIT 1").fetchone() is None

    def close(self) -> None:
        """Forgets everything."""
        self._store.close()
