"""The OpenAPI document: what FastAPI derives, made exact where it is not."""

import json
import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from app.kernel.asked_format import PARAMETER
from app.kernel.deprecation import deprecation_of
from app.kernel.observing import EVENT_STREAM
from app.kernel.problems import (
    NAME,
    Problem,
    ProblemDocument,
    RequestTimeout,
    TooManyRequests,
    responses,
)
from app.kernel.record_route import RecordRoute
from app.kernel.tabular.formats import Format
from app.openapi_examples import BODIES, IDS, IDS_OF_OPERATIONS
from app.openapi_sharing import collection_before, operations_of, schemas_of, share
from app.webhooks.catalogue import messages

DESCRIPTION = """\
The shared record of environmental cooperation between Korea and China: dialogues and their
meetings, agreements, action items, and what each side has done about them.

Reading needs no key. Writing needs `Authorization: Bearer KEY`. Every write is one numbered
revision in a journal that neither side can rewrite; every answer carries `Revision`.
"""

TAGS = [
    ("progress", "How far a dialogue, a plan or an item has come."),
    ("status-reports", "What each party says about an action item."),
    ("assessments", "What the parties conclude jointly at their meetings."),
    ("reviewing", "Preparing meetings, and accounting for what they reviewed."),
    ("dialogues", "Standing series of meetings between parties."),
    ("meetings", "Sessions of a dialogue."),
    ("agreements", "Agreed texts, from a treaty to an annual plan."),
    ("action-items", "Numbered undertakings inside an agreement."),
    ("parties", "States that take part."),
    ("organizations", "Ministries, agencies, institutes and centres."),
    ("people", "Those who take part or sign."),
    ("documents", "Sources and attachments."),
    ("imports", "Bringing in records from files."),
    ("codes", "Every enumeration, with labels in three languages."),
    ("journal", "Changes, histories, and proof that nothing was altered."),
    ("redactions", "What was taken out of the journal, when, by whom and why."),
    ("keys", "Who may call, in which role and for which party."),
    ("calendars", "Meetings and due dates as calendars, and private addresses for them."),
    ("webhooks", "Having changes sent, and the messages that are."),
    ("operations", "For operators and monitors."),
]

# Operations whose body is told of as application/json alone, though merge patches are taken too:
# where no parameter is optional, openapi-python-client makes no sound code of two types.
TOLD_OF_ONE_TYPE = {"patchWebhook"}
# Operations that need If-Match only where they change a record beside what they add.
IF_MATCH_OPTIONAL = {"decideAtMeeting"}

HEADERS = {
    "Revision": {
        "description": "The newest revision that the answer reflects.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "ETag": {
        "description": "The answer's entity tag, for If-None-Match and If-Match.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where the new record is.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {
        "description": "After how many seconds to ask again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit": {
        "description": "What is left of each limit (draft-ietf-httpapi-ratelimit-headers).",
        "required": True,
        "schema": {"type": "string"},
        "example": '"address";r=0;t=60',
    },
    "RateLimit-Policy": {
        "description": "How often one may ask: `q` times in `w` seconds.",
        "required": True,
        "schema": {"type": "string"},
        "example": '"address";q=6000;w=60',
    },
    "Deprecation": {
        "description": "Since when the route, or what it was asked with, is deprecated (RFC 9745).",
        "schema": {"type": "string"},
        "example": "@1798761600",
    },
    "Sunset": {
        "description": "When it is expected to go (RFC 8594).",
        "schema": {"type": "string"},
        "example": "Sat, 01 Jan 2028 00:00:00 GMT",
    },
    "Link": {
        "description": 'What to do instead: `rel="deprecation"` and `rel="sunset"`.',
        "schema": {"type": "string"},
    },
}
# The formats of a list beside JSON. A workbook is no text: of it no schema is told (OpenAPI 3.1).
FORMATS: dict[Format, dict[str, Any]] = {
    Format.CSV: {"schema": {"type": "string"}},
    Format.JSONL: {"schema": {"type": "string"}},
    Format.XLSX: {},
}
_OF_FORMATS = "In which format a list is given: code list `list-formats`."
FORMAT_PARAMETER: dict[str, Any] = {
    "name": PARAMETER,
    "in": "query",
    "required": False,
    "description": "The format of the list, whatever Accept says. In another format than JSON the "
    "whole list is given: `cursor` and `limit` are refused.",
    "schema": {"$ref": "#/components/schemas/ListFormat"},
}
DEPRECATION_HEADERS = ("Deprecation", "Sunset", "Link")
# What FastAPI says of an answer that nobody has described.
UNDESCRIBED = "Successful Response"


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once and kept on the application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            contact={"name": "Whoever operates this server"},
            servers=[{"url": "/", "description": "The server that this document comes from."}],
            routes=app.routes,
            webhooks=messages.routes,
            tags=[{"name": name, "description": text} for name, text in TAGS],
            separate_input_output_schemas=False,
        )
        _add_problem_schema(document)
        for path, operations in document["paths"].items():
            for operation in operations.values():
                _tell_what_needs_no_key(operation)
                _make_parameters_exact(operation, path)
                _add_example(operation)
                _describe_headers(operation)
                _describe_limits(operation)
        _describe_formats(document, app)
        for _, operation in operations_of(document):
            _describe_success(operation, document["components"]["schemas"])
        _link_to_what_is_made(document["paths"])
        _tell_what_is_deprecated(document, app)
        for schema in schemas_of(document):
            # The names again, in other letters.
            schema.pop("title", None)
        share(document)
        _add_headers(document)
        app.openapi_schema = document
    return app.openapi_schema


def _add_problem_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    for schema in (problem, schemas["ProblemError"]):
        for member in schema["properties"].values():
            _never_null(member)
    schemas["Problem"] = problem
    schemas["ListFormat"] = {"type": "string", "enum": list(Format), "description": _OF_FORMATS}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    document["components"]["schemas"] = dict(sorted(schemas.items()))


def _never_null(schema: dict[str, Any]) -> None:
    """Says of what is there or not there that it is never null."""
    choices = [choice for choice in schema.pop("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        schema.update(choices[0])
    elif choices:
        schema["anyOf"] = choices
    if schema.get("default", ...) is None:
        del schema["default"]


def _tell_what_needs_no_key(operation: dict[str, Any]) -> None:
    # FastAPI cannot say that a credential is optional: for reads, "none" is one of the ways.
    read = operation["operationId"].startswith(("get", "list"))
    if "security" not in operation:
        operation["security"] = []
    elif read and "403" not in operation["responses"]:
        operation["security"].insert(0, {})


def _make_parameters_exact(operation: dict[str, Any], path: str) -> None:
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        _never_null(schema)
        if "description" in parameter:
            schema.pop("description", None)
        if parameter["in"] == "header" and parameter["name"].islower():
            # In the letters of the standards; to HTTP all are alike.
            parameter["name"] = parameter["name"].title()
        if parameter["name"] == "If-Match" and operation["operationId"] not in IF_MATCH_OPTIONAL:
            # Optional in the code only so that its absence is answered by 428.
            parameter["required"] = True
            parameter["example"] = '"9hQ5vJ0wqkYxUu1x3s2A"'
        collection = collection_before(parameter["name"], path)
        if parameter["in"] == "path" and collection in IDS:
            own = IDS_OF_OPERATIONS.get(operation["operationId"])
            parameter["example"] = own or IDS[collection]
            schema.pop("examples", None)


def _add_example(operation: dict[str, Any]) -> None:
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        if "application/json" in content:
            content["application/json"]["example"] = BODIES[operation["operationId"]]
        name = operation["operationId"]
        if name.startswith("patch") and name not in TOLD_OF_ONE_TYPE:
            content["application/merge-patch+json"] = content["application/json"]


def _describe_headers(operation: dict[str, Any]) -> None:
    if not operation["security"]:
        return
    for status in ("200", "201", "204"):
        if status in operation["responses"]:
            content = operation["responses"][status].get("content", ())
            tagged = status != "204" and EVENT_STREAM not in content
            names = ["Revision", "ETag"] if tagged else ["Revision"]
            names += ["Location"] if status == "201" else []
            operation["responses"][status]["headers"] = _headers(*names)
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    read = operation["operationId"].startswith(("get", "list"))
    if "200" in operation["responses"] and read and "If-None-Match" in parameters:
        operation["responses"]["304"] = {
            "description": "The answer still has the ETag that If-None-Match names.",
            "headers": operation["responses"]["200"]["headers"],
            NAME: "NotModified",
        }


def _describe_limits(operation: dict[str, Any]) -> None:
    # Given before routing: by every operation alike.
    given: list[type[Problem]] = [TooManyRequests]
    given += [RequestTimeout] if "requestBody" in operation else []
    told = {str(status): response for status, response in responses(*given).items()}
    told["429"]["headers"] = _headers("Retry-After", "RateLimit", "RateLimit-Policy")
    operation["responses"] = dict(sorted({**operation["responses"], **told}.items()))
    if "503" in operation["responses"]:
        operation["responses"]["503"]["headers"] = _headers("Retry-After")


def _describe_formats(document: dict[str, Any], app: FastAPI) -> None:
    """Says of each list in which other formats it is given, and how to ask for them."""
    for route in app.routes:
        if not isinstance(route, RecordRoute) or route.rows is None:
            continue
        operation = document["paths"][route.path_format]["get"]
        content = operation["responses"]["200"]["content"]
        content |= {wanted.media_type: schema for wanted, schema in FORMATS.items()}
        parameters = operation.setdefault("parameters", [])
        own = next((one for one in parameters if one["name"] == PARAMETER), None)
        if own is None:
            parameters.append(FORMAT_PARAMETER)
        else:
            # A filter of the list, which takes the names of the formats beside its own values.
            own["schema"]["items"] = {"anyOf": [own["schema"]["items"], FORMAT_PARAMETER["schema"]]}
            own["description"] += " Or the format of the list, once."


def _describe_success(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    for response in operation["responses"].values():
        if response["description"] == UNDESCRIBED:
            media: dict[str, Any] = next(iter(response.get("content", {}).values()), {})
            name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
            told = schemas.get(name, {}).get("description", "Done; there is nothing to say.")
            response["description"] = told


def _link_to_what_is_made(paths: dict[str, Any]) -> None:
    """Says where the answer to a creation leads: to what is made, with its id and its ETag."""
    for path, operations in paths.items():
        made = operations.get("post", {}).get("responses", {}).get("201")
        if made is None:
            continue
        for following in paths.get(f"{path}/{{id}}", {}).values():
            parameters = {"id": "$response.body#/id"}
            if any(each["name"] == "If-Match" for each in following["parameters"]):
                parameters["header.If-Match"] = "$response.header.ETag"
            name = following["operationId"]
            made.setdefault("links", {})[name] = {"operationId": name, "parameters": parameters}


def _tell_what_is_deprecated(document: dict[str, Any], app: FastAPI) -> None:
    for route in app.routes:
        told = deprecation_of(route.endpoint) if isinstance(route, APIRoute) else None
        if not isinstance(route, APIRoute) or told is None:
            continue
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            if not told.parameters:
                operation["deprecated"] = True
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query" and parameter["name"] in told.parameters:
                    parameter["deprecated"] = True
            for response in operation["responses"].values():
                response["headers"] = response.get("headers", {}) | _headers(*DEPRECATION_HEADERS)


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _add_headers(document: dict[str, Any]) -> None:
    used = set(re.findall(r'"#/components/headers/([\w-]+)"', json.dumps(document)))
    document["components"]["headers"] = {
        name: header for name, header in HEADERS.items() if name in used
    }


def allowed_methods(app: FastAPI, path: str) -> str:
    """The methods that the API has for a path, as `Allow` lists them.

    The framework's own list names those of the first matching route alone.
    """
    methods = {
        method.upper()
        for template, operations in openapi_of(app)["paths"].items()
        for method in operations
        if compile_path(template)[0].fullmatch(path)
    }
    methods = methods or {"GET"}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
