"""What every answer has, and what bad input gets."""

import json

import pytest

from app.kernel.problems import all_problems

PEOPLE = "/v1/people"
NAMED = {"name": {"en": "Somebody"}}
PERSON = NAMED | {"organization": "kr-moe"}
ITEM = "/v1/action-items/clear-sky-plan-2023-1"


def raw(body, **headers):
    return {"content": body, "headers": {"Content-Type": "application/json", **headers}}


BAD = [
    # request, status, where, rule
    (("POST", PEOPLE, {"json": {"name": "x"}}), 422, "/name", "dict_type"),
    (("POST", PEOPLE, {"json": {"name": {"en": 5}}}), 422, "/name/en", "string_type"),
    (("POST", PEOPLE, {"json": NAMED | {"age": 5}}), 422, "/age", "extra_forbidden"),
    (("POST", PEOPLE, {"json": {}}), 422, "/name", "missing"),
    (("POST", PEOPLE, {"json": []}), 422, "", None),
    (("POST", PEOPLE, raw(b"")), 422, "", "missing"),
    (("POST", PEOPLE, {"json": {"name": {}}}), 422, "/name", "empty_localized_text"),
    (("POST", PEOPLE, {"json": {"name": {"en": " "}}}), 422, "/name/en", "blank_text"),
    (("POST", PEOPLE, {"json": {"name": {"en": ""}}}), 422, "/name/en", "string_too_short"),
    (("POST", PEOPLE, {"json": NAMED | {"id": "Bad Slug"}}), 422, "/id", "string_pattern_mismatch"),
    (("POST", PEOPLE, {"json": NAMED | {"id": "x" * 121}}), 422, "/id", "string_too_long"),
    (("POST", PEOPLE, {"json": PERSON | {"id": "zhou-guomei"}}), 409, "/id", "unique_id"),
    (
        ("POST", PEOPLE, {"json": NAMED | {"organization": "nobody"}}),
        *(422, "/organization", "unknown_reference"),
    ),
    (("POST", PEOPLE, {"json": PERSON | {"name": {"en": "(…)"}}}), 422, "/id", "missing"),
    (("POST", PEOPLE, raw(b"{")), 400, "", "json"),
    (("POST", PEOPLE, raw(b'{"name": {"en": "\xff"}}')), 400, "", "utf_8"),
    (("POST", PEOPLE, raw(b'{"name": 1, "name": 2}')), 400, "", "duplicate_member"),
    (("POST", PEOPLE, raw(b'{"name": NaN}')), 400, "", "not_a_number"),
    (("POST", PEOPLE, raw(b"[" * 10_000 + b"]" * 10_000)), 400, "", "depth"),
    (("POST", PEOPLE, raw(b'{"a":' * 40 + b"1" + b"}" * 40)), 400, "", "depth"),
    (("POST", PEOPLE, raw(b'{"name": {"en": "a\\u0000"}}')), 422, "/name/en", "nul_character"),
    (("POST", PEOPLE, raw(b'{"name": {"en": "\\ud800"}}')), 422, "/name/en", "lone_surrogate"),
    (("POST", PEOPLE, raw(b'{"\\ud800": 1}')), 422, None, "lone_surrogate"),
    (("POST", PEOPLE, raw(b'{"name": {"en": "a\\u0007"}}')), 422, "/name/en", None),
    (
        ("POST", f"{ITEM}/reports", raw(b'{"progress": 9223372036854775808}')),
        *(422, "/progress", "64_bit"),
    ),
    (("POST", f"{ITEM}/reports", raw(b'{"progress": 1e999}')), 422, "/progress", "64_bit"),
    (("POST", f"{ITEM}/reports", raw(b'{"progress": ' + b"9" * 5000 + b"}")), 400, "", "number"),
    (("POST", f"{ITEM}/reports", {"json": {"status": "fine"}}), 422, "/status", "enum"),
    (
        ("POST", f"{ITEM}/reports", {"json": {"status": "on_track", "progress": "60"}}),
        *(422, "/progress", "int_type"),
    ),
    (
        ("POST", f"{ITEM}/reports", {"json": {"status": "on_track", "progress": True}}),
        *(422, "/progress", "int_type"),
    ),
    (
        ("POST", "/v1/dialogues", {"json": NAMED | {"parties": ["KR"], "level": "working",
                                                    "established": "2023-13"}}),
        *(422, "/established", "partial_date"),
    ),
    (
        ("POST", "/v1/dialogues", {"json": NAMED | {"parties": ["KR"], "level": "working",
                                                    "established": "2023-02-29"}}),
        *(422, "/established", "partial_date"),
    ),
    (
        ("POST", "/v1/meetings", {"json": {"dialogue": "temm", "ordinal": 25, "status": "held",
                                           "id": "temm-25-again"}}),
        *(409, "/ordinal", "uq_meeting_ordinal_in_dialogue"),
    ),
    (
        ("POST", "/v1/meetings", {"json": {"dialogue": "temm", "status": "held", "id": "m",
                                           "starts": "2024-02", "ends": "2024-01-31"}}),
        *(422, "/ends", "ends_before_starts"),
    ),
    (
        ("POST", "/v1/meetings", {"json": {"dialogue": "temm", "status": "held", "id": "m",
                                           "timezone": "Mars/Olympus"}}),
        *(422, "/timezone", "time_zone"),
    ),
    (
        ("POST", "/v1/action-items", {"json": {"agreement": "clear-sky-plan-2023", "number": 9,
                                               "title": {"en": "x"}, "id": "again"}}),
        *(409, "/number", "uq_action_item_number_in_agreement"),
    ),
    (
        ("POST", "/v1/action-items", {"json": {"agreement": "clear-sky-plan-2023", "number": 11,
                                               "title": {"en": "x"}, "leads": [
                                                   {"party": "JP", "organization": "kr-moe"}]}}),
        *(422, "/leads/0/party", "party_of_agreement"),
    ),
    (
        ("POST", "/v1/agreements", {"json": NAMED | {"kind": "treaty", "parties": ["KR"],
                                                     "signatures": [{"party": "CN"}]}}),
        *(422, "/signatures/0/party", "signed_by_a_party"),
    ),
    (
        ("POST", "/v1/documents", {"json": {"kind": "other", "id": "d"}}),
        *(422, "", "nameless_document"),
    ),
    (("POST", PEOPLE, {"content": b"name=x"}), 415, None, None),
    (
        ("POST", PEOPLE, {"content": b"{}", "headers": {"Content-Type": "text/plain"}}),
        *(415, None, "media_type"),
    ),
    (("GET", "/v1/people/Bad_Slug", {}), 422, None, "string_pattern_mismatch"),
    (("GET", "/v1/people/x" + "x" * 200, {}), 422, None, "string_too_long"),
    (("GET", "/v1/nothing", {}), 404, None, None),
    (("PUT", PEOPLE, {"json": NAMED}), 405, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "status", "pointer", "rule"), BAD)
def test_bad_input_is_refused_by_name_and_leaves_nothing(clients, request_, status, pointer, rule):
    method, path, arguments = request_
    before = clients.anonymous.get("/v1/journal/head").json()
    answer = clients.korea.request(method, path, **arguments)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["instance"] == answer.headers["x-request-id"]
    assert clients.anonymous.get(problem["type"]).json()["title"] == problem["title"]
    if pointer is not None:
        assert pointer in [error["pointer"] for error in problem["errors"]]
    if rule is not None:
        assert rule in [error["rule"] for error in problem["errors"]]
    assert clients.anonymous.get("/v1/journal/head").json() == before


def test_a_body_beyond_the_limit_is_refused_declared_or_not(clients):
    large = json.dumps({"name": {"en": "x" * 1_100_000}}).encode()
    declared = clients.korea.post(PEOPLE, **raw(large))
    undeclared = clients.korea.post(PEOPLE, **raw(iter([large[:600_000], large[600_000:]])))
    for answer in (declared, undeclared):
        assert answer.status_code == 413
        assert answer.json()["type"] == "/problems/body-too-large"


def test_the_documentation_of_problems_has_each_of_them(clients):
    answered = {item["type"]: item for item in clients.anonymous.get("/problems").json()["items"]}
    assert set(answered) == {problem.type_uri() for problem in all_problems()}
    with open("docs/problems.md", encoding="utf-8") as file:
        page = file.read()
    for item in answered.values():
        assert (
            f"| `{item['type']}` | {item['status']} | {item['title']} | {item['meaning']} |" in page
        )


def test_every_answer_carries_the_revision_that_it_reflects(clients):
    first = clients.korea.post(PEOPLE, json=PERSON | {"name": {"en": "One"}})
    revision = int(first.headers["revision"])
    assert first.json()["revision"] == revision
    for method, path in (
        ("GET", PEOPLE),
        ("GET", "/v1/people/one"),
        ("GET", "/v1/people/nobody"),
        ("GET", "/v1/codes"),
        ("GET", "/v1/dialogues/cn-kr-dg-dialogue/progress"),
        ("DELETE", "/v1/people/one"),
        ("POST", "/v1/journal/verify"),
    ):
        answer = clients.korea.request(method, path)
        assert answer.headers["revision"] == str(revision), (method, path)


def test_min_revision_is_an_answer_at_least_that_new_or_none(clients):
    newest = int(clients.anonymous.get(PEOPLE).headers["revision"])
    assert clients.anonymous.get(PEOPLE, headers={"Min-Revision": str(newest)}).status_code == 200
    answer = clients.anonymous.get(PEOPLE, headers={"Min-Revision": str(newest + 1)})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert clients.anonymous.get(PEOPLE, headers={"Min-Revision": "x"}).status_code == 422


def test_a_request_id_is_taken_or_made(clients):
    given = clients.anonymous.get("/healthz", headers={"X-Request-ID": "mine-1"})
    assert given.headers["x-request-id"] == "mine-1"
    made = clients.anonymous.get("/healthz", headers={"X-Request-ID": "no good!"})
    assert len(made.headers["x-request-id"]) == 36


def test_writing_needs_a_known_key_of_the_right_role(clients):
    for client, status in (
        (clients.anonymous, 401),
        (clients.reader, 403),
        (clients.reporter, 403),
    ):
        answer = client.post(PEOPLE, json=NAMED)
        assert answer.status_code == status
        assert ("www-authenticate" in answer.headers) == (status == 401)
    for credentials in ("Bearer clearsky_unknown", "Basic eDp5", "Bearer", "nonsense"):
        answer = clients.anonymous.get(PEOPLE, headers={"Authorization": credentials})
        assert answer.status_code == 401, credentials


def test_allow_names_every_method_of_the_path(clients):
    assert clients.anonymous.put(PEOPLE).headers["allow"] == "GET, HEAD, POST"
    allowed = clients.anonymous.put("/v1/people/x").headers["allow"]
    assert allowed == "DELETE, GET, HEAD, PATCH"


def test_monitors_are_answered(clients):
    assert clients.anonymous.get("/healthz").json() == {"status": "ok"}
    assert clients.anonymous.get("/readyz").json() == {"status": "ok"}
    assert 'route="/healthz"' in clients.anonymous.get("/metrics").text


def test_every_enumeration_is_a_code_list_in_three_languages(clients, server):
    # Where a body takes some of a list's codes.
    some_codes = ("PartiesVisibility", "PartyVisibility", "NewReportState")
    enumerations = {
        name: frozenset(schema["enum"])
        for name, schema in server.app.openapi()["components"]["schemas"].items()
        # What a caller asks for is no fact of the record.
        if "enum" in schema and not name.endswith(("Include", "GroupBy", "RecordKind"))
    }
    lists = clients.anonymous.get("/v1/codes").json()["items"]
    served = [clients.anonymous.get(f"/v1/codes/{found['id']}").json() for found in lists]
    codes = {frozenset(code["code"] for code in found["codes"]) for found in served}
    for name, enumeration in enumerations.items():
        whole = [found for found in codes if enumeration <= found]
        assert whole if name in some_codes else enumeration in codes, name
    for found in served:
        assert [code["order"] for code in found["codes"]] == list(range(1, len(found["codes"]) + 1))
        for code in found["codes"]:
            assert set(code["label"]) == set(code["definition"]) == {"en", "ko", "zh"}
    status = {
        code["code"]: code
        for code in served[[f["id"] for f in lists].index("implementation-statuses")]["codes"]
    }
    assert status["completed"]["final"]
    assert (status["completed"]["ogp"], status["completed"]["iati"]) == ("completed", "4")
