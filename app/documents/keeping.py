"""Documents that one side keeps to itself, until it makes them public."""

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.documents.models import Document
from app.documents.schemas import DocumentBody
from app.kernel.access import Principal, Visibility
from app.kernel.changes import create
from app.kernel.keeping import id_of_kept, refuse_narrowing
from app.kernel.problems import Forbidden, InvalidRequest, invalid_field
from app.kernel.records import audience_of, record_classes
from app.kernel.text import slug_of


def new_document(session: Session, body: DocumentBody) -> Document:
    """A new document, added and not yet flushed.

    Raises, for one that is kept, InvalidRequest for an id or without an issuer of one side,
    Forbidden for an issuer of another side; and what create() raises.
    """
    if body.visibility == Visibility.PUBLIC:
        derived = slug_of(body.title or {"en": body.identifier or body.url or ""})
        return create(session, Document, body, derived_id=derived)
    derived = id_of_kept(Document, body)
    audience = _audience_of_kept(session, body.issuer)
    return create(session, Document, body, derived_id=derived, audience=audience)


def require_sound_document(session: Session, document: Document) -> None:
    """Sets who sees a document that was changed or loaded.

    Raises Conflict where one that was public is to be so no longer, InvalidRequest for one that is
    kept without an issuer of one side, Forbidden for an issuer of another side.
    """
    if document.visibility == Visibility.PUBLIC:
        return
    refuse_narrowing(document)
    state = inspect(document)
    # One of before migration 0011 may have an issuer of no party: it stays whose it is.
    if not state.persistent or state.attrs.issuer.history.has_changes():
        document.audience = _audience_of_kept(session, document.issuer)


def _audience_of_kept(session: Session, issuer: str | None) -> str | None:
    """The audience of a document that its issuer's side keeps; None for an unknown issuer."""
    if issuer is None:
        detail = "A document that one side keeps names its issuer, an organization of that side."
        raise InvalidRequest(
            detail, errors=[invalid_field(("issuer",), "kept_by_its_issuer", detail, None)]
        )
    organization = record_classes()["organization"].__table__.c
    found = session.execute(
        select(organization.party_id).where(organization.id == issuer)
    ).one_or_none()
    if found is None:
        # It is refused with all other references.
        return None
    party = found.party_id
    if party is None:
        detail = (
            f"{issuer} belongs to no party, so that no side could see the document: name an issuer "
            "that is an organization of one party, or make the document public."
        )
        raise InvalidRequest(
            detail, errors=[invalid_field(("issuer",), "issuer_of_a_side", detail, issuer)]
        )
    principal: Principal = session.info["principal"]
    if party != principal.party and not principal.sees_all:
        detail = f"{issuer} is {party}'s; only {party} can keep its documents to itself."
        raise Forbidden(detail, errors=[invalid_field(("issuer",), "own_issuer", detail, issuer)])
    return audience_of([party])
