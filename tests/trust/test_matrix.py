"""Who gets which answer on which route: the table in docs/visibility.md, line by line.

Every route of the application stands in the table, and every line of it is asked by every caller.
Each request is taken back once it is answered, so that all find the same record.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.routing import Mount

from app.directory.models import Person
from app.feed.redaction import redact
from app.kernel.access import OPERATOR, Role
from app.kernel.journal import Author
from app.kernel.sessions import Database
from app.openapi import openapi_of
from app.openapi_examples import BODIES, IDS, IDS_OF_OPERATIONS
from app.openapi_sharing import collection_before
from tests import plain_http
from tests.amounts import DEEP
from tests.api.bodies import BODIES as SPARE_BODIES
from tests.api.bodies import DERIVED_IDS as SPARE_IDS
from tests.described import in_place
from tests.trust.callers import EXPIRED, REVOKED, SIDES, issue_keys

TABLE = Path(__file__).parents[2] / "docs" / "visibility.md"
LINE = re.compile(r"\| `(?P<method>[A-Z]+) (?P<path>[^`]+)` \|(?P<rest>.*)\|")
# As the columns of the table are named, and who asks for each: one caller, or one of each side.
COLUMNS: dict[str, list[str]] = {
    "nobody": [""],
    **{
        role: [f"{role} {side}" for side in SIDES]
        for role in ("reader", "reporter", "editor", "admin")
    },
    "admin of none": ["admin"],
    "no valid key": [REVOKED, EXPIRED],
}
# Half of those who ask, ask for lists as tables: they are answered as the others are.
ASKING_FOR_TABLES = {"", *(f"{role} {SIDES[1]}" for role in ("reader", "admin")), REVOKED}
# Bodies where the documented example would meet what this test has put there.
OTHER_BODIES: dict[str, dict[str, Any]] = {
    "createParty": BODIES["createParty"] | {"id": "MO"},
    "createMeeting": BODIES["createMeeting"] | {"ordinal": 9},
    "createActionItem": BODIES["createActionItem"] | {"number": 12},
    "confirmAssessments": {},
    "proposeAssessments": {
        "assessments": [{"action_item": "clear-sky-plan-2023-7", "status": "on_track"}]
    },
}
# What is no JSON.
FILES = {
    "importRecords": {
        "content": '{"record_kind":"person","id":"imported","name":{"en":"Imported"},'
        '"organization":"kr-moe"}',
        "headers": {"Content-Type": "application/jsonl"},
    }
}
ITEM, MEETING = "clear-sky-plan-2023-{}", "/v1/meetings/cn-kr-dg-dialogue-{}/assessments"


class Line(NamedTuple):
    """A line of the table: a route, on which record it is asked, and the statuses by column."""

    method: str
    path: str
    on: str
    cells: tuple[str, ...]

    def expected(self) -> dict[str, int]:
        """The status for each caller."""
        found = {}
        for callers, cell in zip(COLUMNS.values(), self.cells, strict=True):
            statuses = cell.split()
            assert len(statuses) in (1, len(callers)), self
            for place, caller in enumerate(callers):
                found[caller] = int(statuses[place if len(statuses) > 1 else 0])
        return found

    def found(self, statuses: dict[str, int]) -> str:
        """The line as it would have to stand in the table."""
        cells = []
        for callers in COLUMNS.values():
            told = [str(statuses[caller]) for caller in callers]
            cells.append(told[0] if len(set(told)) == 1 else " ".join(told))
        return f"| `{self.method} {self.path}` | {self.on} | {' | '.join(cells)} |"


def lines_of_table() -> list[Line]:
    found = []
    for text in TABLE.read_text("utf-8").splitlines():
        matched = LINE.fullmatch(text)
        if matched:
            on, *cells = (cell.strip() for cell in matched["rest"].split("|"))
            found.append(Line(matched["method"], matched["path"], on, tuple(cells)))
    return found


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and path that the application answers, from its routes."""
    found = set()
    for route in app.routes:
        if isinstance(route, Mount):
            found.add(("GET", f"{route.path}/{{path}}"))
        else:
            methods = route.methods or set()  # type: ignore[attr-defined]
            # HEAD goes with GET, and answers as it does.
            found |= {(method, route.path) for method in methods - {"HEAD"}}  # type: ignore[attr-defined]
    return found


def conclude(clients: Any, meeting: int, *numbers: int, by: str = "korea") -> list[str]:
    """Proposals of one side, beside what is there; the ids of all."""
    client, path = getattr(clients, by), MEETING.format(meeting)
    there = client.get(path)
    kept = [
        {name: item[name] for name in ("action_item", "status")} for item in there.json()["items"]
    ]
    made = [{"action_item": ITEM.format(number), "status": "delayed"} for number in numbers]
    match = {"If-Match": there.headers["etag"]}
    answer = client.put(path, json={"assessments": [*kept, *made]}, headers=match)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.fixture
def subjects(clients: Any, database: Database) -> dict[str, str]:
    """The ids of the records that the table's second column speaks of."""
    for collection, body in SPARE_BODIES.items():
        # A document is its party's who enters it; of all else the operator can make anybody's.
        client = clients.korea if collection == "documents" else clients.admin
        answer = client.post(f"/v1/{collection}", json=body)
        assert answer.status_code == 201, answer.text
    path = f"/v1/action-items/{ITEM.format(5)}/reports"
    draft, report = (
        clients.korea.post(path, json={"status": "on_track", "state": state}).json()["id"]
        for state in ("draft", "submitted")
    )
    kept = clients.korea.post(
        "/v1/documents",
        json={"title": {"en": "K"}, "kind": "minutes", "issuer": "kr-moe", "visibility": "party"},
    ).json()["id"]
    unannounced = clients.korea.post(
        "/v1/meetings",
        json={"dialogue": "cn-kr-dg-dialogue", "status": "planned", "visibility": "parties"},
    ).json()["id"]
    plan = {
        "kind": "annual_plan",
        "name": {"en": "N"},
        "parties": ["CN", "KR"],
        "visibility": "parties",
    }
    negotiated = clients.korea.post("/v1/agreements", json=plan).json()["id"]
    item = {"agreement": negotiated, "number": 1, "title": {"en": "N"}}
    with database.writing(Author(OPERATOR)) as session:
        person = session.get_one(Person, SPARE_IDS["people"])
        person.name = {"en": "Renamed"}
        session.flush()
    with database.writing(Author(OPERATOR)) as session:
        (redaction,) = redact(session, "person", SPARE_IDS["people"], "Asked for.")
    key = {"name": "somebody", "role": "reader", "party": "KR"}
    assert clients.admin.post("/v1/keys", json=key).status_code == 201
    made = clients.korea.post("/v1/webhooks", json={"url": "https://ministry.example/korea"})
    webhook = made.json()["id"]
    address = clients.korea.post("/v1/calendar-addresses", json={}).json()
    (adopted,) = conclude(clients, 6, 1)
    match = {"If-Match": clients.china.get(MEETING.format(6)).headers["etag"]}
    confirmed = clients.china.post(f"{MEETING.format(6)}/confirm", json={}, headers=match)
    assert confirmed.status_code == 200, confirmed.text
    (proposed,) = conclude(clients, 7, 5)
    conclude(clients, 7, 6, by="china")
    return {
        "a draft": draft,
        "a report": report,
        "adopted": adopted,
        "a proposal": proposed,
        "a kept one": kept,
        "a redaction": redaction.id,
        "a key of Korea": "somebody",
        "a webhook of Korea": webhook,
        "an address of Korea": address["id"],
        "the secret of an address": address["address"].rpartition("/")[2],
        "unannounced": unannounced,
        "negotiated": negotiated,
        "a negotiated one": clients.china.post("/v1/action-items", json=item).json()["id"],
    }


def url_of(line: Line, operation: dict[str, Any], subjects: dict[str, str]) -> str:
    path = line.path.replace("{secret}", subjects["the secret of an address"])
    collection = collection_before("id", path) or path.removeprefix("/v1").split("/")[1]
    if line.on == "a spare one":
        id_ = SPARE_IDS[collection]
    elif line.on:
        id_ = subjects[line.on]
    else:
        id_ = IDS_OF_OPERATIONS.get(operation.get("operationId", ""), IDS.get(collection, ""))
    return (
        path.replace("{id}", id_)
        .replace("{name}", id_)
        .replace("{webhook}", id_)
        .replace("{calendar_address}", id_)
        .replace("{path}", "swagger-ui.css")
    )


def if_match(operation: dict[str, Any], url: str, askers: list[httpx.Client]) -> dict[str, str]:
    """The ETag that the caller has read or, for what it cannot read, the one that others have."""
    declared = {parameter["name"]: parameter for parameter in operation.get("parameters", [])}
    if not declared.get("If-Match", {}).get("required"):
        return {}
    read = (asker.get(url.removesuffix("/confirm")) for asker in askers)
    return {"If-Match": next(found.headers["etag"] for found in read if found.is_success)}


@contextmanager
def undone(self: Database, author: Author, *, asked_at: float) -> Iterator[Session]:
    """In the place of Database.writing(): nothing is committed."""
    until = asked_at + 60
    with self._turn(until), self._begun_writing(author, until) as session:
        yield session
        session.flush()
        session.rollback()


def is_asked_as(caller: str, database: Database) -> bool:
    """Whether the table is gone through as this caller.

    What a role may do is one rule on both engines. What a side sees is asked of the database: on
    PostgreSQL nobody asks and one role of each side, and in the deep tests each of them.
    """
    is_one_of_its_side = caller == "" or caller.startswith(Role.EDITOR)
    return DEEP or database.engine.dialect.name == "sqlite" or is_one_of_its_side


def test_every_route_stands_in_the_table_and_nothing_else(server: Any) -> None:
    assert {(line.method, line.path) for line in lines_of_table()} == routes_of(server.app)


@pytest.mark.both_engines
def test_every_caller_is_answered_as_the_table_says(
    server: Any,
    clients: Any,
    database: Database,
    subjects: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = issue_keys(database)
    callers = {
        name: plain_http.client(
            base_url=server.address, headers={"Authorization": f"Bearer {key}"}, timeout=30
        )
        for name, key in keys.items()
        if is_asked_as(name, database)
    } | {"": clients.anonymous}
    monkeypatch.setattr(Database, "writing", undone)
    document = in_place(openapi_of(server.app))["paths"]
    wrong = []
    for line in lines_of_table():
        operation = document.get(line.path, {}).get(line.method.lower(), {})
        url = url_of(line, operation, subjects)
        name = operation.get("operationId", "")
        body = OTHER_BODIES.get(name, BODIES.get(name))
        found = {}
        for caller, client in callers.items():
            headers = if_match(operation, url, [client, clients.korea])
            if caller in ASKING_FOR_TABLES and name.startswith(("get", "list")):
                # Of a list, what it is told as a table; of anything else this changes nothing.
                headers["Accept"] = "text/csv"
            # One of the answers does not end.
            sent = FILES.get(name, {"json": body, "headers": headers})
            with client.stream(line.method, url, **sent) as answer:
                found[caller] = answer.status_code
        expected = line.expected()
        assert found.keys() == {name for name in expected if is_asked_as(name, database)}
        if expected != expected | found:
            wrong.append(line.found(expected | found))
    for client in callers.values():
        client.close()
    assert not wrong, "the table would have to say:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    "credentials",
    ["Bearer clearsky_nobodys", "Bearer", "Basic a2V5Og==", "clearsky_nobodys", "é"],
)
def test_whatever_is_no_key_is_refused_on_every_route_of_the_record(
    server: Any, credentials: str
) -> None:
    with plain_http.client(base_url=server.address) as client:
        for method, path in sorted(routes_of(server.app)):
            if path.startswith("/v1/"):
                url = path.replace("{id}", IDS.get(path.split("/")[2], "absent"))
                headers = {"Authorization": credentials.encode("latin-1")}
                answer = client.request(method, url, headers=headers)
                assert answer.status_code == 401, (method, path, answer.text)
                assert "www-authenticate" in answer.headers
