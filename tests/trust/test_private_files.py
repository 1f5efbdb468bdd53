"""Files that hold the record: made for their owner alone, and warned of where others read them."""

import io
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from app.exchange.entries import Entries
from app.exchange.reading import read_file
from app.kernel.database import open_engine
from app.kernel.private_files import make_private_folder, written_anew
from app.kernel.spooling import LONGEST_IN_MEMORY, Spool
from app.kernel.tabular.formats import Format
from app.kernel.tabular.reading_workbooks import Texts
from tests.cli.running import Serving, run_forked, run_line, serving
from tests.engines import SqliteTemplates, Templates
from tests.ports import unused_port

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")

RELEASE = Path(__file__).parents[1] / "exchange" / "press-release-2023-12-20.txt"
SQLITE = "sqlite:///var/clearsky.db"


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def _modes(folder: Path) -> dict[str, str]:
    """The mode of each file and folder in a folder, by its path in it."""
    return {str(path.relative_to(folder)): f"{_mode(path):o}" for path in folder.rglob("*")}


def _private(*files: str, folders: tuple[str, ...] = ()) -> dict[str, str]:
    return dict.fromkeys(files, "600") | dict.fromkeys(folders, "700")


@pytest.fixture
def open_umask() -> Iterator[None]:
    """What the tests' own process makes is open to everybody, as far as a umask goes."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("umask", ["022", "000"])
def test_the_database_of_a_server_is_its_owners_alone_and_so_is_its_folder(
    umask: str, tmp_path: Path
) -> None:
    with serving(tmp_path, unused_port(), "--workers", "2", umask=int(umask, 8)) as server:
        made = _modes(tmp_path / "var")
        assert made == _private("clearsky.db", "clearsky.db-wal", "clearsky.db-shm")
        assert _mode(tmp_path / "var") == 0o700
        assert "open to others" not in server.errors
        assert server.stop() == 0


@pytest.mark.parametrize(
    ("module", "factory"), [("app.process", "served_app"), ("app.main", "create_app")]
)
def test_the_same_for_whoever_serves_the_application_in_another_way(
    module: str, factory: str, tmp_path: Path
) -> None:
    script = f"""
import os
from {module} import {factory} as factory
from app.kernel.migrating import upgrade
database = factory().state.database
upgrade(database.engine)
print(*sorted(os.listdir("var")))
database.close()
"""
    told = _python(f"umask 000; {sys.executable}", script, tmp_path, database_url=SQLITE)
    assert "clearsky.db clearsky.db-shm clearsky.db-wal" in told
    assert _modes(tmp_path) == _private("var/clearsky.db", folders=("var",))


def _python(line: str, script: str, folder: Path, **settings: str) -> str:
    """What a script prints."""
    told = run_line(f"{line} - <<'END'\n{script}\nEND", folder, **settings)
    assert told.status == 0, told.errors
    return told.output


@pytest.mark.usefixtures("open_umask")
def test_what_sqlite_keeps_beside_its_file_has_the_files_mode(tmp_path: Path) -> None:
    # Also through a link that leads to no file yet.
    (tmp_path / "record.db").symlink_to(tmp_path / "disk" / "record.db")
    make_private_folder(tmp_path / "disk")
    engine = open_engine(f"sqlite:///{tmp_path}/record.db")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE one (a)"))
        assert _modes(tmp_path / "disk") == _private("record.db", "record.db-wal", "record.db-shm")
        connection.commit()
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "record.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO one VALUES (1)")
        assert _modes(tmp_path / "disk") == _private("record.db", "record.db-journal")


@pytest.mark.usefixtures("open_umask")
def test_a_database_that_others_may_read_stays_so_and_its_companions_too(tmp_path: Path) -> None:
    path = tmp_path / "shared" / "record.db"
    path.parent.mkdir(mode=0o750)
    path.touch(mode=0o640)
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE one (a)"))
        assert set(_modes(path.parent).values()) == {"640"}
    engine.dispose()
    assert _mode(path.parent) == 0o750


@pytest.mark.parametrize(("umask", "engine"), [("022", "sqlite"), ("000", "postgresql")])
def test_what_commands_write_is_their_users_alone(
    umask: str, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    templates: Templates = request.getfixturevalue(
        "sqlite_templates" if engine == "sqlite" else "postgres_templates"
    )
    shutil.copy(RELEASE, tmp_path)
    lines = (
        *(f"clearsky export out/{each} --format {each}" for each in ("json", "jsonl", "csv")),
        "clearsky export out/xlsx --format xlsx",
        "clearsky backup kept/monday",
        f"clearsky draft {RELEASE.name} --to drafts/one --record out/json",
        "clearsky template clear-sky-plan-2023 plan.xlsx",
        "clearsky restore kept/monday",
    )
    with templates.fresh("reference") as url:
        for line in lines:
            into = SQLITE if "restore" in line else url
            told = run_forked(line, tmp_path, umask=int(umask, 8), database_url=into)
            assert told.status == 0, told.errors
    made = _modes(tmp_path)
    del made[RELEASE.name]
    files = {name for name in made if (tmp_path / name).is_file()}
    assert made == _private(*files, folders=tuple(made.keys() - files))
    assert {name.partition("/")[0] for name in files} == {
        *("out", "kept", "drafts", "plan.xlsx", "var")
    }
    assert {"out/xlsx/record.xlsx", "kept/monday/manifest.json", "drafts/one/review.md"} < files


def test_what_is_exported_again_takes_the_place_of_what_others_could_read(
    tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    left = [tmp_path / "out" / "people.json", tmp_path / "elsewhere" / "plan.xlsx"]
    for path in left:
        path.write_bytes(b"what was there")
        path.chmod(0o644)
    (tmp_path / "plan.xlsx").symlink_to(left[1])
    with sqlite_templates.fresh("reference") as url:
        for line in ("clearsky export out", "clearsky template clear-sky-plan-2023 plan.xlsx"):
            assert run_forked(line, tmp_path, database_url=url).status == 0
        for path in left:
            assert _mode(path) == 0o600
            assert b"what was there" not in path.read_bytes()
        assert (tmp_path / "plan.xlsx").is_symlink()
        # What is no file is written to as it is.
        told = run_line(
            "clearsky template clear-sky-plan-2023 /dev/stderr 2>&1 >/dev/null | head -c 2",
            tmp_path,
            database_url=url,
        )
        assert told.output == "PK"


def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_bytes(b"what was there")
    with pytest.raises(TypeError), written_anew(path) as file:
        file.writelines([b"half", "no bytes"])  # type: ignore[list-item]
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == b"what was there"
    with pytest.raises(OSError, match="absent") as failed, written_anew(tmp_path / "absent" / "x"):
        pass
    assert failed.value.filename == str(tmp_path / "absent" / "x")


def test_what_is_protected_against_writing_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "people.json"
    path.write_bytes(b"what was there")
    # Whoever runs the tests may be root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="people"), written_anew(path):
        pass
    assert path.read_bytes() == b"what was there"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what a process has open")
@pytest.mark.usefixtures("open_umask")
def test_what_is_on_disk_for_a_while_is_its_processs_alone() -> None:
    before = _unlinked()
    spool, texts, entries = Spool(), Texts(), Entries()
    spool.file.write(b"x" * (LONGEST_IN_MEMORY + 1))
    person = {"record_kind": "person", "name": {"en": "x" * 20_000}}
    lines = [json.dumps({**person, "id": f"person-{number}"}) for number in range(500)]
    read_file(entries, io.BytesIO("\n".join(lines).encode()), Format.JSONL)
    held = _unlinked().items() - before.items()
    for each in (spool, texts, entries):
        each.close()
    assert len(held) >= 3
    assert {mode for _, mode in held} == {"600"}


def _unlinked() -> dict[str, str]:
    """The modes of the files that this process has open, and that have no name any more."""
    opened = {path: os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.exists()}
    return {name: f"{_mode(path):o}" for path, name in opened.items() if "(deleted)" in name}


OPEN = ("var", "var/clearsky.db", "var/clearsky.db-wal", "var/clearsky.db-shm", ".env")


def _warned(server: Serving) -> tuple[list[str], list[dict[str, str]]]:
    """What a server has told of files that others may read: in words, and in its log."""
    words = [line for line in server.errors.splitlines() if line.startswith("Warning: ")]
    return words, [event for event in server.events if event["event"] == "open to others"]


def test_a_server_warns_once_of_what_others_may_read_and_leaves_it(tmp_path: Path) -> None:
    assert run_forked("clearsky migrate", tmp_path).status == 0
    (tmp_path / ".env").write_text(
        "CLEARSKY_DATABASE_URL=postgresql://clearsky:a-password@database.example/record\n"
    )
    modes = {"var": 0o750, "var/clearsky.db": 0o644, ".env": 0o604}
    for name, mode in modes.items():
        (tmp_path / name).chmod(mode)
    # What is in the environment goes before it; it has a password all the same.
    settings = {"database_url": SQLITE}
    with serving(tmp_path, unused_port(), "--workers", "2", umask=0o022, **settings) as server:
        words, events = _warned(server)
        assert server.stop() == 0
    assert [event["file"] for event in events] == [*OPEN]
    assert {event["level"] for event in events} == {"warning"}
    assert len(words) == len(OPEN)
    for told, event in zip(words, events, strict=True):
        for said in (event["file"], f"(mode {event['mode']})", event["advice"]):
            assert said in told
    assert [event["mode"] for event in events] == ["0750", "0644", "0644", "0644", "0604"]
    assert {name: _mode(tmp_path / name) for name in modes} == modes
    assert "a-password" not in server.errors

    # Whoever does as is advised is told nothing more.
    for event in events[:2] + events[-1:]:
        assert run_line(event["advice"], tmp_path).status == 0
    with serving(tmp_path, unused_port(), umask=0o022, **settings) as server:
        assert _warned(server) == ([], [])
        assert _modes(tmp_path / "var") == _private(
            "clearsky.db", "clearsky.db-wal", "clearsky.db-shm"
        )
        assert server.stop() == 0


def test_a_file_of_settings_without_a_secret_may_be_read_by_others(
    tmp_path: Path, database_url: str, templates: Templates
) -> None:
    (tmp_path / ".env").write_text("CLEARSKY_LOG_LEVEL=info\nCLEARSKY_METRICS_TOKEN=\n")
    (tmp_path / ".env").chmod(0o644)
    with serving(tmp_path, unused_port(), database_url=database_url) as server:
        assert _warned(server) == ([], []), templates.name
        assert server.stop() == 0
