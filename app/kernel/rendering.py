"""Turning what an endpoint returns into the bytes of an answer."""

from collections.abc import Mapping
from typing import Any

import orjson

# The member by which an answer names the newest revision that it reflects.
REVISION = "revision"


def rendered(answer: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The JSON of an answer that names its revision, and the part of it that its ETag is made of.

    That is all but the revision: so an answer has the same ETag for as long as it says the same.
    """
    names = list(answer)
    here = names.index(REVISION)
    before = _members({name: answer[name] for name in names[:here]})
    after = _members({name: answer[name] for name in names[here + 1 :]})
    members = (before, b'"revision":%d' % answer[REVISION], after)
    return b"{" + b",".join(filter(None, members)) + b"}", before + after


def _members(members: Mapping[str, Any]) -> bytes:
    # Codes are keys too, and are no plain strings.
    return orjson.dumps(members, option=orjson.OPT_NON_STR_KEYS)[1:-1]
