"""What is deprecated says so in every answer, kept ones and refusals too, and in the description.

No route is deprecated now: each test deprecates one of the application that it starts.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import main as wiring
from app.kernel.deprecation import deprecated
from app.main import create_app
from app.reporting import progress_router, reports_router
from tests.described import in_place
from tests.engines import Templates
from tests.in_process import own_settings
from tests.trust.serving import bearer, served

SEE = "https://clear-sky.example/changelog"
SINCE, SUNSET = date(2027, 1, 1), date(2028, 1, 1)
TOLD = {
    "deprecation": "@1798761600",
    "sunset": "Sat, 01 Jan 2028 00:00:00 GMT",
    "link": f'<{SEE}>; rel="deprecation", <{SEE}>; rel="sunset"',
}
PROGRESS = "/v1/dialogues/{id}/progress"
REPORTS = "/v1/action-items/{id}/reports"
ASKED = PROGRESS.format(id="cn-kr-dg-dialogue")
ITEM = REPORTS.format(id="clear-sky-plan-2023-5")


def told(answer: httpx.Response) -> dict[str, str]:
    return {name: answer.headers[name] for name in TOLD if name in answer.headers}


@pytest.fixture
def deprecate(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Deprecates a route for as long as the test runs: deprecate(router, path, parameters…)."""

    def mark(module: Any, path: str, *parameters: str) -> None:
        decorator = deprecated(since=SINCE, sunset=SUNSET, see=SEE, parameters=parameters)
        # What the decorator sets on a function, for this test alone.
        ((name, value),) = vars(decorator(lambda: None)).items()
        for route in module.router.routes:
            if route.path == path:
                monkeypatch.setattr(route.endpoint, name, value, raising=False)

    return mark


def test_nothing_is_said_of_what_is_not_deprecated(database_url: str, deprecate: Any) -> None:
    deprecate(reports_router, REPORTS)
    with served(database_url) as client:
        assert told(client.get(ASKED)) == {}
        assert told(client.get("/healthz")) == {}


def test_every_answer_to_a_read_says_so(database_url: str, deprecate: Any) -> None:
    """Worked out, kept, in a coding, unchanged, without a body, and refused."""
    deprecate(progress_router, PROGRESS)
    with served(database_url) as client:
        first = client.get(ASKED)
        answers = [first, client.get(ASKED), client.head(ASKED)]
        answers += [client.get(ASKED, headers={"Accept-Encoding": "identity"})]
        unchanged = client.get(ASKED, headers={"If-None-Match": first.headers["etag"]})
        refused = client.get(ASKED, params={"as_of": "soon"})
        absent = client.get(PROGRESS.format(id="none"))
        late = client.get(ASKED, headers={"Min-Revision": "1000000"})
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [found.status_code for found in (unchanged, refused, absent, late)] == [
        304,
        422,
        404,
        503,
    ]
    for answer in (*answers, unchanged, refused, absent, late):
        assert told(answer) == TOLD


def test_every_answer_to_a_write_says_so(
    database_url: str, templates: Templates, deprecate: Any
) -> None:
    """Done, given again, and refused at each step of the way."""
    deprecate(reports_router, REPORTS)
    key = bearer(templates.keys["korea"])
    report = {"status": "on_track"}
    with served(database_url, body_limit=2000) as client:
        again = {**key, "Idempotency-Key": "once"}
        answers = [client.post(ITEM, json=report, headers=again) for _ in range(2)]
        answers += [
            client.post(ITEM, json=report),
            client.post(ITEM, content=b"{", headers={**key, "Content-Type": "application/json"}),
            client.post(ITEM, content=b"x", headers={**key, "Content-Type": "text/plain"}),
            client.post(ITEM, json={"status": "x" * 3000}, headers=key),
        ]
    assert [answer.status_code for answer in answers] == [201, 201, 401, 400, 415, 413]
    for answer in answers:
        assert told(answer) == TOLD


def test_what_link_says_otherwise_is_still_said(database_url: str, deprecate: Any) -> None:
    deprecate(wiring.parties_router, "/v1/parties")
    with served(database_url) as client:
        for _ in range(2):
            answer = client.get("/v1/parties", params={"limit": 1})
            links = {link["rel"]: link["url"] for link in answer.links.values()}
            assert (links["deprecation"], links["sunset"]) == (SEE, SEE)
            assert links["next"].startswith("/v1/parties?limit=1&cursor=")


def test_only_who_asks_with_a_deprecated_parameter_is_told(
    database_url: str, deprecate: Any
) -> None:
    deprecate(progress_router, PROGRESS, "group_by")
    with served(database_url) as client:
        for _ in range(2):
            assert told(client.get(ASKED)) == {}
            assert told(client.get(ASKED, params={"as_of": "2024-06-30"})) == {}
            assert told(client.get(ASKED, params={"group_by": "theme"})) == TOLD


@pytest.fixture
def described(tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document of an application that starts now."""
    settings = own_settings(database_url=f"sqlite:///{tmp_path}/none.db")
    return lambda: in_place(create_app(settings).openapi())


def test_the_description_says_what_is_deprecated(deprecate: Any, described: Any) -> None:
    deprecate(reports_router, REPORTS)
    deprecate(progress_router, PROGRESS, "group_by")
    document = described()
    assert {"Deprecation", "Sunset", "Link"} <= document["components"]["headers"].keys()
    reporting = document["paths"][REPORTS]["post"]
    assert reporting["deprecated"] is True
    for status, response in reporting["responses"].items():
        assert {"Deprecation", "Sunset", "Link"} <= response["headers"].keys(), status
    asking = document["paths"][PROGRESS]["get"]
    assert "deprecated" not in asking
    assert [p["name"] for p in asking["parameters"] if p.get("deprecated")] == ["group_by"]


def test_nothing_is_described_while_nothing_is_deprecated(described: Any) -> None:
    assert "Deprecation" not in described()["components"]["headers"]


@pytest.mark.parametrize("sunset", [date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31)])
def test_what_would_go_sooner_than_the_policy_allows_stops_the_start(sunset: date) -> None:
    with pytest.raises(ValueError, match="stays for at least 365 days"):
        deprecated(since=SINCE, sunset=sunset, see=SEE)
