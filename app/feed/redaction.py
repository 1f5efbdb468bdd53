"""Redaction: taking documents out of past changes, so that the chain holds and it shows.

The chain covers digests, which stay. What a record says now is not taken away: it is changed or
deleted first, as anything is.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import pairwise

from sqlalchemy import bindparam, false, select, update
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from app.feed.models import Redaction
from app.kernel.access import Visibility
from app.kernel.idempotency import forget_answers
from app.kernel.journal import Change
from app.kernel.problems import Conflict, InvalidRequest, NotFound
from app.kernel.recording import recorder
from app.kernel.records import Base, parties_in

_changes = Base.metadata.tables[Change.__tablename__]
_TAKE_AWAY = (
    update(_changes)
    .where(
        _changes.c.revision == bindparam("of_revision"),
        _changes.c.kind == bindparam("of_kind"),
        _changes.c.record_id == bindparam("of_record"),
        _changes.c.removal.is_(false()),
    )
    .values(document=None, redacted_in=bindparam("in_revision"))
)


def redact(
    session: Session, kind: str, record_id: str, reason: str, revisions: Collection[int] = ()
) -> list[Redaction]:
    """Takes away the documents in past changes of a record: of `revisions`, or else of all.

    The redaction is a record itself, one for each audience that the changes had, and so a revision
    of its own. Answers kept for repeats of writes that say the same go with the documents. Raises
    NotFound for a record that never was, InvalidRequest for a revision that did not change it,
    Conflict for what cannot be redacted.
    """
    spoken = f"{kind.replace('_', ' ')} {record_id}"
    changes = session.scalars(
        select(Change)
        .where(Change.kind == kind, Change.record_id == record_id, Change.removal.is_(false()))
        .order_by(Change.revision)
    ).all()
    if not changes:
        raise NotFound(f"There is no {spoken}, and there never was.")
    if kind == Redaction.__tablename__:
        raise Conflict(f"The {spoken} stays: it is what says that something was redacted.")
    redacted = _named(changes, spoken, revisions) if revisions else _all_past(changes, spoken)
    for change in redacted:
        _require_whole(change, spoken)
    number = recorder(session).number
    session.connection().execute(
        _TAKE_AWAY,
        [
            {
                "of_revision": change.revision,
                "of_kind": kind,
                "of_record": record_id,
                "in_revision": number,
            }
            for change in redacted
        ],
    )
    said = [
        range(change.revision, later.revision)
        for change, later in pairwise(changes)
        if change in redacted
    ]
    forget_answers(session, record_id, said)
    return _recorded(session, number, redacted, reason)


def _all_past(changes: Sequence[Change], spoken: str) -> list[Change]:
    past = [
        change for change in changes[:-1] if not change.is_deletion and change.redacted_in is None
    ]
    if not past:
        raise Conflict(f"There is nothing to redact: {_what_remains(changes, spoken)}.")
    return past


def _named(changes: Sequence[Change], spoken: str, revisions: Collection[int]) -> list[Change]:
    by_revision = {change.revision: change for change in changes}
    named = []
    for number in sorted(set(revisions)):
        change = by_revision.get(number)
        if change is None:
            known = ", ".join(map(str, by_revision))
            raise InvalidRequest(
                f"Revision {number} did not change the {spoken}; these did: {known}."
            )
        if change.redacted_in is not None:
            raise Conflict(
                f"What revision {number} says of the {spoken} was redacted in revision "
                f"{change.redacted_in}."
            )
        if change.is_deletion:
            raise Conflict(f"Revision {number} deleted the {spoken}: it holds no document.")
        if change is changes[-1]:
            raise Conflict(
                f"Revision {number} cannot be redacted: {_what_remains(changes, spoken)}."
            )
        named.append(change)
    return named


def _what_remains(changes: Sequence[Change], spoken: str) -> str:
    if changes[-1].is_deletion:
        return f"all that was known of the {spoken} is redacted"
    return (
        f"revision {changes[-1].revision} is what the {spoken} says now; change or delete it first"
    )


def _require_whole(change: Change, spoken: str) -> None:
    # An altered document, redacted, would look as if it had never been altered.
    written = hashlib.sha256((change.document or "").encode()).hexdigest()
    if written != change.digest:
        raise Conflict(
            f"What revision {change.revision} says of the {spoken} is not what was written; run "
            "`clearsky verify`."
        )


def _recorded(
    session: Session, number: int, redacted: Sequence[Change], reason: str
) -> list[Redaction]:
    audiences: dict[tuple[Visibility, str | None], list[int]] = defaultdict(list)
    for change in redacted:
        audiences[change.visibility, change.audience].append(change.revision)
    made = []
    for (visibility, audience), revisions in audiences.items():
        public = visibility is Visibility.PUBLIC
        redaction = Redaction(
            # Counted, they would tell of those that a caller does not see.
            id=f"redaction-{number if public else uuid7()}",
            record_kind=redacted[0].kind,
            record_id=redacted[0].record_id,
            revisions=revisions,
            reason=reason,
            redacted_by=recorder(session).author.principal.name,
            visibility=visibility,
            audience=audience,
            parties=parties_in(audience),
        )
        session.add(redaction)
        made.append(redaction)
    session.flush()
    return made
