"""The OpenAPI document as tests read it: responses, parameters and headers where they are used."""

from typing import Any

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def in_place(document: dict[str, Any]) -> dict[str, Any]:
    """A document whose operations refer to no shared response, parameter or header, but hold it.

    What is shared, and what is as it was, is the given document's own: it is to be read, no more.
    """
    paths = {
        path: {
            name: _operation_in_place(document, value) if name in METHODS else value
            for name, value in item.items()
        }
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}


def _operation_in_place(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [followed(document, found) for found in operation.get("parameters", [])]
    responses = {
        status: _with_headers(document, followed(document, response))
        for status, response in operation["responses"].items()
    }
    return {**operation, "parameters": parameters, "responses": responses}


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
