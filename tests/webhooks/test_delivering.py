"""What subscribers are sent: each change that they may see, signed, in order, at least once."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.directory.models import Person
from app.feed.place import Place
from app.feed.redaction import redact
from app.kernel.access import OPERATOR, Principal
from app.kernel.journal import Author
from app.kernel.keys import ApiKey, principal_of
from app.webhooks import leases, pending
from tests import plain_http
from tests.waiting import wait_until


def feed(client, since=0):
    items, path = [], f"/v1/changes?since={since}&limit=200"
    while path:
        answer = client.get(path)
        items += answer.json()["items"]
        path = answer.links.get("next", {}).get("url")
    return items


@pytest.mark.both_engines
def test_a_subscriber_is_sent_the_feed_itself_from_the_revision_that_it_says(
    webhooks, receiver, clients, delivering, report
):
    webhook = webhooks.make(since=0)
    with delivering():
        report()
        webhooks.wait_until_delivered(webhook)
        report(progress=70)
        webhooks.wait_until_delivered(webhook)
    assert [message["data"] for message in receiver.taken] == feed(clients.korea)
    assert len(receiver.arrived) == len(receiver.taken)
    last = receiver.taken[-1]
    assert (last["type"], last["timestamp"]) == ("status_report.created", last["data"]["at"])


def test_without_a_revision_a_subscriber_is_sent_what_comes_from_then_on(
    webhooks, receiver, delivering, report
):
    report()
    webhook = webhooks.make()
    new = report()
    with delivering():
        webhooks.wait_until_delivered(webhook)
    assert [message["data"]["id"] for message in receiver.taken] == [new["id"]]


def test_a_message_verifies_by_the_secret_and_an_altered_one_does_not(
    webhooks, receiver, delivering, report
):
    webhook = webhooks.make()
    report()
    with delivering():
        webhooks.wait_until_delivered(webhook)
    (arrived,) = receiver.arrived
    verifier = Webhook(webhook["secret"])
    assert verifier.verify(arrived.body, arrived.headers) == arrived.event
    assert arrived.headers["content-type"] == "application/json"
    sent_at = datetime.fromtimestamp(int(arrived.headers["webhook-timestamp"]), UTC)
    assert abs(datetime.now(UTC) - sent_at) < timedelta(minutes=5)
    signed = {name: arrived.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")}
    altered = [
        (arrived.body.replace("on_track", "delayed"), {}),
        (arrived.body, {"id": "msg_0"}),
        (arrived.body, {"timestamp": str(int(sent_at.timestamp()) + 1)}),
        (arrived.body, {"signature": "v1,c29tZXRoaW5nIGVsc2U="}),
    ]
    for body, changed in altered:
        headers = {f"webhook-{name}": value for name, value in (signed | changed).items()}
        with pytest.raises(WebhookVerificationError):
            verifier.verify(body, headers)
        assert plain_http.post(receiver.url, content=body, headers=headers).status_code == 401
    assert len(receiver.taken) == 1


@pytest.mark.both_engines
def test_while_a_secret_is_rotated_both_verify_and_afterwards_the_new_one_alone(
    webhooks, receiver, delivering, report
):
    webhook = webhooks.make()
    new = webhooks.step(webhook, "rotate", {"overlap_hours": 1})
    assert new["secret"] != webhook["secret"]
    report()
    with delivering():
        webhooks.wait_until_delivered(webhook)
        newer = webhooks.step(webhook, "rotate", {"overlap_hours": 0})
        receiver.verify_with(newer["secret"])
        report()
        webhooks.wait_until_delivered(webhook)
    first, second = receiver.delivered
    for secret in (webhook["secret"], new["secret"]):
        Webhook(secret).verify(first.body, first.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(second.body, second.headers)
    Webhook(newer["secret"]).verify(second.body, second.headers)


@pytest.mark.both_engines
def test_a_draft_reaches_its_own_side_alone_and_the_other_once_it_is_submitted(
    webhooks, receiver, other_receiver, clients, delivering, report
):
    own = webhooks.make()
    other = webhooks.make(clients.china, to=other_receiver)
    draft = report(state="draft", summary={"en": "Not yet said."})
    with delivering():
        webhooks.wait_until_delivered(own)
        seen = report(clients.china)
        wait_until(lambda: len(other_receiver.taken) == 1)
        assert [message["data"]["id"] for message in other_receiver.taken] == [seen["id"]]
        clients.korea.post(f"/v1/status-reports/{draft['id']}/submit").raise_for_status()
        webhooks.wait_until_delivered(own)
        wait_until(lambda: len(other_receiver.taken) == 2)
    assert [message["type"] for message in receiver.taken] == [
        "status_report.created",
        "status_report.created",
        "status_report.updated",
    ]
    # An update, as the feed has it; but what the other side is told of for the first time is new.
    submitted = other_receiver.taken[1]
    assert submitted["data"] == feed(clients.china, since=3)[0]
    assert submitted["data"]["operation"] == "update"
    assert submitted["type"] == "status_report.created"
    assert webhooks.read(other, "/delivery", clients.china)["revision"] == 4


@pytest.mark.both_engines
def test_what_was_redacted_is_sent_as_the_feed_shows_it(
    webhooks, receiver, clients, delivering, database
):
    with database.writing(Author(OPERATOR)) as session:
        session.get_one(Person, "zhou-guomei").name = {"en": "Renamed"}
    with database.writing(Author(OPERATOR, reason="Asked for.")) as session:
        redact(session, "person", "zhou-guomei", "Asked for.")
    webhook = webhooks.make(since=0, types=["person.created", "redaction.created"])
    with delivering():
        webhooks.wait_until_delivered(webhook)
    shown = [item for item in feed(clients.korea) if item["kind"] in ("person", "redaction")]
    sent = [message["data"] for message in receiver.taken]
    assert sent == [item for item in shown if item["operation"] == "create"]
    (redacted,) = [item for item in sent if item["id"] == "zhou-guomei"]
    assert (redacted["record"], redacted["redacted"]["reason"]) == (None, "Asked for.")


@pytest.mark.parametrize(
    ("types", "told"),
    [
        (None, ["created", "updated", "deleted"]),
        (["person.created"], ["created"]),
        (["person.updated", "meeting.updated"], ["updated"]),
        (["person.deleted"], ["deleted"]),
        (["meeting.created"], []),
    ],
)
def test_a_subscriber_is_sent_the_types_that_it_asks_for(
    webhooks, receiver, clients, delivering, types, told
):
    webhook = webhooks.make(types=types)
    made = clients.korea.post(
        "/v1/people", json={"id": "x", "name": {"en": "X"}, "organization": "kr-moe"}
    )
    match = {"If-Match": made.headers["etag"]}
    changed = clients.korea.patch("/v1/people/x", json={"name": {"en": "Y"}}, headers=match)
    match = {"If-Match": changed.headers["etag"]}
    assert clients.korea.delete("/v1/people/x", headers=match).status_code == 204
    with delivering() as figures:
        if told:
            webhooks.wait_until_delivered(webhook)
        wait_until(lambda: figures.get_sample_value("clearsky_webhook_lag_revisions") == 0)
    assert [message["type"].removeprefix("person.") for message in receiver.taken] == told


@pytest.mark.both_engines
def test_what_fails_is_sent_again_before_anything_else_is(webhooks, receiver, delivering, report):
    webhook = webhooks.make()
    reports = [report()["id"] for _ in range(3)]
    receiver.plan(500, 500, 429)
    with delivering() as figures:
        webhooks.wait_until_delivered(webhook)
        attempted = {
            outcome: figures.get_sample_value(
                "clearsky_webhook_attempts_total", {"outcome": outcome}
            )
            for outcome in ("delivered", "refused")
        }
    assert attempted == {"delivered": 3, "refused": 3}
    assert [each.status for each in receiver.arrived] == [500, 500, 429, 204, 204, 204]
    assert len({each.id for each in receiver.arrived[:4]}) == 1
    assert [message["data"]["id"] for message in receiver.taken] == reports
    attempts = webhooks.attempts(webhook)
    assert [(each["status"], each["outcome"]) for each in attempts] == [
        (500, "refused"),
        (500, "refused"),
        (429, "refused"),
        *[(204, "delivered")] * 3,
    ]
    assert [each["message"] for each in attempts] == [each.id for each in receiver.arrived]
    assert all(each["milliseconds"] >= 0 and each["at"] for each in attempts)


def test_a_receiver_that_asks_for_patience_is_left_alone_for_so_long(
    webhooks, receiver, delivering, report
):
    webhook = webhooks.make()
    report()
    receiver.plan(503, retry_after="3600")
    with delivering(waits=(0.0,)):
        wait_until(lambda: webhooks.read(webhook, "/delivery")["failures"] == 1)
        found = webhooks.read(webhook, "/delivery")
        waits = datetime.fromisoformat(found["next_attempt_at"]) - datetime.now(UTC)
        assert timedelta(minutes=55) < waits <= timedelta(hours=1)
        # A person need not wait.
        webhooks.step(webhook, "resume")
        webhooks.wait_until_delivered(webhook)
    assert [each.status for each in receiver.arrived] == [503, 204]
    assert webhooks.read(webhook, "/delivery")["failures"] == 0


@pytest.mark.both_engines
def test_what_has_failed_for_long_is_paused_with_the_reason_and_resumed_where_it_was(
    webhooks, receiver, delivering, report
):
    webhook = webhooks.make()
    reports = [report()["id"] for _ in range(3)]
    receiver.plan(204, 500, 502)
    with delivering(pause_after=timedelta(microseconds=1)):
        wait_until(lambda: webhooks.read(webhook)["state"] == "paused")
        pause = webhooks.read(webhook)["pause"]
        assert (pause["reason"], pause["outcome"], pause["status"]) == ("failing", "refused", 502)
        assert pause["at"] is not None
        reports.append(report()["id"])
        resumed = webhooks.step(webhook, "resume")
        assert (resumed["state"], resumed["pause"]) == ("active", None)
        webhooks.wait_until_delivered(webhook)
    assert [each.event["data"]["id"] for each in receiver.arrived] == [
        reports[0],
        *[reports[1]] * 3,
        *reports[2:],
    ]


def test_a_receiver_that_is_gone_pauses_its_webhook_at_once(webhooks, receiver, delivering, report):
    webhook = webhooks.make()
    report()
    receiver.plan(410)
    with delivering():
        wait_until(lambda: webhooks.read(webhook)["state"] == "paused")
    pause = webhooks.read(webhook)["pause"]
    assert (pause["reason"], pause["status"]) == ("gone", 410)
    assert len(receiver.arrived) == 1


@pytest.mark.both_engines
def test_a_webhook_that_is_paused_is_sent_nothing_until_it_is_resumed(
    webhooks, receiver, delivering, report
):
    paused = webhooks.make()
    assert webhooks.step(paused, "pause")["pause"]["reason"] == "asked"
    report()
    with delivering() as figures:
        wait_until(lambda: figures.get_sample_value("clearsky_webhooks", {"state": "paused"}) == 1)
        assert receiver.arrived == []
        webhooks.step(paused, "resume")
        webhooks.wait_until_delivered(paused)
    assert len(receiver.taken) == 1


def test_everything_is_sent_again_from_any_revision_under_the_ids_that_it_had(
    webhooks, receiver, delivering, report
):
    webhook = webhooks.make(since=1)
    reports = [report()["id"] for _ in range(4)]
    with delivering():
        webhooks.wait_until_delivered(webhook)
        webhooks.step(webhook, "replay", {"since": 3})
        webhooks.wait_until_delivered(webhook)
    ids = [each.id for each in receiver.arrived]
    assert ids[4:] == ids[2:4]
    assert [message["data"]["id"] for message in receiver.taken] == reports


def test_what_cannot_be_taken_is_left_out_by_going_on_after_it(
    webhooks, receiver, delivering, report
):
    webhook = webhooks.make(since=1)
    report()
    wanted = report()["id"]
    receiver.plan(*[400] * 2)
    with delivering():
        wait_until(lambda: len(receiver.arrived) >= 1)
        webhooks.step(webhook, "replay", {"since": 2})
        webhooks.wait_until_delivered(webhook)
    assert [message["data"]["id"] for message in receiver.taken][-1] == wanted
    assert receiver.arrived[-1].event["data"]["revision"] == 3


@pytest.mark.both_engines
def test_a_test_message_is_sent_once_though_the_webhook_be_paused(webhooks, receiver, delivering):
    webhook = webhooks.make()
    webhooks.step(webhook, "pause")
    receiver.plan(500)
    asked = [webhooks.step(webhook, "test")["message"] for _ in range(2)]
    assert asked[0] == asked[1]
    with delivering():
        wait_until(lambda: len(webhooks.attempts(webhook)) == 1)
        asked.append(webhooks.step(webhook, "test")["message"])
        wait_until(lambda: len(webhooks.attempts(webhook)) == 2)
    attempts = webhooks.attempts(webhook)
    assert [each["message"] for each in attempts] == [asked[0], asked[2]]
    assert [(each["type"], each["revision"], each["status"]) for each in attempts] == [
        ("test", None, 500),
        ("test", None, 204),
    ]
    assert receiver.taken == [
        {
            "type": "test",
            "timestamp": receiver.taken[0]["timestamp"],
            "data": {"webhook": webhook["id"]},
        }
    ]
    assert webhooks.read(webhook)["state"] == "paused"


@pytest.mark.both_engines
def test_a_new_address_is_sent_what_the_one_before_did_not_take(
    webhooks, receiver, clients, delivering, report
):
    webhook = webhooks.make(url=f"http://127.0.0.1:{receiver.port}/elsewhere")
    report()
    receiver.plan(404)
    with delivering(waits=(3600.0,)):
        wait_until(lambda: webhooks.read(webhook, "/delivery")["failures"] == 1)
        path = f"/v1/webhooks/{webhook['id']}"
        match = {"If-Match": clients.korea.get(path).headers["etag"]}
        clients.korea.patch(path, json={"url": receiver.url}, headers=match).raise_for_status()
        webhooks.wait_until_delivered(webhook)
    assert len(receiver.taken) == 1


@pytest.mark.parametrize(
    ("ended", "reason"), [("revoked", "key_revoked"), ("expired", "key_expired")]
)
@pytest.mark.both_engines
def test_a_key_that_has_ended_pauses_its_webhooks_and_only_one_that_works_resumes_them(
    webhooks, receiver, clients, delivering, report, database, ended, reason
):
    webhook = webhooks.make(clients.reader)
    with delivering():
        if ended == "revoked":
            clients.admin.post("/v1/keys/reader/revoke").raise_for_status()
        else:
            with database.writing(Author(OPERATOR)) as session:
                session.get_one(ApiKey, "reader").expires_at = datetime.now(UTC)
        report()
        wait_until(lambda: webhooks.read(webhook, "", clients.admin)["state"] == "paused")
        assert webhooks.read(webhook, "", clients.admin)["pause"]["reason"] == reason
        refused = webhooks.post(f"/{webhook['id']}/resume", client=clients.admin)
        assert refused.status_code == 409
        assert receiver.arrived == []
        if ended == "expired":
            clients.admin.post("/v1/keys/reader/rotate").raise_for_status()
            resumed = webhooks.post(f"/{webhook['id']}/resume", client=clients.admin)
            assert resumed.json()["state"] == "active"
            wait_until(lambda: len(receiver.taken) == 1)


def test_a_slow_receiver_holds_up_nobody_else(webhooks, other_receiver, delivering, report):
    other_receiver.held.clear()
    slow, quick = webhooks.make(to=other_receiver), webhooks.make()
    with delivering():
        for number in range(3):
            report(progress=number)
            webhooks.wait_until_delivered(quick)
        assert not webhooks.is_delivered(slow)
        other_receiver.held.set()
        webhooks.wait_until_delivered(slow)
    assert len(other_receiver.taken) == 3


@pytest.mark.both_engines
def test_only_the_newest_attempts_are_kept(webhooks, receiver, delivering, monkeypatch):
    monkeypatch.setattr(leases, "KEPT_ATTEMPTS", 5)
    webhook = webhooks.make(since=0)
    with delivering():
        webhooks.wait_until_delivered(webhook)
    attempts = webhooks.attempts(webhook)
    assert [each["message"] for each in attempts] == [each.id for each in receiver.arrived[-5:]]


def test_delivering_makes_no_revision(webhooks, clients, delivering):
    before = clients.anonymous.get("/v1/journal/head").json()
    webhook = webhooks.make(since=0)
    with delivering():
        webhooks.wait_until_delivered(webhook)
    assert clients.anonymous.get("/v1/journal/head").json() == before


def test_one_who_is_told_of_little_is_not_behind(
    webhooks, receiver, delivering, report, monkeypatch
):
    """Nothing is written for changes that are not told of, until there are very many."""
    monkeypatch.setattr("app.webhooks.pending.FAR_BEHIND", 3)
    webhook = webhooks.make(types=["meeting.deleted"])
    with delivering() as figures:
        for expected in (1, 1, 1, 5):
            report()
            wait_until(lambda: figures.get_sample_value("clearsky_webhook_lag_revisions") == 0)
            if expected == 1:
                assert webhooks.read(webhook, "/delivery")["revision"] == expected
        webhooks.wait_until_delivered(webhook)
    assert receiver.arrived == []
    assert webhooks.attempts(webhook) == []


@pytest.mark.both_engines
def test_what_is_written_while_it_is_read_what_to_send_is_delivered_to_its_end(
    webhooks, database, report, monkeypatch
):
    webhook = webhooks.make()["id"]
    report()

    def principal_after_a_report(key: ApiKey) -> Principal:
        report()
        return principal_of(key)

    monkeypatch.setattr(pending, "principal_of", principal_after_a_report)
    assert leases.take(database.engine, webhook, "this process", timedelta(minutes=1))
    work = pending.work_of(database, webhook, "this process")
    assert [message.place.revision for message in work.batch.messages] == [2, 3]
    assert work.batch.reached == Place.after(3)


@pytest.mark.both_engines
def test_what_is_delivered_to_the_last_message_of_a_batch_is_shown_as_delivered(
    webhooks, delivering, report, monkeypatch
):
    monkeypatch.setattr("app.webhooks.messages.BATCH", 2)
    webhook = webhooks.make()
    report()
    report()
    with delivering():
        webhooks.wait_until_delivered(webhook)
    assert webhooks.read(webhook, "/delivery")["sequence"] is None
