"""Agreements of which only the parties know, with their items, until they are made public."""

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, Agreement
from app.agreements.schemas import ActionItemBody, AgreementBody
from app.kernel.access import Principal, Visibility
from app.kernel.changes import create
from app.kernel.keeping import id_of_kept, refuse_chosen_id, refuse_narrowing
from app.kernel.ownership import require_owner
from app.kernel.problems import (
    Conflict,
    Forbidden,
    InvalidRequest,
    Problem,
    ProblemError,
    invalid_field,
)
from app.kernel.records import audience_of
from app.kernel.references import require_references
from app.kernel.text import slug_of


def new_agreement(session: Session, body: AgreementBody) -> Agreement:
    """A new agreement, added and not yet flushed.

    Raises, for one that is not public, InvalidRequest for an id; and what create() raises.
    """
    if body.visibility == Visibility.PUBLIC:
        return create(session, Agreement, body, derived_id=slug_of(body.name))
    derived, audience = id_of_kept(Agreement, body), audience_of(body.parties)
    return create(session, Agreement, body, derived_id=derived, audience=audience)


def require_sound_visibility(session: Session, agreement: Agreement) -> None:
    """Sets who sees an agreement that was made, changed or loaded; made public, its items are too.

    Raises Conflict where one that was public is to be so no longer, or one that is not gets other
    parties; Forbidden for a caller of none of them; InvalidRequest where an item that would be
    public refers to what is not.
    """
    if agreement.visibility == Visibility.PUBLIC:
        state = inspect(agreement)
        if state.persistent and state.attrs.visibility.history.has_changes():
            _publish_items(session, agreement)
        return
    refuse_narrowing(agreement)
    principal: Principal = session.info["principal"]
    if principal.party not in agreement.parties and not principal.sees_all:
        detail = "Only a party can keep an agreement to the parties."
        raise Forbidden(
            detail,
            errors=[invalid_field(("parties",), "party_of_agreement", detail, principal.party)],
        )
    known_to = (agreement.audience or "").split()
    if inspect(agreement).persistent and {*known_to} != {*agreement.parties}:
        detail = (
            "An agreement that is not public keeps its parties: they know of all that is in it."
        )
        raise Conflict(
            detail,
            errors=[invalid_field(("parties",), "known_to_its_parties", detail, agreement.parties)],
        )
    agreement.audience = audience_of(agreement.parties)


def _publish_items(session: Session, agreement: Agreement) -> None:
    # From here on the agreement is public, to which they refer.
    session.flush()
    items = session.scalars(select(ActionItem).where(ActionItem.agreement == agreement.id))
    for item in items:
        try:
            require_references(session, ActionItemBody.model_validate(item, from_attributes=True))
        except Problem as refusal:
            detail = f"The item {item.id} cannot be public yet. {refusal.detail}"
            raise InvalidRequest(
                detail,
                errors=[invalid_field(("visibility",), "seen_by_fewer", detail, item.id)],
            ) from None
        require_owner(session, item)
        item.visibility = Visibility.PUBLIC


def new_item(session: Session, body: ActionItemBody) -> ActionItem:
    """A new action item, added and not yet flushed, which is as visible as its agreement.

    Raises, for one that is not public, InvalidRequest for an id; and what create() raises.
    """
    found = session.execute(
        select(Agreement.visibility, Agreement.audience).where(Agreement.id == body.agreement)
    ).one_or_none()
    audience = None
    if found is not None and found.visibility != Visibility.PUBLIC:
        refuse_chosen_id(ActionItem, body)
        audience = found.audience
        if "visibility" not in body.model_fields_set:
            body = body.model_copy(update={"visibility": found.visibility})
    derived = f"{body.agreement}-{body.number}"
    return create(session, ActionItem, body, derived_id=derived, audience=audience)


def require_as_visible(item: ActionItem, visibility: Visibility, audience: str | None) -> None:
    """Holds an item to be as visible as its agreement, and sets who sees it.

    Raises InvalidRequest where it is not, Conflict for one that was public and is to be so no
    longer.
    """
    if item.visibility != visibility:
        detail = f"An item is as visible as its agreement, which is {visibility.value}."
        value = Visibility(item.visibility).value
        raise InvalidRequest(
            detail, errors=[invalid_field(("visibility",), "as_its_agreement", detail, value)]
        )
    refuse_narrowing(item)
    item.audience = None if visibility is Visibility.PUBLIC else audience


def require_public(visibility: Visibility, record_id: str) -> None:
    """Raises Conflict where nothing can rest on a record yet, because only the parties see it."""
    if visibility != Visibility.PUBLIC:
        detail = f"{record_id} is not public; make its agreement so first."
        raise Conflict(
            detail,
            errors=[ProblemError(pointer="", rule="public_first", detail=detail, value=record_id)],
        )
