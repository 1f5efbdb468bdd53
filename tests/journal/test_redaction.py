"""What is redacted is gone and says so everywhere; the chain holds, and nothing else is missing."""

import json

import pytest
from sqlalchemy import text

from app.feed import snapshot
from app.feed.redaction import redact
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.journal import Author, head
from app.kernel.problems import Conflict, InvalidRequest, NotFound, Problem
from tests.journal.test_feed import follow

pytestmark = pytest.mark.both_engines

PERSON = "/v1/people/private"
PRIVATE = {"id": "private", "name": {"en": "Somebody Private"}, "organization": "kr-moe"}
WHY = "Asked for by the person"
PLAN = "/v1/agreements/clear-sky-plan-2023/progress"
ITEM = "/v1/action-items/clear-sky-plan-2023-1"


def change(client, path, **members):
    tag = {"If-Match": client.get(path).headers["etag"]}
    answer = client.patch(path, json=members, headers=tag)
    answer.raise_for_status()
    return int(answer.headers["revision"])


def delete(client, path):
    answer = client.delete(path, headers={"If-Match": client.get(path).headers["etag"]})
    answer.raise_for_status()
    return int(answer.headers["revision"])


def redacted(database, kind, record_id, *revisions):
    with database.writing(Author(OPERATOR, reason=WHY)) as session:
        return [made.id for made in redact(session, kind, record_id, WHY, revisions)]


def verified(database, since=0):
    with database.reading(OPERATOR) as session:
        return verify(session, since)


def newest(database):
    with database.reading(OPERATOR) as session:
        return head(session).number


def behind_its_back(database, statement):
    with database.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.fixture
def person(clients, database):
    """Revisions 2 and 3 say what is private; 4 is what the record says now."""
    clients.korea.post("/v1/people", json=PRIVATE).raise_for_status()
    change(clients.korea, PERSON, title={"en": "Private Secretary"})
    change(clients.korea, PERSON, name={"en": "Removed"}, title=None)
    assert newest(database) == 4
    return database


def test_what_is_redacted_is_nowhere_in_the_journal_and_the_chain_holds(person):
    before = verified(person)
    assert redacted(person, "person", "private") == ["redaction-5"]
    result = verified(person)
    assert (result.valid, result.fault) == (True, None)
    assert (before.redacted, result.redacted) == (0, 2)
    assert result.revisions == result.head.revision == 5
    with person.engine.connect() as connection:
        left = connection.execute(text("SELECT document FROM change")).scalars().all()
    assert not [document for document in left if document and "Private" in document]


def test_its_history_says_when_by_whom_and_why_in_the_place_of_each_document(person, clients):
    before = clients.anonymous.get(f"{PERSON}/history").json()["items"]
    redacted(person, "person", "private")
    after = clients.anonymous.get(f"{PERSON}/history").json()["items"]
    revision = follow(clients.anonymous, since=4)[0][0]
    tombstone = {"revision": 5, "at": revision["at"], "by": "operator", "reason": WHY}
    assert [entry["redacted"] for entry in before] == [None] * 3
    assert [entry["redacted"] for entry in after] == [tombstone, tombstone, None]
    assert [entry["record"] is None for entry in after] == [True, True, False]
    for name in ("revision", "at", "operation", "digest", "principal", "party", "reason"):
        assert [entry[name] for entry in after] == [entry[name] for entry in before]
    assert after[-1]["record"] == clients.anonymous.get(PERSON).json()


@pytest.mark.parametrize("query", [{}, {"kind": ["person", "redaction"]}, {"limit": 1}])
def test_the_feed_has_tombstones_and_tells_followers_what_was_redacted(person, clients, query):
    follow(clients.anonymous, since=1, **query)
    redacted(person, "person", "private")
    items, revision = follow(clients.anonymous, since=1, **query)
    assert revision == 5
    assert [item["operation"] for item in items] == ["create", "update", "update", "create"]
    assert [item["redacted"] and item["redacted"]["revision"] for item in items] == [
        5,
        5,
        None,
        None,
    ]
    assert [item["record"] is None for item in items] == [True, True, False, False]
    told = items[-1]
    assert (told["revision"], told["kind"], told["id"]) == (5, "redaction", "redaction-5")
    assert told["record"]["revisions"] == [2, 3]
    assert (told["record"]["record_kind"], told["record"]["record_id"]) == ("person", "private")
    assert (told["record"]["reason"], told["record"]["redacted_by"]) == (WHY, "operator")


def test_a_redaction_is_a_record_to_read_and_stays(person, clients):
    redacted(person, "person", "private")
    (listed,) = clients.anonymous.get("/v1/redactions").json()["items"]
    assert clients.anonymous.get("/v1/redactions/redaction-5").json() == listed
    assert clients.anonymous.get("/v1/redactions?record_kind=party").json()["items"] == []
    assert clients.anonymous.get("/v1/redactions?q=person").json()["items"] == [listed]
    (entry,) = clients.anonymous.get("/v1/redactions/redaction-5/history").json()["items"]
    assert (entry["principal"], entry["reason"], entry["record"]) == ("operator", WHY, listed)
    for method in ("PATCH", "DELETE", "PUT"):
        assert clients.admin.request(method, "/v1/redactions/redaction-5").status_code == 405
    with pytest.raises(Conflict, match="stays"):
        redacted(person, "redaction", "redaction-5")


def test_one_revision_alone_can_be_redacted(person, clients):
    redacted(person, "person", "private", 3)
    entries = clients.anonymous.get(f"{PERSON}/history").json()["items"]
    assert [entry["record"] is None for entry in entries] == [False, True, False]
    redacted(person, "person", "private")
    entries = clients.anonymous.get(f"{PERSON}/history").json()["items"]
    assert [entry["redacted"]["revision"] for entry in entries[:2]] == [6, 5]
    assert verified(person).redacted == 2


def test_all_that_a_deleted_record_said_can_be_redacted_and_its_id_stays_taken(person, clients):
    assert delete(clients.korea, PERSON) == 5
    redacted(person, "person", "private")
    entries = clients.anonymous.get(f"{PERSON}/history").json()["items"]
    assert [entry["operation"] for entry in entries] == ["create", "update", "update", "delete"]
    assert [entry["redacted"] is None for entry in entries] == [False, False, False, True]
    assert clients.anonymous.get(PERSON).status_code == 410
    body = PRIVATE | {"name": {"en": "Another"}}
    assert "never reused" in clients.korea.post("/v1/people", json=body).json()["detail"]
    assert verified(person).valid


def test_the_snapshot_has_the_record_as_it_is_and_the_redaction(person, clients):
    redacted(person, "person", "private")
    lines = [json.loads(line) for line in clients.anonymous.get("/v1/snapshot").text.splitlines()]
    by_id = {line["id"]: line for line in lines}
    assert by_id["private"]["record"]["name"] == {"en": "Removed"}
    assert by_id["redaction-5"]["record"]["revisions"] == [2, 3]
    assert {line["redacted"] is None for line in lines} == {True}


def test_a_snapshot_under_way_says_that_a_document_was_redacted_meanwhile(
    person, clients, monkeypatch
):
    real, amid = snapshot._batch, []

    def amid_a_redaction(*arguments):
        if not amid:
            amid.append(change(clients.korea, PERSON, name={"en": "Removed again"}))
            redacted(person, "person", "private")
        return real(*arguments)

    monkeypatch.setattr(snapshot, "_batch", amid_a_redaction)
    answer = clients.anonymous.get("/v1/snapshot?kind=person")
    assert answer.headers["revision"] == "4"
    (line,) = [
        line for line in map(json.loads, answer.text.splitlines()) if line["id"] == "private"
    ]
    assert (line["revision"], line["record"], line["redacted"]["revision"]) == (4, None, 6)
    changes, _ = follow(clients.anonymous, since=4, kind="person")
    assert changes[-1]["record"]["name"] == {"en": "Removed again"}


def test_progress_at_a_revision_is_not_told_where_what_it_rests_on_was_redacted(clients, database):
    changed = change(clients.korea, ITEM, title={"en": "Another title"})
    now = clients.anonymous.get(f"{PLAN}?as_of=2024-01-01").json()["items"]
    for asked in (1, changed):
        assert clients.anonymous.get(f"{PLAN}?at_revision={asked}").status_code == 200
    redacted(database, "action_item", "clear-sky-plan-2023-1")
    for path in (PLAN, "/v1/dialogues/cn-kr-dg-dialogue/progress", f"{ITEM}/standing"):
        refused = clients.anonymous.get(f"{path}?at_revision=1")
        assert refused.status_code == 410
        problem = refused.json()
        assert (problem["type"], problem["redaction"]) == ("/problems/redacted", changed + 1)
        assert "clear-sky-plan-2023-1" in problem["detail"]
        for asked in (changed, changed + 1):
            assert clients.anonymous.get(f"{path}?at_revision={asked}").status_code == 200
    other = "/v1/action-items/clear-sky-plan-2023-2/standing?at_revision=1"
    assert clients.anonymous.get(other).status_code == 200
    assert clients.anonymous.get(f"{PLAN}?as_of=2024-01-01").json()["items"] == now


def test_who_could_see_the_changes_sees_that_they_were_redacted_and_nobody_else(clients, database):
    draft = clients.korea.post(f"{ITEM}/reports", json={"status": "on_track", "state": "draft"})
    path = f"/v1/status-reports/{draft.json()['id']}"
    change(clients.korea, path, progress=20)
    clients.korea.post(f"{path}/submit").raise_for_status()
    withdrawal = {"reason": {"en": "It names a person."}}
    clients.korea.post(f"{path}/withdraw", json=withdrawal).raise_for_status()
    made = redacted(database, "status_report", draft.json()["id"])
    hidden, public = made
    assert public == "redaction-6"

    def told(client):
        records = {item["id"]: item for item in client.get("/v1/redactions").json()["items"]}
        assert {item["id"] for item in follow(client, since=5)[0]} == set(records)
        return {id_: (record["revisions"], record["parties"]) for id_, record in records.items()}

    assert told(clients.korea) == {hidden: ([2, 3], ["KR"]), public: ([4], [])}
    for client in (clients.china, clients.anonymous):
        assert told(client) == {public: ([4], [])}
        assert client.get(f"/v1/redactions/{hidden}").status_code == 404
    assert verified(database).redacted == 3


def test_the_answer_kept_for_repeats_of_a_write_goes_with_its_document(clients, database):
    body = PRIVATE
    once = {"Idempotency-Key": "once"}
    other = {"Idempotency-Key": "other"}
    clients.korea.post("/v1/people", json=body, headers=once).raise_for_status()
    clients.korea.post("/v1/people", json=body | {"id": "else"}, headers=other).raise_for_status()
    change(clients.korea, PERSON, name={"en": "Removed"})
    redacted(database, "person", "private")
    assert clients.korea.post("/v1/people", json=body, headers=once).status_code == 409
    again = clients.korea.post("/v1/people", json=body | {"id": "else"}, headers=other)
    assert again.headers["idempotent-replayed"] == "true"


def test_so_does_that_to_a_later_write_which_told_the_same(clients, database):
    once, other = {"Idempotency-Key": "once"}, {"Idempotency-Key": "other"}
    changed = change(clients.korea, ITEM, title={"en": "Somebody Private"})
    deciding = "/v1/meetings/cn-kr-dg-dialogue-7/decisions"
    body = {"text": {"en": "Decided."}, "action_item": "clear-sky-plan-2023-1"}
    assert "Somebody Private" in clients.korea.post(deciding, json=body, headers=once).text
    brief = {"id": "brief", "name": {"en": "Brief"}, "organization": "kr-moe"}
    clients.korea.post("/v1/people", json=brief, headers=other).raise_for_status()
    change(clients.korea, ITEM, title={"en": "Removed"})
    redacted(database, "action_item", "clear-sky-plan-2023-1", changed)
    again = clients.korea.post(deciding, json=body, headers=once)
    assert again.status_code == 201
    assert "Somebody Private" not in again.text
    repeated = clients.korea.post("/v1/people", json=brief, headers=other)
    assert repeated.headers["idempotent-replayed"] == "true"


REFUSALS = {
    "a record that never was": (("person", "nobody"), NotFound, "never was"),
    "what a record says now": (("person", "private", 4), Conflict, "change or delete it first"),
    "a record that never changed": (("person", "zhou-guomei"), Conflict, "change or delete it"),
    "a revision of another record": (("person", "private", 1), InvalidRequest, "2, 3, 4"),
    "one of several that is none of its": (("person", "private", 2, 9), InvalidRequest, "9"),
    "a deletion": (("person", "brief", 6), Conflict, "holds no document"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_what_cannot_be_redacted_is_refused_and_nothing_is_written(person, clients, what):
    clients.korea.post(
        "/v1/people", json={"id": "brief", "name": {"en": "Brief"}, "organization": "kr-moe"}
    )
    delete(clients.korea, "/v1/people/brief")
    arguments, problem, why = REFUSALS[what]
    with pytest.raises(problem) as refusal:
        redacted(person, *arguments)
    assert isinstance(refusal.value, Problem)
    assert why in refusal.value.detail
    assert newest(person) == 6
    assert verified(person).redacted == 0


def test_nothing_is_redacted_twice(person):
    redacted(person, "person", "private")
    with pytest.raises(Conflict, match="redacted in revision 5"):
        redacted(person, "person", "private", 2)
    with pytest.raises(Conflict, match="nothing to redact"):
        redacted(person, "person", "private")


def test_an_altered_document_cannot_be_hidden_by_redacting_it(person):
    behind_its_back(
        person, "UPDATE change SET document = replace(document, 'Some', 'Any') WHERE revision = 2"
    )
    for revisions in ((), (2,)):
        with pytest.raises(Conflict, match="clearsky verify"):
            redacted(person, "person", "private", *revisions)
    assert verified(person).fault.revision == 2


COVER_UPS = {
    "another document removed under its name": (
        "UPDATE change SET document = NULL, redacted_in = 5 WHERE revision = 4", 4,
    ),
    "its tombstone removed": ("UPDATE change SET redacted_in = NULL WHERE revision = 3", 3),
    "its tombstone made to name another": (
        "UPDATE change SET redacted_in = 4 WHERE revision = 3", 3,
    ),
    "who sees it": (
        "UPDATE change SET visibility = 'party', audience = ' KR ' WHERE revision = 3", 3,
    ),
    "a document put back": ("UPDATE change SET document = '{}' WHERE revision = 3", 3),
    "the redaction's own document removed": (
        "UPDATE change SET document = NULL WHERE revision = 5", 2,
    ),
    "the redaction's own document altered": (
        "UPDATE change SET document = replace(document, '[2,3]', '[2,3,4]') WHERE revision = 5", 2,
    ),
    "the redaction's digest altered": ("UPDATE change SET digest = '0' WHERE revision = 5", 2),
    "the redaction's reason altered": ("UPDATE revision SET reason = 'Other' WHERE number = 5", 2),
    "the redaction's record altered": ("UPDATE redaction SET reason = 'Other'", 5),
}  # fmt: skip


@pytest.mark.parametrize("what", COVER_UPS)
def test_only_what_a_journalled_redaction_names_may_be_missing(person, what):
    redacted(person, "person", "private")
    statement, revision = COVER_UPS[what]
    behind_its_back(person, statement)
    result = verified(person)
    assert not result.valid
    assert result.fault.revision == revision


def test_a_redaction_holds_where_the_chain_is_trusted_up_to_before_it(person):
    redacted(person, "person", "private")
    for since in range(6):
        result = verified(person, since)
        assert result.valid
        assert result.redacted == max(0, min(2, 3 - since))
