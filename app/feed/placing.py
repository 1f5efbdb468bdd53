"""Who sees a change, and what holds it: the chain covers neither, the documents tell both."""

import re
from typing import Any

import orjson
from sqlalchemy import ColumnElement, exists, false, select
from sqlalchemy.orm import Session

from app.kernel.access import Visibility
from app.kernel.journal import Change, Revision
from app.kernel.records import OPERATOR_ALONE, Record, audience_of, record_classes
from app.kernel.text import PARTY_PATTERN


def is_placed(session: Session, change: Change, document: dict[str, Any]) -> bool:
    """Whether what the chain does not cover of a change is as its document says."""
    model = record_classes().get(change.kind)
    if model is None:
        return True
    holder = None if model.held_by is None else document[model.held_by]
    if (change.visibility.value, change.holder) != (document["visibility"], holder):
        return False
    if change.visibility is Visibility.PUBLIC:
        return change.audience is None
    if model.shown_to is not None:
        parties = _listed(document[model.shown_to])
        if parties:
            return change.audience == audience_of(parties)
        return change.audience == _audience_of_redacted(session, document)
    return _is_shown_as_it_may_be(session, change, document, model)


def _listed(parties: str | list[str] | None) -> list[str]:
    return [parties] if isinstance(parties, str) else parties or []


def _is_shown_as_it_may_be(
    session: Session, change: Change, document: dict[str, Any], model: type[Record]
) -> bool:
    """Whether a record is shown to those who saw it before, or whom another record then named.

    Where that named nobody: to those whom migration 0011 gave it to.
    """
    if change.audience is None or model.shown_by is None:
        return False
    named = _named_then(session, change.revision, document, model)
    # Redacted: nobody can tell any more.
    if named is None or (named and change.audience == audience_of(named)):
        return True
    return change.audience == _audience_before(session, change) or (
        not named and _is_its_owners(session, change)
    )


def _named_then(
    session: Session, revision: int, document: dict[str, Any], model: type[Record]
) -> list[str] | None:
    """The parties that another record named at a revision; None where that was redacted."""
    if model.shown_by is None:
        return None
    name, kind, parties = model.shown_by
    other = session.scalars(
        select(Change.document)
        .where(*_of(kind, document[name]), Change.revision <= revision)
        .order_by(Change.revision.desc())
        .limit(1)
    ).first()
    return None if other is None else _listed(orjson.loads(other)[parties])


def _of(kind: str, record_id: str) -> tuple[ColumnElement[bool], ...]:
    return Change.kind == kind, Change.record_id == record_id, Change.removal.is_(false())


def _audience_before(session: Session, change: Change) -> str | None:
    return session.scalars(
        select(Change.audience)
        .where(*_of(change.kind, change.record_id), Change.revision < change.revision)
        .order_by(Change.revision.desc())
        .limit(1)
    ).first()


def is_mended(session: Session, change: Change) -> bool:
    """Whether a change that was kept for nobody is shown to whom migration 0011 gave it.

    That is who saw the record before, or else the party that entered it. Before that migration a
    document could be kept though its issuer had no party.
    """
    before = _audience_before(session, change)
    kept = before is not None and change.audience == before
    return kept or _is_its_owners(session, change)


def _is_its_owners(session: Session, change: Change) -> bool:
    """Whether a change is shown to the party that entered its record, as the chain says.

    It may be the operator's alone where no party entered it, or where the record later became
    another party's, which is told of it from then on.
    """
    own = _of(change.kind, change.record_id)
    party = session.scalars(
        select(Revision.party)
        .join(Change, Change.revision == Revision.number)
        .where(*own)
        .order_by(Revision.number)
        .limit(1)
    ).first()
    entered = None
    if party is not None and re.fullmatch(PARTY_PATTERN, party):
        entered = audience_of([party])
    if change.audience != OPERATOR_ALONE:
        return entered is not None and change.audience == entered
    passed_on = exists().where(
        *own, Change.revision > change.revision, Change.audience != OPERATOR_ALONE
    )
    return entered is None or bool(session.scalar(select(passed_on)))


def _audience_of_redacted(session: Session, document: dict[str, Any]) -> str:
    """Who sees a redaction of changes that were kept for nobody: who sees those, if all do."""
    audiences = session.scalars(
        select(Change.audience)
        .where(
            *_of(document["record_kind"], document["record_id"]),
            Change.revision.in_(document["revisions"]),
        )
        .distinct()
    ).all()
    return (audiences[0] if len(audiences) == 1 else None) or OPERATOR_ALONE


def was_kept_for_nobody(session: Session, kind: str, revision: int, document: str | None) -> bool:
    """Whether a change kept a record for nobody as it was written; so it may be if redacted."""
    model = record_classes().get(kind)
    if model is None or model.shown_by is None:
        return False
    if document is None:
        return True
    return not _named_then(session, revision, orjson.loads(document), model)
