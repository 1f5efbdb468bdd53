"""What of a contract would break those who keep to the one before: docs/deprecation.md in code.

A contract is an OpenAPI 3.1 document, as JSON. What is sent to the server may only come to be
allowed more, what the server sends may only come to promise more.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.contract.schemas import SENT, TOLD, Comparison, Contract

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PROMISED = "/v1/"
# An operation that needs no credentials at all.
OPEN: dict[str, Any] = {}
GONE = ["is gone"]
Operation = dict[str, Any]


class Break(NamedTuple):
    """An operation, such as `GET /v1/meetings`, and what of it would break a client."""

    operation: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.what}"


class _Pair:
    """Two contracts, and how their schemas compare for what is sent and what is told."""

    def __init__(self, before: Contract, after: Contract) -> None:
        self.before = before
        self.after = after
        self.sent = Comparison(SENT, before, after)
        self.told = Comparison(TOLD, before, after)


def breaks(before: Contract, after: Contract) -> list[Break]:
    """Everything by which `after` breaks what `before` promises under /v1 and by webhooks."""
    pair, present = _Pair(before, after), _operations(after)
    return [
        Break(name, what)
        for name, operation in _operations(before).items()
        for what in (
            _of_operation(name, operation, present[name], pair) if name in present else GONE
        )
    ]


def _operations(contract: Contract) -> dict[str, dict[str, Any]]:
    found = {
        f"{method.upper()} {path}": item[method]
        for path, item in contract["paths"].items()
        for method in METHODS
        if path.startswith(PROMISED) and method in item
    }
    return found | {
        f"webhook {name}": item[method]
        for name, item in contract.get("webhooks", {}).items()
        for method in METHODS
        if method in item
    }


def _of_operation(name: str, old: Operation, new: Operation, pair: _Pair) -> Iterator[str]:
    if old.get("operationId") != new.get("operationId"):
        yield f"operationId was {old.get('operationId')}, is {new.get('operationId')}"
    yield from _of_security(old, new, pair)
    yield from _of_parameters(old, new, pair)
    if name.startswith("webhook "):
        yield from _of_body(old, new, pair, pair.told)
    else:
        yield from _of_body(old, new, pair, pair.sent)
        yield from _of_responses(old, new, pair)


def _of_security(old: Operation, new: Operation, pair: _Pair) -> Iterator[str]:
    enough = old.get("security", pair.before.get("security", [])) or [OPEN]
    wanted = new.get("security", pair.after.get("security", [])) or [OPEN]
    for way in enough:
        if not any(needed.keys() <= way.keys() for needed in wanted):
            yield f"{' and '.join(way) or 'no credentials'}: not enough any more"


def _of_parameters(old: Operation, new: Operation, pair: _Pair) -> Iterator[str]:
    had, has = _parameters(old, pair.before), _parameters(new, pair.after)
    for name, parameter in had.items():
        if name not in has:
            yield f"{name}: is gone"
            continue
        if has[name].get("required") and not parameter.get("required"):
            yield f"{name}: is required"
        for what in pair.sent.differences(parameter["schema"], has[name]["schema"]):
            yield f"{name}: {what}"
    for name, parameter in has.items():
        if name not in had and parameter.get("required"):
            yield f"{name}: is new and required"


def _parameters(operation: Operation, contract: Contract) -> dict[str, dict[str, Any]]:
    found = {}
    for declared in operation.get("parameters", []):
        parameter = contract.followed(declared)
        name, place = parameter["name"], parameter["in"]
        # A header is the same in any letters (RFC 9110, section 5.1).
        found[f"{place} parameter {name.lower() if place == 'header' else name}"] = parameter
    return found


def _of_body(old: Operation, new: Operation, pair: _Pair, comparison: Comparison) -> Iterator[str]:
    had = pair.before.followed(old.get("requestBody", {}))
    has = pair.after.followed(new.get("requestBody", {}))
    if had and not has:
        yield "body: is gone"
        return
    if has.get("required") and not had.get("required"):
        yield "body: is required"
    for what in _of_content(had, has, comparison):
        yield f"body: {what}"


def _of_responses(old: Operation, new: Operation, pair: _Pair) -> Iterator[str]:
    had = {status: pair.before.followed(found) for status, found in old["responses"].items()}
    has = {status: pair.after.followed(found) for status, found in new["responses"].items()}
    for status in sorted(has.keys() ^ had.keys()):
        # Refusals come and go with what there is to refuse.
        if status.startswith(("2", "3")):
            yield f"answer {status}: is {'new' if status in has else 'gone'}"
    for status in sorted(had.keys() & has.keys()):
        headers, headers_now = (found[status].get("headers", {}) for found in (had, has))
        for name in sorted(headers.keys() - headers_now.keys()):
            yield f"answer {status}: header {name} is gone"
        for what in _of_content(had[status], has[status], pair.told):
            yield f"answer {status}: {what}"


def _of_content(had: dict[str, Any], has: dict[str, Any], comparison: Comparison) -> Iterator[str]:
    for media_type, media in had.get("content", {}).items():
        now = has.get("content", {}).get(media_type)
        if now is None:
            yield f"{media_type} is gone"
        else:
            yield from comparison.differences(media.get("schema", {}), now.get("schema", {}))
