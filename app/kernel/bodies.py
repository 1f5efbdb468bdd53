"""Reading a JSON body strictly: what is ambiguous, unstorable or hostile is refused by name."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.problems import (
    MOST_ERRORS,
    BodyTooLarge,
    InvalidRequest,
    MalformedBody,
    ProblemError,
    RequestTimeout,
    invalid_field,
    shown,
)

DEEPEST = 32
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Bound:
    """How large a body may be, in bytes, and by when it must have come; by which settings."""

    limit: int
    seconds: float
    limit_setting: str = "CLEARSKY_BODY_LIMIT"
    seconds_setting: str = "CLEARSKY_BODY_TIMEOUT"


class BodyLimit:
    """ASGI middleware that refuses a body of more bytes than it may have, declared or not.

    Nor does it wait for a body for longer than is said; `of_paths` has the bounds of paths that
    have their own. Starlette's own answers in plain text; this one raises BodyTooLarge or
    RequestTimeout, problems like all others.
    """

    def __init__(self, app: ASGIApp, bound: Bound, of_paths: Mapping[str, Bound]) -> None:
        self.app = app
        self.bound = bound
        self.of_paths = of_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        bound = self.of_paths.get(scope["path"], self.bound)
        declared = Headers(scope=scope).get("content-length", "")
        received, is_whole = 0, False
        until: float | None = None

        async def limited() -> Message:
            nonlocal received, until, is_whole
            if is_whole:
                # What is waited for now is that the client goes away.
                return await receive()
            until = until or asyncio.get_running_loop().time() + bound.seconds
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise _too_slow(bound) from None
            is_whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > bound.limit or (declared.isdecimal() and int(declared) > bound.limit):
                detail = f"A body has at most {bound.limit} bytes ({bound.limit_setting})."
                raise BodyTooLarge(
                    detail,
                    errors=[
                        ProblemError(
                            pointer="",
                            rule="body_limit",
                            detail=detail,
                            value=declared or f"more than {bound.limit} bytes",
                        )
                    ],
                )
            return message

        await self.app(scope, limited, send)


def _too_slow(bound: Bound) -> RequestTimeout:
    return RequestTimeout(
        f"A body comes within {bound.seconds:g} seconds ({bound.seconds_setting})."
    )


class _DuplicateMemberError(ValueError):
    """A JSON object names a member twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _DuplicateMemberError(name)
            seen.add(name)
    return members


def _constant(name: str) -> Any:
    raise _NotANumberError(name)


class _NotANumberError(ValueError):
    """A JSON text holds NaN or Infinity."""


def _malformed(rule: str, detail: str, value: object = None) -> MalformedBody:
    return MalformedBody(
        detail, errors=[ProblemError(pointer="", rule=rule, detail=detail, value=shown(value))]
    )


def parse_json(body: bytes) -> Any:
    """The JSON value (RFC 8259) in `body`.

    Raises MalformedBody when it is not JSON in UTF-8, names a member twice (RFC 7493) or is nested
    more than DEEPEST levels; InvalidRequest when a text has a lone surrogate or a NUL character, or
    a number is beyond 64 bits.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("utf_8", f"Not UTF-8 at byte {error.start}.") from None
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except _DuplicateMemberError as error:
        raise _malformed(
            "duplicate_member", "An object names a member twice.", str(error)
        ) from None
    except _NotANumberError as error:
        raise _malformed("not_a_number", "JSON has no such number.", str(error)) from None
    except json.JSONDecodeError as error:
        detail = f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise _malformed("json", detail, error.doc[error.pos : error.pos + 20]) from None
    except RecursionError:
        raise _malformed("depth", f"Nested more than {DEEPEST} levels deep.") from None
    except ValueError:
        raise _malformed("number", "A number has too many digits.") from None
    errors = list(islice(_unstorable(value), MOST_ERRORS))
    if errors:
        raise InvalidRequest("The body holds values that no record can hold.", errors=errors)
    return value


def _unstorable(root: Any) -> Iterator[ProblemError]:
    # A body of a megabyte has half a million values: what leads to each is put together only for
    # those that hold others, or are at fault.
    pending: list[tuple[Any, tuple[str | int, ...]]] = [({"": root}, ())]
    while pending:
        parent, path = pending.pop()
        if len(path) > DEEPEST and parent:
            raise _malformed("depth", f"Nested more than {DEEPEST} levels deep.")
        is_object = isinstance(parent, dict)
        for name, value in parent.items() if is_object else enumerate(parent):
            # A member's name is text too.
            if is_object and (fault := _fault(name)) is not None:
                yield _at((*path, name), fault, name)
            if isinstance(value, dict | list):
                pending.append((value, (*path, name)))
            elif (fault := _fault(value)) is not None:
                yield _at((*path, name), fault, value)


def _fault(value: object) -> tuple[str, str] | None:
    """The rule that a text or a number breaks, and the rule in words."""
    if isinstance(value, str):
        if "\x00" in value:
            return "nul_character", "Text must not hold NUL."
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            return "lone_surrogate", "Text must be Unicode."
    elif isinstance(value, int) and not -_LARGEST - 1 <= value <= _LARGEST:
        return "64_bit", "A whole number must fit in 64 bits."
    elif isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "64_bit", "A number must fit in 64 bits."
    return None


def _at(path: tuple[str | int, ...], fault: tuple[str, str], value: object) -> ProblemError:
    # The first step is to the root.
    told = [str(shown(part)) if isinstance(part, str) else part for part in path[1:]]
    return invalid_field(told, *fault, str(value) if isinstance(value, float) else value)
