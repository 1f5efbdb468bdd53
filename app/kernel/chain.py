"""The hash chain over revisions: pure functions, so that anyone can recompute it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.kernel.records import canonical

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class ChangeSeal:
    """What of one change goes into the chain."""

    kind: str
    id: str
    operation: str
    digest: str

    def as_json(self) -> Mapping[str, str]:
        """The change as the chain hashes it."""
        return {
            "kind": self.kind,
            "id": self.id,
            "operation": self.operation,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True)
class RevisionSeal:
    """What of one revision goes into the chain; `at` is RFC 3339 in UTC with microseconds."""

    number: int
    at: str
    principal: str
    party: str | None
    request_id: str | None
    reason: str | None
    changes: Iterable[ChangeSeal]


def chained(seal: RevisionSeal, previous: str) -> str:
    """The hash of a revision that follows the one whose hash is `previous`.

    SHA-256, in hexadecimal, over the canonical JSON (RFC 8785) of the revision, its changes'
    digests and `previous`; the first revision follows GENESIS.
    """
    # In pieces: a revision may have more changes than are to be held at once. Of the members of the
    # canonical form, which are in order, only the time stands before the changes.
    empty = canonical(
        {
            "revision": seal.number,
            "at": seal.at,
            "principal": seal.principal,
            "party": seal.party,
            "request_id": seal.request_id,
            "reason": seal.reason,
            "changes": [],
            "previous": previous,
        }
    )
    start, _, end = empty.partition(b"[]")
    digest = hashlib.sha256(start + b"[")
    for index, change in enumerate(seal.changes):
        digest.update((b"," if index else b"") + canonical(change.as_json()))
    digest.update(b"]" + end)
    return digest.hexdigest()
