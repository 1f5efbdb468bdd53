"""API keys over HTTP: issued once, shown without themselves, expired, rotated, revoked."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.kernel.access import OPERATOR, Role
from app.kernel.database import open_engine, writing_engine
from app.kernel.dates import utc_now
from app.kernel.journal import Author, head
from app.kernel.keys import ApiKey, issue_key
from app.kernel.sessions import Database
from tests import plain_http
from tests.clock import Clock
from tests.waiting import wait_until

KEY = re.compile(r"clearsky_[A-Za-z0-9_-]{43}")
REPORTS = "/v1/action-items/clear-sky-plan-2023-5/reports"
PROGRESS = "/v1/dialogues/cn-kr-dg-dialogue/progress"
DESK = {"name": "kr-desk", "role": "reporter", "party": "KR", "organization": "kr-nier"}


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def as_(server):
    """A request with a key: as_(key).get(path)."""
    with plain_http.client(base_url=server.address, timeout=30) as client:

        class With:
            def __init__(self, key):
                self.headers = {"Authorization": f"Bearer {key}"}

            def get(self, path=PROGRESS):
                return client.get(path, headers=self.headers)

            def post(self, path, json=None):
                return client.post(path, json=json, headers=self.headers)

        yield With


@pytest.fixture
def bound_admin(database, as_):
    """An administrator of Korea's keys."""
    with database.writing(Author(OPERATOR)) as session:
        return as_(issue_key(session, "kr-admin", Role.ADMIN, "KR", None))


def issue(clients, **changes):
    answer = clients.admin.post("/v1/keys", json=DESK | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def rotate(clients, name="kr-desk", **body):
    answer = clients.admin.post(f"/v1/keys/{name}/rotate", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["key"]


def read(clients, name="kr-desk"):
    answer = clients.admin.get(f"/v1/keys/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def at(moment):
    return datetime.fromisoformat(moment)


def test_a_key_is_shown_when_it_is_issued_and_works_at_once(clients, as_):
    answer = clients.admin.post("/v1/keys", json=DESK)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["location"] == "/v1/keys/kr-desk"
    issued = answer.json()
    assert KEY.fullmatch(issued["key"])
    report = as_(issued["key"]).post(REPORTS, {"status": "on_track"}).json()
    by = (report["party"], report["organization"], report["submitted_by"])
    assert by == ("KR", "kr-nier", "key:kr-desk")


def test_whoever_reads_a_key_later_learns_all_but_the_key(clients):
    issued = issue(clients)
    key = issued.pop("key")
    answer = clients.admin.get("/v1/keys/kr-desk")
    assert answer.json() == issued
    assert answer.headers["cache-control"] == "no-store"
    assert issued | {"created_at": None} == {
        **DESK,
        "state": "active",
        "created_at": None,
        **dict.fromkeys(("expires_at", "last_used_at", "rotated_at", "previous", "revoked_at")),
    }
    assert key not in clients.admin.get("/v1/keys").text


@pytest.mark.both_engines
def test_keys_are_listed_by_name_page_by_page_and_always_as_they_are(clients):
    def names(answer):
        return [found["name"] for found in answer.json()["items"]]

    before = clients.admin.get("/v1/keys")
    assert names(before) == ["admin", "china", "japan", "korea", "reader", "reporter"]
    assert before.headers["cache-control"] == "no-store"
    issue(clients)
    assert names(clients.admin.get("/v1/keys")) == sorted([*names(before), "kr-desk"])
    first = clients.admin.get("/v1/keys?limit=4")
    rest = clients.admin.get("/v1/keys", params={"limit": 4, "cursor": first.json()["next"]})
    assert names(first) + names(rest) == names(clients.admin.get("/v1/keys"))
    assert rest.json()["next"] is None


def test_a_key_is_never_given_again_by_an_idempotency_key(clients):
    headers = {"Idempotency-Key": "once"}
    first = clients.admin.post("/v1/keys", json=DESK, headers=headers)
    again = clients.admin.post("/v1/keys", json=DESK, headers=headers)
    assert (first.status_code, again.status_code) == (201, 409)
    assert first.json()["key"] not in again.text
    turned = [clients.admin.post("/v1/keys/kr-desk/rotate", headers=headers) for _ in range(2)]
    assert turned[0].json()["key"] != turned[1].json()["key"]


def test_keys_are_no_part_of_the_record(clients, database):
    before = clients.anonymous.get("/v1/journal/head").json()
    issue(clients)
    rotate(clients)
    clients.admin.post("/v1/keys/kr-desk/revoke").raise_for_status()
    assert clients.anonymous.get("/v1/journal/head").json() == before
    with database.reading(OPERATOR) as session:
        assert head(session).number == 1


def test_an_expired_key_stops_at_once_where_it_is_remembered_too(clients, as_, clock):
    issued = issue(clients, expires_in_days=1)
    lasts = at(issued["expires_at"]) - at(issued["created_at"])
    assert timedelta(days=1) - timedelta(minutes=1) < lasts <= timedelta(days=1)
    desk = as_(issued["key"])
    clock.put_forward(hours=23, minutes=30)
    for _ in range(2):
        assert desk.get().status_code == 200
    clock.put_forward(minutes=30)
    refused = [desk.get(), desk.get("/v1/parties/KR"), desk.post(REPORTS, {"status": "on_track"})]
    assert [answer.status_code for answer in refused] == [401, 401, 401]
    assert 'error="invalid_token"' in refused[0].headers["www-authenticate"]
    assert read(clients)["state"] == "expired"
    assert desk.get("/v1/keys").status_code == 401


@pytest.mark.both_engines
def test_no_write_of_a_revoked_key_is_recorded_however_late_a_process_hears_of_it(
    clients, database, database_url, as_, monkeypatch
):
    desk, other = as_(issue(clients)["key"]), as_(issue(clients, name="other")["key"])
    for each in (desk, other):
        assert each.post(REPORTS, {"status": "on_track"}).status_code == 201
    wait_until(lambda: database.freshness.newest() is not None)
    heard = database.freshness.newest()
    monkeypatch.setattr(database.freshness, "newest", lambda: heard)
    elsewhere = Database(open_engine(database_url))
    with elsewhere.writing(Author(OPERATOR)) as session:
        session.get_one(ApiKey, "kr-desk").revoked_at = utc_now()
    elsewhere.close()
    assert desk.get().status_code == 200
    refused = desk.post(REPORTS, {"status": "delayed"})
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    assert other.post(REPORTS, {"status": "on_track"}).status_code == 201
    told = clients.anonymous.get("/v1/status-reports?status=delayed").json()
    assert told["items"] == []


def test_an_expired_key_is_renewed_by_rotation_for_as_long_again(clients, as_, clock):
    old = issue(clients, expires_in_days=10)["key"]
    clock.put_forward(days=11)
    new = rotate(clients)
    assert (as_(old).get().status_code, as_(new).get().status_code) == (401, 200)
    found = read(clients)
    assert (found["state"], found["previous"]) == ("active", None)
    lasts = at(found["expires_at"]) - at(found["rotated_at"])
    assert timedelta(days=10) - timedelta(minutes=1) < lasts < timedelta(days=10, minutes=1)


def test_the_last_use_is_shown_to_the_hour(clients, as_, clock):
    desk = as_(issue(clients)["key"])
    assert read(clients)["last_used_at"] is None
    desk.get()
    first = read(clients)["last_used_at"]
    assert abs(at(first) - clock.now()) < timedelta(minutes=5)
    clock.put_forward(minutes=40)
    desk.get()
    assert read(clients)["last_used_at"] == first
    clock.put_forward(minutes=21)
    desk.get()
    assert at(read(clients)["last_used_at"]) > at(first) + timedelta(hours=1)


@pytest.mark.both_engines
def test_to_note_a_use_moves_no_revision_and_forgets_no_other_key(clients, as_, clock, database):
    desk = as_(issue(clients)["key"])
    desk.get()

    def known():
        with database.reading(OPERATOR) as session:
            return head(session)

    before, used = known(), read(clients)["last_used_at"]
    clock.put_forward(hours=2)
    assert desk.get().status_code == 200
    assert read(clients)["last_used_at"] != used
    assert known() == before


@pytest.mark.both_engines
def test_a_read_waits_for_no_other_write_to_note_who_has_made_it(clients, as_, clock, database):
    desk = as_(issue(clients)["key"])
    lock = "" if database.engine.dialect.name == "sqlite" else " FOR UPDATE"
    with writing_engine(database.engine).begin() as connection:
        connection.execute(text(f"SELECT name FROM api_key{lock}")).all()  # noqa: S608
        assert desk.get().status_code == 200
    assert read(clients)["last_used_at"] is None
    clock.put_forward(minutes=2)
    assert desk.get().status_code == 200
    assert read(clients)["last_used_at"] is not None


def test_a_rotated_key_and_the_one_before_work_side_by_side_for_a_while(clients, as_, clock):
    old = issue(clients)["key"]
    as_(old).get()
    used = read(clients)["last_used_at"]
    new = rotate(clients, overlap_hours=2)
    found = read(clients)
    assert found["previous"]["last_used_at"] == used
    assert at(found["previous"]["expires_at"]) - at(found["rotated_at"]) == timedelta(hours=2)
    assert (found["last_used_at"], found["state"]) == (None, "active")
    reports = [as_(key).post(REPORTS, {"status": "on_track"}) for key in (old, new)]
    assert [report.json()["submitted_by"] for report in reports] == ["key:kr-desk"] * 2
    clock.put_forward(minutes=119)
    assert as_(old).get().status_code == 200
    found = read(clients)
    assert at(found["previous"]["last_used_at"]) > at(found["last_used_at"])
    clock.put_forward(minutes=1)
    assert (as_(old).get().status_code, as_(new).get().status_code) == (401, 200)
    assert read(clients)["previous"] is None


@pytest.mark.parametrize("body", [{"overlap_hours": 0}, {"overlap_hours": 0.0}])
def test_without_overlap_the_key_before_ends_at_once(clients, as_, body):
    old = issue(clients)["key"]
    assert as_(old).get().status_code == 200
    new = rotate(clients, **body)
    assert (as_(old).get().status_code, as_(new).get().status_code) == (401, 200)


def test_a_second_rotation_ends_what_the_first_had_left(clients, as_):
    first = issue(clients)["key"]
    second = rotate(clients)
    third = rotate(clients)
    assert [as_(key).get().status_code for key in (first, second, third)] == [401, 200, 200]


def test_no_overlap_makes_a_key_last_longer_than_it_was_to(clients, as_, clock):
    old = issue(clients, expires_in_days=1)["key"]
    new = rotate(clients, overlap_hours=48, expires_in_days=30)
    clock.put_forward(hours=24)
    assert (as_(old).get().status_code, as_(new).get().status_code) == (401, 200)


@pytest.mark.both_engines
def test_rotations_at_the_same_moment_leave_two_keys_that_work(clients, as_):
    first = issue(clients)["key"]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: rotate(clients), range(4)))
    statuses = [as_(key).get().status_code for key in (first, *made)]
    assert sorted(statuses) == [200, 200, 401, 401, 401]
    assert statuses[0] == 401


@pytest.mark.both_engines
def test_revoking_ends_a_key_and_the_one_before_it_for_good(clients, as_):
    old = issue(clients)["key"]
    new = rotate(clients)
    assert [as_(key).get().status_code for key in (old, new)] == [200, 200]
    answer = clients.admin.post("/v1/keys/kr-desk/revoke")
    assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
    assert [as_(key).get().status_code for key in (old, new)] == [401, 401]
    for step in ("revoke", "rotate"):
        again = clients.admin.post(f"/v1/keys/kr-desk/{step}")
        assert again.status_code == 409
        assert again.json()["errors"][0]["rule"] == "revoked"
    assert clients.admin.post("/v1/keys", json=DESK).status_code == 409


@pytest.mark.parametrize(
    ("changes", "status", "pointer", "rule"),
    [
        ({"name": "korea"}, 409, "/name", "pk_api_key"),
        ({"name": ""}, 422, "/name", "string_pattern_mismatch"),
        ({"name": "two words"}, 422, "/name", "string_pattern_mismatch"),
        ({"name": "x" * 65}, 422, "/name", "string_too_long"),
        ({"name": f"clearsky_{'x' * 43}"}, 422, "/name", "secret"),
        ({"role": "king"}, 422, "/role", "enum"),
        ({"party": None, "organization": None}, 422, "/party", "ck_api_key_writer_has_party"),
        (
            {"role": "editor", "party": None, "organization": None},
            *(422, "/party", "ck_api_key_writer_has_party"),
        ),
        ({"party": "XX", "organization": None}, 422, "/party", "unknown_reference"),
        ({"party": "kr"}, 422, "/party", "string_pattern_mismatch"),
        ({"organization": "nobody"}, 422, "/organization", "unknown_reference"),
        ({"party": "CN"}, 422, "/organization", "organization_of_party"),
        ({"role": "reader", "party": None}, 422, "/party", "organization_of_party"),
        ({"expires_in_days": 0}, 422, "/expires_in_days", "greater_than_equal"),
        ({"expires_in_days": 3651}, 422, "/expires_in_days", "less_than_equal"),
        ({"expires_in_days": "1"}, 422, "/expires_in_days", "int_type"),
        ({"key": "mine"}, 422, "/key", "extra_forbidden"),
    ],
)
@pytest.mark.both_engines
def test_what_no_key_can_be_is_refused_by_name_and_leaves_nothing(
    clients, changes, status, pointer, rule
):
    before = clients.admin.get("/v1/keys").json()
    answer = clients.admin.post("/v1/keys", json=DESK | changes)
    assert answer.status_code == status, answer.text
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["rule"]) == (pointer, rule)
    assert clients.admin.get("/v1/keys").json() == before


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({"overlap_hours": -1}, "/overlap_hours", "greater_than_equal"),
        ({"overlap_hours": 721}, "/overlap_hours", "less_than_equal"),
        ({"expires_in_days": 0}, "/expires_in_days", "greater_than_equal"),
        ({"name": "other"}, "/name", "extra_forbidden"),
    ],
)
def test_a_rotation_that_breaks_a_rule_leaves_the_key_as_it_was(clients, as_, body, pointer, rule):
    key = issue(clients)["key"]
    answer = clients.admin.post("/v1/keys/kr-desk/rotate", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["rule"]) == (pointer, rule)
    assert as_(key).get().status_code == 200
    assert read(clients)["rotated_at"] is None


ROUTES = (
    ("GET", "/v1/keys"),
    ("POST", "/v1/keys"),
    ("GET", "/v1/keys/korea"),
    ("POST", "/v1/keys/korea/rotate"),
    ("POST", "/v1/keys/korea/revoke"),
)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_only_administrators_look_after_keys(clients, route):
    callers = {"anonymous": 401, "reader": 403, "reporter": 403, "korea": 403, "china": 403}
    for name, status in callers.items():
        json = DESK if route == ("POST", "/v1/keys") else None
        assert getattr(clients, name).request(*route, json=json).status_code == status, name
    assert clients.korea.get(PROGRESS).status_code == 200
    assert read(clients, "korea")["rotated_at"] is None


def test_an_administrator_of_a_party_issues_keys_for_it_alone(bound_admin, clients):
    own = bound_admin.post("/v1/keys", {"name": "own", "role": "editor"})
    assert (own.status_code, own.json()["party"]) == (201, "KR")
    another = bound_admin.post("/v1/keys", {"name": "another", "role": "admin"})
    assert (another.status_code, another.json()["party"]) == (201, "KR")
    other = bound_admin.post("/v1/keys", {"name": "other", "role": "reader", "party": "CN"})
    assert other.status_code == 403
    (error,) = other.json()["errors"]
    assert (error["pointer"], error["rule"], error["value"]) == ("/party", "own_party", "CN")
    assert clients.admin.get("/v1/keys/other").status_code == 404


@pytest.mark.parametrize("name", ["china", "admin", "nobody"])
def test_an_administrator_of_a_party_knows_of_no_other_partys_keys(bound_admin, clients, name):
    listed = {
        found["name"]: found["party"] for found in bound_admin.get("/v1/keys").json()["items"]
    }
    assert set(listed) == {"korea", "kr-admin", "reader", "reporter"}
    assert set(listed.values()) == {"KR"}
    for answer in (
        bound_admin.get(f"/v1/keys/{name}"),
        bound_admin.post(f"/v1/keys/{name}/rotate"),
        bound_admin.post(f"/v1/keys/{name}/revoke"),
    ):
        assert answer.status_code == 404
    assert clients.china.get(PROGRESS).status_code == 200
    assert clients.admin.get("/v1/keys").status_code == 200
