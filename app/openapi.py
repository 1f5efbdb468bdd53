"""The OpenAPI document: what FastAPI derives, made exact where it is not."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import compile_path

from app.kernel.problems import (
    Problem,
    ProblemDocument,
    RequestTimeout,
    TooManyRequests,
    responses,
)
from app.openapi_examples import BODIES, IDS, IDS_OF_OPERATIONS
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
    ("codes", "Every enumeration, with labels in three languages."),
    ("journal", "Changes, histories, and proof that nothing was altered."),
    ("redactions", "What was taken out of the journal, when, by whom and why."),
    ("keys", "Who may call, in which role and for which party."),
    ("webhooks", "Having changes sent, and the messages that are."),
    ("operations", "For operators and monitors."),
]

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
}


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once and kept on the application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            webhooks=messages.routes,
            tags=[{"name": name, "description": text} for name, text in TAGS],
            separate_input_output_schemas=False,
        )
        _add_problem_schema(document)
        document["components"]["headers"] = HEADERS
        for path, operations in document["paths"].items():
            for operation in operations.values():
                _tell_what_needs_no_key(operation)
                _make_parameters_exact(operation, path)
                _add_example(operation)
                _describe_headers(operation)
                _describe_limits(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _add_problem_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    document["components"]["schemas"] = dict(sorted(schemas.items()))


def _tell_what_needs_no_key(operation: dict[str, Any]) -> None:
    # FastAPI cannot say that a credential is optional: for reads, "none" is one of the ways.
    read = operation["operationId"].startswith(("get", "list"))
    if "security" in operation and read and "403" not in operation["responses"]:
        operation["security"].insert(0, {})


def _make_parameters_exact(operation: dict[str, Any], path: str) -> None:
    for parameter in operation.get("parameters", []):
        # A parameter is there or not there; it is never null.
        schema = parameter["schema"]
        choices = [choice for choice in schema.pop("anyOf", []) if choice != {"type": "null"}]
        if len(choices) == 1:
            schema.update(choices[0])
        elif choices:
            schema["anyOf"] = choices
        if parameter["name"] == "if-match" and operation["operationId"] not in IF_MATCH_OPTIONAL:
            # Optional in the code only so that its absence is answered by 428.
            parameter["required"] = True
            parameter["example"] = '"9hQ5vJ0wqkYxUu1x3s2A"'
        collection = path.removeprefix("/v1").split("/")[1]
        if parameter["in"] == "path" and collection in IDS:
            own = IDS_OF_OPERATIONS.get(operation["operationId"])
            parameter["example"] = own or IDS[collection]
            schema.pop("examples", None)


def _add_example(operation: dict[str, Any]) -> None:
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        content["application/json"]["example"] = BODIES[operation["operationId"]]
        if operation["operationId"].startswith("patch"):
            content["application/merge-patch+json"] = content["application/json"]


def _describe_headers(operation: dict[str, Any]) -> None:
    if "security" not in operation:
        return
    for status in ("200", "201", "204"):
        if status in operation["responses"]:
            names = ["Revision"] if status == "204" else ["Revision", "ETag"]
            names += ["Location"] if status == "201" else []
            operation["responses"][status]["headers"] = {
                name: {"$ref": f"#/components/headers/{name}"} for name in names
            }
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    read = operation["operationId"].startswith(("get", "list"))
    if "200" in operation["responses"] and read and "if-none-match" in parameters:
        operation["responses"]["304"] = {
            "description": "The answer still has the ETag that If-None-Match names.",
            "headers": operation["responses"]["200"]["headers"],
        }


def _describe_limits(operation: dict[str, Any]) -> None:
    # Given before routing: by every operation alike.
    given: list[type[Problem]] = [TooManyRequests]
    given += [RequestTimeout] if "requestBody" in operation else []
    told = {str(status): response for status, response in responses(*given).items()}
    told["429"]["headers"] = {
        name: {"$ref": f"#/components/headers/{name}"}
        for name in ("Retry-After", "RateLimit", "RateLimit-Policy")
    }
    operation["responses"] = dict(sorted({**operation["responses"], **told}.items()))


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
