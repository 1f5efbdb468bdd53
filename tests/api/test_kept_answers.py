"""Answers that are kept and given again: never an old one as new, never another's."""

import psycopg
import pytest

from app.kernel import answering
from app.kernel import answers as kept
from app.kernel.access import OPERATOR, Role
from app.kernel.database import open_engine
from app.kernel.dates import utc_now
from app.kernel.freshness import freshness_of
from app.kernel.journal import Author, head
from app.kernel.keys import ApiKey, issue_key
from app.kernel.sessions import Database
from tests.waiting import wait_until

ITEM = "/v1/action-items/clear-sky-plan-2023-5"
PROGRESS = "/v1/dialogues/cn-kr-dg-dialogue/progress"


@pytest.fixture
def figures(clients, database):
    """How often kept answers served, and how often not, so far."""

    # The listener, where there is one, must have heard the first time.
    wait_until(lambda: database.freshness.newest() is not None)

    def count():
        lines = clients.anonymous.get("/metrics").text.splitlines()
        return {
            result: float(line.rpartition(" ")[2])
            for result in ("hit", "miss")
            for line in lines
            if line.startswith(f'clearsky_kept_answers_total{{result="{result}"}}')
        }

    return count


@pytest.mark.both_engines
def test_an_answer_is_given_again_until_anything_is_written(clients, figures):
    first = clients.anonymous.get(PROGRESS)
    before = figures()
    second = clients.anonymous.get(PROGRESS)
    assert figures()["hit"] == before["hit"] + 1
    assert second.content == first.content
    own = {"x-request-id", "date"}
    assert {k: v for k, v in second.headers.items() if k not in own} == {
        k: v for k, v in first.headers.items() if k not in own
    }
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    clients.korea.post(f"{ITEM}/reports", json={"status": "on_track"}).raise_for_status()
    third = clients.anonymous.get(PROGRESS)
    assert third.headers["revision"] == str(int(first.headers["revision"]) + 1)
    assert third.json()["summary"]["by_basis"]["one_sided"] == 1


def test_a_kept_answer_meets_conditions_as_any_other(clients, figures):
    first = clients.anonymous.get(PROGRESS)
    clients.anonymous.get(PROGRESS)
    before = figures()["hit"]
    etag = first.headers["etag"]
    unchanged = clients.anonymous.get(PROGRESS, headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == etag
    assert "content-type" not in unchanged.headers
    other = clients.anonymous.get(PROGRESS, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
    assert figures()["hit"] == before + 2
    revision = first.headers["revision"]
    assert clients.anonymous.get(PROGRESS, headers={"Min-Revision": revision}).status_code == 200
    later = {"Min-Revision": str(int(revision) + 1)}
    assert clients.anonymous.get(PROGRESS, headers=later).status_code == 503
    asked = clients.anonymous.get(PROGRESS, headers={"X-Request-ID": "my-own.1"})
    assert asked.headers["x-request-id"] == "my-own.1"


@pytest.mark.both_engines
def test_what_a_key_sees_is_kept_for_its_audience_alone(clients, figures):
    draft = {"status": "on_track", "state": "draft"}
    clients.korea.post(f"{ITEM}/reports", json=draft).raise_for_status()
    reports = "/v1/status-reports"
    for _ in range(2):
        before = figures()
        for client, seen in (
            (clients.korea, 1),
            (clients.anonymous, 0),
            (clients.china, 0),
            (clients.reader, 1),
            (clients.admin, 0),
        ):
            assert len(client.get(reports).json()["items"]) == seen
    after = figures()
    assert (after["hit"], after["miss"]) == (before["hit"] + 5, before["miss"])


def test_a_second_authorization_counts_no_more_for_kept_answers_than_for_others(clients, templates):
    draft = {"status": "on_track", "state": "draft"}
    clients.korea.post(f"{ITEM}/reports", json=draft).raise_for_status()
    for client in (clients.korea, clients.china):
        client.get("/v1/parties").raise_for_status()
    both = [("Authorization", f"Bearer {templates.keys[name]}") for name in ("korea", "china")]
    assert len(clients.anonymous.get("/v1/status-reports", headers=both).json()["items"]) == 1
    assert clients.china.get("/v1/status-reports").json()["items"] == []
    assert len(clients.korea.get("/v1/status-reports").json()["items"]) == 1


@pytest.mark.both_engines
def test_a_key_that_is_revoked_opens_no_kept_answer(clients, database):
    assert clients.korea.get(PROGRESS).status_code == 200
    assert clients.korea.get(PROGRESS).status_code == 200
    with database.writing(Author(OPERATOR)) as session:
        session.get(ApiKey, "korea").revoked_at = utc_now()
    wait_until(lambda: clients.korea.get(PROGRESS).status_code == 401)
    assert clients.china.get(PROGRESS).status_code == 200


def test_refusals_and_other_routes_are_not_kept(clients, figures):
    before = figures()["hit"]
    for path in ("/v1/meetings/nothing", f"{PROGRESS}?as_of=soon", "/healthz", "/openapi.json"):
        assert clients.anonymous.get(path).status_code == clients.anonymous.get(path).status_code
    assert figures()["hit"] == before


@pytest.mark.parametrize("wanted", ["9" * 5000, "²", "-1", ""])
def test_a_min_revision_that_is_none_is_refused_though_an_answer_is_kept(clients, wanted):
    clients.anonymous.get(PROGRESS)
    asked = {"Min-Revision": wanted.encode()}
    assert clients.anonymous.get(PROGRESS, headers=asked).status_code == 422


@pytest.mark.parametrize("path", [PROGRESS, "/healthz", "/docs", "/v1/meetings/nothing"])
def test_head_answers_as_get_does_without_the_body(clients, path):
    got, headed = clients.anonymous.get(path), clients.anonymous.head(path)
    assert headed.status_code == got.status_code
    assert headed.content == b""
    for name in ("content-type", "etag", "revision"):
        assert headed.headers.get(name) == got.headers.get(name)


def test_a_new_quarter_of_an_hour_may_be_a_new_day(clients, figures, monkeypatch):
    clients.anonymous.get(PROGRESS)
    before = figures()["hit"]
    later = kept.quarter() + 1
    for module in (kept, answering):
        monkeypatch.setattr(module, "quarter", lambda: later)
    clients.anonymous.get(PROGRESS)
    assert figures()["hit"] == before
    clients.anonymous.get(PROGRESS)
    assert figures()["hit"] == before + 1


@pytest.mark.both_engines
def test_another_processes_writes_are_noticed(clients, database):
    """A second view of the same database, as another worker has it."""
    other = freshness_of(database.engine)
    try:
        wait_until(lambda: other.newest() is not None)
        made = clients.korea.post(f"{ITEM}/reports", json={"status": "on_track"})
        revision = int(made.headers["revision"])
        wait_until(lambda: other.newest().revision == revision)
        before = other.newest()
        with database.writing(Author(OPERATOR)) as session:
            issue_key(session, "another", Role.READER, "KR", None)
        with database.reading(OPERATOR) as session:
            version = head(session).credentials_version
        assert version != before.credentials_version
        wait_until(lambda: other.newest() == before._replace(credentials_version=version))
    finally:
        other.close()


def test_how_late_another_processes_write_was_heard_of_is_told(postgres_templates):
    with postgres_templates.fresh("reference") as url:
        engine = open_engine(url)
        listener = freshness_of(engine)
        writer = Database(engine)
        try:
            wait_until(lambda: listener.newest() is not None)
            assert listener.lag is None
            with writer.writing(Author(OPERATOR)) as session:
                issue_key(session, "another", Role.READER, "KR", None)
            wait_until(lambda: listener.lag is not None)
            assert listener.lag >= 0
        finally:
            listener.close()
            writer.close()


def test_a_listener_that_is_cut_off_is_certain_of_nothing_until_it_hears_again(postgres_templates):
    with postgres_templates.fresh("migrated") as url:
        engine = open_engine(url)
        listener = freshness_of(engine)
        try:
            wait_until(lambda: listener.newest() is not None)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'clearsky listens' AND datname = current_database()"
                )
            wait_until(lambda: listener.newest() is None)
            wait_until(lambda: listener.newest() is not None)
            assert listener.newest().revision == 0
        finally:
            listener.close()
            engine.dispose()


def test_a_notice_that_cannot_be_read_does_not_end_the_listening(postgres_templates):
    """Whoever may connect can send one."""
    with postgres_templates.fresh("migrated") as url:
        writer = Database(open_engine(url))
        listener = freshness_of(writer.engine)
        try:
            wait_until(lambda: listener.newest() is not None)
            with psycopg.connect(url, autocommit=True) as connection:
                for notice in ("", "nonsense", "7 8"):
                    connection.execute("SELECT pg_notify('clearsky_head', %s)", (notice,))
            with writer.writing(Author(OPERATOR)) as session:
                issue_key(session, "another", Role.ADMIN, None, None)
            with writer.reading(OPERATOR) as session:
                version = head(session).credentials_version
            wait_until(lambda: listener.newest().credentials_version == version)
        finally:
            listener.close()
            writer.close()
