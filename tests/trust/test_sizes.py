"""How much one request may ask for, and how much it is told."""

import pytest

from app.feed.router import VERIFYING
from app.kernel.bodies import parse_json
from app.kernel.problems import InvalidRequest
from tests.conftest import Clients

PEOPLE = "/v1/people"


def _problem(answer, status: int) -> dict:  # type: ignore[no-untyped-def,type-arg]
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.json()


@pytest.mark.parametrize(
    ("path", "parameters", "name"),
    [
        (PEOPLE, [("limit", "201")], "limit"),
        (PEOPLE, [("limit", "0")], "limit"),
        (PEOPLE, [("q", "x" * 201)], "q"),
        (PEOPLE, [("cursor", "x" * 2001)], "cursor"),
        ("/v1/agreements", [("kind", "treaty")] * 101, "kind"),
        ("/v1/changes", [("id", f"a-{number}") for number in range(101)], "id"),
        ("/v1/snapshot", [("kind", "person")] * 101, "kind"),
    ],
)
def test_a_list_asks_for_no_more_than_it_says(
    clients: Clients, path: str, parameters: list[tuple[str, str]], name: str
) -> None:
    problem = _problem(clients.anonymous.get(path, params=parameters), 422)
    assert {error["parameter"] for error in problem["errors"]} == {name}


def test_a_query_has_two_hundred_parameters_at_most(clients: Clients) -> None:
    many = [("id", "x"), *(("nothing", "x") for _ in range(200))]
    (error,) = _problem(clients.anonymous.get("/v1/changes", params=many), 422)["errors"]
    assert (error["parameter"], error["rule"]) == ("nothing", "too_many_parameters")
    assert error["value"] == 201
    assert "200" in error["detail"]


@pytest.mark.parametrize("faults", [5_000, 50_000])
def test_of_very_many_faults_a_hundred_are_told(clients: Clients, faults: int) -> None:
    body = {"name": {"en": "Somebody"}, "aliases": ["\x00"] * faults}
    before = clients.anonymous.get("/v1/journal/head").json()
    problem = _problem(clients.korea.post(PEOPLE, json=body), 422)
    assert len(problem["errors"]) == 100
    assert clients.anonymous.get("/v1/journal/head").json() == before


def test_of_very_many_faults_no_more_are_looked_for() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_json(b"[" + b",".join([b'"\\u0000"'] * 5_000) + b"]")
    assert len(refused.value.errors) == 100


@pytest.mark.parametrize("credentials", [{}, {"Authorization": f"Bearer clearsky_{'x' * 43}"}])
@pytest.mark.parametrize("body", [b"{", b'["\\u0000"]', b" " * 2_000_000])
def test_no_body_is_read_of_whom_nobody_knows(
    clients: Clients, credentials: dict[str, str], body: bytes
) -> None:
    headers = {"Content-Type": "application/json", **credentials}
    _problem(clients.anonymous.post(PEOPLE, content=body, headers=headers), 401)


def test_one_verification_is_under_way_at_a_time(clients: Clients) -> None:
    with VERIFYING:
        answer = clients.reader.post("/v1/journal/verify")
    assert _problem(answer, 503)["detail"] == "Another verification is under way."
    assert answer.headers["Retry-After"] == "5"
    assert clients.reader.post("/v1/journal/verify").status_code == 200
