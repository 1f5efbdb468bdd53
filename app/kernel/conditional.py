"""Conditional requests (RFC 9110, section 13): ETags, 304, 412 and 428."""

import base64
import hashlib
import re

from app.kernel.problems import (
    InvalidRequest,
    PreconditionFailed,
    PreconditionRequired,
    ProblemError,
    shown,
)

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_TAG_LIST = re.compile(rf"\s*(?:{_TAG.pattern}\s*(?:,\s*|$))+")
# Each coding of a representation is a representation, with a tag of its own (RFC 9110, 8.8.3.3).
_CODED = re.compile(r'(?<=[\w-]{20})-(?:gzip|zstd)"$')


def etag_of(body: bytes, *, weak: bool = False) -> str:
    """The entity tag of a representation: a digest of what it says."""
    tag = etag_of_digest(hashlib.sha256(body).digest())
    return f"W/{tag}" if weak else tag


def etag_of_digest(digest: bytes) -> str:
    """The strong entity tag of a representation with this digest, SHA-256."""
    return f'"{base64.urlsafe_b64encode(digest[:15]).decode()}"'


def coded(etag: str, coding: str) -> str:
    """The entity tag of a representation in a content coding."""
    return f'{etag[:-1]}-{coding}"'


def uncoded(etag: str) -> str:
    """The entity tag of a representation, by that of any of its codings."""
    return _CODED.sub('"', etag)


def not_modified(if_none_match: str, etag: str) -> bool:
    """Whether a GET whose answer has `etag` may be answered by 304 (weak comparison).

    Whoever has it in one coding need not be sent it in another.
    """
    if if_none_match.strip() == "*":
        return True
    return etag.removeprefix("W/") in {
        uncoded(tag.removeprefix("W/")) for tag in _TAG.findall(if_none_match)
    }


def require_match(if_match: str | None, etag: str, *, any_state: bool = True) -> None:
    """Lets a change pass only where If-Match names the present `etag` (strong comparison).

    `*` matches any state of the record, unless `any_state` is False. Raises PreconditionRequired
    without If-Match, InvalidRequest when it is no list of entity tags, PreconditionFailed when none
    of them is the present one.
    """
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag of the record as you read it.")
    if if_match.strip() == "*" and any_state:
        return
    if not _TAG_LIST.fullmatch(if_match):
        whole = "* or " if any_state else ""
        detail = f'If-Match is {whole}a list of entity tags such as "abc".'
        raise InvalidRequest(
            detail,
            errors=[
                ProblemError(
                    header="If-Match", rule="entity_tag", detail=detail, value=shown(if_match)
                )
            ],
        )
    if etag not in map(uncoded, _TAG.findall(if_match)):
        raise PreconditionFailed(
            "The record is not as you read it. Read it again and repeat your change on that.",
            headers={"ETag": etag},
            errors=[
                ProblemError(
                    header="If-Match",
                    rule="present_etag",
                    detail="If-Match must name the record's present ETag.",
                    value=shown(if_match),
                )
            ],
        )
