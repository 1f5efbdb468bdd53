"""What a caller may not see is answered as if it had never been: in words, headers and work."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from app.kernel.dates import utc_now
from app.kernel.records import Base
from app.kernel.sessions import Database
from app.openapi import openapi_of
from app.openapi_examples import BODIES
from tests.reporting.test_cost import counted

pytestmark = pytest.mark.both_engines

ITEM = "clear-sky-plan-2023-5"
MEETING = "/v1/meetings/cn-kr-dg-dialogue-7/assessments"
# A UUID of version 7 that no record has.
NOBODY = "018c84c2-0000-7000-8000-00000000dead"
VARYING = {"date", "x-request-id"}
CALLERS = ["anonymous", "reader", "reporter", "korea", "china", "japan", "admin"]


def draft(clients: Any, by: str) -> str:
    body = {"state": "draft", "status": "delayed", "summary": {"en": "Unheard-of words."}}
    answer = getattr(clients, by).post(f"/v1/action-items/{ITEM}/reports", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def kept(clients: Any, by: str) -> str:
    issuer = {"korea": "kr-moe", "china": "cn-mee"}[by]
    body = {"title": {"en": "Kept"}, "kind": "minutes", "issuer": issuer, "visibility": "party"}
    answer = getattr(clients, by).post("/v1/documents", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def unannounced(clients: Any) -> str:
    body = {"dialogue": "cn-kr-dg-dialogue", "status": "planned", "visibility": "parties"}
    answer = clients.china.post("/v1/meetings", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def negotiated(clients: Any) -> str:
    body = {
        "kind": "annual_plan",
        "name": {"en": "Negotiated"},
        "parties": ["CN", "KR"],
        "overseen_by": "cn-kr-dg-dialogue",
        "visibility": "parties",
    }
    answer = clients.china.post("/v1/agreements", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def item_of(clients: Any, agreement: str) -> str:
    body = {"agreement": agreement, "number": 1, "title": {"en": "Negotiated"}}
    answer = clients.korea.post("/v1/action-items", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def discarded(clients: Any, by: str) -> str:
    made = draft(clients, by)
    client, path = getattr(clients, by), f"/v1/status-reports/{made}"
    match = {"If-Match": client.get(path).headers["etag"]}
    assert client.delete(path, headers=match).status_code == 204
    return made


def proposal(clients: Any, given_up: bool = False) -> str:
    body: dict[str, Any] = {"assessments": [{"action_item": ITEM, "status": "delayed"}]}
    match = {"If-Match": clients.korea.get(MEETING).headers["etag"]}
    answer = clients.korea.put(MEETING, json=body, headers=match)
    made = str(answer.json()["items"][0]["id"])
    if given_up:
        match = {"If-Match": clients.korea.get(MEETING).headers["etag"]}
        assert not clients.korea.put(MEETING, json={"assessments": []}, headers=match).json()[
            "items"
        ]
    return made


def hidden_from(clients: Any, caller: str) -> list[tuple[str, str]]:
    """Records of each kind that can be hidden, and that the caller may not see."""
    korean = caller in ("reader", "reporter", "korea")
    side = "china" if korean else "korea"
    found = [
        ("status-reports", draft(clients, side)),
        ("status-reports", discarded(clients, side)),
        ("documents", kept(clients, side)),
    ]
    if not korean and caller != "china":
        found += [
            ("assessments", proposal(clients, given_up=True)),
            ("assessments", proposal(clients)),
            ("meetings", unannounced(clients)),
            ("agreements", agreement := negotiated(clients)),
            ("action-items", item_of(clients, agreement)),
        ]
    return found


def told(answer: httpx.Response, id_: str) -> tuple[int, dict[str, str], str]:
    headers = {name: v for name, v in answer.headers.items() if name not in VARYING}
    return answer.status_code, headers, answer.text.replace(id_, "ID")


def without_authentication(noted: list[str]) -> list[str]:
    """The statements of a request, but for the reading that asks whose its key is.

    On PostgreSQL that is asked anew after a while in which the process has heard nothing.
    """
    statements = [re.sub(r"\s+", " ", statement) for statement in noted]
    asking = next((n for n, each in enumerate(statements) if " FROM api_key " in each), None)
    return statements if asking is None else statements[: asking - 1] + statements[asking + 1 :]


def operations_on(app: Any, collection: str) -> list[tuple[str, str, str]]:
    """Every operation on one record of a collection: method, path and name."""
    return [
        (method.upper(), path, operation["operationId"])
        for path, operations in openapi_of(app)["paths"].items()
        for method, operation in operations.items()
        if path.startswith(f"/v1/{collection}/{{id}}")
    ]


@pytest.mark.parametrize("caller", CALLERS)
def test_every_operation_on_what_is_hidden_is_answered_as_on_what_never_was(
    caller: str, clients: Any, server: Any, database: Any
) -> None:
    client = getattr(clients, caller)
    client.get("/v1/status-reports").raise_for_status()
    asked = 0
    for collection, hidden in hidden_from(clients, caller):
        for method, path, name in operations_on(server.app, collection):
            answers, statements = [], []
            absent = {
                "documents": f"document-{NOBODY}",
                "meetings": f"meeting-{NOBODY}",
                "agreements": f"agreement-{NOBODY}",
                "action-items": f"agreement-{NOBODY}-1",
            }.get(collection, NOBODY)
            for id_ in (hidden, absent):
                with counted(database.engine) as noted:
                    answer = client.request(
                        method,
                        path.replace("{id}", id_),
                        json=BODIES.get(name),
                        headers={"If-Match": '"any"', "X-Request-ID": "asked"},
                    )
                answers.append(told(answer, id_))
                statements.append(without_authentication(noted))
            assert answers[0] == answers[1], (method, path)
            assert answers[0][0] in (401, 403, 404), (method, path, answers[0])
            assert method != "GET" or answers[0][0] == 404, path
            assert statements[0] == statements[1], (method, path)
            asked += 1
    assert asked >= 12


@pytest.mark.parametrize("caller", ["korea", "china"])
def test_a_body_that_refers_to_what_is_hidden_is_refused_as_one_that_refers_to_nothing(
    caller: str, clients: Any
) -> None:
    client = getattr(clients, caller)
    hidden = draft(clients, "china" if caller == "korea" else "korea")
    document = kept(clients, "china" if caller == "korea" else "korea")
    ministry = {"korea": "kr-moe", "china": "cn-mee"}[caller]
    answers = []
    for id_ in (document, f"document-{NOBODY}"):
        somebody = {"name": {"en": "Somebody"}, "organization": ministry}
        citing = somebody | {"citations": [{"document": id_}]}
        answer = client.post("/v1/people", json=citing, headers={"X-Request-ID": "asked"})
        assert answer.status_code == 422
        answers.append(told(answer, id_))
    assert answers[0] == answers[1]
    answers = []
    for id_ in (hidden, NOBODY):
        single = {"status": "on_track", "corrects": id_}
        several = {"reports": [{"action_item": ITEM, **single}]}
        for path, body in (
            (f"/v1/action-items/{ITEM}/reports", single),
            ("/v1/agreements/clear-sky-plan-2023/reports", several),
        ):
            answer = client.post(path, json=body, headers={"X-Request-ID": "asked"})
            assert answer.status_code == 422
            answers.append(told(answer, id_))
    assert answers[:2] == answers[2:]


@pytest.mark.parametrize("caller", ["anonymous", "china", "japan", "admin"])
def test_the_snapshot_keeps_its_etag_while_nothing_that_its_caller_sees_is_written(
    caller: str, clients: Any
) -> None:
    client = getattr(clients, caller)
    plain = {"Accept-Encoding": "identity"}
    before = {
        query: client.get(f"/v1/snapshot{query}", headers=plain).headers["etag"]
        for query in ("", "?kind=status_report")
    }
    draft(clients, "korea")
    for query, etag in before.items():
        known = plain | {"If-None-Match": etag}
        again = client.get(f"/v1/snapshot{query}", headers=known)
        assert (again.status_code, again.headers["etag"]) == (304, etag)
    assert clients.korea.get("/v1/snapshot").headers["revision"] == again.headers["revision"]
    clients.korea.post(
        f"/v1/action-items/{ITEM}/reports", json={"status": "delayed"}
    ).raise_for_status()
    for query, etag in before.items():
        again = client.get(f"/v1/snapshot{query}", headers={"If-None-Match": etag})
        assert again.status_code == 200


def test_a_fault_in_what_is_hidden_is_found_without_saying_in_which_record(
    clients: Any, database: Any
) -> None:
    made = draft(clients, "korea")
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE change SET document = '{{}}' WHERE record_id = '{made}'"  # noqa: S608
        )
    for client, seen in ((clients.korea, made), (clients.china, None), (clients.japan, None)):
        found = client.post("/v1/journal/verify", json={}).json()
        assert not found["valid"]
        assert (found["fault"]["id"], made in str(found)) == (seen, seen is not None)
        assert found["fault"]["kind"] == (seen and "status_report")
        assert found["fault"]["revision"] == found["head"]["revision"]


def propose(client: Any, meeting: str, status: str) -> httpx.Response:
    match = {"If-Match": client.get(meeting).headers["etag"]}
    body = {"assessments": [{"action_item": ITEM, "status": status}]}
    answer: httpx.Response = client.put(meeting, json=body, headers=match)
    return answer


def test_a_party_that_joins_neither_sees_nor_takes_away_what_was_proposed_before(
    clients: Any,
) -> None:
    earlier = proposal(clients)
    plan = "/v1/agreements/clear-sky-plan-2023"
    match = {"If-Match": clients.admin.get(plan).headers["etag"]}
    joined = clients.admin.patch(plan, json={"parties": ["CN", "JP", "KR"]}, headers=match)
    assert joined.status_code == 200, joined.text
    assert clients.japan.get(MEETING).json()["items"] == []
    refused = propose(clients.japan, MEETING, "suspended")
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["rule"]) == (403, "party_of_agreement")
    assert error["header"] == "Authorization"
    assert [item["id"] for item in clients.korea.get(MEETING).json()["items"]] == [earlier]
    assert clients.korea.get(f"/v1/assessments/{earlier}").status_code == 200
    assert clients.japan.get(f"/v1/assessments/{earlier}").status_code == 404


def test_a_party_that_has_joined_proposes_as_if_nothing_had_been_proposed_before(
    clients: Any, database: Database
) -> None:
    earlier = proposal(clients)
    plan = "/v1/agreements/clear-sky-plan-2023"
    match = {"If-Match": clients.admin.get(plan).headers["etag"]}
    joined = clients.admin.patch(plan, json={"parties": ["CN", "JP", "KR"]}, headers=match)
    assert joined.status_code == 200, joined.text
    # So far, all was entered today: let the plan be older, and Japan have joined two days ago.
    with database.engine.begin() as connection:
        for number, days in ((1, 3), (int(joined.headers["revision"]), 2)):
            at = utc_now() - timedelta(days=days)
            revision = Base.metadata.tables["revision"]
            moved = update(revision).where(revision.c.number == number).values(at=at)
            connection.execute(moved)
    today = datetime.now(UTC).date().isoformat()
    body = {"dialogue": "cn-kr-dg-dialogue", "ordinal": 8, "status": "held", "starts": today}
    meeting = f"/v1/meetings/{made(clients.korea, '/v1/meetings', body)}/assessments"
    answer = propose(clients.japan, meeting, "suspended")
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["items"]
    assert found["id"] != earlier
    assert (found["proposed_by"], found["parties"]) == ("JP", ["CN", "JP", "KR"])
    (entry,) = clients.japan.get(f"/v1/assessments/{found['id']}/history").json()["items"]
    assert entry["operation"] == "create"
    assert clients.korea.get(meeting).json()["items"] == [found]


def test_how_many_keys_were_given_for_a_party_is_not_told(clients: Any) -> None:
    match = {"If-Match": clients.japan.get("/v1/parties/JP").headers["etag"]}
    answer = clients.japan.delete("/v1/parties/JP", headers=match)
    assert answer.status_code == 409
    assert "keys that were given for it" in answer.json()["detail"]
    assert "api_key" not in answer.text


def made(client: Any, path: str, body: dict[str, Any]) -> str:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def used_organization(clients: Any) -> tuple[str, tuple[str, dict[str, Any]]]:
    body = {"id": "kr-used", "party": "KR", "kind": "agency", "names": [{"name": {"en": "Used"}}]}
    path = f"/v1/organizations/{made(clients.korea, '/v1/organizations', body)}"
    return path, ("/v1/documents", {"title": {"en": "D"}, "kind": "other", "issuer": "kr-used"})


def used_person(clients: Any) -> tuple[str, tuple[str, dict[str, Any]]]:
    body = {"id": "used", "name": {"en": "U"}, "organization": "kr-moe"}
    path = f"/v1/people/{made(clients.korea, '/v1/people', body)}"
    taking_part = {"dialogue": "cn-kr-dg-dialogue", "status": "planned", "starts": "2031"}
    taking_part |= {"participations": [{"party": "KR", "person": "used", "role": "head"}]}
    return path, ("/v1/meetings", taking_part)


def used_dialogue(clients: Any) -> tuple[str, tuple[str, dict[str, Any]]]:
    body = {"id": "used", "name": {"en": "U"}, "parties": ["CN", "KR"], "level": "working"}
    path = f"/v1/dialogues/{made(clients.korea, '/v1/dialogues', body)}"
    overseen = {"kind": "annual_plan", "name": {"en": "P"}, "parties": ["CN", "KR"]}
    return path, ("/v1/agreements", overseen | {"overseen_by": "used"})


@pytest.mark.parametrize("use", [used_organization, used_person, used_dialogue])
def test_how_much_that_is_hidden_rests_on_a_record_is_not_told(use: Any, clients: Any) -> None:
    path, (collection, body) = use(clients)
    hidden = body | {"visibility": "party" if collection == "/v1/documents" else "parties"}

    def refused() -> str:
        match = {"If-Match": clients.admin.get(path).headers["etag"], "X-Request-ID": "asked"}
        # Japan, which owns none of it, is told of nothing that rests on it.
        others = clients.japan.delete(path, headers=match)
        assert (others.status_code, others.json()["errors"][0]["rule"]) == (403, "owner")
        # The operator may delete it, and does not see what is hidden either.
        answer = clients.admin.delete(path, headers=match)
        assert answer.status_code == 409
        return str(answer.text)

    made(clients.korea, collection, hidden)
    first = refused()
    assert not re.search(r"document|meeting|agreement|participation", first)
    made(clients.korea, collection, hidden)
    assert refused() == first
    made(clients.korea, collection, body)
    with_one_that_is_public = refused()
    assert with_one_that_is_public != first
    made(clients.korea, collection, hidden)
    assert refused() == with_one_that_is_public
