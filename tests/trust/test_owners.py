"""Whose record is whose: who is no owner of a record writes nothing of it, in whatever way."""

import json
from typing import Any

import pytest

from app.agreements.models import ActionItem, Agreement
from app.agreements.parties import parties_on
from app.directory.models import Organization, Party, Person
from app.documents.models import Document
from app.feed.redaction import redact
from app.kernel.access import ANONYMOUS, OPERATOR, Principal, Role
from app.kernel.dates import latest, utc_now
from app.kernel.journal import Author
from app.kernel.ownership import owners_of
from app.kernel.recording import UnownedWriteError
from app.kernel.records import record_classes
from tests.trust.test_matrix import lines_of_table, routes_of

PLAN, DIALOGUE = "/v1/agreements/clear-sky-plan-2023", "/v1/dialogues/cn-kr-dg-dialogue"
SEVENTH = "/v1/meetings/cn-kr-dg-dialogue-7"
ITEM = "/v1/action-items/clear-sky-plan-2023-5"
JSON_LINES = {"Content-Type": "application/jsonl"}
PARTIES = {"korea": "KR", "china": "CN", "japan": "JP"}


def revision(clients: Any) -> int:
    return int(clients.anonymous.get("/v1/journal/head").json()["revision"])


def refusal(answer: Any) -> tuple[int, str | None]:
    errors = answer.json().get("errors") or [{"rule": None}]
    return answer.status_code, errors[0]["rule"]


def change(client: Any, path: str, changes: dict[str, Any]) -> Any:
    match = {"If-Match": client.get(path).headers["etag"]}
    return client.patch(path, json=changes, headers=match)


def lines(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def exported(clients: Any, path: str, kind: str) -> dict[str, Any]:
    """A record as a line of an import gives it."""
    held = record_classes()[kind].body
    assert held is not None
    read = clients.anonymous.get(path).json()
    return {"record_kind": kind} | {
        name: value for name, value in read.items() if name in held.model_fields
    }


# Owners, by one rule a kind.


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("/v1/parties/KR", {"KR"}),
        ("/v1/organizations/cn-mee", {"CN"}),
        ("/v1/organizations/cn-kr-environmental-cooperation-centre", set()),
        ("/v1/people/zhou-guomei", {"CN"}),
        ("/v1/people/guo-jing", set()),
        ("/v1/documents/press-release-2023-12-20", set()),
        ("/v1/dialogues/temm", {"CN", "JP", "KR"}),
        ("/v1/meetings/cn-kr-dg-dialogue-7", {"CN", "KR"}),
        ("/v1/agreements/clear-sky-plan-2023", {"CN", "KR"}),
        ("/v1/action-items/clear-sky-plan-2023-5", {"CN", "KR"}),
    ],
)
@pytest.mark.both_engines
def test_a_record_is_owned_by_the_parties_that_its_kind_says(database, path, owners):
    collection, _, record_id = path.removeprefix("/v1/").partition("/")
    model = {
        "parties": Party,
        "organizations": Organization,
        "people": Person,
        "documents": Document,
        "action-items": ActionItem,
        "agreements": Agreement,
    }.get(collection) or record_classes()[collection.rstrip("s")]
    with database.writing(Author(OPERATOR)) as session:
        assert owners_of(session, session.get_one(model, record_id)) == owners


def test_every_kind_of_record_says_whose_it_is():
    assert [
        kind for kind, model in record_classes().items() if not hasattr(model, "owned_by")
    ] == []


@pytest.mark.both_engines
def test_a_document_belongs_to_the_party_that_entered_it(clients, database):
    body = {"title": {"en": "Minutes"}, "kind": "minutes", "issuer": "kr-moe"}
    path = f"/v1/documents/{clients.china.post('/v1/documents', json=body).json()['id']}"
    assert refusal(change(clients.korea, path, {"language": "ko"})) == (403, "owner")
    assert change(clients.china, path, {"language": "ko"}).status_code == 200
    assert change(clients.admin, path, {"language": "zh"}).status_code == 200
    with database.writing(Author(OPERATOR)) as session:
        found = session.get_one(Document, path.rpartition("/")[2])
        assert owners_of(session, found) == {"CN"}


# Who is no owner is refused before anything of the record is looked at.


@pytest.mark.parametrize("caller", ["korea", "china", "japan"])
@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("/v1/parties/KR", {"korea"}),
        ("/v1/organizations/cn-mee", {"china"}),
        ("/v1/organizations/cn-kr-environmental-cooperation-centre", set()),
        ("/v1/people/zhou-guomei", {"china"}),
        ("/v1/people/guo-jing", set()),
        ("/v1/documents/press-release-2023-12-20", set()),
        (DIALOGUE, {"korea", "china"}),
        (SEVENTH, {"korea", "china"}),
        (PLAN, {"korea", "china"}),
        (ITEM, {"korea", "china"}),
    ],
)
def test_nobody_but_an_owner_changes_or_deletes_a_record(clients, path, owners, caller):
    client, before = getattr(clients, caller), revision(clients)
    tried = [{}, {"If-Match": '"0"'}]
    if caller not in owners:
        tried.append({"If-Match": client.get(path).headers["etag"]})
    for headers in tried:
        answers = [
            client.patch(path, json={"citations": []}, headers=headers),
            client.delete(path, headers=headers),
        ]
        for answer in answers:
            if caller in owners:
                assert answer.status_code == (412 if headers else 428)
            else:
                assert refusal(answer) == (403, "owner")
                error = answer.json()["errors"][0]
                assert (error["header"], error["value"]) == ("Authorization", PARTIES[caller])
    assert revision(clients) == before


NEW: dict[str, dict[str, Any]] = {
    "parties": {"id": "MN", "name": {"en": "Mongolia"}, "timezone": "Asia/Ulaanbaatar"},
    "organizations": {"party": "CN", "names": [{"name": {"en": "Z"}}], "kind": "institute"},
    "people": {"name": {"en": "Z"}, "organization": "cn-mee"},
    "dialogues": {"name": {"en": "Z"}, "parties": ["CN", "JP"], "level": "working"},
    "meetings": {"dialogue": "cn-kr-dg-dialogue", "status": "planned"},
    "agreements": {"kind": "annual_plan", "name": {"en": "Z"}, "parties": ["CN"]},
    "action-items": {"agreement": "clear-sky-plan-2023", "number": 99, "title": {"en": "Z"}},
}


@pytest.mark.parametrize(
    ("caller", "collection", "changes", "pointer"),
    [
        ("korea", "parties", {}, "/id"),
        ("korea", "organizations", {}, "/party"),
        ("korea", "organizations", {"party": None}, "/party"),
        ("korea", "people", {}, "/organization"),
        ("korea", "people", {"organization": None}, "/organization"),
        (
            "korea",
            "people",
            {"organization": "cn-kr-environmental-cooperation-centre"},
            "/organization",
        ),
        ("korea", "dialogues", {}, "/parties"),
        ("japan", "meetings", {}, "/dialogue"),
        ("korea", "agreements", {}, "/parties"),
        ("japan", "action-items", {}, "/agreement"),
        # A plan of one's own is put under no dialogue of others.
        (
            "japan",
            "agreements",
            {"parties": ["JP"], "overseen_by": "cn-kr-dg-dialogue"},
            "/overseen_by",
        ),
    ],
)
def test_nobody_adds_a_record_that_would_be_others(clients, caller, collection, changes, pointer):
    before = revision(clients)
    body = NEW[collection] | changes
    answer = getattr(clients, caller).post(f"/v1/{collection}", json=body)
    assert refusal(answer) == (403, "owner")
    assert answer.json()["errors"][0]["pointer"] == pointer
    line = lines({"record_kind": _kind(collection), "id": body.get("id", "zz")} | body)
    for dry_run in ("true", "false"):
        imported = getattr(clients, caller).post(
            f"/v1/imports?dry_run={dry_run}", content=line, headers=JSON_LINES
        )
        assert refusal(imported) == (403, "owner")
        assert imported.json()["errors"][0]["pointer"] == pointer
    assert revision(clients) == before


def _kind(collection: str) -> str:
    return {"people": "person", "parties": "party"}.get(
        collection, collection.removesuffix("s").replace("-", "_")
    )


@pytest.mark.parametrize(
    ("path", "changes", "pointer"),
    [
        (DIALOGUE, {"parties": ["CN", "JP", "KR"]}, "/parties"),
        (PLAN, {"parties": ["KR"]}, "/parties"),
        ("/v1/organizations/kr-moe", {"party": "CN"}, "/party"),
        ("/v1/organizations/kr-moe", {"party": None}, "/party"),
    ],
)
def test_whose_a_record_is_is_changed_by_the_operator_alone(clients, path, changes, pointer):
    before = revision(clients)
    answer = change(clients.korea, path, changes)
    assert refusal(answer) == (403, "changed_by_operator")
    assert answer.json()["errors"][0]["pointer"] == pointer
    kind = _kind(path.split("/")[2])
    line = lines(exported(clients, path, kind) | changes)
    imported = clients.korea.post("/v1/imports?dry_run=true", content=line, headers=JSON_LINES)
    assert refusal(imported) == (403, "changed_by_operator")
    assert revision(clients) == before


def test_the_operator_changes_the_parties_of_a_dialogue(clients):
    joined = change(clients.admin, DIALOGUE, {"parties": ["CN", "JP", "KR"]})
    assert joined.json()["parties"] == ["CN", "JP", "KR"]
    assert change(clients.japan, DIALOGUE, {"established": "2016"}).status_code == 200


def test_an_administrator_of_a_party_writes_what_an_editor_of_it_does(clients):
    key = {"name": "cn-admin", "role": "admin", "party": "CN"}
    made = clients.admin.post("/v1/keys", json=key).json()["key"]
    with_key = {"Authorization": f"Bearer {made}"}
    for path, status in (("/v1/parties/KR", 403), ("/v1/parties/CN", 200)):
        match = {"If-Match": clients.anonymous.get(path).headers["etag"]}
        answer = clients.anonymous.patch(
            path, json={"name": {"ko": "나라"}}, headers=match | with_key
        )
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/v1/people/lee-young-seok", {"organization": "cn-mee"}),
        ("/v1/people/lee-young-seok", {"organization": None}),
    ],
)
def test_nobody_gives_a_record_away_to_others(clients, path, changes):
    answer = change(clients.korea, path, changes)
    assert (refusal(answer), answer.json()["errors"][0]["pointer"]) == (
        (403, "owner"),
        "/organization",
    )


def test_a_meeting_is_moved_by_who_owns_it_before_and_after(clients):
    body = {"name": {"en": "J"}, "parties": ["JP"], "level": "working", "id": "jp-own"}
    assert clients.japan.post("/v1/dialogues", json=body).status_code == 201
    taken = change(clients.korea, SEVENTH, {"dialogue": "jp-own"})
    assert (refusal(taken), taken.json()["errors"][0]["pointer"]) == ((403, "owner"), "/dialogue")
    assert refusal(change(clients.japan, SEVENTH, {"dialogue": "jp-own"})) == (403, "owner")


def test_an_owner_takes_nothing_away_from_another(clients):
    """China would lose an item, a meeting or a plan that Korea moves to where China is no party."""
    with_japan = {"id": "kr-jp", "name": {"en": "K"}, "parties": ["JP", "KR"], "level": "working"}
    assert clients.korea.post("/v1/dialogues", json=with_japan).status_code == 201
    plan = {"id": "kr-jp-plan", "kind": "annual_plan", "name": {"en": "K"}, "parties": ["JP", "KR"]}
    assert clients.korea.post("/v1/agreements", json=plan).status_code == 201
    before = revision(clients)
    for path, changes, kind in (
        (ITEM, {"agreement": "kr-jp-plan"}, "action_item"),
        (SEVENTH, {"dialogue": "kr-jp"}, "meeting"),
        (PLAN, {"overseen_by": "kr-jp"}, "agreement"),
    ):
        answer = change(clients.korea, path, changes)
        assert refusal(answer) == (403, "changed_by_operator")
        (error,) = answer.json()["errors"]
        assert error["pointer"] == f"/{next(iter(changes))}"
        assert error["detail"].startswith("CN would lose")
        line = lines(exported(clients, path, kind) | changes)
        imported = clients.korea.post("/v1/imports?dry_run=true", content=line, headers=JSON_LINES)
        assert refusal(imported) == (403, "changed_by_operator")
    assert revision(clients) == before
    wider = change(clients.korea, SEVENTH, {"dialogue": "temm", "ordinal": None})
    assert wider.json()["dialogue"] == "temm"


@pytest.mark.parametrize(
    ("collection", "changes", "pointer"),
    [
        (
            "agreements",
            {"relations": [{"kind": "continues", "agreement": "clear-sky-plan-2023"}]},
            "/relations/0/agreement",
        ),
        (
            "action-items",
            {"lineage": [{"kind": "merged", "action_item": "clear-sky-plan-2023-2"}]},
            "/lineage/0/action_item",
        ),
        (
            "meetings",
            {"decisions": [{"text": {"en": "Over"}, "action_item": "clear-sky-plan-2023-1"}]},
            "/decisions/0/action_item",
        ),
        (
            "meetings",
            {"agenda": [{"title": {"en": "Over"}, "agreement": "clear-sky-plan-2023"}]},
            "/agenda/0/agreement",
        ),
        ("organizations", {"parent": "cn-mee"}, "/parent"),
        ("organizations", {"succeeded_by": "cn-mee"}, "/succeeded_by"),
    ],
)
def test_what_shows_beside_a_record_is_said_by_its_owners(clients, collection, changes, pointer):
    """Else a third country could say what became of others' plans, and keep them in use."""
    own = {
        "dialogues": {"id": "jp-own", "name": {"en": "J"}, "parties": ["JP"], "level": "working"},
        "agreements": {"id": "jp-plan", "parties": ["JP"]},
        "meetings": {"id": "jp-own-1", "dialogue": "jp-own", "status": "held", "starts": "2024"},
        "action-items": {"id": "jp-plan-1", "agreement": "jp-plan", "number": 1},
        "organizations": {"id": "jp-own-agency", "party": "JP"},
    }
    for each, body in own.items():
        made = clients.japan.post(f"/v1/{each}", json=NEW[each] | body)
        assert made.status_code == 201, made.text
    before = revision(clients)
    path = f"/v1/{collection}/{own[collection]['id']}"
    another = {"id": "jp-another"} | ({"number": 2} if collection == "action-items" else {})
    body = NEW[collection] | own[collection] | another | changes
    line = lines({"record_kind": _kind(collection)} | body)
    for answer in (
        change(clients.japan, path, changes),
        clients.japan.post(f"/v1/{collection}", json=body),
        clients.japan.post("/v1/imports?dry_run=true", content=line, headers=JSON_LINES),
    ):
        assert refusal(answer) == (403, "owner")
        assert answer.json()["errors"][0]["pointer"] == pointer
    for decision in (
        {"effect": "ended", "agreement": "clear-sky-plan-2023"},
        {"effect": "changed", "action_item": "clear-sky-plan-2023-1"},
    ):
        told = {"text": {"en": "Over"}} | decision
        decided = clients.japan.post("/v1/meetings/jp-own-1/decisions", json=told)
        assert refusal(decided) == (403, "owner")
    assert revision(clients) == before


def test_nothing_is_published_but_by_the_word(clients):
    body = {"title": {"en": "Kept"}, "kind": "minutes", "issuer": "kr-moe", "visibility": "party"}
    made = clients.korea.post("/v1/documents", json=body).json()["id"]
    path = f"/v1/documents/{made}"
    taken_away = change(clients.korea, path, {"visibility": None})
    assert refusal(taken_away) == (422, "visibility_is_said")
    file = f"id,kind,title.en,issuer\n{made},minutes,Renamed,kr-moe\n"
    imported = clients.korea.post(
        "/v1/imports?kind=document", content=file, headers={"Content-Type": "text/csv"}
    )
    assert imported.json()["counts"][0]["changed"] == 1
    found = clients.korea.get(path).json()
    assert (found["title"]["en"], found["visibility"]) == ("Renamed", "party")
    assert clients.china.get(path).status_code == 404


def test_a_plan_of_others_is_given_no_successor(clients):
    before = revision(clients)
    answer = clients.japan.post(f"{PLAN}/successor", json={"name": {"en": "Taken over"}})
    assert (refusal(answer), revision(clients)) == ((403, "owner"), before)


def test_no_meeting_of_ones_own_ends_an_item_of_others(clients):
    body = {"id": "jp-own", "name": {"en": "J"}, "parties": ["JP"], "level": "working"}
    assert clients.japan.post("/v1/dialogues", json=body).status_code == 201
    held = {"dialogue": "jp-own", "status": "held", "starts": "2024-01-01", "id": "jp-own-1"}
    assert clients.japan.post("/v1/meetings", json=held).status_code == 201
    before, item = revision(clients), clients.anonymous.get(ITEM)
    match = {"If-Match": item.headers["etag"]}
    for decision in (
        {"effect": "ended", "action_item": "clear-sky-plan-2023-5"},
        {"effect": "changed", "action_item": "clear-sky-plan-2023-5", "changes": {"due": "2024"}},
        {"effect": "created", "item": NEW["action-items"]},
    ):
        path = "/v1/meetings/jp-own-1/decisions"
        told = {"text": {"en": "Decided"}} | decision
        assert refusal(clients.japan.post(path, json=told, headers=match)) == (403, "owner")
        told_there = clients.japan.post(f"{SEVENTH}/decisions", json=told, headers=match)
        assert refusal(told_there) == (403, "owner")
    assert (revision(clients), clients.anonymous.get(ITEM).json()) == (before, item.json())


# Imports.


def test_a_file_may_hold_records_of_others_as_they_stand(clients):
    theirs = exported(clients, "/v1/organizations/cn-mee", "organization")
    own = exported(clients, "/v1/organizations/kr-moe", "organization")
    sent = lines(theirs, own | {"acronym": "MCEE"})
    answer = clients.korea.post("/v1/imports", content=sent, headers=JSON_LINES)
    assert answer.status_code == 200, answer.text
    assert answer.json()["counts"] == [
        {"kind": "organization", "created": 0, "changed": 1, "unchanged": 1}
    ]


@pytest.mark.both_engines
def test_an_import_names_each_record_that_is_of_others_and_writes_none(clients):
    before = revision(clients)
    theirs = exported(clients, "/v1/organizations/cn-mee", "organization")
    own = exported(clients, "/v1/organizations/kr-moe", "organization")
    person = exported(clients, "/v1/people/zhou-guomei", "person")
    sent = lines(
        own | {"acronym": "MCEE"}, theirs | {"acronym": "X"}, person | {"title": {"en": "X"}}
    )
    for dry_run in ("true", "false"):
        answer = clients.korea.post(
            f"/v1/imports?dry_run={dry_run}", content=sent, headers=JSON_LINES
        )
        assert answer.status_code == 403
        found = [(error["row"], error["rule"], error["value"]) for error in answer.json()["errors"]]
        assert found == [(2, "owner", "KR"), (3, "owner", "KR")]
    assert revision(clients) == before


def test_an_import_brings_a_dialogue_of_ones_own_with_its_meetings(clients):
    sent = lines(
        {"record_kind": "dialogue", "id": "jp-own"} | NEW["dialogues"] | {"parties": ["JP"]},
        {"record_kind": "meeting", "id": "jp-own-1", "dialogue": "jp-own", "status": "planned"},
    )
    assert clients.korea.post("/v1/imports", content=sent, headers=JSON_LINES).status_code == 403
    assert clients.japan.post("/v1/imports", content=sent, headers=JSON_LINES).status_code == 200


@pytest.mark.parametrize("drafted", [True, False])
def test_a_dry_run_by_a_stranger_tells_nothing_of_what_rests_on_a_record(clients, drafted):
    if drafted:
        path = f"{ITEM}/reports"
        draft = {"status": "on_track", "state": "draft"}
        assert clients.china.post(path, json=draft).status_code == 201
    moved = exported(clients, ITEM, "action_item") | {"agreement": "clear-sky-plan-2022"}
    answer = clients.japan.post(
        "/v1/imports?dry_run=true", content=lines(moved), headers=JSON_LINES
    )
    assert refusal(answer) == (403, "owner")
    (error,) = answer.json()["errors"]
    assert error["detail"] == (
        "The action item clear-sky-plan-2023-5 is CN and KR's; only CN and KR can change it."
    )


# What two conclude jointly.


def propose(client: Any, meeting: str, *items: str, status: str = "completed") -> Any:
    path = f"{meeting}/assessments"
    match = {"If-Match": client.get(path).headers["etag"]}
    body = {"assessments": [{"action_item": item, "status": status} for item in items]}
    return client.put(path, json=body, headers=match)


def confirm(client: Any, meeting: str) -> Any:
    path = f"{meeting}/assessments"
    match = {"If-Match": client.get(path).headers["etag"]}
    return client.post(f"{path}/confirm", json={}, headers=match)


def test_nothing_is_concluded_jointly_by_one_party(clients):
    plan = {"id": "kr-own", "kind": "annual_plan", "name": {"en": "K"}, "parties": ["KR"]}
    plan["overseen_by"] = "cn-kr-dg-dialogue"
    assert clients.korea.post("/v1/agreements", json=plan).status_code == 201
    item = {"agreement": "kr-own", "number": 1, "title": {"en": "K"}}
    assert clients.korea.post("/v1/action-items", json=item).status_code == 201
    before = revision(clients)
    assert refusal(propose(clients.korea, SEVENTH, "kr-own-1")) == (409, "joint")
    assert revision(clients) == before


@pytest.mark.both_engines
def test_all_parties_of_the_day_of_the_meeting_confirm_whoever_is_one_now(clients):
    held = {"dialogue": "cn-kr-dg-dialogue", "status": "held", "starts": "2024-01-01"}
    made = clients.korea.post("/v1/meetings", json=held | {"id": "day"})
    assert made.status_code == 201, made.text
    # China leaves, by the operator's hand: what was to be concluded before still needs it.
    assert change(clients.admin, PLAN, {"parties": ["JP", "KR"]}).status_code in (200, 409, 422)
    assert change(clients.admin, PLAN, {"parties": ["CN", "JP", "KR"]}).status_code == 200
    proposed = propose(clients.korea, "/v1/meetings/day", "clear-sky-plan-2023-1")
    assert proposed.status_code == 200, proposed.text
    (found,) = proposed.json()["items"]
    assert (found["state"], found["parties"]) == ("proposed", ["CN", "KR"])
    # Japan, which joined later, neither sees it nor takes its place.
    assert clients.japan.get("/v1/meetings/day/assessments").json()["items"] == []
    before = revision(clients)
    taken = propose(clients.japan, "/v1/meetings/day", "clear-sky-plan-2023-1")
    assert refusal(taken) == (403, "party_of_agreement")
    assert propose(clients.japan, "/v1/meetings/day").status_code == 200
    assert revision(clients) == before
    adopted = confirm(clients.china, "/v1/meetings/day").json()["items"]
    assert [(each["state"], each["confirmed_by"]) for each in adopted] == [
        ("adopted", ["CN", "KR"])
    ]


@pytest.mark.both_engines
def test_who_has_left_an_agreement_still_confirms_for_the_days_on_which_it_was_a_party(
    clients, database
):
    plan = {"id": "three", "kind": "annual_plan", "name": {"en": "T"}, "overseen_by": "temm"}
    plan["parties"] = ["CN", "JP", "KR"]
    assert clients.korea.post("/v1/agreements", json=plan).status_code == 201
    item = {"agreement": "three", "number": 1, "title": {"en": "T"}}
    assert clients.korea.post("/v1/action-items", json=item).status_code == 201
    assert change(clients.admin, "/v1/agreements/three", {"parties": ["CN", "KR"]}).is_success
    meeting = "/v1/meetings/temm-24"
    assert propose(clients.korea, meeting, "three-1").status_code == 200
    assert confirm(clients.china, meeting).json()["items"][0]["state"] == "proposed"
    assert confirm(clients.japan, meeting).json()["items"][0]["state"] == "adopted"
    with database.reading(ANONYMOUS) as session:
        agreement = session.get_one(Agreement, "three")
        assert parties_on(session, agreement, latest("2023-11-04")) == ["CN", "JP", "KR"]
        assert parties_on(session, agreement, latest("2999")) == ["CN", "KR"]
        # What is changed on the day of a meeting changes nothing of what it concludes.
        assert parties_on(session, agreement, utc_now().date()) == ["CN", "JP", "KR"]


@pytest.mark.both_engines
def test_where_the_parties_of_a_day_were_redacted_nothing_is_concluded_for_it(clients, database):
    assert change(clients.admin, PLAN, {"parties": ["CN", "JP", "KR"]}).is_success
    with database.writing(Author(OPERATOR)) as session:
        redact(session, "agreement", "clear-sky-plan-2023", "Asked for.")
    before = revision(clients)
    answer = propose(clients.korea, SEVENTH, "clear-sky-plan-2023-1")
    assert refusal(answer) == (409, "parties_redacted")
    assert revision(clients) == before


# No route writes without asking.


@pytest.mark.both_engines
def test_what_is_written_without_asking_for_the_owner_is_not_committed(clients, database):
    before = revision(clients)
    author = Author(Principal("key:japan", Role.EDITOR, "JP"))
    with pytest.raises(UnownedWriteError), database.writing(author) as session:
        session.get_one(Party, "KR").name = {"en": "Renamed"}
    assert revision(clients) == before
    assert clients.anonymous.get("/v1/parties/KR").json()["name"]["en"] != "Renamed"


# Routes by which a third party adds, changes or deletes what is its own.
OF_ONES_OWN = {
    # Nothing is written.
    "POST /v1/journal/verify",
    "POST /v1/meetings/{id}/agenda/draft",
    "POST /v1/webhooks",
    "POST /v1/calendar-addresses",
    "POST /v1/documents",
    # The spare one is Japan's, too.
    "DELETE /v1/dialogues/{id}",
}


def test_no_route_lets_a_third_party_write_on_a_record_of_others(server):
    written = {
        f"{method} {path}"
        for method, path in routes_of(server.app)
        if method in ("POST", "PUT", "PATCH", "DELETE") and not path.startswith("/v1/keys")
    }
    asked = [
        (f"{line.method} {line.path}", line.expected()["editor JP"])
        for line in lines_of_table()
        if f"{line.method} {line.path}" in written
    ]
    assert {route for route, _ in asked} == written
    assert {route for route, status in asked if status < 400} <= OF_ONES_OWN
