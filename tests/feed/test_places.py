"""Following a dialogue or an agreement: what belongs to it, and what happens when it moves."""

from random import Random

import pytest

from app.feed.redaction import redact
from app.kernel.access import OPERATOR
from app.kernel.journal import Author
from tests.amounts import seeds
from tests.feed.events import opened
from tests.journal.test_feed import follow
from tests.journal.test_snapshot import applied, lines_of

pytestmark = pytest.mark.both_engines


DIALOGUE, PLAN = "cn-kr-dg-dialogue", "clear-sky-plan-2023"


def newest(client):
    return int(client.get("/v1/journal/head").headers["revision"])


def write(client, method, path, body=None):
    headers = {}
    if method in ("PATCH", "DELETE"):
        headers["If-Match"] = client.get(path).headers["etag"]
    answer = client.request(method, path, json=body, headers=headers)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def make(client, collection, **body):
    return write(client, "POST", f"/v1/{collection}", body)["id"]


def ids(client, **query):
    return [(item["kind"], item["id"]) for item in follow(client, limit=200, **query)[0]]


def snapshot(client, **query):
    answer = client.get("/v1/snapshot", params=query)
    return lines_of(answer), int(answer.headers["revision"])


@pytest.fixture
def record(clients):
    """A second dialogue, with a meeting, and a plan of its own with an item and a report on it."""
    korea = clients.korea
    dialogue = {
        "id": "other",
        "name": {"en": "Other"},
        "parties": ["KR", "CN"],
        "level": "director",
    }
    make(korea, "dialogues", **dialogue)
    make(korea, "meetings", id="other-1", dialogue="other", ordinal=1, status="planned")
    plan = {"kind": "annual_plan", "name": {"en": "P"}, "parties": ["KR", "CN"]}
    make(korea, "agreements", id="plan", overseen_by="other", **plan)
    make(korea, "action-items", id="item", agreement="plan", number=1, title={"en": "I"})
    write(korea, "POST", "/v1/action-items/item/reports", {"status": "on_track"})
    return clients


def test_a_dialogue_has_what_it_holds_and_an_agreement_what_it_holds(record):
    found = ids(record.anonymous, dialogue="other")
    assert [kind for kind, _ in found] == [
        "dialogue", "meeting", "agreement", "action_item", "status_report",
    ]  # fmt: skip
    assert ids(record.anonymous, agreement="plan") == found[2:]
    assert ids(record.anonymous, agreement="plan", dialogue="other") == found[2:]
    assert ids(record.anonymous, agreement="plan", dialogue=DIALOGUE) == []
    assert ids(record.anonymous, dialogue="other", kind=["meeting", "person"]) == found[1:2]
    assert ids(record.anonymous, dialogue="other", id=["item", "plan"]) == found[2:4]


def test_several_are_told_in_the_order_in_which_they_were_committed(record):
    everything, _ = follow(record.anonymous, limit=200)
    both = follow(record.anonymous, limit=3, dialogue=["other", DIALOGUE])[0]
    of_each = [*ids(record.anonymous, dialogue="other"), *ids(record.anonymous, dialogue=DIALOGUE)]
    assert both == [item for item in everything if (item["kind"], item["id"]) in of_each]
    plans = follow(record.anonymous, limit=2, agreement=["plan", PLAN])[0]
    assert {item["kind"] for item in plans} == {"agreement", "action_item", "status_report"}


def test_assessments_and_redactions_belong_where_what_they_are_about_belongs(record, database):
    etag = record.korea.get("/v1/meetings/cn-kr-dg-dialogue-7/assessments").headers["etag"]
    record.korea.put(
        "/v1/meetings/cn-kr-dg-dialogue-7/assessments",
        json={"assessments": [{"action_item": f"{PLAN}-1", "status": "delayed"}]},
        headers={"If-Match": etag},
    ).raise_for_status()
    write(record.korea, "PATCH", "/v1/action-items/item", {"title": {"en": "Another"}})
    with database.writing(Author(OPERATOR)) as session:
        redact(session, "action_item", "item", "Asked for.")
    assert ids(record.china, agreement=PLAN)[-1][0] == "assessment"
    assert ids(record.china, dialogue=DIALOGUE)[-1][0] == "assessment"
    assert "assessment" not in {kind for kind, _ in ids(record.japan, agreement=PLAN)}
    assert ids(record.anonymous, agreement="plan")[-1][0] == "redaction"
    assert ids(record.anonymous, dialogue="other")[-1][0] == "redaction"
    (line,) = snapshot(record.anonymous, dialogue="other", kind="redaction")[0]
    assert line["record"]["record_id"] == "item"


@pytest.mark.parametrize("query", [{"dialogue": "absent"}, {"agreement": "absent"}])
def test_what_is_not_there_has_no_changes(record, query):
    assert ids(record.anonymous, **query) == []
    assert snapshot(record.anonymous, **query)[0] == []
    etag = record.anonymous.get("/v1/snapshot", params=query).headers["etag"]
    with opened(record.anonymous, **query) as events:
        assert next(events.at_first()) == {"id": str(newest(record.anonymous))}
    make(record.korea, "people", id="later", name={"en": "Later"}, organization="kr-moe")
    again = record.anonymous.get("/v1/snapshot", params=query, headers={"If-None-Match": etag})
    assert again.status_code == 304


def test_what_is_hidden_is_as_if_absent(record):
    plan = {"kind": "annual_plan", "name": {"en": "N"}, "parties": ["CN", "KR"]}
    hidden = make(record.korea, "agreements", overseen_by=DIALOGUE, visibility="parties", **plan)
    make(record.china, "action-items", agreement=hidden, number=1, title={"en": "N"})
    assert len(ids(record.china, agreement=hidden)) == 2
    assert len(snapshot(record.china, agreement=hidden)[0]) == 2
    for caller in (record.japan, record.anonymous):
        assert ids(caller, agreement=hidden) == []
        assert snapshot(caller, agreement=hidden)[0] == []
        assert hidden not in dict(ids(caller, dialogue=DIALOGUE)).values()


def test_what_is_deleted_reaches_whoever_follows_what_it_belonged_to(record):
    for since, path in (
        (newest(record.korea), "/v1/meetings/other-1"),
        (newest(record.korea) + 1, f"/v1/action-items/{PLAN}-9"),
    ):
        write(record.korea, "DELETE", path)
        dialogue = "other" if "other" in path else DIALOGUE
        ((item,), _) = follow(record.anonymous, since=since, dialogue=dialogue)
        assert (item["operation"], item["id"]) == ("delete", path.rpartition("/")[2])
    assert ids(record.anonymous, since=since, agreement=PLAN) == [("action_item", f"{PLAN}-9")]
    assert ids(record.anonymous, since=since, dialogue="other") == []


def test_a_move_is_told_to_those_who_follow_either_and_from_then_on_to_the_new_alone(record):
    since = newest(record.anonymous)
    with (
        opened(record.anonymous, str(since), dialogue="other") as old,
        opened(record.anonymous, str(since), dialogue=DIALOGUE) as new,
    ):
        write(record.korea, "PATCH", "/v1/agreements/plan", {"overseen_by": DIALOGUE})
        for events in (old, new):
            (event,) = events.take(1)
            assert event.change["record"]["overseen_by"] == DIALOGUE
        write(record.korea, "POST", "/v1/action-items/item/reports", {"status": "delayed"})
        (event,) = new.take(1)
        assert event.change["kind"] == "status_report"
    assert ids(record.anonymous, since=since, dialogue="other") == [("agreement", "plan")]
    # What it holds has come with it, without a change of its own.
    there = applied(snapshot(record.anonymous, dialogue=DIALOGUE)[0])
    assert {("agreement", "plan"), ("action_item", "item")} <= there.keys()
    here = applied(snapshot(record.anonymous, dialogue="other")[0])
    assert here.keys() == {("dialogue", "other"), ("meeting", "other-1")}


def test_an_item_or_a_meeting_that_moves_is_told_to_those_who_follow_either(record):
    make(record.korea, "action-items", id="spare", agreement="plan", number=2, title={"en": "S"})
    since = newest(record.anonymous)
    write(record.korea, "PATCH", "/v1/action-items/spare", {"agreement": PLAN, "number": 30})
    write(record.korea, "PATCH", "/v1/meetings/other-1", {"dialogue": DIALOGUE, "ordinal": 30})
    moved = [("action_item", "spare"), ("meeting", "other-1")]
    for query in ({"dialogue": "other"}, {"dialogue": DIALOGUE}):
        assert ids(record.anonymous, since=since, **query) == moved
    for query in ({"agreement": "plan"}, {"agreement": PLAN}):
        assert ids(record.anonymous, since=since, **query) == moved[:1]
    assert record.korea.post("/v1/journal/verify").json()["valid"]


class Follower:
    """Whoever follows a dialogue as docs/journal.md says: changes, and what comes with a move."""

    def __init__(self, client, dialogue):
        self.client, self.dialogue = client, dialogue
        lines, self.revision = snapshot(client, dialogue=dialogue)
        self.records = applied(lines)

    def catch_up(self):
        changes, revision = follow(
            self.client, limit=3, since=self.revision, dialogue=self.dialogue
        )
        for change in changes:
            self.take(change)
        self.revision = revision

    def take(self, change):
        key, record = (change["kind"], change["id"]), change["record"]
        was_there = key in self.records
        self.records = applied([change], self.records)
        if change["kind"] == "agreement" and record is not None:
            if record["overseen_by"] != self.dialogue:
                self.drop(*key)
            elif not was_there:
                lines, _ = snapshot(self.client, agreement=change["id"])
                self.records = applied(lines, self.records)
        elif record is not None and not self.holds(record):
            self.records.pop(key)

    def holds(self, record):
        if "dialogue" in record:
            return record["dialogue"] == self.dialogue
        return "agreement" not in record or ("agreement", record["agreement"]) in self.records

    def drop(self, kind, id_):
        self.records.pop((kind, id_), None)
        for held, change in list(self.records.items()):
            if (
                change["record"].get("agreement") == id_
                or change["record"].get("action_item") == id_
            ):
                self.drop(*held)


@pytest.mark.parametrize("seed", seeds(1))
def test_whoever_follows_a_dialogue_has_what_its_snapshot_has(record, seed):
    random = Random(seed)
    followers = [Follower(record.anonymous, dialogue) for dialogue in ("other", DIALOGUE)]
    steps = [
        lambda: write(
            record.korea, "PATCH", "/v1/agreements/plan",
            {"overseen_by": random.choice(["other", DIALOGUE, None])},
        ),
        lambda: write(
            record.korea, "PATCH", "/v1/meetings/other-1",
            {"dialogue": random.choice(["other", DIALOGUE]), "ordinal": 40},
        ),
        lambda: write(record.china, "POST", "/v1/action-items/item/reports", {"status": "delayed"}),
        lambda: make(
            record.korea, "action-items", agreement=random.choice(["plan", PLAN]),
            number=random.randrange(50, 9999), title={"en": "New"},
        ),
    ]  # fmt: skip
    for _ in range(15):
        random.choice(steps)()
        if random.random() < 0.3:
            for follower in followers:
                follower.catch_up()
    for follower in followers:
        follower.catch_up()
        lines, _ = snapshot(record.anonymous, dialogue=follower.dialogue)
        assert follower.records == applied(lines)
    assert record.korea.post("/v1/journal/verify").json()["valid"]
