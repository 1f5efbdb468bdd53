"""What is exported is what was loaded, byte for byte, on one engine and from one to the other."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from app.exchange.export import export
from app.exchange.kinds import KINDS, Kind
from app.exchange.load import DEMONSTRATION, REFERENCE
from app.feed.collections import COLLECTIONS as KINDS_BY_COLLECTION
from app.kernel.access import OPERATOR
from app.kernel.compact import compact, compact_document
from app.kernel.database import open_engine
from app.kernel.sessions import Database
from app.kernel.tabular.formats import Format
from app.kernel.tabular.writing import SheetFullError
from app.reporting.schemas import ReportBody
from tests import plain_http
from tests.amounts import examples
from tests.conftest import Clients, Server
from tests.engines import PostgresTemplates, SqliteTemplates, Templates
from tests.exchange.bodies import bodies_of
from tests.exchange.full_records import RECORDS, REPORT
from tests.exchange.worlds import load_folders, state_of, world, write_world

BODIES = {kind.model.__tablename__: kind.body for kind in KINDS}
# All that the API's collections hold, as their GET routes answer them.
COLLECTIONS = (*dict.fromkeys(path for path, _ in RECORDS), "/v1/status-reports")


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _exported(database: Database, folder: Path, wanted: Format = Format.JSON) -> dict[str, bytes]:
    with database.reading(OPERATOR) as session:
        counts = export(session, folder, wanted)
    files = _files(folder)
    assert counts.keys() == files.keys()
    return files


@contextmanager
def _migrated(templates: Templates) -> Iterator[Database]:
    with templates.fresh("migrated") as url:
        engine = open_engine(url)
        yield Database(engine)
        engine.dispose()


@pytest.fixture
def empty(templates: Templates) -> Iterator[Database]:
    """Another database without records."""
    with _migrated(templates) as database:
        yield database


@pytest.mark.both_engines
def test_the_loaded_reference_is_exported_to_the_same_bytes(
    migrated: Database, tmp_path: Path
) -> None:
    load_folders(migrated, REFERENCE)
    assert _exported(migrated, tmp_path / "exported") == _files(REFERENCE)


def _together(*folders: Path) -> dict[str, bytes]:
    """The load files that hold what those of several folders hold."""
    records: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for folder in folders:
        for name, content in _files(folder).items():
            records[name] += json.loads(content)
    return {
        name: json.dumps(
            sorted(found, key=lambda record: str(record["id"])), ensure_ascii=False, indent=2
        ).encode()
        + b"\n"
        for name, found in records.items()
    }


def test_with_the_demonstration_its_files_are_exported_too(
    migrated: Database, tmp_path: Path
) -> None:
    load_folders(migrated, REFERENCE, DEMONSTRATION)
    expected = _together(REFERENCE, DEMONSTRATION)
    assert _exported(migrated, tmp_path / "exported") == expected


@pytest.mark.both_engines
def test_an_export_changes_nothing(migrated: Database, tmp_path: Path) -> None:
    load_folders(migrated, write_world(tmp_path / "world", world()))
    before = state_of(migrated)
    first = _exported(migrated, tmp_path / "exported")
    assert _exported(migrated, tmp_path / "exported") == first
    assert state_of(migrated) == before


def test_a_kind_without_records_has_no_file(migrated: Database, tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    folder.mkdir()
    (folder / "people.json").write_text("[left from before]", "utf-8")
    (folder / "notes.txt").write_text("mine", "utf-8")
    with migrated.reading(OPERATOR) as session:
        assert export(session, folder) == {}
    assert _files(folder) == {"notes.txt": b"mine"}


@pytest.mark.parametrize(
    "way", ["sqlite sqlite", "postgresql postgresql", "sqlite postgresql sqlite"]
)
def test_the_record_survives_the_way_from_one_database_to_another(
    way: str,
    sqlite_templates: SqliteTemplates,
    postgres_templates: PostgresTemplates,
    tmp_path: Path,
) -> None:
    templates = {"sqlite": sqlite_templates, "postgresql": postgres_templates}
    expected = _together(REFERENCE, DEMONSTRATION)
    folders = [REFERENCE, DEMONSTRATION]
    with ExitStack() as stack:
        for step, engine in enumerate(way.split()):
            database = stack.enter_context(_migrated(templates[engine]))
            load_folders(database, *folders)
            folders = [tmp_path / f"{step}-{engine}"]
            assert _exported(database, folders[0]) == expected


def _unset(model: type[BaseModel], value: dict[str, Any], where: str) -> list[str]:
    """The fields of a body, and of what it holds, that `value` leaves out or gives as by default.

    Of several items of a list, each field must be set in one at least.
    """
    found = []
    for name, declared in model.model_fields.items():
        if name == "visibility":  # what is kept by one side has tests of its own
            continue
        place = f"{where}/{name}"
        if name not in value or value[name] in (None, [], declared.default):
            found.append(place)
            continue
        inner = _model_in(declared.annotation)
        if inner is not None:
            items = value[name] if isinstance(value[name], list) else [value[name]]
            lists = [set(_unset(inner, item, place)) for item in items]
            found += sorted(set.intersection(*lists))
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is list or isinstance(annotation, UnionType):
        return next(filter(None, map(_model_in, get_args(annotation))), None)
    return None


def _kind_of(path: str) -> str:
    return KINDS_BY_COLLECTION[path.rsplit("/", 1)[-1]]


def test_the_full_records_leave_no_field_out() -> None:
    made_otherwise = {"status_report", "assessment"}
    assert {_kind_of(path) for path, _ in RECORDS} == set(BODIES) - made_otherwise
    for path, body in RECORDS:
        assert _unset(BODIES[_kind_of(path)], body, path) == []
    assert _unset(ReportBody, REPORT, "report") == ["report/corrects", "report/state"]


def _everything(server: Server) -> dict[str, Any]:
    """Each collection as it is answered, without the book-keeping that a load makes anew."""
    found = {}
    for path in COLLECTIONS:
        page = plain_http.get(f"{server.address}{path}", params={"limit": 200}).json()
        assert page["next"] is None
        found[path] = [
            {
                name: value
                for name, value in record.items()
                if name not in ("created_at", "modified_at", "revision")
            }
            for record in page["items"]
        ]
    return found


@pytest.mark.both_engines
def test_records_with_every_field_set_survive_an_export_and_a_load(
    clients: Clients, server: Server, database: Database, migrated: Database, tmp_path: Path
) -> None:
    for path, body in RECORDS:
        # Among them are a party and what is its own.
        answer = clients.admin.post(path, json=body)
        assert answer.status_code == 201, answer.text
    reports = "/v1/action-items/full-item/reports"
    first, second = (clients.korea.post(reports, json=REPORT).json() for _ in range(2))
    correction = clients.korea.post(reports, json={**REPORT, "corrects": first["id"]})
    assert correction.status_code == 201, correction.text
    withdrawn = clients.korea.post(
        f"/v1/status-reports/{second['id']}/withdraw",
        json={"reason": {"en": "In error", "ko": "오류"}},
    )
    assert withdrawn.status_code == 200, withdrawn.text

    before = _everything(server)
    exported = _exported(database, tmp_path / "exported")
    load_folders(migrated, tmp_path / "exported")
    assert _exported(migrated, tmp_path / "again") == exported
    for wanted in (Format.JSONL, Format.CSV, Format.XLSX):
        folder = tmp_path / wanted
        tables = _exported(database, folder, wanted)
        loaded = load_folders(migrated, folder)
        # It says the same of every record: there is nothing to change.
        assert loaded.revision is None
        assert sum(loaded.same.values()) == sum(len(json.loads(file)) for file in exported.values())
        assert _exported(migrated, tmp_path / f"{wanted}-again", wanted) == tables

    server.app.state.database = migrated
    assert _everything(server) == before


@pytest.mark.parametrize("wanted", ["jsonl", "csv", "xlsx"])
def test_in_each_format_the_record_survives_an_export_and_a_load(
    wanted: str, migrated: Database, empty: Database, tmp_path: Path
) -> None:
    load_folders(migrated, REFERENCE, DEMONSTRATION)
    first = _exported(migrated, tmp_path / "first", Format(wanted))
    assert {name.rpartition(".")[2] for name in first} == {wanted}
    load_folders(empty, tmp_path / "first")
    assert _exported(empty, tmp_path / "second", Format(wanted)) == first
    assert _exported(empty, tmp_path / "json") == _together(REFERENCE, DEMONSTRATION)
    # What is left from before is not taken for part of it.
    assert _exported(empty, tmp_path / "second", Format(wanted)) == first


def test_a_workbook_without_room_is_not_left_half_written(
    migrated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_folders(migrated, write_world(tmp_path / "world", world()))
    monkeypatch.setattr("app.kernel.tabular.writing.MOST_ROWS_OF_A_SHEET", 3)
    with migrated.reading(OPERATOR) as session, pytest.raises(SheetFullError, match="parties"):
        export(session, tmp_path / "exported", Format.XLSX)
    assert _files(tmp_path / "exported") == {}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.file)
@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_record_and_its_document_say_the_same(kind: Kind, data: st.DataObject) -> None:
    body = data.draw(bodies_of(kind.body))
    document = {**body.model_dump(mode="json"), "revision": 1, "modified_at": "2024-01-01"}
    assert json.dumps(compact_document(kind.body, document)) == json.dumps(compact(body))
