"""What every agreement must hold to, however it is written."""

from sqlalchemy.orm import Session

from app.agreements.models import Agreement
from app.agreements.negotiating import require_sound_visibility
from app.agreements.parties import require_signed_by_parties
from app.agreements.relations import refuse_cycles


def require_sound_agreement(session: Session, agreement: Agreement) -> None:
    """Sets who sees it. Raises InvalidRequest for a signature of no party, Conflict for relations
    that lead back, and what require_sound_visibility() raises.
    """
    require_signed_by_parties(agreement)
    refuse_cycles(session, agreement)
    require_sound_visibility(session, agreement)
