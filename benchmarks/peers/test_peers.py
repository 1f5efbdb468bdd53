"""Whether the peers answer as Clear Sky does, field by field, and write as it does.

Run by `make bench`, and never by the ordinary suite: pytest benchmarks/peers. The environment's
PEERS_PYTHON names the interpreter that has what the peers need.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import inspect, select
from uuid_utils import uuid7

from app.agreements.models import ActionItem, Agreement
from app.agreements.schemas import ActionItemBody, AgreementBody
from app.dialogues.models import Meeting
from app.directory.models import Organization
from app.directory.schemas import OrganizationBody
from app.exchange.load import DEMONSTRATION, load, read_folders
from app.kernel.access import OPERATOR
from app.kernel.changes import create
from app.kernel.database import open_engine
from app.kernel.journal import Author, Change, Revision
from app.kernel.records import content_of, digest_of, document_of
from app.kernel.sessions import Database, RecordSession
from app.reporting.codes import AssessmentState, ImplementationStatus, ReportState
from app.reporting.models import Assessment, Evidence, StatusReport
from benchmarks.data import PLAN, items_of
from benchmarks.databases import Databases, Engine, databases
from benchmarks.peers import PEERS
from benchmarks.servers import clear_sky, free_port, running

PYTHON = os.environ.get("PEERS_PYTHON", ".venv-peers/bin/python")
READERS = ("bare_sql", "fastapi_orm", "litestar", "drf")
WRITERS = ("fastapi_orm", "litestar", "drf")
STREAMERS = ("bare_sql", "fastapi_orm")
REPORTS, WILD_PLANS = 1_000, 40
TODAY = datetime.now(UTC).date()
ITEMS = items_of(PLAN)
# The columns in which two writes of one report differ.
OWN_TO_EACH = frozenset(
    {
        *("id", "created_at", "modified_at", "revision", "submitted_revision", "content_digest"),
        *("record_id", "document", "digest", "number", "at", "request_id", "hash"),
    }
)
REPORT = {
    "status": "on_track",
    "progress": 60,
    "summary": {"en": 'The "programme" is \\ agreed.', "ko": "계획대로\n진행 중", "zh": "ＡＢ"},
}


@dataclass(frozen=True)
class Filled:
    """A database, a key of Korea's, and Clear Sky serving it."""

    url: str
    key: str
    clear_sky: httpx.Client


@pytest.fixture(scope="module")
def made() -> Iterator[Databases]:
    """Databases, gone afterwards."""
    with databases() as found:
        yield found


@pytest.fixture(scope="module")
def filled(made: Databases) -> Iterator[Filled]:
    """A made-up database, with the demonstration and plans as wild as can be beside it."""
    with made.copy("postgresql", REPORTS) as database:
        _fill(database.url)
        with clear_sky(database.url) as server, httpx.Client(base_url=server.address) as client:
            yield Filled(database.url, database.keys["reporter"], client)


@contextmanager
def _serving(name: str, url: str, **environment: str) -> Iterator[httpx.Client]:
    port = free_port()
    command = PEERS[name].command(PYTHON, port)
    with (
        running(name, command, port, {"DATABASE_URL": url, **environment}) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module", params=READERS)
def reader(request: pytest.FixtureRequest, filled: Filled) -> Iterator[httpx.Client]:
    """A peer that reads."""
    with _serving(request.param, filled.url) as client:
        yield client


def test_progress_is_that_of_clear_sky(filled: Filled, reader: httpx.Client) -> None:
    """Of every agreement of the record, and of none."""
    agreements = _followed(filled.clear_sky, "/v1/agreements", {"limit": "200"})
    assert len(agreements) > WILD_PLANS
    for agreement in agreements:
        path = f"/v1/agreements/{agreement['id']}/progress"
        _compare(reader.get(path), filled.clear_sky.get(path))
    assert reader.get("/v1/agreements/no-such-agreement/progress").status_code == 404


@pytest.mark.parametrize("sort", ["id", "-id"])
@pytest.mark.parametrize("limit", ["50", "7"])
def test_lists_are_those_of_clear_sky(
    filled: Filled, reader: httpx.Client, sort: str, limit: str
) -> None:
    """Page by page, each followed by its own cursor."""
    asked = {"limit": limit, "sort": sort}
    _compare_pages(reader, filled.clear_sky, "/v1/status-reports", asked)


def test_records_are_those_of_clear_sky(filled: Filled, reader: httpx.Client) -> None:
    """Status reports of every kind; a draft and one that never was are not found."""
    reports = _followed(filled.clear_sky, "/v1/status-reports", {"limit": "200"})
    for report in reports[::20]:
        path = f"/v1/status-reports/{report['id']}"
        _compare(reader.get(path), filled.clear_sky.get(path))
    assert {report["state"] for report in reports} == {"submitted", "withdrawn"}
    assert any(report["evidence"] for report in reports)
    assert reader.get(f"/v1/status-reports/{uuid7()}").status_code == 404


@pytest.mark.parametrize("since", ["0", "2", "9999"])
@pytest.mark.parametrize("limit", ["50", "200"])
def test_feeds_are_those_of_clear_sky(
    filled: Filled, reader: httpx.Client, since: str, limit: str
) -> None:
    """Page by page, each followed by its own cursor."""
    _compare_pages(reader, filled.clear_sky, "/v1/changes", {"since": since, "limit": limit})


@pytest.mark.parametrize("name", STREAMERS)
def test_snapshots_have_every_report(filled: Filled, name: str) -> None:
    """One a line, in the order of their ids."""
    reports = _followed(filled.clear_sky, "/v1/status-reports", {"limit": "200"})
    with _serving(name, filled.url) as client:
        lines = client.get("/snapshot").text.splitlines()
    assert [json.loads(line) for line in lines] == reports


@pytest.mark.parametrize("name", WRITERS)
def test_reports_are_written_as_clear_sky_writes_them(filled: Filled, name: str) -> None:
    """One and a hundred: the same rows, so that the chain holds and Clear Sky answers with them."""
    authorization = {"Authorization": f"Bearer {filled.key}"}
    many = [
        REPORT | {"action_item": item, "reported_on": f"2024-01-{day:02}"}
        for day, item in islice(product(range(1, 13), ITEMS), 100)
    ]
    with _serving(name, filled.url) as client:
        before = filled.clear_sky.get("/v1/journal/head").json()["revision"]
        one = client.post(
            f"/v1/action-items/{ITEMS[0]}/reports", json=REPORT, headers=authorization
        )
        expected = filled.clear_sky.post(
            f"/v1/action-items/{ITEMS[0]}/reports", json=REPORT, headers=authorization
        )
        hundred = client.post(
            f"/v1/agreements/{PLAN}/reports", json={"reports": many}, headers=authorization
        )
        refused = [
            client.post(
                f"/v1/action-items/{ITEMS[0]}/reports", json=REPORT | change, headers=headers
            )
            for change, headers in (
                ({}, {}),
                ({}, {"Authorization": "Bearer nobody"}),
                ({"status": "completed"}, authorization),
                ({"progress": 101}, authorization),
                ({"reported_on": "2999-01-01"}, authorization),
            )
        ]
    assert (one.status_code, hundred.status_code) == (201, 201)
    assert one.headers["Location"] == f"/v1/status-reports/{one.json()['id']}"
    assert len(hundred.json()["items"]) == 100
    for record in (one.json(), *hundred.json()["items"][::10]):
        path = f"/v1/status-reports/{record['id']}"
        assert filled.clear_sky.get(path).json() == record
    assert [answer.status_code for answer in refused[:2]] == [401, 401]
    assert all(answer.status_code in (400, 422) for answer in refused[2:])
    assert filled.clear_sky.get("/v1/journal/head").json()["revision"] == before + 3
    assert _rows(filled.url, one.json()["id"]) == _rows(filled.url, expected.json()["id"])
    _verify(filled.url)


def test_bare_answers_with_what_it_is_given(filled: Filled, tmp_path: Path) -> None:
    """The bytes, and 304 for its entity tag."""
    (tmp_path / "body").write_bytes(b'{"bare": true}')
    environment = {"BODY": str(tmp_path / "body"), "ETAG": '"bare"'}
    with _serving("bare", filled.url, **environment) as client:
        whole = client.get("/v1/any/path")
        known = client.get("/v1/any/path", headers={"If-None-Match": '"bare"'})
    assert (whole.json(), whole.headers["etag"]) == ({"bare": True}, '"bare"')
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("clients", [1, 4])
@pytest.mark.parametrize(
    ("engine", "module"), [("postgresql", "postgres_writer"), ("sqlite", "sqlite_writer")]
)
def test_bare_writers_keep_the_chain(
    made: Databases, engine: Engine, module: str, clients: int
) -> None:
    """With one connection, and with several."""
    with made.copy(engine, REPORTS) as database:
        command = [PYTHON, "-m", f"benchmarks.peers.{module}", database.url, ITEMS[0]]
        done = subprocess.run(
            [*command, "--seconds", "0.3", "--clients", str(clients)],
            capture_output=True,
            check=True,
            text=True,
        )
        told = json.loads(done.stdout)
        assert told["writes"] == len(told["latencies_ms"]) > 0
        _verify(database.url)


def _rows(url: str, report_id: str) -> list[dict[str, Any]]:
    """What was written with a report, and would be the same of another that says the same."""
    engine = open_engine(url)
    with Database(engine).reading(OPERATOR) as session:
        report = session.get_one(StatusReport, report_id)
        assert report.content_digest == digest_of(content_of(document_of(report)))
        change = session.scalars(select(Change).where(Change.record_id == report_id)).one()
        revision = session.get_one(Revision, change.revision)
        rows = [
            {
                column.key: getattr(row, column.key)
                for column in inspect(type(row)).column_attrs
                if column.key not in OWN_TO_EACH
            }
            for row in (report, change, revision)
        ]
    engine.dispose()
    return rows


def _verify(url: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("clearsky")), "verify"],
        env={**os.environ, "CLEARSKY_DATABASE_URL": url},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _compare(mine: httpx.Response, theirs: httpx.Response) -> None:
    assert mine.status_code == theirs.status_code == 200, (mine.text, theirs.text)
    assert mine.json() == theirs.json()


def _compare_pages(
    mine: httpx.Client, theirs: httpx.Client, path: str, asked: dict[str, str]
) -> None:
    my_cursor, their_cursor, more = {}, {}, True
    while more:
        my_page = mine.get(path, params=asked | my_cursor)
        their_page = theirs.get(path, params=asked | their_cursor)
        assert my_page.status_code == their_page.status_code == 200, my_page.text
        found, expected = my_page.json(), their_page.json()
        my_next, their_next = found.pop("next"), expected.pop("next")
        assert found == expected
        assert (my_next is None) == (their_next is None)
        my_cursor, their_cursor = {"cursor": my_next}, {"cursor": their_next}
        more = their_next is not None


def _followed(client: httpx.Client, path: str, asked: dict[str, str]) -> list[dict[str, Any]]:
    found, cursor = [], {}
    while True:
        page = client.get(path, params=asked | cursor).raise_for_status().json()
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def _fill(url: str) -> None:
    engine = open_engine(url)
    database = Database(engine)
    load(database, Author(OPERATOR), read_folders([DEMONSTRATION]))
    with database.writing(Author(OPERATOR)) as session:
        meetings = session.scalars(select(Meeting.id).order_by(Meeting.id)).all()
        organizations = [_organization(session, number) for number in range(8)]
        session.flush()
        for number in range(WILD_PLANS):
            chance = random.Random(number)  # noqa: S311 (the same in every run)
            _wild_plan(session, chance, f"wild-{number}", organizations, meetings)
    engine.dispose()


def _organization(session: RecordSession, number: int) -> str:
    """An organization whose names change, end and begin at all times; returns its id."""
    year = TODAY.year
    names = (
        [{}],
        [{"ends": str(year - 1)}, {"starts": str(year)}],
        [{"ends": f"{year - 1}-06"}, {"starts": f"{year + 1}-02"}],
        [{"starts": f"{year + 2}"}, {"starts": f"{year + 1}-03-04"}],
        [{"starts": "2001", "ends": "2002"}, {"starts": "2001-01-01", "ends": "2003-02"}],
        [{"starts": str(year)}, {"starts": f"{year}-01"}, {"starts": f"{year}-01-01"}],
        [{"ends": TODAY.isoformat()}, {"starts": TODAY.isoformat()}],
        [{"ends": f"{year}"}, {"starts": f"{year - 3}-02"}, {}],
    )[number]
    body = OrganizationBody.model_validate(
        {
            "id": f"wild-{number}",
            "kind": "agency",
            "names": [
                {"name": {"en": f"Name {position}", "ko": "이름"}, **period}
                for position, period in enumerate(names)
            ],
        }
    )
    create(session, Organization, body)
    return f"wild-{number}"


def _wild_plan(
    session: RecordSession,
    chance: random.Random,
    plan: str,
    organizations: list[str],
    meetings: Sequence[str],
) -> None:
    parties = chance.sample(["CN", "KR", "JP"], chance.randint(1, 3))
    body = AgreementBody(id=plan, kind="annual_plan", name={"zh": "计划"}, parties=parties)
    create(session, Agreement, body)
    session.flush()
    for number in range(1, chance.randint(0, 9) + 1):
        item = ActionItemBody.model_validate(
            {
                "agreement": plan,
                "number": number,
                "title": {"en": f'Item "{number}"', "ko": "항목"},
                "kind": chance.choice([None, "event", "joint_research"]),
                "leads": [
                    {"party": party, "organization": chance.choice(organizations)}
                    for party in chance.sample(parties, chance.randint(0, len(parties)))
                ],
                "due": _wild_date(chance),
                "ended": _wild_date(chance),
            }
        )
        create(session, ActionItem, item, derived_id=f"{plan}-{number}")
        session.flush()
        for party in parties:
            _wild_reports(session, chance, plan, f"{plan}-{number}", party)
        for meeting in chance.sample(meetings, chance.choice([0, 0, 1, 3])):
            session.add(_wild_assessment(chance, plan, f"{plan}-{number}", parties, meeting))
        session.flush()


def _wild_date(chance: random.Random) -> str | None:
    day = TODAY + timedelta(days=chance.choice([-400, -30, -1, 0, 1, 30]))
    return chance.choice([None, day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]])


def _wild_status(chance: random.Random) -> dict[str, Any]:
    status = chance.choice(list(ImplementationStatus))
    fixed = {ImplementationStatus.COMPLETED: 100, ImplementationStatus.NOT_STARTED: 0}.get(status)
    given = fixed if fixed is not None else chance.choice([None, 0, 5, 40, 41, 95])
    return {"status": status, "progress": given}


def _wild_reports(
    session: RecordSession, chance: random.Random, plan: str, item: str, party: str
) -> None:
    """Reports of a few days, some of them corrections, withdrawn, drafts, or of days to come."""
    uncorrected: list[str] = []
    for _ in range(chance.randint(0, 6)):
        state = chance.choice([*[ReportState.SUBMITTED] * 4, ReportState.WITHDRAWN])
        corrected = None
        if uncorrected and chance.random() < 0.4:
            corrected = uncorrected.pop(chance.randrange(len(uncorrected)))
        elif chance.random() < 0.15:
            state = ReportState.DRAFT
        day = TODAY + timedelta(days=chance.choice([-300, -181, -180, -20, -1, 0, 0, 1, 9]))
        report = StatusReport(
            id=str(uuid7()),
            action_item=item,
            agreement_id=plan,
            party=party,
            summary=chance.choice([None, {"en": "Said", "ko": "보고\t"}]),
            reported_on=day.isoformat(),
            state=state,
            corrects=corrected,
            withdrawal_reason={"en": "Wrong"} if state is ReportState.WITHDRAWN else None,
            submitted_by=None if state is ReportState.DRAFT else 'wild "one"',
            evidence=[
                Evidence(position=position, url=f"https://example.org/{position}", title=title)
                for position, title in enumerate(chance.choice([[], [], [None, {"en": "Shown"}]]))
            ],
            **_wild_status(chance),
        )
        session.add(report)
        session.flush()
        if state is not ReportState.DRAFT:
            uncorrected.append(report.id)


def _wild_assessment(
    chance: random.Random, plan: str, item: str, parties: list[str], meeting: str
) -> Assessment:
    held_on = TODAY + timedelta(days=chance.choice([-900, -190, -20, -1, 0, 1]))
    assessment = Assessment(
        id=str(uuid7()),
        meeting=meeting,
        held_on=held_on.isoformat(),
        action_item=item,
        agreement=plan,
        state=AssessmentState.ADOPTED,
        proposed_by=parties[0],
        citations=[],
        **_wild_status(chance),
    )
    assessment.confirmed(parties, by=parties if chance.random() < 0.8 else parties[:-1])
    return assessment
