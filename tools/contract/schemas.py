"""Whether a schema still allows what it allowed, or still promises what it promised."""

import json
from collections.abc import Iterator
from typing import Any

# The way that values go: sent to the server, or told by it.
SENT = "sent"
TOLD = "told"
Schema = dict[str, Any]
# The least and the most of something; tighter bounds refuse what was allowed.
_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_AS_IT_IS = ("pattern", "multipleOf", "uniqueItems")
_OF_EACH = ("items", "propertyNames")
_COMPARED = {
    *_LEAST,
    *_MOST,
    *_AS_IT_IS,
    *_OF_EACH,
    *("type", "const", "enum", "format", "default"),
    *("properties", "required", "additionalProperties"),
}
_SAYS_NOTHING = {"title", "description", "example", "examples", "deprecated", "$comment"}


class Contract(dict[str, Any]):
    """An OpenAPI document, which knows what its references refer to."""

    def followed(self, found: dict[str, Any]) -> dict[str, Any]:
        """What a reference refers to; what is none, as it is."""
        while "$ref" in found:
            _, *path = found["$ref"].split("/")
            found = self
            for name in path:
                found = found[name]
        return found


Found = tuple[str, str]


class Comparison:
    """Of two contracts' schemas, for values that go one way."""

    def __init__(self, way: str, before: Contract, after: Contract) -> None:
        self.way = way
        self.before = before
        self.after = after
        self._known: dict[tuple[str, str], list[Found]] = {}

    def differences(self, old: Schema, new: Schema) -> list[str]:
        """What breaks a client that goes by `old`, a schema of the one contract, as `new` is now.

        Each begins with the place, as `/items/*/status`, where that is not the whole value.
        """
        return [f"{place or 'it'} {what}" for place, what in self._of(old, new)]

    def _of(self, old: Schema, new: Schema, place: str = "") -> Iterator[Found]:
        pair = (json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True))
        if pair not in self._known:
            # What holds itself is not compared again within itself.
            self._known[pair] = []
            choices = _choices(self.before, old), _choices(self.after, new)
            self._known[pair] = list(self._of_choices(*choices))
        yield from ((place + inner, what) for inner, what in self._known[pair])

    def _of_choices(self, had: list[Schema], has: list[Schema]) -> Iterator[Found]:
        """Each kind of value that one side relies on must fit one that the other still knows."""
        relied_on, known = (had, has) if self.way == SENT else (has, had)
        for choice in relied_on:
            found = [list(self._of_plain(*self._in_order(choice, other))) for other in known]
            # Against the one of its own type, where there is one; and the likest of several.
            yield from min(found, key=lambda told: (told == [self._of_type(choice)], len(told)))

    def _in_order(self, relied_on: Schema, known: Schema) -> tuple[Schema, Schema]:
        return (relied_on, known) if self.way == SENT else (known, relied_on)

    def _of_type(self, choice: Schema) -> Found:
        return "", f"{'no longer takes' if self.way == SENT else 'may be'} {_type(choice)}"

    def _of_plain(self, old: Schema, new: Schema) -> Iterator[Found]:
        narrow, wide = self._in_order(old, new)
        if not _fits(_type(narrow), _type(wide)):
            yield self._of_type(narrow)
            return
        yield from (("", what) for what in self._of_values(old, new))
        yield from self._of_objects(old, new)
        for word in _OF_EACH:
            if word in old or word in new:
                yield from self._of(old.get(word, {}), new.get(word, {}), "/*")
        for word in sorted((old.keys() | new.keys()) - _COMPARED - _SAYS_NOTHING):
            if old.get(word) != new.get(word):
                yield "", f"has another {word}"

    def _of_values(self, old: Schema, new: Schema) -> Iterator[str]:
        had, has = _values(old), _values(new)
        if self.way == SENT:
            if has is not None:
                yield from (
                    [f"no longer takes {value}" for value in had if value not in has]
                    if had is not None
                    else ["takes only some values"]
                )
            yield from _tighter(old, new)
            if "default" in old and old["default"] != new.get("default"):
                yield f"has another default: {old['default']}, now {new.get('default')}"
            if new.get("format") not in (None, old.get("format")):
                yield f"has the format {new['format']}"
        else:
            if had is not None:
                yield from (
                    [f"may be {value}" for value in has if value not in had]
                    if has is not None
                    else ["may be any value"]
                )
            if old.get("format") not in (None, new.get("format")):
                yield f"had the format {old['format']}"

    def _of_objects(self, old: Schema, new: Schema) -> Iterator[Found]:
        had, has = old.get("properties", {}), new.get("properties", {})
        had_required, has_required = set(old.get("required", ())), set(new.get("required", ()))
        more, more_now = (schema.get("additionalProperties", True) for schema in (old, new))
        for name, schema in had.items():
            if name in has:
                yield from self._of(schema, has[name], f"/{name}")
            elif self.way == TOLD or more_now is False:
                yield f"/{name}", "is gone"
        if self.way == SENT:
            for name in sorted(has_required - had_required):
                yield f"/{name}", "is required"
            if more is not False and more_now is False:
                yield "", "takes no other members"
        else:
            for name in sorted((had_required - has_required) & has.keys()):
                yield f"/{name}", "may be absent"
        if False not in (more, more_now) and (more, more_now) != (True, True):
            other, other_now = ({} if schema is True else schema for schema in (more, more_now))
            yield from self._of(other, other_now, "/*")


def _choices(contract: Contract, schema: Schema) -> list[Schema]:
    """The schemas of which a value fits one, none of them a choice or a reference itself."""
    schema = contract.followed(schema)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            beside = {name: value for name, value in schema.items() if name != word}
            return [
                {**beside, **choice} for one in schema[word] for choice in _choices(contract, one)
            ]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": name} for name in schema["type"]]
    return [schema]


def _fits(narrow: str, wide: str) -> bool:
    return wide in (narrow, "anything") or (narrow, wide) == ("integer", "number")


def _type(schema: Schema) -> str:
    if "type" in schema:
        return str(schema["type"])
    values = _values(schema)
    if values and all(isinstance(value, str) for value in values):
        return "string"
    return "object" if "properties" in schema else "anything"


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    found: list[Any] | None = schema.get("enum")
    return found


def _tighter(old: Schema, new: Schema) -> Iterator[str]:
    for word in _LEAST:
        if word in new and new[word] > old.get(word, float("-inf")):
            yield f"has a higher {word}: {new[word]}"
    for word in _MOST:
        if word in new and new[word] < old.get(word, float("inf")):
            yield f"has a lower {word}: {new[word]}"
    for word in _AS_IT_IS:
        if new.get(word) not in (None, False, old.get(word)):
            yield f"has another {word}: {new[word]}"
