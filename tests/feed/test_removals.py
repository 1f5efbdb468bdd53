"""What a caller may no longer see is removed for that caller, in the revision that took it away."""

import hashlib
from random import Random

import pytest
from sqlalchemy import select, text

from app.dialogues.holding import require_sound_meeting
from app.dialogues.models import Meeting
from app.documents.models import Document
from app.feed.redaction import redact
from app.kernel.access import OPERATOR, Visibility
from app.kernel.journal import Author, Change
from app.kernel.records import audience_of
from app.kernel.removals import NarrowedError
from tests.amounts import seeds
from tests.feed.events import opened
from tests.feed.test_places import make, newest, snapshot, write
from tests.journal.test_feed import follow
from tests.journal.test_snapshot import applied

pytestmark = pytest.mark.both_engines

DIALOGUES = ("first", "second")
PARTIES = ("KR", "CN", "JP")
CALLERS = ("korea", "china", "japan", "anonymous", "reader", "admin")


@pytest.fixture
def dialogues(clients, database):
    clients.database = database
    for id_ in DIALOGUES:
        name, parties = {"en": id_}, list(PARTIES)
        make(clients.korea, "dialogues", id=id_, name=name, parties=parties, level="director")
    return clients


def unannounced(client, dialogue="first"):
    return make(client, "meetings", dialogue=dialogue, status="planned", visibility="parties")


def let_parties_be(client, parties, dialogue="first"):
    write(client, "PATCH", f"/v1/dialogues/{dialogue}", {"parties": parties})


def leave_out_japan(clients, meeting):
    """In the newest revision the meeting is kept from Japan, which has seen it."""
    let_parties_be(clients.admin, ["KR", "CN"], "second")
    move(clients.database, meeting, "second")


def move(database, meeting, dialogue):
    """By the operator: no owner takes a record from another."""
    author = Author(OPERATOR, reason="Among ourselves")
    with database.writing(author) as session:
        moved = session.get_one(Meeting, meeting)
        moved.dialogue = dialogue
        require_sound_meeting(session, moved)


def test_whoever_loses_it_is_told_of_its_deletion_and_nothing_else(dialogues):
    meeting = unannounced(dialogues.korea)
    since = newest(dialogues.korea)
    with opened(dialogues.japan, str(since), kind="meeting") as events:
        leave_out_japan(dialogues, meeting)
        (event,) = events.take(1)
    ((item,), _) = follow(dialogues.japan, since=since, kind="meeting", dialogue="first")
    assert event.change == item
    at = item.pop("at")
    assert item == {
        "revision": newest(dialogues.korea),
        "kind": "meeting",
        "id": meeting,
        "operation": "delete",
        "record": None,
        "digest": hashlib.sha256(b"null").hexdigest(),
        "redacted": None,
    }
    ((seen,), _) = follow(dialogues.china, since=since, kind="meeting")
    assert (seen["operation"], seen["at"]) == ("update", at)
    assert seen["record"] == dialogues.china.get(f"/v1/meetings/{meeting}").json()
    for caller in (dialogues.anonymous, dialogues.admin):
        assert follow(caller, since=since, kind="meeting")[0] == []
    assert dialogues.korea.post("/v1/journal/verify").json()["valid"]


def test_a_removal_stays_where_what_it_took_away_is_redacted(dialogues, database):
    meeting = unannounced(dialogues.korea)
    leave_out_japan(dialogues, meeting)
    write(dialogues.korea, "PATCH", f"/v1/meetings/{meeting}", {"venue": {"en": "Nowhere"}})
    with database.writing(Author(OPERATOR)) as session:
        redact(session, "meeting", meeting, "Asked for.")
    changes, _ = follow(dialogues.japan, id=meeting)
    assert [(item["operation"], bool(item["redacted"])) for item in changes] == [
        ("create", True), ("delete", False),
    ]  # fmt: skip
    assert dialogues.korea.post("/v1/journal/verify").json()["valid"]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE change SET audience = ' CN ' WHERE removal",
        "UPDATE change SET dialogue = 'second' WHERE removal",
        "UPDATE change SET removal = false WHERE removal",
        "UPDATE change SET dialogue = 'second' WHERE kind = 'meeting' AND NOT removal",
        "UPDATE change SET agreement = NULL WHERE kind = 'action_item'",
        "UPDATE change SET former_dialogue = 'second' WHERE kind = 'meeting' AND NOT removal",
    ],
)
def test_what_the_chain_does_not_cover_of_it_is_held_to_the_truth(dialogues, database, tampering):
    leave_out_japan(dialogues, unannounced(dialogues.korea))
    assert dialogues.korea.post("/v1/journal/verify").json()["valid"]
    with database.engine.begin() as connection:
        connection.execute(text(tampering))
    told = dialogues.korea.post("/v1/journal/verify").json()
    assert not told["valid"]
    assert told["fault"]["revision"] is not None


def test_to_them_it_is_as_if_it_had_been_deleted(dialogues):
    meeting = unannounced(dialogues.korea)
    leave_out_japan(dialogues, meeting)
    answer = dialogues.japan.get(f"/v1/meetings/{meeting}")
    assert (answer.status_code, answer.json()["revision"]) == (410, newest(dialogues.korea))
    history = dialogues.japan.get(f"/v1/meetings/{meeting}/history").json()["items"]
    assert [entry["operation"] for entry in history] == ["create", "delete"]
    told = {name: history[1][name] for name in ("principal", "party", "reason")}
    assert told == {"principal": None, "party": None, "reason": None}
    lines, _ = snapshot(dialogues.japan, kind="meeting")
    assert meeting not in {line["id"] for line in lines}
    # Those who still see it are told who did it, and why.
    newest_entry = dialogues.china.get(f"/v1/meetings/{meeting}/history").json()["items"][-1]
    assert (newest_entry["operation"], newest_entry["principal"]) == ("update", "operator")
    assert newest_entry["reason"] == "Among ourselves"
    # What becomes of it from then on they are not told.
    since = newest(dialogues.korea)
    write(dialogues.korea, "PATCH", f"/v1/meetings/{meeting}", {"venue": {"en": "There"}})
    write(dialogues.korea, "DELETE", f"/v1/meetings/{meeting}")
    assert follow(dialogues.japan, since=since)[0] == []


def test_who_sees_it_again_is_told_what_it_is_now(dialogues):
    meeting = unannounced(dialogues.korea)
    leave_out_japan(dialogues, meeting)
    since = newest(dialogues.korea)
    write(dialogues.korea, "PATCH", f"/v1/meetings/{meeting}", {"visibility": "public"})
    ((item,), _) = follow(dialogues.japan, since=since, kind="meeting")
    assert item["record"] == dialogues.japan.get(f"/v1/meetings/{meeting}").json()


def test_a_write_that_changes_nothing_takes_it_from_nobody(dialogues):
    meeting = unannounced(dialogues.korea)
    let_parties_be(dialogues.admin, ["KR", "CN"])
    since = newest(dialogues.korea)
    write(dialogues.korea, "PATCH", f"/v1/meetings/{meeting}", {"status": "planned"})
    assert newest(dialogues.korea) == since
    assert dialogues.japan.get(f"/v1/meetings/{meeting}").status_code == 200
    assert dialogues.korea.post("/v1/journal/verify").json()["valid"]


@pytest.mark.parametrize("seed", seeds(2))
def test_whoever_applies_what_they_are_told_has_what_they_may_see(dialogues, seed):
    random = Random(seed)
    had = {name: ({}, 0) for name in CALLERS}
    meetings: list[str] = []

    def step():
        kinds = ["new", "parties", "move", "change", "change", "announce", "delete"]
        what = random.choice(kinds) if meetings else "new"
        if what == "new":
            meetings.append(unannounced(dialogues.korea, random.choice(DIALOGUES)))
        elif what == "parties":
            others = random.sample(["CN", "JP"], random.randint(1, 2))
            let_parties_be(dialogues.admin, ["KR", *others], random.choice(DIALOGUES))
        elif what == "move":
            move(dialogues.database, random.choice(meetings), random.choice(DIALOGUES))
        else:
            meeting = random.choice(meetings)
            path, body = (
                f"/v1/meetings/{meeting}",
                {
                    "change": {"summary": {"en": str(random.random())}},
                    "announce": {"visibility": "public"},
                    "delete": None,
                }[what],
            )
            if what in ("announce", "delete"):
                meetings.remove(meeting)
            write(dialogues.korea, "DELETE" if what == "delete" else "PATCH", path, body)

    def check():
        for name in CALLERS:
            client, (records, revision) = getattr(dialogues, name), had[name]
            changes, revision = follow(client, since=revision, limit=7, kind="meeting")
            known = set(records) | {
                (change["kind"], change["id"])
                for change in follow(client, limit=200, kind="meeting")[0]
                if change["operation"] != "delete"
            }
            for change in changes:
                # Nobody hears of the end of what they have never seen.
                assert (change["kind"], change["id"]) in known
                records = applied([change], records | {("meeting", change["id"]): change})
            had[name] = records, revision
            told = [change["record"] for change in records.values()]
            seen = client.get("/v1/meetings", params={"limit": 200}).json()["items"]
            assert sorted(told, key=str) == sorted(seen, key=str)
            lines, _ = snapshot(client, kind="meeting")
            assert applied(lines) == records

    for _ in range(25):
        step()
        if random.random() < 0.3:
            check()
    check()
    assert dialogues.korea.post("/v1/journal/verify").json()["valid"]


def test_no_kind_can_be_kept_from_some_without_their_being_told(database):
    """At the journal itself, whatever the rules of a kind would let through."""
    with database.writing(Author(OPERATOR)) as session:
        document = Document(
            id="minutes", title={"en": "M"}, kind="minutes", issuer="kr-moe",
            visibility=Visibility.PARTY, audience=audience_of(["KR", "CN"]),
        )  # fmt: skip
        session.add(document)
    with database.writing(Author(OPERATOR)) as session:
        document = session.get_one(Document, "minutes")
        document.title, document.audience = {"en": "N"}, audience_of(["KR"])
    with database.reading(OPERATOR) as session:
        found = session.execute(
            select(Change.operation, Change.audience, Change.removal)
            .where(Change.kind == "document", Change.record_id == "minutes")
            .order_by(Change.revision, Change.sequence)
        ).all()
    assert [tuple(row) for row in found] == [
        ("create", " KR CN ", False), ("delete", " CN ", True), ("update", " KR ", False),
    ]  # fmt: skip


def test_what_everybody_saw_cannot_be_kept_from_anybody(database):

    def narrow():
        with database.writing(Author(OPERATOR)) as session:
            meeting = session.get_one(Meeting, "cn-kr-dg-dialogue-7")
            meeting.visibility, meeting.audience = Visibility.PARTIES, audience_of(["KR"])

    with pytest.raises(NarrowedError):
        narrow()
