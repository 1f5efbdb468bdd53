"""What Schemathesis needs to be told of this API."""

from typing import Any

import schemathesis
from schemathesis import (
    Case,
    CheckContext,
    GenerationMode,
    HookContext,
    Response,
    SerializationContext,
)

# Rules that JSON Schema cannot state. Whatever else breaks a rule must break the schema too.
BEYOND_THE_SCHEMA = {
    "as_its_agreement",
    "blank_text",
    "changes_an_item",
    "ck_api_key_writer_has_party",
    "completed_is_100",
    "cursor",
    "document_or_url",
    "empty_localized_text",
    "end_without_start",
    "ends_before_starts",
    "ends_something",
    "entity_tag",
    "forbidden_address",
    "held_in_public",
    "issuer_of_a_side",
    "item_is_created",
    "item_of_agreement",
    "kept_by_its_issuer",
    "known_revision",
    "missing",
    "named_by_the_server",
    "nameless_document",
    "not_in_the_future",
    "not_started_is_0",
    "numbered_in_public",
    "one_format",
    "one_request_per_key",
    "organization_of_party",
    "overseen_by_dialogue",
    "own_report_on_item",
    "partial_date",
    "party_of_agreement",
    "proposed_at_meeting",
    "repeated_item",
    "seen_by_fewer",
    "sheet_full",
    "signed_by_a_party",
    "text",
    "time_without_day",
    "time_without_timezone",
    "time_zone",
    "title_of_its_own",
    "unknown_reference",
    "visibility_is_said",
    "web_address",
    "whole_day",
    "whole_list",
}
# Takes files; what stands in a file no schema says.
TAKES_FILES = "importRecords"

# Records that are there, for what names others: by chance alone no id names one.
KNOWN = {
    "action_item": "clear-sky-plan-2023-5",
    "agreement": "clear-sky-plan-2023",
    "dialogue": "cn-kr-dg-dialogue",
    "document": "press-release-2023-12-20",
    "host": "CN",
    "issuer": "kr-moe",
    "organization": "kr-nier",
    "overseen_by": "cn-kr-dg-dialogue",
    "party": "KR",
    "person": "zhou-guomei",
}


@schemathesis.check
def refused_only_by_rules_beyond_the_schema(
    context: CheckContext, response: Response, case: Case
) -> None:
    """Data that fits the schema is refused with 422 only by a rule that the schema cannot state."""
    del context
    if response.status_code != 422 or case.meta is None:
        return
    if case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if case.operation.definition.raw.get("operationId") == TAKES_FILES:
        return
    rules = {error["rule"] for error in response.json()["errors"]}
    assert rules <= BEYOND_THE_SCHEMA, f"the schema allows what {rules - BEYOND_THE_SCHEMA} refuses"


@schemathesis.serializer("application/jsonl")
def as_it_is(context: SerializationContext, value: Any) -> bytes:
    """A file of JSON Lines, or what is to be none."""
    del context
    data: bytes | None = getattr(value, "data", None)
    return str(value).encode() if data is None else data


@schemathesis.hook
def map_headers(context: HookContext, headers: Any) -> Any:
    """Asks for a revision that is there, nearly always: otherwise every answer would be a 503."""
    del context
    wanted = str((headers or {}).get("Min-Revision", ""))
    if wanted.isdecimal() and int(wanted) % 10:
        headers["Min-Revision"] = str(int(wanted) % 2)
    return headers


@schemathesis.hook
def map_query(context: HookContext, query: Any) -> Any:
    """Leaves nearly every cursor out: none that is made up is taken."""
    del context
    if len(str((query or {}).get("cursor", ""))) % 10:
        del query["cursor"]
    return query


@schemathesis.hook
def map_body(context: HookContext, body: Any) -> Any:
    """Names records that are there, so that what is to be written is not refused at the door."""
    del context
    return _naming_known(body)


def _naming_known(value: Any) -> Any:
    if isinstance(value, list):
        return [_naming_known(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: KNOWN[name] if name in KNOWN and isinstance(each, str) else _naming_known(each)
        for name, each in value.items()
    }


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """Leaves out the cases whose only fault is a header that nobody declared.

    A server must ignore header fields that it does not know (RFC 9110, section 5.1).
    """
    del context
    headers: dict[str, Any] = dict(case.headers or {})
    return "x-schemathesis-unknown-property" not in {name.lower() for name in headers}
