"""Many at once, with real threads and connections: nothing lost, nothing half written."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import func, select

from app.directory.models import Person
from app.feed.verification import verify
from app.kernel.access import ANONYMOUS, OPERATOR
from app.kernel.database import open_engine
from app.kernel.journal import Author, Revision, head
from app.kernel.sessions import Database
from app.reporting.models import StatusReport

pytestmark = pytest.mark.both_engines

WRITERS = 8
ITEM = "/v1/action-items/clear-sky-plan-2023-{}/reports"
DIALOGUE = "/v1/dialogues/cn-kr-dg-dialogue"


def at_once(work):
    """Runs work(number) in WRITERS threads that start together."""
    together = Barrier(WRITERS)

    def started(number):
        together.wait()
        return work(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(started, range(WRITERS)))


def test_every_acknowledged_report_is_there_and_revisions_have_no_gap(clients, database):
    def post(number):
        return [
            clients.korea.post(
                ITEM.format(number + 1), json={"status": "on_track", "progress": progress}
            )
            for progress in range(5)
        ]

    answers = [answer for found in at_once(post) for answer in found]
    assert {answer.status_code for answer in answers} == {201}
    with database.reading(OPERATOR) as session:
        stored = set(session.scalars(select(StatusReport.id)))
        assert stored == {answer.json()["id"] for answer in answers}
        revisions = session.scalars(select(Revision.number).order_by(Revision.number)).all()
        assert revisions == list(range(1, 2 + len(answers)))
        assert verify(session).valid
    assert len({answer.headers["revision"] for answer in answers}) == len(answers)


def test_no_update_is_lost_where_many_change_one_record(clients):
    def append(number):
        for attempt in range(200):
            read = clients.korea.get(DIALOGUE)
            aliases = [*read.json()["aliases"], {"en": f"Alias {number}"}]
            answer = clients.korea.patch(
                DIALOGUE, json={"aliases": aliases}, headers={"If-Match": read.headers["etag"]}
            )
            if answer.status_code == 200:
                return attempt
            assert answer.status_code == 412, answer.text
        raise AssertionError("never came through")

    at_once(append)
    names = [alias.get("en") for alias in clients.anonymous.get(DIALOGUE).json()["aliases"]]
    assert {f"Alias {number}" for number in range(WRITERS)} <= set(names)


def test_of_many_deletions_one_is_made(clients):
    made = clients.korea.post(
        "/v1/people", json={"id": "brief", "name": {"en": "Brief"}, "organization": "kr-moe"}
    )
    tag = {"If-Match": made.headers["etag"]}
    answers = at_once(lambda _: clients.korea.delete("/v1/people/brief", headers=tag).status_code)
    assert sorted(answers) == [204] + [410] * (WRITERS - 1)


def test_of_many_that_take_one_number_one_gets_it(clients):
    body = {"agreement": "clear-sky-plan-2023", "number": 77, "title": {"en": "x"}}

    def post(number):
        answer = clients.korea.post("/v1/action-items", json=body | {"id": f"item-{number}"})
        return answer.status_code

    assert sorted(at_once(post)) == [201] + [409] * (WRITERS - 1)


def test_a_reader_sees_one_state_throughout(database, clients):
    with database.reading(ANONYMOUS) as session:
        before, people = head(session).number, session.scalar(select(func.count(Person.id)))
        clients.korea.post(
            "/v1/people", json={"name": {"en": "New"}, "organization": "kr-moe"}
        ).raise_for_status()
        session.expire_all()
        assert session.scalar(select(func.count(Person.id))) == people
        assert head(session).number == before


def test_a_report_is_never_seen_without_its_evidence(clients):
    body = {
        "status": "on_track",
        "evidence": [{"url": f"https://example.org/{n}"} for n in range(9)],
    }
    done = Event()

    def look(number):
        if number == 0:
            for _ in range(15):
                clients.korea.post(ITEM.format(1), json=body).raise_for_status()
            done.set()
            return {9}
        seen = {9}
        while not done.is_set():
            page = clients.anonymous.get("/v1/status-reports", params={"limit": 200})
            seen |= {len(report["evidence"]) for report in page.json()["items"]}
        return seen

    assert set().union(*at_once(look)) == {9}


def test_a_write_that_waits_too_long_is_told_to_try_again_and_leaves_nothing(
    server, database_url, clients
):
    engine = open_engine(database_url, busy_timeout=0.2)
    server.app.state.database = Database(engine)
    body = {"status": "on_track"}
    try:
        with server.app.state.database.writing(Author(OPERATOR)):
            answer = clients.korea.post(ITEM.format(1), json=body)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert clients.anonymous.get("/v1/status-reports").json()["items"] == []
        assert clients.korea.post(ITEM.format(1), json=body).status_code == 201
    finally:
        engine.dispose()


def test_a_database_out_of_reach_is_503_and_not_a_fault(server, clients):
    engine = open_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    server.app.state.database = Database(engine)
    try:
        for path in ("/v1/people", "/readyz"):
            answer = clients.anonymous.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert clients.korea.post("/v1/people", json={}).status_code == 503
        assert clients.anonymous.get("/healthz").status_code == 200
    finally:
        engine.dispose()
