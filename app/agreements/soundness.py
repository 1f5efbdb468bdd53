"""What every agreement must hold to, however it is written."""

from sqlalchemy.orm import Session

from app.agreements.models import Agreement
from app.agreements.parties import require_signed_by_parties
from app.agreements.relations import refuse_cycles


def require_sound_agreement(session: Session, agreement: Agreement) -> None:
    """Raises InvalidRequest for a signature of no party, Conflict for relations that lead back."""
    require_signed_by_parties(agreement)
    refuse_cycles(session, agreement)
