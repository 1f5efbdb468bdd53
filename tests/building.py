"""What tests over HTTP begin with: writing records, reading them, and refusals."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

Json = dict[str, Any]

# Small and unlike the reference record: dates of each precision, absent ones, and look-alikes.
WORLD: tuple[tuple[str, Json], ...] = (
    (
        "/v1/parties",
        {"id": "MN", "name": {"en": "Mongolia", "ko": "몽골"}, "timezone": "Asia/Ulaanbaatar"},
    ),
    (
        "/v1/organizations",
        {
            "id": "mn-agency",
            "party": "MN",
            "names": [
                {"name": {"en": "Bureau of Nature"}, "ends": "2019-12"},
                {"name": {"en": "Agency of Nature", "zh": "自然署"}, "starts": "2020-01"},
            ],
            "acronym": "AGYN",
            "kind": "agency",
            "active_from": "2001-02",
            "active_until": "2030-06",
        },
    ),
    (
        "/v1/organizations",
        {
            "id": "mn-lab",
            "party": "MN",
            "names": [{"name": {"ko": "연구소"}}],
            "kind": "institute",
            "parent": "mn-agency",
            "active_from": "2001-02-10",
            "active_until": "2030",
        },
    ),
    (
        "/v1/people",
        {"id": "bat-bayar", "name": {"en": "Bat Bayar"}, "organization": "mn-agency"},
    ),
    (
        "/v1/dialogues",
        {
            "id": "kr-mn-working",
            "name": {"en": "Working group, 100% dust_free"},
            "parties": ["MN", "KR"],
            "level": "working",
            "established": "2016",
        },
    ),
    (
        "/v1/agreements",
        {
            "id": "mn-plan-2024",
            "kind": "joint_statement",
            "name": {"en": "Mongolian Statement"},
            "parties": ["KR", "MN"],
            "overseen_by": "kr-mn-working",
            "status": "in_force",
            "signed": "2023-12-31",
            "starts": "2024-02",
            "relations": [{"kind": "amends", "agreement": "clear-sky-project"}],
        },
    ),
    (
        "/v1/action-items",
        {
            "agreement": "mn-plan-2024",
            "number": 1,
            "title": {"en": "Ölçüm: straße"},
            "kind": "joint_research",
            "themes": ["water", "forecasting"],
            "leads": [{"party": "MN", "organization": "mn-agency"}],
            "due": "2024-02",
        },
    ),
    (
        "/v1/action-items",
        {
            "agreement": "mn-plan-2024",
            "number": 2,
            "title": {"zh": "第二项"},
            "leads": [{"party": "KR", "organization": "kr-nier"}],
            "due": "2024-02-15",
        },
    ),
    (
        "/v1/action-items",
        {
            "agreement": "mn-plan-2024",
            "number": 3,
            "title": {"en": "A third"},
            "themes": ["water"],
            "due": "2024",
        },
    ),
    (
        "/v1/meetings",
        {
            "dialogue": "kr-mn-working",
            "ordinal": 1,
            "name": {"en": "First"},
            "status": "postponed",
            "starts": "2024-02",
            "country": "MN",
            "host": "MN",
            "format": "hybrid",
            "participations": [{"party": "MN", "person": "bat-bayar"}],
        },
    ),
    (
        "/v1/documents",
        {
            "id": "mn-minutes",
            "title": {"en": "Minutes"},
            "kind": "minutes",
            "language": "mn",
            "issued": "2024-02-29",
            "issuer": "mn-agency",
        },
    ),
)


def post(client: httpx.Client, path: str, body: Mapping[str, Any], **headers: str) -> Json:
    """Writes by POST, and returns the record that it answers."""
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code in (200, 201), answer.text[:500]
    record: Json = answer.json()
    return record


def build_world(client: httpx.Client) -> None:
    """Adds the records of WORLD to the reference record."""
    for path, body in WORLD:
        post(client, path, body)


def report(client: httpx.Client, item: str, status: str = "on_track", **more: Any) -> Json:
    """Reports on an action item for the client's party."""
    return post(client, f"/v1/action-items/{item}/reports", {"status": status, **more})


def withdraw(client: httpx.Client, report_id: str) -> Json:
    """Withdraws a report."""
    path = f"/v1/status-reports/{report_id}/withdraw"
    return post(client, path, {"reason": {"en": "Wrong item."}})


def get(client: httpx.Client, path: str, **parameters: Any) -> Json:
    """What a GET answers."""
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text[:500]
    found: Json = answer.json()
    return found


def etag(client: httpx.Client, path: str) -> str:
    """The record's present ETag."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:500]
    return answer.headers["ETag"]


def patch(client: httpx.Client, path: str, changes: object, **headers: str) -> httpx.Response:
    """Patches a record as it is now."""
    return client.patch(path, json=changes, headers={"If-Match": etag(client, path), **headers})


def patched(client: httpx.Client, path: str, changes: object, **headers: str) -> Json:
    """Patches a record as it is now, and returns the record that it answers."""
    answer = patch(client, path, changes, **headers)
    assert answer.status_code == 200, answer.text[:500]
    record: Json = answer.json()
    return record


def delete(client: httpx.Client, path: str, **headers: str) -> httpx.Response:
    """Deletes a record as it is now."""
    return client.delete(path, headers={"If-Match": etag(client, path), **headers})


def head(client: httpx.Client) -> Json:
    """The journal's newest revision and its hash."""
    return get(client, "/v1/journal/head")


def all_of(client: httpx.Client, path: str, **parameters: Any) -> list[Json]:
    """Every record of a list, page by page."""
    found: list[Json] = []
    page = get(client, path, limit=200, **parameters)
    found += page["items"]
    while page["next"]:
        page = get(client, path, limit=200, cursor=page["next"], **parameters)
        found += page["items"]
    return found


def ids(client: httpx.Client, path: str, **parameters: Any) -> list[str]:
    """The ids of every record of a list, in its order."""
    return [record["id"] for record in all_of(client, path, **parameters)]


def refusal(answer: httpx.Response, status: int, problem: str) -> list[Json]:
    """Asserts a problem of this status and type, and returns its errors."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["type"] == f"/problems/{problem}", document
    assert document["status"] == status
    assert document["title"]
    assert document["instance"] == answer.headers["X-Request-ID"]
    errors: list[Json] = document.get("errors", [])
    for error in errors:
        assert len({"pointer", "parameter", "header"} & error.keys()) == 1, error
        assert error["rule"]
        assert error["detail"]
    return errors


def assert_names(errors: list[Json], rule: str, value: object = None, **place: str) -> None:
    """Asserts that one of the errors is at `place`, names the rule and repeats the value."""
    told = [{**error, "value": error.get("value")} for error in errors]
    wanted = {"rule": rule, "value": value, **place}
    matching = [error for error in told if wanted.items() <= error.items()]
    assert matching, f"none of {errors} is {wanted}"


def today(timezone: str) -> str:
    """The day it is in a time zone."""
    return datetime.now(ZoneInfo(timezone)).date().isoformat()
