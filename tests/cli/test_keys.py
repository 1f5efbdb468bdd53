"""API keys on the command line: shown once, kept as a hash, rotated, revoked for good."""

import re

import httpx
import pytest
from sqlalchemy import MetaData, select

from app.kernel.database import open_engine
from app.kernel.keys import hash_of
from tests import plain_http
from tests.cli.running import Run, assert_refused, words
from tests.conftest import Server
from tests.waiting import heard_of_keys

KEY = re.compile(r"clearsky_[A-Za-z0-9_-]{43}\n")
PARTY = {"id": "MN", "name": {"en": "Mongolia"}, "timezone": "Asia/Ulaanbaatar"}
AGENCY = {"id": "cn-agency", "party": "CN", "kind": "agency", "names": [{"name": {"en": "A"}}]}
REPORT = {"status": "on_track", "progress": 60}


def _create(run: Run, database_url: str, arguments: str) -> str:
    told = run("keys", "create", *words(arguments), database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    assert KEY.fullmatch(told.output), "the key alone, on standard output"
    return told.output.strip()


def _post(server: Server, key: str, path: str, body: object) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return plain_http.post(f"{server.address}{path}", headers=headers, json=body)


def everything_stored(database_url: str) -> list[str]:
    """Each value of each row of each table that the database has, as text."""
    engine = open_engine(database_url)
    tables = MetaData()
    try:
        with engine.connect() as connection:
            tables.reflect(connection)
            return [
                str(value)
                for table in tables.sorted_tables
                for row in connection.execute(select(table))
                for value in row
            ]
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("arguments", "path", "body", "status"),
    [
        ("somebody --role reader", "/v1/journal/verify", {}, 200),
        ("somebody --role reader", "/v1/parties", PARTY, 403),
        (
            "somebody --role reporter --party KR --organization kr-nier",
            "/v1/action-items/clear-sky-plan-2023-5/reports",
            REPORT,
            201,
        ),
        ("somebody --role reporter --party KR", "/v1/parties", PARTY, 403),
        ("somebody --role editor --party CN", "/v1/parties", PARTY, 403),
        ("somebody --role editor --party CN", "/v1/organizations", AGENCY, 201),
        ("somebody --role admin", "/v1/parties", PARTY, 201),
        ("somebody --role admin --party KR", "/v1/parties", PARTY, 403),
        ("somebody --role admin --party CN", "/v1/organizations", AGENCY, 201),
    ],
)
def test_a_key_is_printed_alone_and_works_at_once(
    arguments: str,
    path: str,
    body: object,
    status: int,
    run: Run,
    server: Server,
    database_url: str,
) -> None:
    key = _create(run, database_url, arguments)
    answer = _post(server, key, path, body)
    assert answer.status_code == status, answer.text


def test_a_report_is_by_the_party_and_the_organization_of_its_key(
    run: Run, server: Server, database_url: str
) -> None:
    key = _create(run, database_url, "nier --role reporter --party KR --organization kr-nier")
    report = _post(server, key, "/v1/action-items/clear-sky-plan-2023-5/reports", REPORT).json()
    by = (report["party"], report["organization"], report["submitted_by"])
    assert by == ("KR", "kr-nier", "key:nier")


@pytest.mark.both_engines
def test_only_the_hash_of_a_key_is_stored(run: Run, server: Server, database_url: str) -> None:
    key = _create(run, database_url, "somebody --role admin")
    assert _post(server, key, "/v1/parties", PARTY).status_code == 201
    stored = everything_stored(database_url)
    assert hash_of(key) in stored
    assert not [value for value in stored if key in value or key.removeprefix("clearsky_") in value]


def test_two_keys_are_never_alike(run: Run, database_url: str) -> None:
    keys = [_create(run, database_url, f"somebody-{n} --role reader") for n in range(3)]
    assert len(set(keys)) == 3


def test_the_list_tells_of_each_key_all_but_the_key(run: Run, database_url: str) -> None:
    secret = _create(run, database_url, "nier --role reporter --party KR --organization kr-nier")
    told = run("keys", "list", database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    rows = {row.split("\t")[0]: row.split("\t")[1:] for row in told.output.splitlines()}
    assert list(rows) == sorted(rows)
    assert rows["nier"][:3] == ["reporter", "KR", "kr-nier"]
    assert rows["admin"][:3] == ["admin", "-", "-"]
    assert rows["nier"][-1] == "active"
    assert secret not in told.output
    assert hash_of(secret) not in told.output


@pytest.mark.both_engines
def test_a_revoked_key_stops_as_soon_as_a_process_hears_of_it(
    run: Run, server: Server, database_url: str
) -> None:
    key = _create(run, database_url, "somebody --role admin")
    other = _create(run, database_url, "another --role admin")
    assert _post(server, key, "/v1/journal/verify", {}).status_code == 200

    with heard_of_keys(server.app.state.database):
        told = run("keys", "revoke", "somebody", database_url=database_url)
    assert (told.status, told.output, told.errors) == (0, "Revoked somebody.\n", "")

    refused = _post(server, key, "/v1/journal/verify", {})
    assert refused.status_code == 401
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "WWW-Authenticate" in refused.headers
    reading = plain_http.get(
        f"{server.address}/v1/parties", headers={"Authorization": f"Bearer {key}"}
    )
    assert reading.status_code == 401
    assert _post(server, other, "/v1/journal/verify", {}).status_code == 200
    listed = run("keys", "list", database_url=database_url).output
    assert re.search(r"^somebody\tadmin\t.*revoked \d{4}-\d\d-\d\d$", listed, re.MULTILINE)


@pytest.mark.both_engines
def test_a_rotated_key_takes_the_place_of_the_one_before_after_a_while(
    run: Run, server: Server, database_url: str
) -> None:
    old = _create(run, database_url, "somebody --role admin")
    told = run("keys", "rotate", "somebody", database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    assert KEY.fullmatch(told.output), "the key alone, on standard output"
    new = told.output.strip()
    assert [_post(server, key, "/v1/journal/verify", {}).status_code for key in (old, new)] == [
        *(200, 200),
    ]
    (row,) = _rows(run, database_url, "somebody")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00Z", row[6])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00Z", row[7])
    assert row[8] == "active"

    with heard_of_keys(server.app.state.database):
        told = run("keys", "rotate", "somebody", "--overlap-hours", "0", database_url=database_url)
    assert told.status == 0
    last = told.output.strip()
    statuses = [
        _post(server, key, "/v1/journal/verify", {}).status_code for key in (old, new, last)
    ]
    assert statuses == [401, 401, 200]
    (row,) = _rows(run, database_url, "somebody")
    assert row[7] == "-"


def test_a_key_is_listed_with_when_it_expires(run: Run, database_url: str) -> None:
    _create(run, database_url, "somebody --role reader --expires-in-days 30")
    _create(run, database_url, "another --role reader")
    (row,) = _rows(run, database_url, "somebody")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00Z", row[5])
    assert row[6:] == ["-", "-", "active"]
    (row,) = _rows(run, database_url, "another")
    assert row[5:] == ["-", "-", "-", "active"]


def _rows(run: Run, database_url: str, name: str) -> list[list[str]]:
    """The rows of the list that tell of the key `name`."""
    told = run("keys", "list", database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    rows = [line.split("\t") for line in told.output.splitlines()]
    assert {len(row) for row in rows} == {9}
    return [row for row in rows if row[0] == name]


def test_keys_leave_no_revision(run: Run, server: Server, database_url: str) -> None:
    before = plain_http.get(f"{server.address}/v1/journal/head").json()
    _create(run, database_url, "somebody --role reader")
    run("keys", "revoke", "somebody", database_url=database_url)
    assert plain_http.get(f"{server.address}/v1/journal/head").json() == before


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        ("create korea --role reader", ["korea", "another name"]),
        ("create gone --role reader", ["gone", "another name"]),
        ("create somebody --role reporter", ["reporter", "--party"]),
        ("create somebody --role editor", ["editor", "--party"]),
        ("create somebody --role reader --party XX", ["no party XX", "KR"]),
        ("create somebody --role reporter --party kr", ["no party kr", "KR"]),
        (
            "create somebody --role reporter --party KR --organization nobody",
            ["no organization nobody"],
        ),
        (
            "create somebody --role reporter --party CN --organization kr-nier",
            ["kr-nier", "no organization of CN"],
        ),
        (
            "create somebody --role reader --organization kr-nier",
            ["kr-nier", "--party"],
        ),
        ("create '' --role reader", ["NAME"]),
        ("create 'two\nlines' --role reader", ["NAME"]),
        ("create somebody --role reader --expires-in-days 0", ["--expires-in-days", "0"]),
        ("rotate nobody", ["no key nobody"]),
        ("rotate gone", ["gone", "was revoked on"]),
        ("rotate korea --overlap-hours 721", ["--overlap-hours", "721"]),
        ("revoke nobody", ["no key nobody"]),
        ("revoke gone", ["gone", "was revoked on"]),
    ],
)
@pytest.mark.both_engines
def test_what_no_key_can_be_is_refused_and_leaves_nothing(
    arguments: str, fragments: list[str], run: Run, database_url: str
) -> None:
    _create(run, database_url, "gone --role reader")
    run("keys", "revoke", "gone", database_url=database_url)
    before = run("keys", "list", database_url=database_url)
    assert_refused(run("keys", *words(arguments), database_url=database_url), *fragments)
    assert run("keys", "list", database_url=database_url) == before
