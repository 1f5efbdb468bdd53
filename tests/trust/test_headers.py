"""What every answer tells a browser, what none tells a stranger, and who may read the figures."""

import re
from importlib.metadata import version

import pytest

from app.kernel.database import open_engine
from tests.conftest import Clients
from tests.engines import SqliteTemplates
from tests.trust.serving import ELSEWHERE, HERE, THERE, at, bearer, served

PROGRESS = "/v1/dialogues/cn-kr-dg-dialogue/progress"
PEOPLE = "/v1/people"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
OURS, THEIRS = "https://figures.example.org", "https://elsewhere.example.org"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PROGRESS, 200),
        ("HEAD", PROGRESS, 200),
        ("GET", "/v1/people?limit=1", 200),
        ("GET", "/v1/snapshot", 200),
        ("GET", "/v1/people/nobody", 404),
        ("GET", "/v1/people?limit=201", 422),
        ("GET", "/nowhere", 404),
        ("POST", PEOPLE, 401),
        ("PUT", PEOPLE, 405),
        ("GET", "/healthz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 200),
        ("GET", "/redoc", 200),
        ("GET", "/docs-assets/swagger-ui.css", 200),
    ],
)
def test_every_answer_has_the_security_headers_once(
    clients: Clients, method: str, path: str, status: int
) -> None:
    # The second time some of them come from the kept answers.
    for _ in range(2):
        answer = clients.anonymous.request(method, path)
        assert answer.status_code == status
        for name, value in ALWAYS.items():
            assert answer.headers.get_list(name) == [value], (path, name)
        (policy,) = answer.headers.get_list("content-security-policy")
        assert "frame-ancestors 'none'" in policy
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        assert policy.startswith("default-src 'self'; " if is_page else "default-src 'none'; ")
        assert "strict-transport-security" not in answer.headers


def test_an_answer_that_is_as_it_was_has_them_too(clients: Clients) -> None:
    etag = clients.anonymous.get(PROGRESS).headers["ETag"]
    answer = clients.anonymous.get(PROGRESS, headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert ALWAYS.items() <= dict(answer.headers).items()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/people/nobody", 404),
        ("GET", "/v1/meetings/nobody/history", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/v1/people?limit=201", 422),
        ("POST", PEOPLE, 401),
        ("PUT", PEOPLE, 405),
    ],
)
def test_a_refusal_is_kept_by_no_cache_between(
    clients: Clients, method: str, path: str, status: int
) -> None:
    answer = clients.anonymous.request(method, path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")


def test_a_refusal_before_routing_has_them_too(sqlite_templates: SqliteTemplates) -> None:
    settings = {"rate_limit": "1/day", "hsts_seconds": 86400}
    with sqlite_templates.fresh("reference") as url, served(url, **settings) as client:
        first, refused = (client.get(PROGRESS, headers=at(HERE)) for _ in range(2))
    assert (first.status_code, refused.status_code) == (200, 429)
    for answer in (first, refused):
        assert ALWAYS.items() <= dict(answer.headers).items()
        assert answer.headers["strict-transport-security"] == "max-age=86400"


def test_a_fault_tells_a_stranger_neither_where_nor_what_nor_which_version(
    clients: Clients, database_url: str
) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE person_citation")
    engine.dispose()
    answer = clients.anonymous.get(f"{PEOPLE}?q=zhou")
    assert answer.status_code == 500
    assert ALWAYS.items() <= dict(answer.headers).items()
    assert answer.json() == {
        "type": "/problems/server-error",
        "title": "The server failed",
        "status": 500,
        "detail": "The server failed; nothing was written.",
        "instance": answer.headers["X-Request-ID"],
    }
    # Uvicorn's own name is left out by `clearsky serve`.
    told = {name: value for name, value in answer.headers.items() if name != "server"}
    for package in ("fastapi", "starlette", "uvicorn", "sqlalchemy", "clearsky"):
        assert version(package) not in str(told)
    assert not re.search("python|traceback|sql|line [0-9]", str(told) + answer.text, re.IGNORECASE)


def test_no_other_origin_is_let_in_unless_set(clients: Clients) -> None:
    asked = {"Origin": THEIRS, "Access-Control-Request-Method": "GET"}
    for answer in (
        clients.anonymous.get(PROGRESS, headers={"Origin": THEIRS}),
        clients.anonymous.options(PROGRESS, headers=asked),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_pages_of_listed_origins_may_read_and_write_and_others_may_not(database_url: str) -> None:
    preflight = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, if-match",
    }
    with served(database_url, cors_origins=f"{OURS}, https://third.example.org") as client:
        allowed = client.options(PEOPLE, headers={"Origin": OURS, **preflight})
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == OURS
        assert "PATCH" in allowed.headers["access-control-allow-methods"]
        assert "If-Match" in allowed.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in allowed.headers
        assert ALWAYS.items() <= dict(allowed.headers).items()
        refused = client.options(PEOPLE, headers={"Origin": THEIRS, **preflight})
        assert refused.status_code == 400
        assert "access-control-allow-origin" not in refused.headers
        # An answer is kept for all of them, and told to each as it may be told.
        for origin, told in ((OURS, OURS), (THEIRS, None), (None, None), (OURS, OURS)):
            answer = client.get(PROGRESS, headers={"Origin": origin} if origin else {})
            assert answer.status_code == 200
            assert answer.headers.get("access-control-allow-origin") == told
            assert "Origin" in answer.headers["Vary"]
        assert {"ETag", "Revision", "RateLimit"} <= set(
            answer.headers["access-control-expose-headers"].split(", ")
        )


def test_the_figures_are_for_this_machine_unless_set(clients: Clients) -> None:
    assert clients.anonymous.get("/metrics").status_code == 200
    refused = clients.anonymous.get("/metrics", headers=at(HERE))
    assert refused.status_code == 403
    assert "clearsky_requests_total" not in refused.text
    # What a proxy says to pass on is not this machine's own, whomever it names.
    assert clients.anonymous.get("/metrics", headers=at("127.0.0.1")).status_code == 403
    # No role of the API makes an operator.
    assert clients.admin.get("/metrics", headers=at(HERE)).status_code == 403


def test_an_operator_lets_others_read_the_figures(sqlite_templates: SqliteTemplates) -> None:
    token = "a token of the monitor's"
    settings = {
        "metrics_from": "192.0.2.0/24, 2001:db8::/32",
        "metrics_token": token,
        "trusted_proxies": "127.0.0.1",
        "rate_limit_failures": "2/hour",
    }
    with sqlite_templates.fresh("reference") as url, served(url, **settings) as client:
        for address, status in ((HERE, 200), (THERE, 403), ("2001:db8::1", 200), ("::1", 403)):
            assert client.get("/metrics", headers=at(address)).status_code == status
        shown = client.get("/metrics", headers=at(THERE, **bearer(token)))
        assert shown.status_code == 200
        # To guess the token is to show bad credentials.
        for status in (401, 401, 429):
            guessed = client.get("/metrics", headers=at(ELSEWHERE, **bearer("a guess")))
            assert guessed.status_code == status
