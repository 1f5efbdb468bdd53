"""What every organization must hold to, however it is written."""

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.directory.models import Organization
from app.directory.succession import refuse_cycles
from app.kernel.constraints import uses_of
from app.kernel.problems import Conflict, invalid_field


def require_sound_organization(session: Session, organization: Organization) -> None:
    """Raises Conflict for parents or successors that lead back, or a party left while in use.

    What was led or stated in an organization's name was its party's.
    """
    refuse_cycles(session, organization)
    state = inspect(organization)
    if not state.persistent or not state.attrs.party.history.has_changes():
        return
    uses = uses_of(session, organization)
    if uses:
        detail = f"{organization.id} keeps its party while it is in use: {', '.join(uses)}."
        raise Conflict(
            detail, errors=[invalid_field(("party",), "in_use", detail, organization.party)]
        )
