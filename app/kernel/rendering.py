"""Turning what an endpoint returns into the bytes of an answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

# The member by which an answer names the newest revision that it reflects.
REVISION = "revision"


class Rendering(NamedTuple):
    """An answer that names its revision, as JSON."""

    body: bytes
    # All but the revision: so an answer has the same ETag for as long as it says the same.
    said: bytes
    # Where in the body the revision stands.
    place: int


def rendered(answer: Mapping[str, Any]) -> Rendering:
    """The JSON of an answer that names its revision."""
    names = list(answer)
    here = names.index(REVISION)
    before = _members({name: answer[name] for name in names[:here]})
    after = _members({name: answer[name] for name in names[here + 1 :]})
    start = b"{" + before + (b"," if before else b"") + b'"revision":'
    rest = (b"," if after else b"") + after + b"}"
    return Rendering(start + b"%d" % answer[REVISION] + rest, before + after, len(start))


def renamed(body: bytes, place: int, revision: int, newer: int) -> bytes:
    """A body that names `newer` where it has named `revision`, at `place`."""
    return body[:place] + b"%d" % newer + body[place + len(b"%d" % revision) :]


def _members(members: Mapping[str, Any]) -> bytes:
    # Codes are keys too, and are no plain strings.
    return orjson.dumps(members, option=orjson.OPT_NON_STR_KEYS)[1:-1]
