"""For which side a principal speaks: for its own party, and where that is a party at all."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agreements.models import AgreementParty
from app.directory.models import Party
from app.kernel.access import Principal
from app.kernel.problems import Forbidden, ProblemError, invalid_field


def own_party(principal: Principal, named: str | None = None) -> str:
    """The party that the principal speaks for; `named` is whom the body says it is.

    Raises Forbidden for a principal of no party, or for one that names another.
    """
    if principal.party is None:
        detail = f"{principal.name} speaks for no party; take the key of a party."
        raise Forbidden(detail, errors=[credentials("party", detail, principal.name)])
    if named not in (None, principal.party):
        detail = f"{principal.name} speaks for {principal.party}, not for {named}."
        raise Forbidden(detail, errors=[invalid_field(("party",), "own_party", detail, named)])
    return principal.party


@dataclass(frozen=True, slots=True)
class Side:
    """A party of an agreement, and the time zone by which it says what day it is."""

    party: str
    timezone: str


def side_of(session: Session, principal: Principal, named: str | None, agreement: str) -> Side:
    """The principal's party, as one of the agreement's. Raises Forbidden where it is none."""
    party = own_party(principal, named)
    zone = session.scalar(
        select(Party.timezone)
        .join(AgreementParty, AgreementParty.party == Party.id)
        .where(AgreementParty.agreement_id == agreement, AgreementParty.party == party)
    )
    if zone is None:
        detail = f"{party} is no party of {agreement}."
        raise Forbidden(detail, errors=[credentials("party_of_agreement", detail, party)])
    return Side(party, zone)


def own_record(principal: Principal, party: str, spoken: str) -> None:
    """Raises Forbidden where what `party` stated is to be changed by somebody else."""
    if principal.party != party:
        detail = f"The {spoken} is {party}'s; only {party} can change it."
        raise Forbidden(detail, errors=[credentials(f"own_{spoken}", detail, principal.party)])


def credentials(rule: str, detail: str, value: str | None) -> ProblemError:
    """An error that lies in who asks."""
    return ProblemError(header="Authorization", rule=rule, detail=detail, value=value)
