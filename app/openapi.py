"""The OpenAPI document: what FastAPI derives, made exact where it is not."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.kernel.problems import ProblemDocument

DESCRIPTION = """\
The shared record of environmental cooperation between Korea and China: dialogues and their
meetings, agreements, action items, and what each side has done about them.

Reading needs no key. Writing needs `Authorization: Bearer KEY`. Every write is one numbered
revision in a journal that neither side can rewrite; every answer carries `Revision`.
"""

TAGS = [
    ("progress", "How far a dialogue, a plan or an item has come."),
    ("status-reports", "What each party says about an action item."),
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
    ("operations", "For operators and monitors."),
]


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once and kept on the application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=[{"name": name, "description": text} for name, text in TAGS],
            separate_input_output_schemas=False,
        )
        _add_problem_schema(document)
        _tell_what_needs_no_key(document)
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


def _tell_what_needs_no_key(document: dict[str, Any]) -> None:
    # FastAPI cannot say that a credential is optional: for reads, "none" is one of the ways.
    for path in document["paths"].values():
        if "security" in path.get("get", {}):
            path["get"]["security"].insert(0, {})
