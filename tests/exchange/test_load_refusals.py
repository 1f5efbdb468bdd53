"""A load with one bad record writes nothing, and says which file, record, field, rule and value."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.exchange.load import LoadError, read_folders
from app.kernel.sessions import Database
from tests.exchange.worlds import (
    FIRST_REPORT,
    SECOND_REPORT,
    load_folders,
    state_of,
    world,
    write_world,
)

PARTIES, ORGANIZATIONS, PEOPLE = "parties.json", "organizations.json", "people.json"
DOCUMENTS, DIALOGUES, MEETINGS = "documents.json", "dialogues.json", "meetings.json"
AGREEMENTS, ITEMS, REPORTS = "agreements.json", "action-items.json", "status-reports.json"
MISSING = object()


def _set(records: list[Any], index: int, pointer: str, value: object) -> None:
    """Sets what a JSON Pointer names in a record; MISSING takes it away."""
    *path, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    target = records[index]
    for part in path:
        target = target.setdefault(part, {}) if isinstance(target, dict) else target[part]
    if value is MISSING:
        del target[last]
    else:
        target[last] = value


# File, record (from 0), pointer to what is set, the bad value, the rule's name, and the pointer
# and value that are told where they are not those that were set.
RECORD_FAULTS: list[tuple[str, int, str, object, str, str | None, str | None]] = [
    (PARTIES, 1, "/nmae", {"en": "Japan"}, "extra_forbidden", None, "Japan"),
    (PARTIES, 0, "/name", {}, "empty_localized_text", None, "{}"),
    (PARTIES, 0, "/name", "China", "dict_type", None, "'China'"),
    (PARTIES, 0, "/name/ko", "   ", "blank_text", None, "'   '"),
    (PARTIES, 0, "/name/fr", "Chine", "extra_forbidden", None, "'Chine'"),
    (PARTIES, 0, "/name/ko", "nul \x00", "nul_character", "/0/name/ko", "nul"),
    (PARTIES, 0, "/name/ko", "\ud800", "lone_surrogate", "/0/name/ko", "d800"),
    (PARTIES, 0, "/timezone", "Asia/Nowhere", "time_zone", None, "'Asia/Nowhere'"),
    (PARTIES, 2, "/id", "Korea", "string_pattern_mismatch", None, "'Korea'"),
    (PARTIES, 2, "/id", MISSING, "missing", None, ""),
    (ORGANIZATIONS, 0, "/kind", "kingdom", "enum", None, "'kingdom'"),
    (ORGANIZATIONS, 0, "/names", [], "too_short", None, "[]"),
    (ORGANIZATIONS, 2, "/id", MISSING, "has an id", "", ""),
    (ORGANIZATIONS, 2, "/id", "KR MOE", "string_pattern_mismatch", None, "'KR MOE'"),
    (DOCUMENTS, 0, "/title", MISSING, "nameless_document", "", "minutes"),
    (DOCUMENTS, 0, "/issued", "2023-13", "partial_date", None, "'2023-13'"),
    (AGREEMENTS, 1, "/signed", "2023-02-30", "partial_date", None, "'2023-02-30'"),
    (AGREEMENTS, 1, "/signed", 2023, "string_type", None, "2023"),
    (AGREEMENTS, 1, "/parties", ["KR", "KR"], "repeated_item", None, "KR"),
    (MEETINGS, 0, "/ends", "2023-11", "ends_before_starts", "", "2023-12-20"),
    (MEETINGS, 0, "/ordinal", 0, "greater_than_equal", None, "0"),
    (MEETINGS, 0, "/ordinal", "1", "int_type", None, "'1'"),
    (MEETINGS, 0, "/ordinal", 2**64, "64_bit", "/0/ordinal", str(2**64)),
    (ITEMS, 1, "/number", True, "int_type", None, "True"),
    (ITEMS, 1, "/citations", [{"quote": "x"}], "missing", "/citations/0/document", ""),
    (ITEMS, 1, "/own_translations", ["title"], "json_pointer", "/own_translations/0", "'title'"),
    (REPORTS, 0, "/id", "1", "string_pattern_mismatch", None, "'1'"),
    (REPORTS, 0, "/progress", 101, "less_than_equal", None, "101"),
    (REPORTS, 0, "/status", "completed", "completed_is_100", "", "completed"),
    (REPORTS, 0, "/state", "withdrawn", "withdrawn_with_reason", "", "withdrawn"),
    (REPORTS, 0, "/visibility", "secret", "extra_forbidden", None, "'secret'"),
]

# The same for what is wrong only between records.
FAULTS_BETWEEN: list[tuple[str, int, str, object, str, str | None, str | None]] = [
    (PEOPLE, 0, "/organization", "nobody", "unknown_reference", None, "nobody"),
    (DIALOGUES, 0, "/parties/1", "XX", "unknown_reference", None, "XX"),
    (MEETINGS, 0, "/agenda/0/agreement", "nothing", "unknown_reference", None, "nothing"),
    (AGREEMENTS, 1, "/relations/0/agreement", "no-plan", "unknown_reference", None, "no-plan"),
    (ITEMS, 1, "/leads/0/organization", "nobody", "unknown_reference", None, "nobody"),
    (
        *(ITEMS, 1, "/citations", [{"document": "unseen"}], "unknown_reference"),
        *("/citations/0/document", "unseen"),
    ),
    (REPORTS, 0, "/action_item", "plan-9", "unknown_reference", None, "plan-9"),
    (REPORTS, 0, "/corrects", FIRST_REPORT[:-1] + "9", "unknown_reference", None, "000000000009"),
    (ITEMS, 2, "/number", 1, "uq_action_item_number_in_agreement", None, "1"),
    (MEETINGS, 1, "/ordinal", 1, "uq_meeting_ordinal_in_dialogue", None, "1"),
    (ITEMS, 1, "/leads/0/party", "JP", "party_of_agreement", None, "JP"),
    (AGREEMENTS, 1, "/signatures", [{"party": "JP"}], "signed_by_a_party", "", "JP"),
    (REPORTS, 1, "/party", "JP", "party_of_agreement", None, "JP"),
    (REPORTS, 1, "/party", "CN", "own_report_on_item", "/corrects", FIRST_REPORT),
    (REPORTS, 1, "/action_item", "plan-2022-1", "own_report_on_item", "/corrects", FIRST_REPORT),
]


# File, record, pointer, value, the rule's name, and the ids on the way round.
CYCLES: list[tuple[str, int, str, object, str, list[str]]] = [
    (ORGANIZATIONS, 2, "/parent", "kr-moe", "no_cycle_in_parents", ["kr-moe"]),
    (ORGANIZATIONS, 2, "/parent", "kr-bureau", "no_cycle_in_parents", ["kr-moe", "kr-bureau"]),
    (ORGANIZATIONS, 2, "/succeeded_by", "kr-moe", "no_cycle_in_succession", ["kr-moe"]),
    (
        *(AGREEMENTS, 0, "/relations", [{"kind": "continues", "agreement": "plan-2023"}]),
        *("no_cycle_in_relations", ["plan-2022", "plan-2023"]),
    ),
    (
        *(ITEMS, 0, "/lineage", [{"kind": "merged", "action_item": "plan-2023-1"}]),
        *("no_cycle_in_lineage", ["plan-2022-1", "plan-2023-1"]),
    ),
    (REPORTS, 1, "/corrects", SECOND_REPORT, "cycle", [SECOND_REPORT]),
    (REPORTS, 0, "/corrects", SECOND_REPORT, "cycle", [FIRST_REPORT, SECOND_REPORT]),
]


def _refusal(database: Database, folder: Path) -> str:
    """What a load of the folder is refused with; nothing of it is written."""
    before = state_of(database)
    with pytest.raises(LoadError) as refusal:
        load_folders(database, folder)
    assert state_of(database) == before
    return str(refusal.value)


FAULT = ("file", "index", "pointer", "value", "rule", "told_pointer", "told_value")


def _write_fault(folder: Path, file: str, index: int, pointer: str, value: object) -> None:
    files = world()
    _set(files[file], index, pointer, value)
    write_world(folder, {name: records for name, records in files.items() if name != file})
    # Escaped, so that a lone surrogate can be written at all.
    (folder / file).write_text(json.dumps(files[file]), "utf-8")


def _assert_told(told: str, file: str, index: int, *fragments: str | None) -> None:
    assert told.startswith((f"{file}, record {index + 1}", f"{file}: /{index}/"))
    for fragment in fragments:
        assert str(fragment) in told
    assert "\n" not in told
    assert len(told) < 600


@pytest.mark.parametrize(FAULT, RECORD_FAULTS)
def test_a_bad_record_is_refused_before_anything_is_written(
    file: str,
    index: int,
    pointer: str,
    value: object,
    rule: str,
    told_pointer: str | None,
    told_value: str | None,
    tmp_path: Path,
) -> None:
    _write_fault(tmp_path, file, index, pointer, value)
    with pytest.raises(LoadError) as refusal:
        read_folders([tmp_path])
    where = pointer if told_pointer is None else told_pointer
    _assert_told(str(refusal.value), file, index, where, rule, told_value)


@pytest.mark.parametrize(FAULT, [*RECORD_FAULTS[:2], *FAULTS_BETWEEN])
def test_one_bad_record_refuses_the_whole_load(
    file: str,
    index: int,
    pointer: str,
    value: object,
    rule: str,
    told_pointer: str | None,
    told_value: str | None,
    lasting: Database,
    tmp_path: Path,
) -> None:
    _write_fault(tmp_path, file, index, pointer, value)
    where = pointer if told_pointer is None else told_pointer
    _assert_told(_refusal(lasting, tmp_path), file, index, where, rule, told_value)


@pytest.mark.parametrize(("file", "index", "pointer", "value", "rule", "way"), CYCLES)
def test_a_cycle_is_refused_at_one_of_its_records(
    file: str,
    index: int,
    pointer: str,
    value: object,
    rule: str,
    way: list[str],
    lasting: Database,
    tmp_path: Path,
) -> None:
    _write_fault(tmp_path, file, index, pointer, value)
    told = _refusal(lasting, tmp_path)
    ids = [record["id"] for record in world()[file]]
    places = [f"{file}, record {ids.index(each) + 1} ({each}): {pointer}" for each in way]
    assert told.startswith(tuple(places))
    assert rule in told
    assert all(each in told for each in way)


@pytest.mark.parametrize("file", [PARTIES, MEETINGS, REPORTS])
def test_an_id_that_stands_twice_in_a_file_is_refused(file: str, tmp_path: Path) -> None:
    files = world()
    files[file].append(files[file][0])
    with pytest.raises(LoadError) as refusal:
        read_folders([write_world(tmp_path, files)])
    told = str(refusal.value)
    twice = files[file][0]["id"]
    assert f"{file}, record {len(files[file])} ({twice})" in told
    assert f"{file}, record 1 ({twice})" in told


def test_an_id_that_stands_in_two_folders_is_refused(tmp_path: Path) -> None:
    first = write_world(tmp_path / "first", world())
    second = write_world(tmp_path / "second", {PEOPLE: world()[PEOPLE]})
    with pytest.raises(LoadError, match=r"people\.json, record 1 \(somebody\).*stands already"):
        read_folders([first, second])


DEEP = b"[" * 10_000 + b"]" * 10_000
DEEP_RECORD = b'[{"id": "CN", "name": ' + b'{"en":' * 100 + b"1" + b"}" * 101 + b"]"


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        (b"{}", ["array of records"]),
        (b'{"id": "CN"}', ["array of records"]),
        (b"null", ["array of records"]),
        (b'"CN"', ["array of records"]),
        (b"", ["json"]),
        (b"[{]", ["json", "line 1", "column 3"]),
        (b"[] []", ["json", "line 1", "column 4"]),
        (b"[NaN]", ["not_a_number", "NaN"]),
        (b'[{"id": "CN", "id": "KR"}]', ["duplicate_member", "'id'"]),
        (b'[{"id": "\xff"}]', ["utf_8", "byte 9"]),
        ("[]".encode("utf-16"), ["utf_8", "byte 0"]),
        (b"[" + b"9" * 5000 + b"]", ["number", "digits"]),
        (DEEP, ["depth", "32 levels"]),
        (DEEP_RECORD, ["depth", "32 levels"]),
        (b"[1]", ["record 1", "model", "given: 1"]),
        (b"[null]", ["record 1", "model", "given: None"]),
        (b"[[]]", ["record 1", "model", "given: []"]),
    ],
)
def test_a_file_that_is_no_array_of_records_is_refused(
    content: bytes, fragments: list[str], tmp_path: Path
) -> None:
    write_world(tmp_path, {name: rows for name, rows in world().items() if name != PARTIES})
    (tmp_path / PARTIES).write_bytes(content)
    with pytest.raises(LoadError) as refusal:
        read_folders([tmp_path])
    told = str(refusal.value)
    assert told.startswith(PARTIES)
    for fragment in fragments:
        assert fragment in told
    assert len(told) < 600


def test_an_empty_array_loads_nothing(lasting: Database, tmp_path: Path) -> None:
    (tmp_path / PARTIES).write_bytes(b"[]")
    before = state_of(lasting)
    assert load_folders(lasting, tmp_path).revision is None
    assert state_of(lasting) == before


def test_a_report_corrected_twice_is_refused(lasting: Database, tmp_path: Path) -> None:
    files = world()
    third = SECOND_REPORT[:-1] + "3"
    files[REPORTS].append({**files[REPORTS][1], "id": third})
    told = _refusal(lasting, write_world(tmp_path, files))
    assert REPORTS in told
    assert "uq_status_report_corrected_once" in told
    assert FIRST_REPORT in told
