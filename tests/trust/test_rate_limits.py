"""Who asks too often is told so, and when to come back; others notice nothing."""

import pytest

from app.kernel import limiting
from app.kernel.addresses import caller_at
from app.kernel.limiting import Allowance, Rate
from app.settings import load_settings
from tests.conftest import Clients
from tests.engines import SqliteTemplates, Templates
from tests.trust.serving import ELSEWHERE, HERE, THERE, at, bearer, served

PROGRESS = "/v1/dialogues/cn-kr-dg-dialogue/progress"
PEOPLE = "/v1/people"
UNKNOWN = bearer("clearsky_" + "x" * 43)


def test_an_address_that_asks_too_often_is_told_when_to_come_back(
    database_url: str, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(limiting, "monotonic", lambda: now)
    with served(database_url, rate_limit="3/hour") as client:
        for left in (2, 1, 0):
            answer = client.get(PROGRESS, headers=at(HERE))
            assert answer.status_code == 200
            assert answer.headers["RateLimit-Policy"] == '"address";q=3;w=3600'
            assert answer.headers["RateLimit"].startswith(f'"address";r={left};t=')
        now += 0.25
        refused = client.get(PROGRESS, headers=at(HERE, **{"X-Request-ID": "mine"}))
        assert refused.status_code == 429
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.headers["RateLimit"].startswith('"address";r=0;t=')
        # 1199.75 seconds, and no less.
        assert refused.headers["Retry-After"] == "1200"
        problem = refused.json()
        assert problem["type"] == "/problems/too-many-requests"
        assert problem["violated-policies"] == ["address"]
        assert problem["instance"] == refused.headers["X-Request-ID"] == "mine"
        # A key does not help an address, and what is refused writes nothing.
        writing = at(HERE, **bearer(templates.keys["korea"]))
        body = {"name": {"en": "Somebody"}}
        assert client.post(PEOPLE, json=body, headers=writing).status_code == 429
        elsewhere = client.get(PROGRESS, headers=at(THERE))
        assert elsewhere.status_code == 200
        assert elsewhere.headers["Revision"] == answer.headers["Revision"]
        figures = client.get("/metrics").text
        assert 'clearsky_requests_over_limit_total{limit="address"} 2.0' in figures
        now += int(refused.headers["Retry-After"])
        assert client.get(PROGRESS, headers=at(HERE)).status_code == 200


def test_a_key_is_counted_from_whatever_address_it_is_used(
    database_url: str, templates: Templates
) -> None:
    korea, china = bearer(templates.keys["korea"]), bearer(templates.keys["china"])
    with served(database_url, rate_limit_principal="2/hour", rate_limit="off") as client:
        for address in (HERE, THERE):
            assert client.get(PEOPLE, headers=at(address, **korea)).status_code == 200
        refused = client.get(PEOPLE, headers=at(ELSEWHERE, **korea))
        assert refused.status_code == 429
        assert refused.json()["violated-policies"] == ["principal"]
        assert client.get(PEOPLE, headers=at(ELSEWHERE, **china)).status_code == 200
        assert client.get(PEOPLE, headers=at(ELSEWHERE)).status_code == 200


def test_a_private_address_is_counted_with_its_key_from_wherever_it_is_used(
    database_url: str, templates: Templates
) -> None:
    korea = bearer(templates.keys["korea"])
    with served(database_url, rate_limit_principal="3/hour", rate_limit="off") as client:
        made = client.post("/v1/calendar-addresses", json={}, headers=at(HERE, **korea)).json()
        feed = f"/v1/calendars/{made['address'].rpartition('/')[2]}/parties/KR"
        for address in (HERE, THERE):
            assert client.get(feed, headers=at(address)).status_code == 200
        refused = client.get(feed, headers=at(ELSEWHERE))
        assert refused.status_code == 429
        assert refused.json()["violated-policies"] == ["principal"]
        assert client.get("/v1/parties/KR/calendar", headers=at(ELSEWHERE)).status_code == 200


@pytest.mark.parametrize("before", [b"bearer ", b"Bearer   ", b"Bearer \t", b"Bearer \xa0"])
def test_a_key_is_counted_however_it_is_spelt(
    before: bytes, database_url: str, templates: Templates
) -> None:
    korea = templates.keys["korea"]
    with served(database_url, rate_limit_principal="2/hour", rate_limit="off") as client:
        for _ in range(2):
            assert client.get(PEOPLE, headers=at(HERE, **bearer(korea))).status_code == 200
        spelt = {b"Authorization": before + korea.encode(), b"X-Forwarded-For": HERE.encode()}
        assert client.get(PEOPLE, headers=spelt).status_code == 429


def test_both_limits_are_told_to_whom_both_hold(database_url: str, templates: Templates) -> None:
    reader = at(HERE, **bearer(templates.keys["reader"]))
    with served(database_url, rate_limit="9/day", rate_limit_principal="7/day") as client:
        client.get(PEOPLE, headers=reader)
        told = client.get(PEOPLE, headers=reader).headers
        policies = '"address";q=9;w=86400, "principal";q=7;w=86400'
        assert told["RateLimit-Policy"] == policies
        assert [item.split(";")[1] for item in told["RateLimit"].split(", ")] == ["r=7", "r=5"]


def test_bad_credentials_are_limited_more_strictly_and_hinder_no_good_ones(
    database_url: str, templates: Templates
) -> None:
    known, new = bearer(templates.keys["korea"]), bearer(templates.keys["china"])
    with served(database_url, rate_limit_failures="2/hour", rate_limit="off") as client:
        assert client.get(PEOPLE, headers=at(HERE, **known)).status_code == 200
        for _ in range(2):
            assert client.get(PEOPLE, headers=at(HERE, **UNKNOWN)).status_code == 401
        for tried in (UNKNOWN, new, {"Authorization": "Basic eDp5"}):
            refused = client.get(PEOPLE, headers=at(HERE, **tried))
            assert refused.status_code == 429
            assert refused.json()["violated-policies"] == ["failures"]
        assert client.get(PEOPLE, headers=at(HERE, **known)).status_code == 200
        assert client.get(PEOPLE, headers=at(HERE)).status_code == 200
        assert client.get(PEOPLE, headers=at(THERE, **UNKNOWN)).status_code == 401
        assert client.get(PEOPLE, headers=at(THERE, **new)).status_code == 200


def test_unless_a_limit_is_set_all_but_this_machine_is_counted(
    clients: Clients, sqlite_templates: SqliteTemplates
) -> None:
    assert "RateLimit" not in clients.anonymous.get(PEOPLE).headers
    told = clients.anonymous.get(PEOPLE, headers=at(HERE)).headers
    assert told["RateLimit-Policy"] == '"address";q=6000;w=60'
    # Nor is it this machine that asks where some proxy says that it passes something on.
    assert "RateLimit" in clients.anonymous.get(PEOPLE, headers={"Forwarded": "for=x"}).headers
    assert load_settings(rate_limit="9/day").not_counted == []
    assert load_settings(rate_limit="9/day", rate_limit_exempt="::1, ").not_counted == ["::1"]
    everything_off = {f"rate_limit{which}": "off" for which in ("", "_principal", "_failures")}
    with (
        sqlite_templates.fresh("reference") as url,
        served(url, **everything_off) as unlimited,
    ):
        assert "RateLimit" not in unlimited.get(PEOPLE, headers=at(HERE)).headers


def test_a_rate_is_given_back_evenly() -> None:
    allowance = Allowance("address", Rate(requests=3, seconds=60))
    assert [allowance.take("a", 100.0) for _ in range(4)] == [True, True, True, False]
    assert allowance.take("b", 100.0)
    assert allowance.seconds_until_one("a", 100.0) == pytest.approx(20)
    assert allowance.left("a", 100.0) == '"address";r=0;t=60'
    assert not allowance.take("a", 119.0)
    assert [allowance.take("a", 120.0) for _ in range(2)] == [True, False]
    assert allowance.left("a", 1000.0) == '"address";r=3;t=0'
    assert [allowance.take("a", 1000.0) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("requests", [1, 7, 999, 6000])
def test_a_rate_gives_exactly_what_it_says(requests: int) -> None:
    allowance = Allowance("address", Rate(requests, seconds=60))
    assert sum(allowance.take("a", 12345.678) for _ in range(requests + 5)) == requests


def test_what_is_remembered_of_callers_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "_MOST", 10)
    allowance = Allowance("address", Rate(requests=2, seconds=60))
    assert [allowance.take("often", 100.0) for _ in range(3)] == [True, True, False]
    for number in range(100):
        allowance.take(f"other-{number}", 100.0)
    assert len(allowance) <= 10
    assert not allowance.take("often", 100.0), "those who asked most are not forgotten first"


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("not:an:address", "not:an:address"),
    ],
)
def test_whoever_has_a_network_of_addresses_is_one_caller(address: str, caller: str) -> None:
    assert caller_at(address) == caller
