"""The documentation that the server itself serves: no other host, a valid document, examples."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import httpx
import pytest
from openapi_spec_validator import validate

from tests import plain_http
from tests.conftest import Clients, Server
from tests.described import METHODS, in_place

ROOT = Path(__file__).parents[2]


class _Named(HTMLParser):
    """Collects what a page names: the addresses in attributes, and those in scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.assets: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.assets += [value for name, value in attrs if name in ("src", "href") and value]
        self.addresses += [
            value for name, value in attrs if value and ("url" in name or "//" in value)
        ]

    def handle_data(self, data: str) -> None:
        self.addresses += re.findall(r"(?:https?:)?//[\w.-]+[^\s'\"]*", data)
        self.addresses += re.findall(r"url\(\s*['\"]?([^'\")]+)", data)
        self.addresses += re.findall(r"['\"]?url['\"]?\s*:\s*['\"]([^'\"]+)", data)


@pytest.fixture
def document(running_server: Server) -> dict[str, Any]:
    answer = plain_http.get(f"{running_server.address}/openapi.json", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    return in_place(answer.json())


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method.upper(), path, methods[method]


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_pages_name_no_host_but_the_server_itself(page: str, running_server: Server) -> None:
    answer = plain_http.get(f"{running_server.address}{page}", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    named = _Named()
    named.feed(answer.text)
    own_host = urlsplit(str(answer.url)).netloc
    addresses = [urljoin(str(answer.url), name) for name in named.assets + named.addresses]
    assert len(named.assets) >= 2
    assert [name for name in addresses if urlsplit(name).netloc not in (own_host, "")] == []
    for name in addresses:
        if urlsplit(name).scheme != "data":
            asset = plain_http.get(name, timeout=60)
            assert asset.status_code == 200, name
            assert len(asset.content) > 100, name


def test_the_committed_document_is_the_one_that_is_served(document: dict[str, Any]) -> None:
    committed = json.loads((ROOT / "openapi.json").read_text("utf-8"))
    assert in_place(committed) == document


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert tuple(map(int, document["openapi"].split("."))) >= (3, 1)
    validate(document)


def test_every_operation_has_a_name_a_summary_and_a_declared_tag(document: dict[str, Any]) -> None:
    operations = list(_operations(document))
    names = Counter(operation["operationId"] for _, _, operation in operations)
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name)] == []
    declared = {tag["name"] for tag in document["tags"]}
    for method, path, operation in operations:
        assert len(operation["summary"].split()) >= 2, (method, path)
        assert operation["tags"], (method, path)
        assert set(operation["tags"]) <= declared, (method, path)
    assert declared == {tag for _, _, operation in operations for tag in operation["tags"]}
    assert all(tag["description"].endswith(".") for tag in document["tags"])


def test_every_error_response_is_described_and_is_a_problem(document: dict[str, Any]) -> None:
    for method, path, operation in _operations(document):
        for status, response in operation["responses"].items():
            assert response["description"].strip(), (method, path, status)
            if status.startswith(("4", "5")):
                # A phrase such as "Bad Request" describes nothing.
                assert len(response["description"].split()) >= 4, (method, path, status)
                assert response["content"] == {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                }, (method, path, status)


def test_every_operation_describes_the_errors_that_it_can_answer(document: dict[str, Any]) -> None:
    for method, path, operation in _operations(document):
        if not path.startswith("/v1/"):
            continue
        expected = {"401", "422", "503"}
        if "{id}" in path:
            expected |= {"404", "410"}
        if "requestBody" in operation:
            expected |= {"400", "413", "415"}
        if method in ("POST", "PATCH", "PUT", "DELETE") and path != "/v1/journal/verify":
            expected |= {"403", "409"}
        if method in ("PATCH", "PUT", "DELETE") or path.endswith("/confirm"):
            expected |= {"412", "428"}
        assert expected <= set(operation["responses"]), (method, path)


def _body_examples(operation: dict[str, Any]) -> list[tuple[str, Any]]:
    """The examples of an operation's request body, each with its media type."""
    found = []
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        examples = [media["example"]] if "example" in media else []
        examples += [example["value"] for example in media.get("examples", {}).values()]
        examples += media.get("schema", {}).get("examples", [])
        found += [(media_type, example) for example in examples]
    return found


def _path_examples(operation: dict[str, Any]) -> dict[str, str]:
    """An example for each parameter of an operation's path that shows one."""
    found = {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            named = [example["value"] for example in parameter.get("examples", {}).values()]
            shown = parameter["schema"].get("examples", [])
            given = [parameter["example"]] if "example" in parameter else []
            found[parameter["name"]] = next(iter((*given, *named, *shown)), None)
    return {name: value for name, value in found.items() if value is not None}


def _send(clients: Clients, method: str, path: str, media: str, body: Any) -> httpx.Response:
    """Sends an example as one who may; what needs If-Match gets it from what was read."""
    client = _who_may(clients, method, path)
    headers = {"Content-Type": media}
    if method in ("PATCH", "PUT") or path.endswith("/confirm"):
        read = client.get(path.removesuffix("/confirm"))
        headers["If-Match"] = read.headers["ETag"]
    content = body if isinstance(body, str) else json.dumps(body)
    return client.request(method, path, content=content, headers=headers)


# What Korea does not own: the operator's, and what is China's.
OPERATORS = ("/v1/keys", "/v1/documents/")


def _who_may(clients: Clients, method: str, path: str) -> httpx.Client:
    if path.startswith(OPERATORS) or (method, path) == ("POST", "/v1/parties"):
        return clients.admin
    return clients.china if path.startswith("/v1/people/") else clients.korea


def _issue_the_key_of_the_examples(clients: Clients) -> None:
    """The key that `clearsky serve` issues when it sets the record up."""
    body = {"name": "administrator", "role": "admin"}
    clients.admin.post("/v1/keys", json=body).raise_for_status()


def _report(clients: Clients, state: str) -> str:
    answer = clients.korea.post(
        "/v1/action-items/clear-sky-plan-2023-1/reports",
        json={"status": "on_track", "state": state},
    )
    return str(answer.json()["id"])


def _webhook(clients: Clients) -> str:
    made = clients.korea.post("/v1/webhooks", json={"url": f"https://ministry.example/{uuid4()}"})
    return str(made.json()["id"])


def _proposal_of_the_other_side(clients: Clients) -> None:
    path = "/v1/meetings/cn-kr-dg-dialogue-7/assessments"
    proposal = {"action_item": "clear-sky-plan-2023-5", "status": "delayed"}
    clients.china.put(
        path,
        json={"assessments": [proposal]},
        headers={"If-Match": clients.china.get(path).headers["ETag"]},
    ).raise_for_status()


def test_every_example_of_a_body_is_accepted(document: dict[str, Any], clients: Clients) -> None:
    _issue_the_key_of_the_examples(clients)
    without, refused = [], []
    for method, path, operation in _operations(document):
        if "requestBody" not in operation:
            continue
        examples = _body_examples(operation)
        without += [] if examples else [operation["operationId"]]
        for media_type, body in examples:
            ids = _path_examples(operation)
            if path.startswith("/v1/status-reports/"):
                ids = {"id": _report(clients, "draft" if method == "PATCH" else "submitted")}
            if path.startswith("/v1/webhooks/"):
                ids = {"webhook": _webhook(clients)}
            if path.endswith("/confirm"):
                _proposal_of_the_other_side(clients)
            answer = _send(clients, method, path.format(**ids), media_type, body)
            if answer.status_code not in (200, 201):
                refused.append((operation["operationId"], answer.status_code, answer.text))
    assert without == [], "operations whose body has no example"
    assert refused == []


# Their ids are made when they are: the reference record holds none.
MADE_IDS = ("/v1/status-reports/", "/v1/assessments/", "/v1/redactions/", "/v1/webhooks/")
MADE_IDS += ("/v1/calendars/", "/v1/calendar-addresses/")


def test_every_example_of_a_read_answers(document: dict[str, Any], clients: Clients) -> None:
    """GET each route that takes an id by the example of its id, as the docs page would."""
    _issue_the_key_of_the_examples(clients)
    failed = []
    for method, path, operation in _operations(document):
        if method == "GET" and "{" in path and not path.startswith(MADE_IDS):
            needs_key = "403" in operation["responses"]
            client = _who_may(clients, method, path) if needs_key else clients.anonymous
            ids = _path_examples(operation)
            status = client.get(path.format(**ids)).status_code if ids else "no example"
            failed += [(path, ids, status)] if status != 200 else []
    assert failed == []


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_a_page_may_ask_no_other_host_for_anything(clients: Clients, page: str) -> None:
    policy = clients.anonymous.get(page).headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "http" not in policy


def test_every_bound_is_published_under_the_name_that_json_schema_gives_it(
    document: dict[str, Any],
) -> None:
    numbers = [
        schema
        for schema in _schemas(document["components"]["schemas"])
        if schema.get("type") in ("integer", "number")
    ]
    assert numbers
    known = {"type", "minimum", "maximum", "title", "description", "default", "examples"}
    assert [schema for schema in numbers if schema.keys() - known] == []


def _schemas(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for item in value for found in _schemas(item)]
    if not isinstance(value, dict):
        return []
    inner = [found for item in value.values() for found in _schemas(item)]
    return [value, *inner] if isinstance(value.get("type"), str) else inner
