"""Every list and progress as CSV, workbook and JSON Lines, as well as JSON."""

import json
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.dialogues.schemas import MeetingBody
from app.kernel import spooling, table_answers
from app.kernel.spooling import Spools
from app.kernel.tabular.columns import table_of
from app.kernel.tabular.formats import MEDIA_TYPES, Format
from app.openapi import openapi_of
from app.openapi_examples import IDS, IDS_OF_OPERATIONS
from tests.api.tables import rows_of
from tests.described import in_place

TABLES = (Format.CSV, Format.XLSX, Format.JSONL)
MEETINGS = "/v1/meetings"
ITEM = "/v1/action-items/clear-sky-plan-2023-5"
# What answers lists and is none: one record, with what it holds.
NO_LISTS = {
    "/v1/dialogues/{id}",
    "/v1/meetings/{id}",
    "/v1/agreements/{id}",
    "/v1/action-items/{id}",
    "/v1/parties/{id}",
    "/v1/organizations/{id}",
    "/v1/people/{id}",
    "/v1/documents/{id}",
    "/v1/status-reports/{id}",
    "/v1/assessments/{id}",
    "/v1/redactions/{id}",
    "/v1/webhooks/{webhook}",
    "/v1/webhooks/{webhook}/delivery",
}


def lines_of(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def rule(answer: httpx.Response) -> tuple[int, str, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["parameter"], error["rule"]


def lists(app: Any) -> dict[str, dict[str, Any]]:
    """The GET operations that answer a list or progress, by path: known by what they answer."""
    document = in_place(openapi_of(app))
    schemas = document["components"]["schemas"]
    found = {}
    for path, operations in document["paths"].items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        members = schemas.get(name.rpartition("/")[2], {}).get("properties", {})
        lists_in = [member for member in members.values() if member.get("type") == "array"]
        # A standing is the progress of one item.
        if (lists_in and path not in NO_LISTS) or "standing" in members:
            found[path] = operations["get"]
    return found


def test_the_description_tells_of_each_list_in_which_formats_it_is_given(server: Any) -> None:
    found = lists(server.app)
    assert len(found) >= 40
    for path, operation in found.items():
        content = operation["responses"]["200"]["content"]
        assert next(iter(content)) == "application/json", path
        assert set(content) == set(MEDIA_TYPES.values()), path
        assert "format" in {parameter["name"] for parameter in operation["parameters"]}, path
    # Nor does it tell so of anything else.
    document = in_place(openapi_of(server.app))
    told = {
        path
        for path, operations in document["paths"].items()
        for response in operations.get("get", {}).get("responses", {}).values()
        if "text/csv" in response.get("content", {})
    }
    assert told == set(found)


@pytest.mark.both_engines
def test_each_list_is_given_in_each_format(
    clients: Any, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_answers, "PAGE", 20)
    report = {"status": "on_track", "summary": {"en": "=1+1", "ko": "예정대로"}}
    clients.korea.post(f"{ITEM}/reports", json=report).raise_for_status()
    webhook = {"url": "https://ministry.example/korea"}
    made = clients.korea.post("/v1/webhooks", json=webhook).json()["id"]
    for path, operation in lists(server.app).items():
        collection = path.removeprefix("/v1").split("/")[1]
        id_ = IDS_OF_OPERATIONS.get(operation["operationId"], IDS.get(collection, ""))
        url = path.replace("{id}", id_).replace("{webhook}", made)
        client = clients.admin if collection == "keys" else clients.korea
        plain = client.get(url)
        for wanted in TABLES:
            asked = client.get(url, params={"format": wanted})
            accepted = client.get(url, headers={"Accept": wanted.media_type})
            assert asked.status_code == accepted.status_code == plain.status_code, (url, asked.text)
            if plain.status_code != 200:
                continue
            assert asked.headers["content-type"].partition(";")[0] == wanted.media_type
            name = asked.headers["content-disposition"]
            assert re.fullmatch(rf'attachment; filename="[A-Za-z0-9-]+\.{wanted}"', name), name
            assert asked.headers.get("revision") == plain.headers.get("revision")
            assert asked.headers["vary"].startswith("Accept"), url
            if collection == "keys":
                continue  # they say when they were used last
            assert accepted.content == asked.content, url
            if wanted is Format.JSONL:
                assert all(lines_of(asked)), url
                if "items" in plain.json() and not plain.links:
                    assert len(lines_of(asked)) == len(plain.json()["items"]), url
            else:
                header, *rows = rows_of(asked)
                assert len(set(header)) == len(header), url
                assert all(len(row) == len(header) for row in rows), url


def test_a_table_has_the_columns_of_what_load_files_hold_and_the_whole_list(
    clients: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Read three at a time, as a long list is.
    monkeypatch.setattr(table_answers, "PAGE", 3)
    plain = clients.anonymous.get(MEETINGS, params={"sort": "-starts", "limit": 200}).json()
    ids = [meeting["id"] for meeting in plain["items"]]
    assert len(ids) > 6
    for wanted in (Format.CSV, Format.XLSX):
        answer = clients.anonymous.get(MEETINGS, params={"sort": "-starts", "format": wanted})
        header, *rows = rows_of(answer)
        assert header == table_of(MeetingBody, "id").header
        assert list(dict.fromkeys(row[0] for row in rows)) == ids
        assert "link" not in answer.headers
    answer = clients.anonymous.get(MEETINGS, params={"sort": "-starts", "format": "jsonl"})
    assert [line["id"] for line in lines_of(answer)] == ids
    assert {line["record_kind"] for line in lines_of(answer)} == {"meeting"}
    answer = clients.anonymous.get(f"{MEETINGS}?host=CN&status=held&format=jsonl")
    assert [line["id"] for line in lines_of(answer)] == ["cn-kr-dg-dialogue-7"]


def test_what_others_see_of_an_item_is_in_its_tables(clients: Any) -> None:
    report = {"status": "on_track", "progress": 60, "summary": {"en": "=1+1", "ko": "예정대로"}}
    clients.korea.post(f"{ITEM}/reports", json=report).raise_for_status()
    header, *rows = rows_of(clients.anonymous.get(f"{ITEM}/standing?format=csv"))
    (row,) = rows
    cells = dict(zip(header, row, strict=True))
    assert cells["standing.basis"] == "one_sided"
    assert cells["standing.positions.summary.en"] == "'=1+1"
    assert cells["standing.positions.summary.ko"] == "예정대로"
    header, row = rows_of(clients.anonymous.get(f"{ITEM}/standing?format=xlsx"))
    assert dict(zip(header, row, strict=True))["standing.positions.summary.en"] == "=1+1"
    duties = lines_of(clients.china.get("/v1/parties/CN/duties?format=jsonl"))
    assert {line["duty"] for line in duties} == {"not_reported"}
    assert len(duties) == 9
    codes = rows_of(clients.anonymous.get("/v1/codes/list-formats?format=csv"))
    assert [row[0] for row in codes] == ["code", "json", "jsonl", "csv", "xlsx"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("format=pdf", (422, "format", "enum")),
        ("format=", (422, "format", "enum")),
        ("format=csv&format=xlsx", (422, "format", "one_format")),
        ("format=csv&limit=10", (422, "limit", "whole_list")),
        ("format=xlsx&cursor=abc", (422, "cursor", "whole_list")),
        ("format=csv&colour=red", (422, "colour", "unknown_parameter")),
    ],
)
def test_what_a_table_cannot_be_asked_is_refused_by_name(
    clients: Any, query: str, expected: tuple[int, str, str]
) -> None:
    for path in ("/v1/parties", MEETINGS):
        assert rule(clients.anonymous.get(f"{path}?{query}")) == expected
    refused = clients.anonymous.get("/v1/meetings/cn-kr-dg-dialogue-7?format=csv")
    assert rule(refused) == (422, "format", "unknown_parameter")


def test_what_is_asked_for_goes_before_what_is_accepted(clients: Any) -> None:
    accept = {"Accept": "text/csv"}
    first = clients.anonymous.get("/v1/parties?format=json&limit=1", headers=accept)
    assert first.headers["content-type"] == "application/json"
    following = first.links["next"]["url"]
    assert clients.anonymous.get(following, headers=accept).json()["items"][0]["id"] == "JP"
    # The cursor is one of the list, however it is asked for.
    cursor = {"cursor": first.json()["next"], "limit": 1}
    assert clients.anonymous.get("/v1/parties", params=cursor).json()["items"][0]["id"] == "JP"
    assert rule(clients.anonymous.get("/v1/parties", params=cursor, headers=accept))[1] == "cursor"


def test_meetings_have_a_format_of_their_own_beside_it(clients: Any) -> None:
    held = clients.anonymous.get(f"{MEETINGS}?format=online").json()["items"]
    found = lines_of(clients.anonymous.get(f"{MEETINGS}?format=online&format=jsonl"))
    assert [line["id"] for line in found] == [meeting["id"] for meeting in held] != []
    either = clients.anonymous.get(f"{MEETINGS}?format=online&format=in_person&format=json")
    assert {meeting["format"] for meeting in either.json()["items"]} == {"online", "in_person"}


def test_no_format_is_given_for_another_though_it_is_kept(clients: Any) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    accepts = {"*/*": Format.JSON, browser: Format.JSON} | {
        each.media_type: each for each in Format
    }
    tags: dict[Format, set[str]] = {each: set() for each in Format}
    for _ in range(2):
        for accept, expected in accepts.items():
            answer = clients.korea.get(MEETINGS, headers={"Accept": accept})
            assert answer.headers["content-type"].partition(";")[0] == expected.media_type
            tags[expected].add(answer.headers["etag"])
            asked = {"Accept": accept, "If-None-Match": answer.headers["etag"]}
            unchanged = clients.korea.get(MEETINGS, headers=asked)
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert unchanged.headers["vary"] == answer.headers["vary"]
            assert "Accept," in answer.headers["vary"]
    assert all(len(found) == 1 for found in tags.values())
    assert len(set.union(*tags.values())) == len(Format)
    head = clients.korea.head(MEETINGS, headers={"Accept": "text/csv"})
    assert head.headers["etag"] in tags[Format.CSV]
    assert head.content == b""


@pytest.mark.both_engines
def test_a_table_is_as_new_as_is_asked_and_holds_what_its_caller_may_see(clients: Any) -> None:
    draft = {"status": "on_track", "state": "draft", "summary": {"en": "Unheard-of words."}}
    clients.korea.post(f"{ITEM}/reports", json=draft).raise_for_status()
    for wanted in TABLES:
        seen = clients.korea.get("/v1/status-reports", params={"format": wanted})
        hidden = clients.anonymous.get("/v1/status-reports", params={"format": wanted})
        assert len(rows_of(seen) if wanted is not Format.JSONL else lines_of(seen)) >= 1
        assert len(seen.content) > len(hidden.content)
        assert b"Unheard-of" not in hidden.content
    revision = int(seen.headers["revision"])
    url = "/v1/status-reports?format=csv"
    newer = clients.korea.get(url, headers={"Min-Revision": str(revision + 1)})
    assert newer.status_code == 503
    assert clients.korea.get(url, headers={"Min-Revision": str(revision)}).status_code == 200
    keys = clients.admin.get("/v1/keys?format=csv")
    assert keys.headers["cache-control"] == "no-store"
    assert clients.korea.get("/v1/keys?format=csv").status_code == 403


@pytest.mark.both_engines
def test_a_long_table_goes_over_the_disk_and_is_the_same(
    clients: Any, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {
        wanted: clients.anonymous.get("/v1/changes", params={"format": wanted}) for wanted in TABLES
    }
    monkeypatch.setattr(spooling, "LONGEST_IN_MEMORY", 1000)
    monkeypatch.setattr(table_answers, "PAGE", 10)
    spools = Spools(1, on_disk=1)
    monkeypatch.setitem(server.app.state._state, "spools", spools)
    for wanted, expected in short.items():
        url = f"/v1/changes?since=0&format={wanted}"
        for coding in ("identity", "gzip", "zstd"):
            answer = clients.korea.get(url, headers={"Accept-Encoding": coding})
            assert answer.status_code == 200
            assert answer.content == expected.content, (wanted, coding)
            assert answer.headers.get("content-encoding", "identity") == coding
            asked = {"If-None-Match": answer.headers["etag"]}
            assert clients.korea.get(url, headers=asked).status_code == 304
        assert clients.korea.head(url).content == b""
    with spools.writing():
        busy = clients.korea.get("/v1/changes?since=0&format=csv")
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "10")
    held = spooling.Spool()
    spools.hold(held)
    assert clients.korea.get("/v1/changes?since=0&format=csv").status_code == 503
    # What is short goes on.
    assert clients.korea.get("/v1/parties?format=csv").status_code == 200
    held.close()
    assert clients.korea.get("/v1/changes?since=0&format=csv").status_code == 200


def test_a_list_that_no_sheet_has_room_for_is_refused_as_a_workbook(
    clients: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.kernel.tabular.writing.MOST_ROWS_OF_A_SHEET", 3)
    assert rule(clients.anonymous.get("/v1/people?format=xlsx")) == (422, "format", "sheet_full")
    assert clients.anonymous.get("/v1/people?format=csv").status_code == 200


@pytest.mark.both_engines
def test_what_an_earlier_version_wrote_is_in_tables_as_it_is(clients: Any, database: Any) -> None:
    before = {wanted: clients.anonymous.get(f"{MEETINGS}?format={wanted}") for wanted in TABLES}
    clients.korea.post("/v1/documents", json={"title": {"en": "M"}, "kind": "minutes"})
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE journal_head SET documents_since = 1"))
    for wanted, answer in before.items():
        again = clients.anonymous.get(f"{MEETINGS}?format={wanted}")
        assert again.headers["revision"] != answer.headers["revision"]
        assert again.content == answer.content
