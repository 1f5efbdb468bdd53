"""Loading is all or nothing, one revision, and nothing at all where nothing differs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from app.agreements.models import ActionItem
from app.exchange.load import DEMONSTRATION, REFERENCE, LoadError
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.journal import Author, Change, Revision
from app.kernel.sessions import Database
from tests.exchange.worlds import (
    FIRST_REPORT,
    SECOND_REPORT,
    World,
    load_folders,
    state_of,
    world,
    write_world,
)

pytestmark = pytest.mark.both_engines


def _changes(database: Database, revision: int) -> list[tuple[str, str, str]]:
    with database.reading(OPERATOR) as session:
        found = session.scalars(
            select(Change).where(Change.revision == revision).order_by(Change.sequence)
        )
        return [(change.kind, change.record_id, change.operation.value) for change in found]


def test_the_first_load_of_the_reference_is_one_revision_and_the_second_none(
    migrated: Database,
) -> None:
    first = load_folders(migrated, REFERENCE)
    after_first = state_of(migrated)
    assert first.revision == 1
    assert after_first[0] == after_first[2] == 1
    assert sum(first.created.values()) == after_first[3] == sum(after_first[4].values())
    assert (sum(first.changed.values()), sum(first.same.values())) == (0, 0)

    second = load_folders(migrated, REFERENCE)
    assert second.revision is None
    assert second.same == first.created
    assert (sum(second.created.values()), sum(second.changed.values())) == (0, 0)
    assert state_of(migrated) == after_first


def test_a_load_can_be_verified(migrated: Database, tmp_path: Path) -> None:
    load_folders(migrated, write_world(tmp_path, world()))
    with migrated.reading(OPERATOR) as session:
        result = verify(session)
    assert (result.valid, result.revisions) == (True, 1)


@pytest.mark.parametrize("backwards", [False, True])
def test_records_that_refer_to_each_other_load_in_any_order(
    backwards: bool, migrated: Database, tmp_path: Path
) -> None:
    files = world()
    # A ministry that became another which stands before it, and one which stands after it.
    named = {"party": "KR", "names": [{"name": {"en": "Ministry"}}], "kind": "ministry"}
    files["organizations.json"] += [
        {"id": "a-newest", **named, "parent": "z-oldest"},
        {"id": "z-oldest", **named, "succeeded_by": "m-middle"},
        {"id": "m-middle", **named, "succeeded_by": "a-newest"},
    ]
    if backwards:
        files = {name: records[::-1] for name, records in reversed(files.items())}
    loaded = load_folders(migrated, write_world(tmp_path, files))
    assert loaded.revision == 1
    assert loaded.created == {name: len(records) for name, records in files.items()}
    assert load_folders(migrated, tmp_path).revision is None


def test_records_may_refer_to_what_another_folder_or_the_record_holds(
    migrated: Database, tmp_path: Path
) -> None:
    files = world()
    parties = {"parties.json": files.pop("parties.json")}
    reports = {"status-reports.json": files.pop("status-reports.json")}
    first = write_world(tmp_path / "first", parties)
    rest = write_world(tmp_path / "rest", files)
    assert load_folders(migrated, rest, first).revision == 1
    assert load_folders(migrated, write_world(tmp_path / "reports", reports)).revision == 2


def _rename_bureau(files: World) -> None:
    files["organizations.json"][1]["names"][0]["name"]["ko"] = "국"


def _add_alias(files: World) -> None:
    files["dialogues.json"][0]["aliases"] = [{"ko": "회의"}]


def _drop_lead(files: World) -> None:
    del files["action-items.json"][1]["leads"]


def _cite(files: World) -> None:
    files["people.json"][0]["citations"] = [{"document": "minutes", "quote": "Somebody"}]


def _cut_agenda(files: World) -> None:
    files["meetings.json"][0]["agenda"] = []


@pytest.mark.parametrize(
    ("change", "kind", "record"),
    [
        (_rename_bureau, "organization", "kr-bureau"),
        (_add_alias, "dialogue", "dialogue"),
        (_drop_lead, "action_item", "plan-2023-1"),
        (_cite, "person", "somebody"),
        (_cut_agenda, "meeting", "dialogue-1"),
    ],
)
def test_a_changed_record_alone_is_changed_in_one_revision(
    change: Callable[[World], None], kind: str, record: str, migrated: Database, tmp_path: Path
) -> None:
    load_folders(migrated, write_world(tmp_path / "before", world()))
    files = world()
    change(files)
    loaded = load_folders(migrated, write_world(tmp_path / "after", files))
    assert loaded.revision == 2
    assert sum(loaded.changed.values()) == 1
    assert sum(loaded.created.values()) == 0
    assert _changes(migrated, 2) == [(kind, record, "update")]


def _swap_numbers(files: World) -> None:
    files["action-items.json"][1]["number"] = 2
    files["action-items.json"][2]["number"] = 1


def _swap_ordinals(files: World) -> None:
    files["meetings.json"][0]["ordinal"] = 2
    files["meetings.json"][1]["ordinal"] = 1


def _turn_parents_round(files: World) -> None:
    files["organizations.json"][2]["parent"] = "kr-bureau"
    del files["organizations.json"][1]["parent"]


def _turn_relations_round(files: World) -> None:
    first, second = files["agreements.json"]
    first["relations"] = [{"kind": "continues", "agreement": second["id"]}]
    del second["relations"]


def _turn_lineage_round(files: World) -> None:
    first, second, _ = files["action-items.json"]
    first["lineage"] = [{"kind": "continued", "action_item": second["id"]}]
    del second["lineage"]


@pytest.mark.parametrize(
    "change",
    [
        _swap_numbers,
        _swap_ordinals,
        _turn_parents_round,
        _turn_relations_round,
        _turn_lineage_round,
    ],
)
def test_what_is_sound_as_a_whole_is_loaded_whatever_the_order_of_writing(
    change: Callable[[World], None], migrated: Database, tmp_path: Path
) -> None:
    before = write_world(tmp_path / "before", world())
    files = world()
    change(files)
    after = write_world(tmp_path / "after", files)
    for revision, folder in enumerate([before, after, before], start=1):
        assert load_folders(migrated, folder).revision == revision


def test_a_record_added_to_the_files_alone_is_created(migrated: Database, tmp_path: Path) -> None:
    load_folders(migrated, write_world(tmp_path / "before", world()))
    files = world()
    files["people.json"].append({"id": "another", "name": {"ko": "다른 사람"}})
    loaded = load_folders(migrated, write_world(tmp_path / "after", files))
    assert loaded.created == {"people.json": 1}
    assert _changes(migrated, 2) == [("person", "another", "create")]


def test_what_the_files_leave_out_stays_in_the_record(migrated: Database, tmp_path: Path) -> None:
    load_folders(migrated, write_world(tmp_path / "before", world()))
    files = {"people.json": world()["people.json"]}
    assert load_folders(migrated, write_world(tmp_path / "after", files)).revision is None


@pytest.mark.parametrize(
    ("index", "name", "value"),
    [
        (0, "progress", 41),
        (0, "summary", {"en": "Begun", "ko": "시작"}),
        (0, "state", "draft"),
        (1, "evidence", [{"document": "minutes"}]),
        (1, "corrects", None),
    ],
)
def test_a_report_that_differs_from_the_stored_one_is_refused(
    index: int, name: str, value: object, migrated: Database, tmp_path: Path
) -> None:
    load_folders(migrated, write_world(tmp_path / "before", world()))
    before = state_of(migrated)
    files = world()
    files["status-reports.json"][index][name] = value
    _rename_bureau(files)
    with pytest.raises(LoadError) as refusal:
        load_folders(migrated, write_world(tmp_path / "after", files))
    report = (FIRST_REPORT, SECOND_REPORT)[index]
    assert f"status-reports.json, record {index + 1} ({report})" in str(refusal.value)
    assert "never edited" in str(refusal.value)
    assert state_of(migrated) == before


def test_an_id_that_was_deleted_is_refused(migrated: Database, tmp_path: Path) -> None:
    folder = write_world(tmp_path, world())
    load_folders(migrated, folder)
    with migrated.writing(Author(OPERATOR)) as session:
        session.delete(session.get_one(ActionItem, "plan-2023-2"))
    before = state_of(migrated)
    with pytest.raises(LoadError, match=r"action-items\.json, record 3 \(plan-2023-2\): .*deleted"):
        load_folders(migrated, folder)
    assert state_of(migrated) == before


def test_the_journal_says_who_loaded_and_why(migrated: Database, tmp_path: Path) -> None:
    load_folders(migrated, write_world(tmp_path, world()))
    with migrated.reading(OPERATOR) as session:
        revision = session.scalars(select(Revision)).one()
    assert (revision.principal, revision.reason) == ("operator", "test")


def test_the_demonstration_loads_on_top_of_the_reference(migrated: Database) -> None:
    load_folders(migrated, REFERENCE)
    before = state_of(migrated)
    assert before[4]["status_report"] == 0
    loaded = load_folders(migrated, REFERENCE, DEMONSTRATION)
    assert loaded.revision == 2
    assert set(loaded.created) == {path.name for path in DEMONSTRATION.glob("*.json")}
    assert sum(loaded.changed.values()) == 0
    after = state_of(migrated)[4]
    assert after["status_report"] == loaded.created["status-reports.json"] > 0
    assert sum(after.values()) == sum(before[4].values()) + sum(loaded.created.values())
    assert load_folders(migrated, REFERENCE, DEMONSTRATION).revision is None
