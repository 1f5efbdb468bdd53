"""The OpenAPI document as tests read it: responses, parameters and headers where they are used."""

from copy import deepcopy
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def in_place(document: dict[str, Any]) -> dict[str, Any]:
    """A copy whose operations refer to no shared response, parameter or header, but hold it."""
    document = deepcopy(document)
    for item in document["paths"].values():
        for method in METHODS:
            if method in item:
                operation = item[method]
                parameters = operation.get("parameters", [])
                operation["parameters"] = [followed(document, found) for found in parameters]
                operation["responses"] = {
                    status: _with_headers(document, followed(document, response))
                    for status, response in operation["responses"].items()
                }
    return document


def followed(document: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to; what is none, as it is."""
    while "$ref" in found:
        _, section, name = found["$ref"].removeprefix("#").split("/")[1:]
        found = document["components"][section][name]
    return found


def _with_headers(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    if "headers" not in response:
        return response
    headers = {name: followed(document, found) for name, found in response["headers"].items()}
    return {**response, "headers": headers}
