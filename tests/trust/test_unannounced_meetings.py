"""Meetings of which only the parties know, until they are announced."""

from typing import Any

import pytest

from app.kernel.sessions import Database
from tests.feed.test_removals import move

pytestmark = pytest.mark.both_engines

MEETINGS = "/v1/meetings"
PLANNED = {
    "dialogue": "cn-kr-dg-dialogue",
    "status": "planned",
    "starts": "2027-05",
    "summary": {"en": "Unheard-of words."},
    "visibility": "parties",
}


def plan(client: Any, **more: Any) -> str:
    answer = client.post(MEETINGS, json=PLANNED | more)
    assert answer.status_code == 201, answer.text
    assert answer.json()["visibility"] == "parties"
    return f"{MEETINGS}/{answer.json()['id']}"


def patch(client: Any, path: str, body: dict[str, Any]) -> Any:
    match = {"If-Match": client.get(path).headers["etag"]}
    return client.patch(path, json=body, headers=match)


def rule(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["rule"]


def test_the_parties_of_the_dialogue_alone_see_it(clients: Any) -> None:
    path = plan(clients.korea)
    for client in (clients.korea, clients.reporter, clients.reader, clients.china):
        assert client.get(path).status_code == 200
        found = client.get(MEETINGS, params={"q": "unheard-of"}).json()["items"]
        assert [f"{MEETINGS}/{meeting['id']}" for meeting in found] == [path]
    for client in (clients.anonymous, clients.japan, clients.admin):
        assert client.get(path).status_code == 404
        assert client.get(MEETINGS, params={"q": "unheard-of"}).json()["items"] == []
        assert "Unheard-of" not in client.get("/v1/snapshot?kind=meeting").text
        assert "Unheard-of" not in client.get("/v1/changes?kind=meeting&limit=200").text
    assert patch(clients.china, path, {"starts": "2027-06"}).status_code == 200
    assert len(clients.korea.get(f"{path}/history").json()["items"]) == 2


def test_only_its_parties_plan_it_and_nothing_that_others_can_miss_is_taken(clients: Any) -> None:
    def refused(client: Any, **more: Any) -> tuple[int, str]:
        return rule(client.post(MEETINGS, json=PLANNED | more))

    assert refused(clients.japan) == (403, "party_of_dialogue")
    assert refused(clients.admin) == (403, "party_of_dialogue")
    assert refused(clients.korea, dialogue="nothing") == (422, "unknown_reference")
    assert refused(clients.korea, id="chosen") == (422, "named_by_the_server")
    assert refused(clients.korea, ordinal=8) == (422, "numbered_in_public")
    assert refused(clients.korea, status="held") == (422, "held_in_public")
    assert refused(clients.korea, visibility="party")[0] == 422
    path = plan(clients.korea)
    assert rule(patch(clients.china, path, {"ordinal": 8})) == (422, "numbered_in_public")
    assert rule(patch(clients.china, path, {"status": "held"})) == (422, "held_in_public")


def test_announced_it_is_numbered_and_everybodys_and_stays_so(clients: Any) -> None:
    path = plan(clients.korea)
    announced = patch(clients.china, path, {"visibility": "public", "ordinal": 8})
    assert announced.status_code == 200, announced.text
    assert clients.anonymous.get(path).json() == announced.json()
    assert len(clients.anonymous.get(f"{path}/history").json()["items"]) == 1
    assert rule(patch(clients.korea, path, {"visibility": "parties", "ordinal": None})) == (
        409,
        "once_public",
    )


def test_it_cites_nothing_that_only_one_side_keeps(clients: Any) -> None:
    kept = {"title": {"en": "K"}, "kind": "other", "issuer": "kr-moe", "visibility": "party"}
    document = clients.korea.post("/v1/documents", json=kept).json()["id"]
    citing = PLANNED | {"citations": [{"document": document}]}
    assert rule(clients.korea.post(MEETINGS, json=citing)) == (422, "seen_by_fewer")


def test_both_sides_prepare_it(clients: Any) -> None:
    path = plan(clients.korea)
    body = {"agreement": "clear-sky-plan-2023"}
    for client in (clients.korea, clients.china):
        assert client.post(f"{path}/agenda/draft", json=body).status_code == 200
    assert clients.japan.post(f"{path}/agenda/draft", json=body).status_code == 404


def test_who_joins_the_dialogue_does_not_come_to_see_it_and_who_leaves_is_not_shut_out(
    clients: Any,
) -> None:
    path, dialogue = plan(clients.korea), "/v1/dialogues/cn-kr-dg-dialogue"
    joined = {"parties": ["CN", "JP", "KR"]}
    assert rule(patch(clients.japan, dialogue, joined)) == (403, "owner")
    refused = patch(clients.korea, dialogue, joined)
    assert rule(refused) == (403, "changed_by_operator")
    assert refused.json()["errors"][0]["pointer"] == "/parties"
    assert patch(clients.admin, dialogue, joined).status_code == 200
    assert patch(clients.korea, path, {"starts": "2027-06"}).status_code == 200
    for address in (path, f"{path}/history"):
        assert clients.japan.get(address).status_code == 404
    with_japan = plan(clients.korea)
    assert clients.japan.get(with_japan).status_code == 200
    assert patch(clients.admin, dialogue, {"parties": ["CN", "KR"]}).status_code == 200
    assert patch(clients.korea, with_japan, {"starts": "2027-06"}).status_code == 200
    assert clients.japan.get(with_japan).json()["starts"] == "2027-06"
    assert clients.korea.post("/v1/journal/verify", json={}).json()["valid"]


def test_moved_to_a_dialogue_of_others_it_is_theirs(clients: Any, database: Database) -> None:
    path = plan(clients.korea)
    for id_, parties in (("far", ["JP", "KR"]), ("not-ours", ["CN", "JP"])):
        body = {"id": id_, "name": {"en": id_}, "parties": parties, "level": "working"}
        clients.admin.post("/v1/dialogues", json=body).raise_for_status()
    refused = patch(clients.korea, path, {"dialogue": "not-ours"})
    assert rule(refused) == (403, "owner")
    assert refused.json()["errors"][0]["pointer"] == "/dialogue"
    # China would lose it: that is for the operator, who sees it on the command line.
    assert rule(patch(clients.korea, path, {"dialogue": "far"})) == (403, "changed_by_operator")
    move(database, path.rpartition("/")[2], "far")
    assert clients.japan.get(path).status_code == 200
    assert clients.china.get(path).status_code == 410
    assert clients.korea.post("/v1/journal/verify", json={}).json()["valid"]
