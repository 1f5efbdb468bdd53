"""What breaks a client, by a table; laws; and that a break is refused unless it is announced."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.amounts import examples
from tools.contract.breaking import breaks
from tools.contract.check import main
from tools.contract.schemas import SENT, TOLD, Comparison, Contract

ROOT = Path(__file__).parents[2]
PRESENT = json.loads((ROOT / "openapi.json").read_text("utf-8"))
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def contract(operation: dict[str, Any], **components: Any) -> Contract:
    operation = {"operationId": "askThing", "responses": {"200": {}}, **operation}
    return Contract(paths={"/v1/things": {"get": operation}}, components=components)


def query(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


def told(schema: dict[str, Any], media_type: str = "application/json") -> dict[str, Any]:
    return {"responses": {"200": {"content": {media_type: {"schema": schema}}}}}


def sent(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}, **more}}


KEY = {"security": [{"ApiKey": []}]}
FREE = {"security": [{}, {"ApiKey": []}]}
# An operation as it was, as it is, and how that breaks a client: nothing if it does not.
OPERATIONS = [
    ({}, {"summary": "Another", "tags": ["other"], "deprecated": True}, []),
    ({}, {"operationId": "readThing"}, ["operationId was askThing, is readThing"]),
    (FREE, KEY, ["no credentials: not enough any more"]),
    ({"security": []}, KEY, ["no credentials: not enough any more"]),
    (KEY, FREE, []),
    (KEY, {"security": []}, []),
    (KEY, {"security": [{"ApiKey": []}, {"Token": []}]}, []),
    (KEY, {"security": [{"ApiKey": [], "Token": []}]}, ["ApiKey: not enough any more"]),
    ({"parameters": [query("q", TEXT)]}, {}, ["query parameter q: is gone"]),
    ({}, {"parameters": [query("q", TEXT)]}, []),
    (
        {},
        {"parameters": [query("q", TEXT, required=True)]},
        ["query parameter q: is new and required"],
    ),
    (
        {"parameters": [query("q", TEXT)]},
        {"parameters": [query("q", TEXT, required=True)]},
        ["query parameter q: is required"],
    ),
    (
        {"parameters": [query("q", TEXT)]},
        {"parameters": [query("q", NUMBER)]},
        ["query parameter q: it no longer takes string"],
    ),
    (
        {"parameters": [query("limit", {**NUMBER, "default": 50})]},
        {"parameters": [query("limit", {**NUMBER, "default": 20})]},
        ["query parameter limit: it has another default: 50, now 20"],
    ),
    (
        {"parameters": [{"name": "If-Match", "in": "header", "schema": TEXT}]},
        {"parameters": [{"name": "if-match", "in": "header", "schema": TEXT}]},
        [],
    ),
    (sent(TEXT), {}, ["body: is gone"]),
    ({}, sent(TEXT), []),
    ({}, sent(TEXT, required=True), ["body: is required"]),
    (sent(TEXT), sent(TEXT, required=True), ["body: is required"]),
    (sent(TEXT), sent(NUMBER), ["body: it no longer takes string"]),
    ({}, {"responses": {}}, ["answer 200: is gone"]),
    ({}, {"responses": {"200": {}, "202": {}}}, ["answer 202: is new"]),
    ({}, {"responses": {"200": {}, "409": {}}}, []),
    ({"responses": {"200": {}, "409": {}}}, {}, []),
    (
        {"responses": {"200": {"headers": {"ETag": {}}}}},
        {"responses": {"200": {"headers": {"Revision": {}}}}},
        ["answer 200: header ETag is gone"],
    ),
    (told(TEXT), told(NUMBER), ["answer 200: it may be integer"]),
    (told(TEXT), told(TEXT, "text/plain"), ["answer 200: application/json is gone"]),
]


@pytest.mark.parametrize(("before", "after", "found"), OPERATIONS)
def test_an_operation_breaks_its_clients_as_the_table_says(
    before: dict[str, Any], after: dict[str, Any], found: list[str]
) -> None:
    told = breaks(contract(before), contract(after))
    assert [str(one) for one in told] == [f"GET /v1/things: {what}" for what in found]


def one_of(*schemas: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


def members(required: tuple[str, ...] = (), more: Any = False, **schemas: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": schemas,
        "required": list(required),
        "additionalProperties": more,
    }


NULL = {"type": "null"}
CODES = {"type": "string", "enum": ["a", "b"]}
MORE_CODES = {"type": "string", "enum": ["a", "b", "c"]}
THING, THINGS = members(("a",), a=TEXT), members(("a",), a=TEXT, b=TEXT)
# A schema as it was, as it is, what breaks those who send such values, and those who are told.
SCHEMAS = [
    (TEXT, {**TEXT, "title": "T", "description": "D", "examples": ["E"]}, [], []),
    (TEXT, NUMBER, ["it no longer takes string"], ["it may be integer"]),
    (NUMBER, {"type": "number"}, [], ["it may be number"]),
    ({"type": "number"}, NUMBER, ["it no longer takes number"], []),
    (TEXT, one_of(TEXT, NULL), [], ["it may be null"]),
    (one_of(TEXT, NULL), TEXT, ["it no longer takes null"], []),
    (TEXT, {"type": ["string", "null"]}, [], ["it may be null"]),
    (one_of(THING, NULL), one_of(THING, NULL), [], []),
    (TEXT, {}, [], ["it may be anything"]),
    (CODES, MORE_CODES, [], ["it may be c"]),
    (MORE_CODES, CODES, ["it no longer takes c"], []),
    (CODES, TEXT, [], ["it may be any value"]),
    (TEXT, CODES, ["it takes only some values"], []),
    ({"const": "a"}, CODES, [], ["it may be b"]),
    (TEXT, {**TEXT, "maxLength": 5}, ["it has a lower maxLength: 5"], []),
    ({**TEXT, "maxLength": 5}, {**TEXT, "maxLength": 9}, [], []),
    ({**NUMBER, "minimum": 0}, {**NUMBER, "minimum": 1}, ["it has a higher minimum: 1"], []),
    ({**NUMBER, "minimum": 1}, {**NUMBER, "minimum": 0}, [], []),
    (TEXT, {**TEXT, "pattern": "^a$"}, ["it has another pattern: ^a$"], []),
    ({**TEXT, "pattern": "^a$"}, TEXT, [], []),
    (TEXT, {**TEXT, "format": "date"}, ["it has the format date"], []),
    ({**TEXT, "format": "date"}, TEXT, [], ["it had the format date"]),
    (THING, THINGS, [], []),
    (THINGS, THING, ["/b is gone"], ["/b is gone"]),
    (members(a=TEXT), THING, ["/a is required"], []),
    (THING, members(a=TEXT), [], ["/a may be absent"]),
    (members(more=True), members(), ["it takes no other members"], []),
    (
        members(more=TEXT),
        members(more=NUMBER),
        ["/* no longer takes string"],
        ["/* may be integer"],
    ),
    (members(a=CODES), members(a=MORE_CODES), [], ["/a may be c"]),
    (
        {"type": "array", "items": THINGS},
        {"type": "array", "items": THING},
        ["/*/b is gone"],
        ["/*/b is gone"],
    ),
    ({"not": TEXT}, {"not": NUMBER}, ["it has another not"], ["it has another not"]),
]


@pytest.mark.parametrize(("before", "after", "senders", "told"), SCHEMAS)
def test_a_schema_breaks_those_who_send_and_those_who_are_told_as_the_table_says(
    before: dict[str, Any], after: dict[str, Any], senders: list[str], told: list[str]
) -> None:
    none = Contract(components={})
    assert Comparison(SENT, none, none).differences(before, after) == senders
    assert Comparison(TOLD, none, none).differences(before, after) == told


def test_what_is_referred_to_is_compared_and_may_hold_itself() -> None:
    there = {"$ref": "#/components/schemas/Tree"}

    def tree(leaf: dict[str, Any]) -> Contract:
        children = {"type": "array", "items": there}
        return contract(told(there), schemas={"Tree": members(leaf=leaf, children=children)})

    assert breaks(tree(TEXT), tree(TEXT)) == []
    found = [one.what for one in breaks(tree(TEXT), tree(NUMBER))]
    assert found == ["answer 200: /leaf may be integer"]


def test_a_webhook_tells_what_its_body_holds() -> None:
    def webhook(schema: dict[str, Any]) -> Contract:
        return Contract(paths={}, webhooks={"changed": {"post": {"responses": {}, **sent(schema)}}})

    assert breaks(webhook(THING), webhook(THINGS)) == []
    assert [str(one) for one in breaks(webhook(THINGS), webhook(THING))] == [
        "webhook changed: body: /b is gone"
    ]


def test_only_what_is_under_v1_is_promised() -> None:
    assert (
        breaks(Contract(paths={"/metrics": {"get": {"responses": {}}}}), Contract(paths={})) == []
    )


# Laws, on the contract that there is.

OPERATIONS_OF_V1 = [
    (path, method)
    for path, item in PRESENT["paths"].items()
    if path.startswith("/v1/")
    for method in item
]
BODIES = [name for name in PRESENT["components"]["schemas"] if name.endswith(("Body", "Patch"))]


def test_the_contract_does_not_break_itself() -> None:
    assert breaks(Contract(PRESENT), Contract(deepcopy(PRESENT))) == []


def test_every_operation_that_goes_is_missed() -> None:
    found = breaks(Contract(PRESENT), Contract({**PRESENT, "paths": {}}))
    assert {str(one) for one in found if not one.operation.startswith("webhook ")} == {
        f"{method.upper()} {path}: is gone" for path, method in OPERATIONS_OF_V1
    }


@settings(deadline=None, max_examples=examples(10))
@given(
    place=st.sampled_from(OPERATIONS_OF_V1),
    schema=st.sampled_from([TEXT, NUMBER, CODES, THING]),
    body=st.sampled_from(BODIES),
)
def test_what_is_added_and_optional_breaks_nobody(
    place: tuple[str, str], schema: dict[str, Any], body: str
) -> None:
    after = deepcopy(PRESENT)
    path, method = place
    operation = after["paths"][path][method]
    operation.setdefault("parameters", []).append(query("new_parameter", schema))
    after["components"]["schemas"][body]["properties"]["new_member"] = schema
    after["paths"]["/v1/new"] = {"get": deepcopy(operation)}
    assert breaks(Contract(PRESENT), Contract(after)) == []
    assert breaks(Contract(after), Contract(PRESENT)) != []


# What CI runs.


@pytest.fixture
def checked(tmp_path: Path) -> Any:
    """Checks, with a changelog, a contract from which the list of codes has gone."""

    def check(changelog: str) -> int:
        paths = {path: item for path, item in PRESENT["paths"].items() if path != "/v1/codes"}
        files = {
            "published.json": json.dumps(PRESENT),
            "present.json": json.dumps({**PRESENT, "paths": paths}),
            "CHANGELOG.md": changelog,
        }
        for name, text in files.items():
            (tmp_path / name).write_text(text, "utf-8")
        return main(*(str(tmp_path / name) for name in files))

    return check


ANNOUNCED = "### Breaking\n\n- `GET /v1/codes` is gone: ask for each list.\n"
OTHERWISE = {
    "not at all": "# Changelog\n\n## Unreleased\n\n### Added\n\n- Much.\n",
    "of another operation": "## Unreleased\n\n### Breaking\n\n- `GET /v1/codes/{id}` is gone.\n",
    "not as breaking": "## Unreleased\n\n### Removed\n\n- `GET /v1/codes` is gone.\n",
    "of an earlier release": f"## Unreleased\n\n### Added\n\n- Much.\n\n## 0.1.0\n\n{ANNOUNCED}",
}


def test_a_break_that_the_changelog_announces_is_let_pass(checked: Any) -> None:
    assert checked(f"# Changelog\n\n## Unreleased\n\n{ANNOUNCED}\n### Added\n\n- Much.\n") == 0


@pytest.mark.parametrize("changelog", OTHERWISE.values(), ids=OTHERWISE)
def test_a_break_that_is_announced_otherwise_is_refused(
    changelog: str, checked: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(changelog) == 1
    assert "GET /v1/codes: is gone\n" in capsys.readouterr().err
