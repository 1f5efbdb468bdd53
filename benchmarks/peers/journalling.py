"""What the journal keeps of a report, by the rules of docs/journal.md: pure functions.

Canonical JSON (RFC 8785) of these values, which have no fractions and only ASCII names, is what
orjson writes with its names sorted.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

BOOKKEEPING = frozenset({"created_at", "modified_at", "revision"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as a change keeps it: canonical JSON, and its digest."""

    document: str
    digest: str


def kept(document: object) -> Kept:
    """A JSON value as a change keeps it."""
    canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return Kept(canonical.decode(), hashlib.sha256(canonical).hexdigest())


def content_digest(document: dict[str, Any]) -> str:
    """The digest of a record's document without its book-keeping."""
    return kept({name: value for name, value in document.items() if name not in BOOKKEEPING}).digest


def search_text(summary: dict[str, str] | None) -> str:
    """What searches compare of a report: its summary, compatibility forms and case made alike."""
    text = "\n".join(summary.values()) if summary else ""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def moment(at: datetime) -> str:
    """A time as the chain hashes it: RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def shown(at: datetime) -> str:
    """A time as documents and answers show it: without a fraction where there is none."""
    return moment(at).replace(".000000Z", "Z")


def report_document(
    *,
    id: str,  # noqa: A002
    action_item: str,
    party: str,
    organization: str | None,
    status: str,
    progress: int | None,
    summary: dict[str, str] | None,
    reported_on: str,
    submitted_by: str,
    at: datetime,
    revision: int,
) -> dict[str, Any]:
    """A report that has just been submitted, as its GET answers it."""
    return {
        "id": id,
        "action_item": action_item,
        "party": party,
        "organization": organization,
        "status": status,
        "progress": progress,
        "summary": summary,
        "period_start": None,
        "period_end": None,
        "evidence": [],
        "reported_on": reported_on,
        "state": "submitted",
        "corrects": None,
        "withdrawal_reason": None,
        "submitted_by": submitted_by,
        "own_translations": [],
        "created_at": shown(at),
        "modified_at": shown(at),
        "revision": revision,
        "visibility": "public",
    }


def chained(
    *,
    number: int,
    at: datetime,
    principal: str,
    party: str | None,
    created: Sequence[tuple[str, str]],
    previous: str,
) -> str:
    """The hash of a revision that creates reports, pairs of an id and its document's digest."""
    return kept(
        {
            "revision": number,
            "at": moment(at),
            "principal": principal,
            "party": party,
            "request_id": None,
            "reason": None,
            "changes": [
                {"kind": "status_report", "id": id_, "operation": "create", "digest": digest}
                for id_, digest in created
            ],
            "previous": previous,
        }
    ).digest
