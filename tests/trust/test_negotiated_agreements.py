"""Agreements of which only the parties know, with their items, until they are made public."""

import json
from typing import Any

import pytest

from app.exchange.export import export
from app.exchange.load import LoadError, load, read_folders
from app.kernel.access import OPERATOR
from app.kernel.journal import Author

pytestmark = pytest.mark.both_engines


AGREEMENTS, ITEMS = "/v1/agreements", "/v1/action-items"
EARLIER = "clear-sky-plan-2023"
PLAN = {
    "kind": "annual_plan",
    "name": {"en": "Unheard-of words."},
    "parties": ["CN", "KR"],
    "overseen_by": "cn-kr-dg-dialogue",
    "status": "negotiating",
    "starts": "2024",
    "relations": [{"kind": "continues", "agreement": EARLIER}],
    "visibility": "parties",
}


def negotiate(client: Any, **more: Any) -> str:
    answer = client.post(AGREEMENTS, json=PLAN | more)
    assert answer.status_code == 201, answer.text
    assert answer.json()["visibility"] == "parties"
    return str(answer.json()["id"])


def add_item(client: Any, agreement: str, **more: Any) -> Any:
    body = {"agreement": agreement, "number": 1, "title": {"en": "Unheard-of words."}}
    return client.post(ITEMS, json=body | more)


def patch(client: Any, path: str, body: dict[str, Any]) -> Any:
    match = {"If-Match": client.get(path).headers["etag"]}
    return client.patch(path, json=body, headers=match)


def rule(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["rule"]


def test_the_parties_alone_see_it_and_its_items(clients: Any) -> None:
    agreement = negotiate(clients.korea)
    item = add_item(clients.china, agreement)
    assert (item.status_code, item.json()["visibility"]) == (201, "parties")
    paths = (f"{AGREEMENTS}/{agreement}", f"{ITEMS}/{item.json()['id']}")
    for client in (clients.korea, clients.reporter, clients.reader, clients.china):
        assert [client.get(path).status_code for path in paths] == [200, 200]
        progress = client.get(f"{paths[0]}/progress").json()
        assert progress["summary"]["items"] == 1
    for client in (clients.anonymous, clients.japan, clients.admin):
        assert [client.get(path).status_code for path in paths] == [404, 404]
        assert client.get(f"{paths[0]}/progress").status_code == 404
        for path in (AGREEMENTS, ITEMS):
            assert client.get(path, params={"q": "unheard-of"}).json()["items"] == []
        assert "Unheard-of" not in client.get("/v1/snapshot").text


def test_what_continues_in_it_is_known_to_its_parties_alone(clients: Any) -> None:
    agreement = negotiate(clients.korea)
    lineage = [{"kind": "continued", "action_item": f"{EARLIER}-1"}]
    made = add_item(clients.korea, agreement, lineage=lineage).json()["id"]
    path = f"{ITEMS}/{EARLIER}-1/lineage"

    def told(client: Any) -> tuple[list[str], list[str | None]]:
        items = client.get(path).json()["items"]
        return [item["id"] for item in items], [item["outcome"] for item in items]

    for client in (clients.korea, clients.china):
        ids, outcomes = told(client)
        assert (ids[-1], outcomes[-2]) == (made, "continued")
    for client in (clients.anonymous, clients.japan):
        ids, outcomes = told(client)
        assert (ids[-1], outcomes[-1]) == (f"{EARLIER}-1", None)


def test_made_public_it_is_so_with_all_its_items_in_one_revision(clients: Any) -> None:
    agreement = negotiate(clients.korea)
    items = [add_item(clients.china, agreement, number=n).json()["id"] for n in (1, 2)]
    path = f"{AGREEMENTS}/{agreement}"
    answer = patch(clients.china, path, {"visibility": "public", "status": "signed"})
    assert answer.status_code == 200, answer.text
    revision = answer.json()["revision"]
    assert clients.anonymous.get(path).json() == answer.json()
    for item in items:
        record = clients.anonymous.get(f"{ITEMS}/{item}").json()
        assert (record["visibility"], record["revision"]) == ("public", revision)
    changes = clients.anonymous.get("/v1/changes", params={"since": revision - 1}).json()["items"]
    assert {change["id"] for change in changes} == {agreement, *items}
    assert rule(patch(clients.korea, path, {"visibility": "parties"})) == (409, "once_public")
    report = {"status": "on_track"}
    assert clients.korea.post(f"{ITEMS}/{items[0]}/reports", json=report).status_code == 201
    assert clients.china.post("/v1/journal/verify", json={}).json()["valid"]


def test_an_item_is_as_visible_as_its_agreement(clients: Any) -> None:
    agreement = negotiate(clients.korea)
    public = add_item(clients.korea, agreement, visibility="public")
    assert rule(public) == (422, "as_its_agreement")
    assert rule(add_item(clients.korea, agreement, id="chosen")) == (422, "named_by_the_server")
    assert rule(add_item(clients.japan, agreement)) == (422, "unknown_reference")
    hidden = add_item(clients.korea, EARLIER, number=40, visibility="parties")
    assert rule(hidden) == (422, "as_its_agreement")
    item = f"{ITEMS}/{add_item(clients.korea, agreement).json()['id']}"
    assert rule(patch(clients.korea, item, {"visibility": "public"})) == (422, "seen_by_fewer")
    assert patch(clients.china, item, {"due": "2024-12"}).status_code == 200


def test_only_a_party_negotiates_and_with_the_same_parties_throughout(
    clients: Any, database: Any, tmp_path: Any
) -> None:
    def refused(client: Any, **more: Any) -> tuple[int, str]:
        return rule(client.post(AGREEMENTS, json=PLAN | more))

    assert refused(clients.japan) == (403, "owner")
    assert refused(clients.admin) == (403, "party_of_agreement")
    assert refused(clients.korea, id="chosen") == (422, "named_by_the_server")
    assert refused(clients.korea, visibility="party")[0] == 422
    path = f"{AGREEMENTS}/{negotiate(clients.korea)}"
    joined = patch(clients.korea, path, {"parties": ["CN", "JP", "KR"]})
    assert rule(joined) == (403, "changed_by_operator")
    assert joined.json()["errors"][0]["pointer"] == "/parties"
    with database.reading(OPERATOR) as session:
        export(session, tmp_path)
    folder = tmp_path / "joined"
    folder.mkdir()
    (plan,) = [
        record
        for record in json.loads((tmp_path / "agreements.json").read_text("utf-8"))
        if record.get("visibility") == "parties"
    ]
    plan["parties"] = ["CN", "JP", "KR"]
    (folder / "agreements.json").write_text(json.dumps([plan]), "utf-8")
    with pytest.raises(LoadError, match="known_to_its_parties"):
        load(database, Author(OPERATOR), read_folders([folder]))
    assert patch(clients.korea, path, {"parties": ["KR", "CN"]}).status_code == 200
    assert clients.china.get(path).json()["parties"] == ["KR", "CN"]


def test_nothing_rests_on_it_before_it_is_public(clients: Any) -> None:
    agreement = negotiate(clients.korea)
    item = add_item(clients.korea, agreement).json()["id"]
    report = {"status": "on_track"}
    for path, body in (
        (f"{ITEMS}/{item}/reports", report),
        (f"{ITEMS}/{item}/reports", report | {"state": "draft"}),
        (f"{AGREEMENTS}/{agreement}/reports", {"reports": [{"action_item": item, **report}]}),
        (f"{AGREEMENTS}/{agreement}/successor", {"name": {"en": "After"}, "starts": "2025"}),
    ):
        assert rule(clients.korea.post(path, json=body)) == (409, "public_first"), path
    meeting = "/v1/meetings/cn-kr-dg-dialogue-7"
    match = {"If-Match": clients.korea.get(f"{meeting}/assessments").headers["etag"]}
    proposal = {"assessments": [{"action_item": item, "status": "on_track"}]}
    answer = clients.korea.put(f"{meeting}/assessments", json=proposal, headers=match)
    assert rule(answer) == (422, "seen_by_fewer")
    decision = {"text": {"en": "Decided."}, "action_item": item}
    answer = clients.korea.post(f"{meeting}/decisions", json=decision)
    assert rule(answer) == (422, "seen_by_fewer")
    relation = {"relations": [{"kind": "part_of", "agreement": agreement}]}
    answer = patch(clients.korea, f"{AGREEMENTS}/clear-sky-project", relation)
    assert rule(answer) == (422, "seen_by_fewer")
    duties = clients.korea.get("/v1/parties/KR/duties").json()
    assert duties["not_reported"]
    assert item not in {owed["id"] for owed in duties["not_reported"]}


def test_a_meeting_not_announced_has_it_on_its_agenda_and_is_announced_after_it(
    clients: Any,
) -> None:
    agreement = negotiate(clients.korea)
    meeting = {
        "dialogue": "cn-kr-dg-dialogue",
        "status": "planned",
        "visibility": "parties",
        "agenda": [{"title": {"en": "The next plan"}, "agreement": agreement}],
    }
    made = clients.china.post("/v1/meetings", json=meeting)
    assert made.status_code == 201, made.text
    path = f"/v1/meetings/{made.json()['id']}"
    announced = {"visibility": "public"}
    assert rule(patch(clients.china, path, announced)) == (422, "seen_by_fewer")
    drafted = clients.korea.post(f"{path}/agenda/draft", json={"agreement": agreement})
    assert drafted.status_code == 200, drafted.text
    assert patch(clients.china, f"{AGREEMENTS}/{agreement}", announced).status_code == 200
    assert patch(clients.china, path, announced).status_code == 200


def test_it_survives_export_and_load(clients: Any, database: Any, tmp_path: Any) -> None:
    agreement = negotiate(clients.korea)
    item = add_item(clients.korea, agreement).json()["id"]
    with database.reading(OPERATOR) as session:
        export(session, tmp_path)
    again = load(database, Author(OPERATOR), read_folders([tmp_path]))
    assert again.revision is None
    text = (tmp_path / "agreements.json").read_text("utf-8")
    assert '"visibility": "parties"' in text
    changed = text.replace('"visibility": "parties"', '"visibility": "public"')
    (tmp_path / "agreements.json").write_text(changed, "utf-8")
    items = (tmp_path / "action-items.json").read_text("utf-8")
    published = items.replace('"visibility": "parties"', '"visibility": "public"')
    (tmp_path / "action-items.json").write_text(published, "utf-8")
    load(database, Author(OPERATOR), read_folders([tmp_path]))
    assert clients.anonymous.get(f"{ITEMS}/{item}").json()["visibility"] == "public"
