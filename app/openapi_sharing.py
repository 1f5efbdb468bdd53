"""What stands alike in many operations of an OpenAPI document, told once among its components."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from app.feed.collections import COLLECTIONS
from app.kernel.problems import NAME

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_HOLDING_ONE = ("items", "additionalProperties", "propertyNames", "contains", "not")
_HOLDING_SEVERAL = ("anyOf", "allOf", "oneOf", "prefixItems")
_HOLDING_BY_NAME = ("properties", "patternProperties", "$defs")


def operations_of(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation of a document with its path, or with its name where it is a webhook."""
    for section in ("paths", "webhooks"):
        for path, item in document.get(section, {}).items():
            for method in METHODS:
                if method in item:
                    yield path, item[method]


def schemas_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema of a document, those inside other schemas too; references are not followed."""
    for schema in document["components"]["schemas"].values():
        yield from _within(schema)
    for _, operation in operations_of(document):
        for parameter in operation.get("parameters", []):
            yield from _within(parameter["schema"])
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in holder.get("content", {}).values():
                yield from _within(media.get("schema", {}))


def _within(schema: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(schema, dict):
        return
    yield schema
    inner = [schema.get(word) for word in _HOLDING_ONE]
    inner += [choice for word in _HOLDING_SEVERAL for choice in schema.get(word, ())]
    inner += [found for word in _HOLDING_BY_NAME for found in schema.get(word, {}).values()]
    for found in inner:
        yield from _within(found)


def share(document: dict[str, Any]) -> None:
    """Puts the responses and parameters that stand in several operations among the components.

    Of those that would have one name, the form that is used most has it; others stay in place.
    """
    responses, parameters = defaultdict(list), defaultdict(list)
    for path, operation in operations_of(document):
        for status, response in operation["responses"].items():
            name = response.pop(NAME, None)
            if name is not None:
                responses[name].append((operation["responses"], status))
        for index, parameter in enumerate(operation.get("parameters", [])):
            parameters[_name_of(parameter, path)].append((operation["parameters"], index))
    for section, places in (("responses", responses), ("parameters", parameters)):
        shared = document["components"][section] = {}
        for name, found in sorted(places.items()):
            written = [json.dumps(holder[key], sort_keys=True) for holder, key in found]
            ((most_used, times),) = Counter(written).most_common(1)
            if times == 1:
                continue
            shared[name] = json.loads(most_used)
            for text, (holder, key) in zip(written, found, strict=True):
                if text == most_used:
                    holder[key] = {"$ref": f"#/components/{section}/{name}"}


def collection_before(parameter: str, path: str) -> str:
    """The segment of a path after which a parameter stands; empty where it stands in none."""
    before, found, _ = path.partition(f"/{{{parameter}}}")
    return before.rpartition("/")[2] if found else ""


def _name_of(parameter: dict[str, Any], path: str) -> str:
    """`IfMatch` for a header or `limit`; for a parameter in a path, `ActionItemId`."""
    words = [parameter["name"]]
    if parameter["in"] == "path":
        collection = collection_before(parameter["name"], path)
        words.insert(0, COLLECTIONS.get(collection, collection.removesuffix("s")))
    text = "-".join(words).replace("_", "-")
    return "".join(word.capitalize() for word in text.split("-"))
