"""Importing over HTTP: all or nothing, as one revision, by whoever may write the records."""

import errno
import io
import json
from typing import Any

import pytest

from app.exchange.entries import Entries
from app.exchange.kinds import KINDS
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.sessions import Database
from app.kernel.tabular.formats import MEDIA_TYPES, Format
from app.kernel.tabular.writing import Listed, write_workbook
from app.kernel.turns import Turns
from tests.amounts import DEEP
from tests.conftest import Clients
from tests.exchange.worlds import World, load_folders, state_of, world, write_world

pytestmark = pytest.mark.both_engines


CSV, XLSX, JSONL = (MEDIA_TYPES[each] for each in (Format.CSV, Format.XLSX, Format.JSONL))
PEOPLE = "id,name.en,name.ko,organization\r\nnew-one,New,새,kr-moe\r\nnew-two,'=Two,,kr-moe\r\n"


def _send(client: Any, file: bytes | str, form: str = CSV, **query: Any) -> Any:
    kind = {"kind": "person"} if form == CSV else {}
    content = file.encode() if isinstance(file, str) else file
    headers = {"Content-Type": form, **query.pop("headers", {})}
    return client.post("/v1/imports", content=content, params=kind | query, headers=headers)


def _lines(*records: dict[str, Any]) -> str:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records)


def test_a_file_is_tried_imported_once_and_then_found_the_same(clients: Clients) -> None:
    tried = _send(clients.korea, PEOPLE, dry_run=True)
    assert tried.status_code == 200, tried.text
    done = [{"kind": "person", "id": f"new-{n}", "done": "created"} for n in ("one", "two")]
    counts = {"kind": "person", "created": 2, "changed": 0, "unchanged": 0}
    told = {"dry_run": True, "revision": None, "counts": [counts], "records": done, "errors": []}
    assert tried.json() == told
    assert clients.korea.get("/v1/people/new-one").status_code == 404

    key = {"headers": {"Idempotency-Key": "one", "Revision-Reason": "A%20list"}}
    made = _send(clients.korea, PEOPLE, **key)
    assert made.json() == {**told, "dry_run": False, "revision": int(made.headers["Revision"])}
    assert _send(clients.korea, PEOPLE, **key).headers["Idempotent-Replayed"] == "true"
    other = _send(clients.korea, PEOPLE.replace("Two", "2"), **key)
    assert other.json()["type"] == "/problems/idempotency-key-reused"

    again = _send(clients.china, PEOPLE).json()
    assert (again["revision"], again["counts"][0]["unchanged"]) == (None, 2)
    two = clients.anonymous.get("/v1/people/new-two").json()
    assert (two["name"], two["revision"]) == ({"en": "=Two"}, int(made.headers["Revision"]))


def test_records_of_many_kinds_refer_to_each_other_in_lines_and_workbooks(
    clients: Clients,
) -> None:
    plan = {"id": "plan-x", "kind": "annual_plan", "name": {"en": "X"}, "parties": ["CN", "KR"]}
    item = {"id": "item-x", "agreement": "plan-x", "number": 1, "title": {"zh": "甲"}}
    bodies = {kind.collection: kind.body for kind in KINDS}
    file = io.BytesIO()
    sheets = {"action-items": [item], "agreements": [plan]}
    write_workbook(
        file, [Listed(name, bodies[name], values, "x") for name, values in sheets.items()]
    )
    made = _send(clients.korea, file.getvalue(), XLSX)
    assert made.status_code == 200, made.text
    assert [record["id"] for record in made.json()["records"]] == ["plan-x", "item-x"]
    assert clients.anonymous.get("/v1/action-items/item-x").json()["title"] == {"zh": "甲"}


REFUSED: list[tuple[str, str, int, str, tuple[int | None, str | None]]] = [
    ("korea", PEOPLE + "p,P,,nobody\r\n", 422, "unknown_reference", (4, "organization")),
    ("korea", PEOPLE + "new-one,New,,\r\n", 422, "repeated_id", (4, None)),
    ("korea", PEOPLE.replace("name.ko", "nmae.ko"), 422, "unknown_column", (1, "nmae.ko")),
    ("reporter", PEOPLE, 403, "role", (None, None)),
    ("reader", PEOPLE, 403, "role", (None, None)),
]


@pytest.mark.parametrize(("caller", "file", "status", "rule", "place"), REFUSED)
def test_a_bad_file_is_refused_whole_at_its_place(
    caller: str, file: str, status: int, rule: str, place: tuple[Any, Any], clients: Clients
) -> None:
    before = clients.anonymous.get("/v1/people").headers["Revision"]
    told = _send(getattr(clients, caller), file)
    assert told.status_code == status, told.text
    (error,) = told.json()["errors"]
    assert (error["rule"], error.get("row"), error.get("column")) == (rule, *place)
    assert clients.anonymous.get("/v1/people").headers["Revision"] == before
    if status == 422:
        tried = _send(getattr(clients, caller), file, dry_run=True)
        assert (tried.status_code, tried.json()["errors"]) == (200, [error])


@pytest.mark.parametrize("broken", [{}, {"id": 1}, {"record_kind": "plan"}, {"parties": [7] * 300}])
def test_a_dry_run_does_not_miss_a_record_that_is_there_but_faulty(
    clients: Clients, broken: dict[str, Any]
) -> None:
    plan = {"record_kind": "agreement", "id": "plan-y", "kind": "no such"}
    item = {"record_kind": "action_item", "id": "item-y", "agreement": "plan-y", "number": 1}
    tried = _send(
        clients.korea, _lines(plan | broken, item | {"title": {"en": "Y"}}), JSONL, dry_run=True
    ).json()
    assert tried["errors"]
    assert {error["row"] for error in tried["errors"]} == {1}


def test_only_so_many_files_are_read_at_a_time(
    clients: Clients, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(1, "Busy.")
    monkeypatch.setitem(server.app.state._state, "reading_uploads", turns)
    with turns.taken():
        busy = _send(clients.korea, PEOPLE, dry_run=True)
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "10")
    assert _send(clients.korea, PEOPLE, dry_run=True).status_code == 200


def _without_room() -> Any:
    entries = Entries()
    entries._store.execute("PRAGMA max_page_count = 1")
    return entries


class _FullFile(io.BytesIO):
    def write(self, _: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("app.exchange.uploads.Entries", _without_room),
        ("app.exchange.uploads.tempfile.TemporaryFile", _FullFile),
    ],
)
def test_where_the_disk_is_full_an_import_is_to_come_again(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, what: str, instead: Any
) -> None:
    people = "id,name.en\n" + "".join(f"p-{n},{'x' * 999}\n" for n in range(20))
    with monkeypatch.context() as patched:
        patched.setattr(what, instead)
        told = _send(clients.korea, people, dry_run=True)
    assert (told.status_code, told.headers["retry-after"]) == (503, "60")
    assert "room" in told.json()["detail"]


def test_what_is_asked_wrongly_is_refused(clients: Clients) -> None:
    assert _send(clients.anonymous, PEOPLE).status_code == 401
    assert _send(clients.korea, "{}", "application/json").status_code == 415
    assert _send(clients.korea, PEOPLE, "text/csv; charset=euc-kr").status_code == 415
    assert _send(clients.korea, "", JSONL, kind="person").status_code == 422
    told = clients.korea.post("/v1/imports", content=PEOPLE, headers={"Content-Type": CSV})
    assert (told.status_code, told.json()["errors"][0]["parameter"]) == (422, "kind")


def test_statements_are_imported_whole_by_nobody_who_speaks_for_a_side(clients: Clients) -> None:
    report = {
        "record_kind": "status_report",
        "id": "018c84c2-0000-7000-8000-000000000001",
        "action_item": "clear-sky-plan-2023-1",
        "party": "CN",
        "status": "on_track",
        "reported_on": "2024-01-02",
        "state": "submitted",
        "submitted_by": "somebody",
    }
    told = _send(clients.korea, _lines(report), JSONL)
    assert (told.status_code, told.json()["errors"][0]["rule"]) == (403, "speaks_for_others")
    assert _send(clients.admin, _lines(report), JSONL).json()["counts"][0]["created"] == 1


def test_what_a_caller_may_not_do_by_a_route_no_import_does(clients: Clients) -> None:
    """Hidden records are as if absent, and what is kept is named by the server."""
    kept = {
        "title": {"en": "Ours"}, "kind": "report", "issuer": "kr-moe", "visibility": "party",
    }  # fmt: skip
    hidden = clients.korea.post("/v1/documents", json=kept).json()["id"]
    cites = {
        "record_kind": "person",
        "id": "p",
        "name": {"en": "P"},
        "citations": [{"document": hidden}],
    }
    told = {
        name: _send(
            getattr(clients, name), _lines(cites | {"organization": organization}), JSONL
        ).json()["errors"][0]["rule"]
        for name, organization in (("china", "cn-mee"), ("korea", "kr-moe"))
    }
    assert told == {"china": "unknown_reference", "korea": "seen_by_fewer"}
    named = _send(clients.korea, _lines({**kept, "record_kind": "document", "id": "mine"}), JSONL)
    assert named.status_code == 422


def _many(numbers: range, text: str) -> World:
    files = world()
    files["people.json"] = [
        {"id": f"p-{n}", "name": {"en": f"{text} {n}"}, "organization": "kr-moe"} for n in numbers
    ]
    files["action-items.json"] += [
        {"id": f"many-{n}", "agreement": "plan-2023", "number": n + 10, "title": {"en": text}}
        for n in numbers
    ]
    return files


def test_many_records_are_one_revision_that_can_be_verified(
    migrated: Database, tmp_path: Any
) -> None:
    """More than are held at a time, created and then changed, renumbered and left alone."""
    many = 600 if DEEP else 300
    half = many // 2
    first = load_folders(migrated, write_world(tmp_path / "first", _many(range(many), "Many")))
    assert first.revision == 1
    files = _many(range(many), "Many")
    for record in files["people.json"][-half:]:
        record["name"]["ko"] = "사람"
    numbers = [record["number"] for record in files["action-items.json"][-half:]]
    for record, number in zip(files["action-items.json"][-half:], numbers[::-1], strict=True):
        record["number"] = number
    again = load_folders(migrated, write_world(tmp_path / "again", files))
    assert (again.revision, dict(again.changed)) == (
        2,
        {"people.json": half, "action-items.json": half},
    )
    assert load_folders(migrated, tmp_path / "again").revision is None
    assert state_of(migrated)[2:4] == (2, sum(first.created.values()) + many)
    with migrated.reading(OPERATOR) as session:
        assert verify(session).valid
