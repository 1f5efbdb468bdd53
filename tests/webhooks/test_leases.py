"""Leases: one delivers, another takes over, and who has lost the lease writes nothing any more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.backups.backup import backup
from app.backups.restore import restore
from app.feed.place import Place
from app.kernel.access import OPERATOR
from app.kernel.database import open_engine
from app.kernel.sessions import Database
from app.webhooks.leases import Step, give_back, keep, take
from app.webhooks.models import Outcome, Webhook, WebhookAttempt

pytestmark = pytest.mark.both_engines


LONG, OVER = timedelta(minutes=1), timedelta(seconds=-1)


@pytest.fixture
def webhook(webhooks):
    return webhooks.make(since=0)["id"]


def step(begun, reached):
    attempt = {
        "webhook": "",
        "message": "msg_1",
        "type": "test",
        "revision": None,
        "sequence": None,
        "at": datetime.now(UTC),
        "outcome": Outcome.DELIVERED,
        "status": 204,
        "milliseconds": 1,
    }
    return lambda webhook: Step(begun, reached, [attempt | {"webhook": webhook}], {})


def place_of(database, webhook):
    with database.reading(OPERATOR) as session:
        return session.get_one(Webhook, webhook).place


def test_a_lease_is_held_by_one_at_a_time_and_taken_over_when_it_has_run_out(database, webhook):
    engine = database.engine
    assert take(engine, webhook, "first", LONG)
    assert not take(engine, webhook, "second", LONG)
    assert take(engine, webhook, "first", OVER)
    assert take(engine, webhook, "second", LONG)
    assert not take(engine, webhook, "first", LONG)
    give_back(engine, "second")
    assert take(engine, webhook, "first", LONG)


def test_who_has_lost_the_lease_moves_no_place_and_its_attempts_are_kept(
    database, webhook, webhooks
):
    engine, move = database.engine, step(Place.after(0), Place(1, 3))(webhook)
    assert take(engine, webhook, "first", OVER)
    assert take(engine, webhook, "second", LONG)
    assert not keep(engine, webhook, "first", LONG, move)
    assert place_of(database, webhook) == Place.after(0)
    assert keep(engine, webhook, "second", LONG, move)
    assert place_of(database, webhook) == Place(1, 3)
    assert len(webhooks.attempts({"id": webhook})) == 2


def test_what_a_person_has_put_elsewhere_is_not_moved_by_who_has_not_heard_of_it(
    database, webhook, webhooks
):
    assert take(database.engine, webhook, "first", LONG)
    begun = place_of(database, webhook)
    webhooks.step({"id": webhook}, "replay", {"since": 1})
    assert not keep(database.engine, webhook, "first", LONG, step(begun, Place(1, 3))(webhook))
    assert place_of(database, webhook) == Place.after(1)


def test_what_was_deleted_meanwhile_leaves_no_attempts(database, webhook, clients):
    assert take(database.engine, webhook, "first", LONG)
    path = f"/v1/webhooks/{webhook}"
    match = {"If-Match": clients.korea.get(path).headers["etag"]}
    assert clients.korea.delete(path, headers=match).status_code == 204
    move = step(Place.after(0), Place.after(1))(webhook)
    assert not keep(database.engine, webhook, "first", LONG, move)


def test_a_restored_database_sends_nothing_until_somebody_says_so(
    database, webhook, templates, tmp_path
):
    assert take(database.engine, webhook, "first", LONG)
    assert keep(database.engine, webhook, "first", LONG, step(Place.after(0), Place(1, 3))(webhook))
    backup(database, tmp_path / "backup")
    with templates.fresh(None) as url:
        engine = open_engine(url)
        restore(engine, tmp_path / "backup")
        with Database(engine).reading(OPERATOR) as session:
            found = session.get_one(Webhook, webhook)
            assert found.pause.reason == "restored"
            assert (found.lease_holder, found.place) == (None, Place(1, 3))
            with database.reading(OPERATOR) as original:
                assert found.secret == original.get_one(Webhook, webhook).secret
        # Attempts, which PostgreSQL numbers by itself, are numbered on from those that were there.
        assert take(engine, webhook, "second", LONG)
        assert keep(engine, webhook, "second", LONG, step(Place(1, 3), Place.after(1))(webhook))
        with Database(engine).reading(OPERATOR) as session:
            ids = select(WebhookAttempt.id).order_by(WebhookAttempt.id)
            assert session.scalars(ids).all() == [1, 2]
        engine.dispose()
