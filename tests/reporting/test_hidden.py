"""A draft and a proposal leave no trace for those who may not see them, on any route."""

import json

import pytest

from app.exchange.export import export
from app.kernel.access import OPERATOR
from app.openapi import openapi_of
from tests.described import in_place

pytestmark = pytest.mark.both_engines

ITEM = "clear-sky-plan-2023-5"
MEETING = "/v1/meetings/cn-kr-dg-dialogue-7/assessments"


def draft(clients):
    body = {"state": "draft", "status": "delayed", "summary": {"en": "Unheard-of words."}}
    answer = clients.korea.post(f"/v1/action-items/{ITEM}/reports", json=body)
    assert answer.status_code == 201, answer.text
    return f"/v1/status-reports/{answer.json()['id']}", [clients.korea, clients.reporter]


def proposal(clients):
    remarks = {"en": "Unheard-of words."}
    proposed = {"action_item": ITEM, "status": "delayed", "remarks": remarks}
    answer = clients.korea.put(
        MEETING,
        json={"assessments": [proposed]},
        headers={"If-Match": clients.korea.get(MEETING).headers["etag"]},
    )
    assert answer.status_code == 200, answer.text
    made = answer.json()["items"][0]["id"]
    return f"/v1/assessments/{made}", [clients.korea, clients.china, clients.reporter]


# What is of no record: how much was written, and when keys were last used; and the feed's stream,
# which does not end.
LEFT_OUT = ("/v1/journal/head", "/v1/keys", "/v1/keys/{name}", "/v1/changes/stream")


def questions(app):
    """Every GET route of the API, asked for the records of its examples, and some searches."""
    for path, operations in in_place(openapi_of(app))["paths"].items():
        if "get" not in operations or not path.startswith("/v1/") or path in LEFT_OUT:
            continue
        ids = {
            parameter["name"]: parameter.get("example")
            for parameter in operations["get"].get("parameters", [])
            if parameter["in"] == "path"
        }
        if None not in ids.values():
            yield path.format(**ids)
    yield f"/v1/action-items/{ITEM}/timeline"
    yield f"/v1/action-items/{ITEM}/standing"
    yield "/v1/status-reports?q=unheard&state=draft"
    yield "/v1/assessments?state=proposed"
    yield "/v1/agreements/clear-sky-plan-2023/progress?group_by=party"
    yield "/v1/changes?limit=200&since=1"


def told(client, app):
    """What each question is answered, but for the number of the newest revision."""
    answers = {}
    for question in questions(app):
        answer = client.get(question)
        if not answer.headers["content-type"].endswith("json"):
            answers[question] = answer.status_code, answer.content
            continue
        body = answer.json()
        body.pop("revision", None)
        body.pop("instance", None)
        answers[question] = answer.status_code, json.dumps(body)
    return answers


@pytest.mark.parametrize("make", [draft, proposal], ids=["draft", "proposal"])
def test_who_may_not_see_it_is_answered_as_if_it_were_not(clients, server, make):
    others = [clients.anonymous, clients.japan, clients.admin]
    before = [told(client, server.app) for client in others]
    path, _ = make(clients)
    assert [told(client, server.app) for client in others] == before
    assert [client.get(path).status_code for client in others] == [404] * 3
    assert [client.get(f"{path}/history").status_code for client in others] == [404] * 3


@pytest.mark.parametrize("make", [draft, proposal], ids=["draft", "proposal"])
def test_who_may_see_it_finds_it_in_lists_history_and_feed(clients, make):
    path, seers = make(clients)
    collection, _, made = path.rpartition("/")
    for client in seers:
        assert client.get(path).status_code == 200
        listed = client.get(collection, params={"q": "unheard-of"}).json()["items"]
        assert [record["id"] for record in listed] == [made]
        assert len(client.get(f"{path}/history").json()["items"]) == 1
        changes = client.get("/v1/changes", params={"id": made}).json()["items"]
        assert [change["operation"] for change in changes] == ["create"]


@pytest.mark.parametrize("make", [draft, proposal], ids=["draft", "proposal"])
def test_what_is_hidden_is_proven_and_exported_all_the_same(clients, database, tmp_path, make):
    make(clients)
    for client in (clients.reader, clients.japan):
        assert client.post("/v1/journal/verify", json={}).json()["valid"]
    with database.reading(OPERATOR) as session:
        export(session, tmp_path)
    assert "Unheard-of words." in "".join(path.read_text("utf-8") for path in tmp_path.iterdir())


def test_a_discarded_draft_is_gone_for_its_side_and_never_was_for_others(clients):
    path, _ = draft(clients)
    match = {"If-Match": clients.korea.get(path).headers["etag"]}
    assert clients.china.delete(path, headers=match).status_code == 404
    assert clients.korea.delete(path, headers=match).status_code == 204
    assert clients.korea.get(path).status_code == 410
    for client in (clients.anonymous, clients.china):
        assert client.get(path).status_code == 404
        assert client.get(f"{path}/history").status_code == 404


def test_submitted_and_adopted_they_are_everybodys(clients):
    path, _ = draft(clients)
    clients.korea.post(f"{path}/submit").raise_for_status()
    assert clients.anonymous.get(path).json()["visibility"] == "public"
    (submitted,) = clients.anonymous.get(f"{path}/history").json()["items"]
    assert submitted["record"]["state"] == "submitted"
    path, _ = proposal(clients)
    match = {"If-Match": clients.china.get(MEETING).headers["etag"]}
    clients.china.post(f"{MEETING}/confirm", json={}, headers=match).raise_for_status()
    assert clients.anonymous.get(path).json()["visibility"] == "public"


def test_what_a_draft_rests_on_is_kept_without_telling_of_the_draft(clients):
    item = {"id": "kept", "agreement": "clear-sky-plan-2023", "number": 50, "title": {"en": "K"}}
    clients.china.post("/v1/action-items", json=item).raise_for_status()
    draft = {"state": "draft", "status": "delayed"}
    clients.korea.post("/v1/action-items/kept/reports", json=draft).raise_for_status()
    match = {"If-Match": clients.china.get("/v1/action-items/kept").headers["etag"]}
    answer = clients.china.delete("/v1/action-items/kept", headers=match)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["rule"] == "in_use"
    assert "report" not in answer.text


def test_a_party_with_a_draft_stays_a_party_without_telling_of_the_draft(clients):
    plan = {"id": "kept-plan", "kind": "annual_plan", "name": {"en": "K"}, "parties": ["CN", "KR"]}
    clients.china.post("/v1/agreements", json=plan).raise_for_status()
    item = {"id": "kept", "agreement": "kept-plan", "number": 1, "title": {"en": "K"}}
    clients.china.post("/v1/action-items", json=item).raise_for_status()
    draft = {"state": "draft", "status": "delayed"}
    clients.korea.post("/v1/action-items/kept/reports", json=draft).raise_for_status()
    path = "/v1/agreements/kept-plan"
    match = {"If-Match": clients.china.get(path).headers["etag"]}
    answer = clients.admin.patch(path, json={"parties": ["CN", "JP"]}, headers=match)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["rule"] == "party_in_use"
    assert "report" not in answer.text
    refused = clients.china.patch(path, json={"parties": ["CN", "JP"]}, headers=match)
    assert refused.status_code == 403
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["rule"]) == ("/parties", "changed_by_operator")
    assert "report" not in refused.text


def test_a_meeting_with_a_proposal_keeps_its_day_without_telling_of_the_proposal(clients):
    proposal(clients)
    meeting = "/v1/meetings/cn-kr-dg-dialogue-7"
    match = {"If-Match": clients.admin.get(meeting).headers["etag"]}
    answer = clients.admin.patch(meeting, json={"starts": "2023-12"}, headers=match)
    assert answer.status_code == 409
    assert "assessment." not in answer.text
    refused = clients.japan.patch(meeting, json={"starts": "2023-12"}, headers=match)
    assert refused.status_code == 403
    assert [error["rule"] for error in refused.json()["errors"]] == ["owner"]
    assert "assessment." not in refused.text
