"""Creating, patching and deleting one record: what every subject's endpoints call."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import json_merge_patch
from pydantic import BaseModel, ValidationError
from sqlalchemy import inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from app.kernel.access import Visibility
from app.kernel.conditional import etag_of, require_match
from app.kernel.constraints import refuse_while_in_use
from app.kernel.journal import last_change
from app.kernel.ownership import require_owner, require_owner_of_changed, require_owner_of_new
from app.kernel.problems import (
    Conflict,
    Gone,
    InvalidRequest,
    NotFound,
    invalid_field,
)
from app.kernel.recording import recorder
from app.kernel.records import Record, canonical, document_of, parts_of
from app.kernel.references import require_references
from app.kernel.text import SLUG_LENGTH
from app.kernel.transactions import Transaction
from app.kernel.validation import problem_errors

R = TypeVar("R", bound=Record)


def get_visible(
    session: Session, model: type[R], record_id: str, *, options: Sequence[ORMOption] = ()
) -> R:
    """The record, if the session's caller may see it. Raises Gone for a deleted one, NotFound.

    `options` can leave out parts that are not needed.
    """
    record = session.get(model, record_id, options=options)
    if record is None:
        raise absent(session, model, record_id)
    return record


def absent(session: Session, model: type[Record], record_id: str) -> NotFound | Gone:
    """The refusal for a record that is not there: Gone when it was once."""
    change = last_change(session, model.__tablename__, record_id)
    # One that was shown to others since it was made is there, but not for this caller.
    if change is None or not change.is_deletion:
        return NotFound(f"There is no {model.human_name()} {record_id}.")
    return Gone(
        f"The {model.human_name()} {record_id} was deleted in revision {change.revision}.",
        members={"revision": change.revision},
    )


def create(
    session: Session,
    model: type[R],
    body: BaseModel,
    *,
    derived_id: str | None = None,
    audience: str | None = None,
) -> R:
    """A new record from a checked body, added to the session and not yet flushed.

    Its id is the body's or, without one, `derived_id`; `audience` sees it, or everybody. Raises
    Forbidden for a record that would be others', InvalidRequest for a missing id or a reference to
    what is not there or what fewer see, Conflict for an id that is taken or was once.
    """
    require_owner_of_new(session, model, body)
    record_id = getattr(body, "id", None) or (derived_id or "")[:SLUG_LENGTH].rstrip("-")
    if not record_id:
        detail = "No id can be derived from the name; give one."
        raise InvalidRequest(detail, errors=[invalid_field(("id",), "missing", detail, None)])
    previous = last_change(session, model.__tablename__, record_id)
    if previous is not None:
        state = "was deleted, and ids are never reused" if previous.is_deletion else "exists"
        detail = f"A {model.human_name()} {record_id} {state}; give another id."
        raise Conflict(detail, errors=[invalid_field(("id",), "unique_id", detail, record_id)])
    require_references(session, body, audience=audience)
    record = model(id=record_id, audience=audience)
    fill(record, body)
    session.add(record)
    recorder(session).allow(record)
    return record


def fill(record: Record, body: BaseModel) -> None:
    """Sets a record's attributes, and its parts, to what a body says; the id stays."""
    parts = parts_of(type(record))
    for name in type(body).model_fields:
        if name == "id":
            continue
        value = getattr(body, name)
        if name not in parts:
            setattr(record, name, _plain(value))
            continue
        part = parts[name]
        attributes = inspect(part).all_orm_descriptors.keys()
        setattr(
            record,
            name,
            [
                part(
                    position=position,
                    **{key: _plain(item) for key, item in _items_of(value) if key in attributes},
                )
                for position, value in enumerate(value)
            ],
        )


def _items_of(value: BaseModel) -> list[tuple[str, Any]]:
    return [(name, getattr(value, name)) for name in type(value).model_fields]


def _plain(value: Any) -> Any:
    """A value as a column holds it: nested models as JSON values."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def representation_etag(record: Record) -> str:
    """The ETag that the record's own GET route answers with."""
    return etag_of(canonical(document_of(record)))


def patch(
    tx: Transaction,
    record: R,
    body: type[BaseModel],
    changes: Mapping[str, Any],
) -> BaseModel:
    """Applies a JSON Merge Patch (RFC 7396) to a record, and returns the whole body it makes.

    Raises Forbidden for a record that is others', or would be, PreconditionRequired or
    PreconditionFailed for If-Match, InvalidRequest when the result breaks a rule of `body` or
    refers to what is not there.
    """
    require_owner(tx.session, record)
    require_match(tx.if_match, representation_etag(record))
    current = {
        name: value for name, value in document_of(record).items() if name in body.model_fields
    }
    if "visibility" in changes and changes["visibility"] is None:
        # Taken away, it would be the default, public: a step that is never taken back.
        detail = "To make the record public, say so: `public`."
        raise InvalidRequest(
            detail, errors=[invalid_field(("visibility",), "visibility_is_said", detail, "null")]
        )
    merged = json_merge_patch.merge(current, dict(changes))
    try:
        whole = body.model_validate(merged)
    except ValidationError as error:
        raise InvalidRequest(
            "With this change the record would break a rule.",
            errors=problem_errors(error.errors(), prefix=("body",)),
        ) from None
    require_owner_of_changed(tx.session, record, whole)
    is_public = getattr(whole, "visibility", record.visibility) == Visibility.PUBLIC
    require_references(tx.session, whole, audience=None if is_public else record.audience)
    fill(record, whole)
    return whole


def delete(tx: Transaction, record: Record) -> None:
    """Deletes a record that nothing refers to; the journal keeps it.

    Raises Forbidden for a record that is others', PreconditionRequired or PreconditionFailed for
    If-Match, Conflict when it is in use.
    """
    require_owner(tx.session, record)
    require_match(tx.if_match, representation_etag(record))
    refuse_while_in_use(tx.session, record)
    tx.session.delete(record)
