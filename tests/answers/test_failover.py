"""A copy that was behind has taken the place of the database, beneath a process that goes on.

What was lost is made up for by as many other changes, so that every count is what it was.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil
import pytest
from psycopg.conninfo import conninfo_to_dict

from app.calendars.models import CalendarAddress
from app.kernel.access import OPERATOR, Role
from app.kernel.dates import utc_now
from app.kernel.journal import Author, head
from app.kernel.keys import ApiKey, issue_key
from app.kernel.private_addresses import credentials_in
from app.kernel.sessions import Database
from tests import plain_http
from tests.answers.test_cut_off import BOUND
from tests.answers.test_replicas import process_of
from tests.calendars.test_addresses import make, path_of
from tests.engines import PostgresTemplates, opened
from tests.put_back import copied
from tests.replicas import PostgresServer, replica_of
from tests.waiting import wait_until

ITEM = "/v1/action-items/clear-sky-plan-2023-5"
STANDING = f"{ITEM}/standing"
PARTY = {"id": "MN", "name": {"en": "Mongolia"}, "timezone": "Asia/Ulaanbaatar"}


def issue(database: Database, name: str) -> str:
    with database.writing(Author(OPERATOR)) as session:
        return issue_key(session, name, Role.EDITOR, "KR", None)


def revoke(database: Database, name: str) -> None:
    with database.writing(Author(OPERATOR)) as session:
        session.get_one(ApiKey, name).revoked_at = utc_now()


@dataclass(frozen=True)
class Caller:
    """Whoever has a key, at a process."""

    client: httpx.Client
    database: Database
    key: str

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def read(self) -> int:
        return self.client.get(STANDING, headers=self._headers).status_code

    def write(self) -> int:
        body = {"status": "delayed"}
        return self.client.post(f"{ITEM}/reports", json=body, headers=self._headers).status_code

    def is_remembered(self) -> bool:
        """Whether the process takes the caller for whom it knows."""
        known = self.database.principals
        return (
            self.read() == 200 and known.find(self._headers["Authorization"].encode()) is not None
        )


def assert_let_in_no_more(callers: list[Caller]) -> None:
    """None writes at any time, nor reads for longer than a process may be late by."""
    assert {caller.write() for caller in callers} == {401}
    wait_until(lambda: {caller.read() for caller in callers} == {401}, seconds=BOUND)
    # Also once the process need not ask for everybody.
    wait_until(lambda: callers[0].database.freshness.newest() is not None)
    assert {each for caller in callers for each in (caller.read(), caller.write())} == {401}


@pytest.fixture
def client(server) -> Iterator[httpx.Client]:
    with plain_http.client(base_url=server.address, timeout=30) as made:
        yield made


@pytest.mark.both_engines
@pytest.mark.parametrize("made_up_for", [True, False], ids=["as many changes", "fewer"])
def test_no_key_goes_on_that_the_copy_does_not_have_or_has_seen_revoked(
    clients, client, database, database_url, made_up_for
):
    leaving = Caller(client, database, issue(database, "leaving"))
    put_back = copied(database_url)
    callers = [leaving, Caller(client, database, issue(database, "lost"))]
    if not made_up_for:
        issue(database, "lost, too")
    for caller in callers:
        assert caller.write() == 201
        wait_until(caller.is_remembered)
    put_back()
    with opened(database_url) as elsewhere:
        revoke(elsewhere, "leaving")
    assert_let_in_no_more(callers)
    told = clients.anonymous.get("/v1/status-reports?status=delayed").json()
    assert told["items"] == []
    assert clients.korea.get(STANDING).status_code == 200
    assert clients.korea.post(f"{ITEM}/reports", json={"status": "on_track"}).status_code == 201


def test_a_key_that_the_copy_has_not_seen_revoked_is_asked_for_anew(client, database, database_url):
    back = Caller(client, database, issue(database, "back"))
    wait_until(back.is_remembered)
    put_back = copied(database_url)
    revoke(database, "back")
    assert (back.read(), back.write()) == (401, 401)
    put_back()
    wait_until(lambda: back.read() == 200, seconds=BOUND)
    assert back.write() == 201


@pytest.mark.both_engines
def test_no_private_address_goes_on_either(clients, database, database_url):
    leaving = make(clients.korea)
    put_back = copied(database_url)
    paths = [path_of(leaving), path_of(make(clients.korea))]

    def statuses() -> set[int]:
        return {clients.anonymous.get(path).status_code for path in paths}

    def are_remembered() -> bool:
        return statuses() == {200} and all(
            database.holders.find(credentials_in(path)) is not None for path in paths
        )

    wait_until(are_remembered)
    put_back()
    with (
        opened(database_url) as elsewhere,
        elsewhere.writing(Author(OPERATOR)) as session,
    ):
        session.delete(session.get_one(CalendarAddress, leaving["id"]))
    wait_until(lambda: statuses() == {404}, seconds=BOUND)


def test_what_lost_revisions_said_is_not_said_again_when_others_have_their_numbers(
    clients, database, database_url
):
    def says() -> tuple[int, dict]:
        answer = clients.anonymous.get(STANDING)
        return int(answer.headers["revision"]), answer.json()["standing"]

    _, before = says()
    put_back = copied(database_url)
    clients.korea.post(f"{ITEM}/reports", json={"status": "delayed"}).raise_for_status()
    newest, lost = says()
    wait_until(lambda: database.freshness.newest() is not None)
    assert says() == (newest, lost) != (newest, before)
    put_back()
    with plain_http.client(base_url=clients.korea.base_url, timeout=30) as client:
        admin = dict(clients.admin.headers)
        made = client.post("/v1/parties", json=PARTY, headers=admin)
        assert int(made.headers["revision"]) == newest
    wait_until(lambda: says() == (newest, before), seconds=BOUND)
    clients.admin.patch(
        "/v1/parties/MN", json={"name": {"en": "M"}}, headers={"If-Match": made.headers["etag"]}
    ).raise_for_status()
    assert says() == (newest + 1, before)


def test_each_change_of_credentials_gives_them_a_version_that_none_had_before(database):
    def version() -> str:
        with database.reading(OPERATOR) as session:
            return head(session).credentials_version

    versions = [version()]
    issue(database, "first")
    versions.append(version())
    with database.writing(Author(OPERATOR)) as session:
        for name in ("second", "third"):
            issue_key(session, name, Role.READER, "KR", None)
    versions.append(version())
    revoke(database, "first")
    versions.append(version())
    assert len(set(versions)) == len(versions)
    assert all(len(bytes.fromhex(each)) == 16 for each in versions)


@dataclass(frozen=True)
class Address:
    """Where databases are asked for: a folder of sockets, of whichever server it leads to."""

    link: Path

    def lead_to(self, server: PostgresServer) -> None:
        new = self.link.with_name("new")
        new.symlink_to(conninfo_to_dict(server.get_uri())["host"])
        os.replace(new, self.link)

    def of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.link}"


@pytest.fixture
def folder() -> Iterator[Callable[[str], Path]]:
    """New folders that PostgreSQL may have."""
    with TemporaryDirectory(prefix="clearsky-failover-") as made:
        Path(made).chmod(0o755)

        def named(name: str) -> Path:
            (Path(made) / name).mkdir()
            return Path(made) / name

        yield named


def test_after_a_promotion_that_lost_changes_no_key_goes_on_that_is_good_no_more(folder):
    primary = PostgresTemplates(folder("primary") / "data")
    address = Address(folder("address") / "server")
    address.lead_to(primary.server)
    url = address.of("reference")
    with (
        replica_of(primary.server, folder("replica")) as replica,
        process_of(primary.keys, database_url=url) as process,
        plain_http.client(base_url=process.worker.address, timeout=30) as client,
    ):
        leaving = Caller(client, process.database, issue(process.database, "leaving"))
        korea = Caller(client, process.database, primary.keys["korea"])
        replica.catch_up()
        with replica.stopped():
            lost = Caller(client, process.database, issue(process.database, "lost"))
            for caller in (leaving, lost, korea):
                assert caller.write() == 201
                wait_until(caller.is_remembered)
            primary.server.stop()
        replica.promote()
        address.lead_to(replica.server)
        with opened(url) as elsewhere:
            revoke(elsewhere, "leaving")
        assert_let_in_no_more([leaving, lost])
        assert (korea.read(), korea.write()) == (200, 201)
        told = client.get("/v1/status-reports?status=delayed").json()
        assert [report["submitted_by"] for report in told["items"]] == ["key:korea"]
    # It was stopped long ago, and may be buried just while this looks.
    with suppress(psutil.NoSuchProcess):
        primary.server.cleanup()
