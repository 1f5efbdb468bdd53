"""Every GET route of the API, from its own description, with values for all that it takes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import FastAPI

from app.openapi import openapi_of
from app.openapi_sharing import collection_before
from tests.described import followed, in_place

# Figures of the process: they count what was asked of it, and are the operator's. Keys say when
# they were last used, to administrators.
LEFT_OUT = {"/metrics", "/v1/keys", "/v1/keys/{name}"}
# Followed from page to page, rather than asked for.
FOLLOWED = {"cursor"}
WORDS = ("Unheard-of", "dust")
DAYS = ("2023-10", "2023-11-15", "2024")
AS_OF = ("2023-11-15", "2024-06-30")
LIMITS = ("1", "3")

Values = Mapping[str, Sequence[str]]


class Question(NamedTuple):
    """A path, and what is asked of it; a value `@3` stands for the third revision that is seen."""

    path: str
    query: tuple[tuple[str, str], ...] = ()

    def url(self, revisions: Sequence[int]) -> str:
        """The question, in a record whose revisions, of those that are seen, are `revisions`."""
        told = [
            (name, str(revisions[int(value[1:])]) if value.startswith("@") else value)
            for name, value in self.query
        ]
        return f"{self.path}?{urlencode(told)}" if told else self.path


def plain_questions(app: FastAPI, ids: Values) -> list[Question]:
    """Each route alone, asked for each of the `ids` of its collection."""
    return [Question(path) for path, _ in _asked(app, ids)]


def further_questions(app: FastAPI, ids: Values, values: Values, random: Random) -> list[Question]:
    """Each route with each value of each parameter, and as often with one of another beside it."""
    found = []
    for path, parameters in _asked(app, ids):
        choices = [
            (parameter["name"], value)
            for parameter in parameters
            for value in _values_of(openapi_of(app), parameter, values)
        ]
        for choice in choices:
            found.append(Question(path, (choice,)))
            beside = random.choice(choices)
            if beside[0] != choice[0]:
                found.append(Question(path, (choice, beside)))
    return found


def _asked(app: FastAPI, ids: Values) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for template, operations in in_place(openapi_of(app))["paths"].items():
        if "get" not in operations or template in LEFT_OUT:
            continue
        declared = operations["get"].get("parameters", [])
        query = [p for p in declared if p["in"] == "query" and p["name"] not in FOLLOWED]
        names = re.findall(r"\{(\w+)\}", template)
        for given in product(*(ids[collection_before(name, template)] for name in names)):
            yield template.format(**dict(zip(names, given, strict=True))), query


def _values_of(
    document: dict[str, Any], parameter: dict[str, Any], values: Values
) -> Sequence[str]:
    schema = parameter["schema"]
    schema = schema.get("items", schema)
    found: list[str] = []
    for allowed in schema.get("anyOf", [schema]):
        choice = followed(document, allowed)
        # A parameter that is neither an enumeration nor among the values fails here: give it some.
        found += choice["enum"] if "enum" in choice else values[parameter["name"]]
    return found
