"""What PostgreSQL undoes for the sake of other transactions is run again, a few times at most."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import event

from app.kernel.database import open_engine
from app.kernel.sessions import Database
from app.kernel.transactions import ATTEMPTS
from tests.waiting import wait_until

# PostgreSQL alone: on SQLite one transaction writes at a time, and is never undone.
pytestmark = pytest.mark.parametrize("templates", ["postgresql"], indirect=True)

DIALOGUE = "/v1/dialogues/cn-kr-dg-dialogue"
REPORTS = "/v1/action-items/clear-sky-plan-2023-5/reports"
DEADLOCK, NOT_SERIALIZABLE = "40P01", "40001"


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    """One whose writes are patient: a busy machine is not what these tests are about."""
    opened = Database(open_engine(database_url, busy_timeout=60), kept_bytes=1024 * 1024)
    yield opened
    opened.close()


@pytest.fixture
def given_up(database) -> list[str]:
    """The SQLSTATE of each transaction that the server has had undone, as they come."""
    states: list[str] = []

    def note(context) -> None:
        states.append(context.original_exception.sqlstate)

    event.listen(database.engine, "handle_error", note)
    return states


@pytest.fixture
def foreign(database_url) -> Iterator[psycopg.Connection]:
    """A session of somebody else, who locks as they like."""
    with psycopg.connect(database_url) as connection:
        yield connection


@pytest.fixture
def in_background() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def wait_until_waiting(database_url: str, sessions: int) -> None:
    """Returns once so many sessions wait for locks of others."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(database_url, autocommit=True) as connection:
        wait_until(lambda: connection.execute(waiting).fetchone() == (sessions,))


def rename(clients, name: str):
    """A change of the dialogue, against its ETag."""
    etag = clients.korea.get(DIALOGUE).headers["etag"]
    aliases = {"aliases": [{"en": name}]}
    return lambda: clients.korea.patch(DIALOGUE, json=aliases, headers={"If-Match": etag})


def test_a_write_that_is_undone_in_a_deadlock_is_done_all_the_same(
    clients, database_url, given_up, foreign, in_background
):
    patch = rename(clients, "After a deadlock")
    # The server's session, not this one, is to be the one that is undone.
    foreign.execute("SET deadlock_timeout = '10min'")
    foreign.execute("SELECT 1 FROM dialogue FOR UPDATE")
    with psycopg.connect(database_url) as holding_up:
        holding_up.execute("LOCK TABLE dialogue_citation IN ACCESS EXCLUSIVE MODE")
        patching = in_background.submit(patch)
        wait_until_waiting(database_url, 1)
        # It has locked the head by now: this waits for it, and then it for this.
        locking = in_background.submit(foreign.execute, "SELECT 1 FROM journal_head FOR UPDATE")
        wait_until_waiting(database_url, 2)
    locking.result()
    # Undone, it is at the head again.
    wait_until_waiting(database_url, 1)
    foreign.rollback()
    answer = patching.result()
    assert answer.status_code == 200
    # Now and then it comes before the other again, and is undone a second time.
    assert set(given_up) == {DEADLOCK}
    read = clients.anonymous.get(DIALOGUE)
    assert read.content == answer.content
    assert read.json()["aliases"] == [{"en": "After a deadlock"}]
    assert answer.headers["revision"] == "2"
    history = clients.korea.get(f"{DIALOGUE}/history").json()["items"]
    assert [entry["revision"] for entry in history] == [1, 2]


def test_a_write_that_another_has_overtaken_is_done_on_what_that_left(
    clients, database_url, given_up, foreign, in_background
):
    # For an operator who has chosen so for the whole database.
    foreign.execute(
        f"ALTER DATABASE {foreign.info.dbname} SET default_transaction_isolation = 'serializable'"
    )
    foreign.commit()
    foreign.execute("UPDATE dialogue SET search_text = search_text")
    patch = rename(clients, "After another")
    patching = in_background.submit(patch)
    wait_until_waiting(database_url, 1)
    foreign.commit()
    answer = patching.result()
    assert answer.status_code == 200
    assert given_up == [NOT_SERIALIZABLE]
    assert clients.anonymous.get(DIALOGUE).content == answer.content


def refuse_reports(foreign: psycopg.Connection, state: str, times: int) -> None:
    """Lets PostgreSQL undo the first `times` transactions that add a report."""
    foreign.execute("CREATE SEQUENCE refused")
    foreign.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        # A sequence counts on, whatever is undone.
        f" IF nextval('refused') <= {times} THEN"
        f" RAISE EXCEPTION 'in the way' USING ERRCODE = '{state}'; END IF;"
        " RETURN NEW; END $$"
    )
    foreign.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON status_report"
        " FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    foreign.commit()


@pytest.mark.parametrize("state", [DEADLOCK, NOT_SERIALIZABLE])
def test_a_write_that_is_undone_often_leaves_nothing_of_what_was_undone(
    state, clients, given_up, foreign
):
    refuse_reports(foreign, state, ATTEMPTS - 1)
    key = {"Idempotency-Key": "at-last"}
    answer = clients.korea.post(REPORTS, json={"status": "on_track"}, headers=key)
    assert answer.status_code == 201
    assert given_up == [state] * (ATTEMPTS - 1)
    (report,) = clients.anonymous.get("/v1/status-reports").json()["items"]
    assert report == answer.json()
    assert clients.anonymous.get(answer.headers["location"]).content == answer.content
    assert answer.headers["revision"] == "2"
    again = clients.korea.post(REPORTS, json={"status": "on_track"}, headers=key)
    assert again.content == answer.content
    assert again.headers["location"] == answer.headers["location"]
    assert clients.korea.post("/v1/journal/verify").json()["valid"]


def test_a_write_that_is_undone_each_time_is_told_to_try_again(clients, given_up, foreign):
    refuse_reports(foreign, DEADLOCK, ATTEMPTS)
    key = {"Idempotency-Key": "later"}
    refused = clients.korea.post(REPORTS, json={"status": "on_track"}, headers=key)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert given_up == [DEADLOCK] * ATTEMPTS
    assert clients.anonymous.get("/v1/status-reports").json()["items"] == []
    assert clients.anonymous.get("/v1/journal/head").json()["revision"] == 1
    answer = clients.korea.post(REPORTS, json={"status": "on_track"}, headers=key)
    assert answer.status_code == 201
    assert "idempotent-replayed" not in answer.headers
