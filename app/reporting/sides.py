"""For which side a principal speaks: for its own party, and where that is a party at all."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, AgreementParty
from app.agreements.negotiating import require_public
from app.directory.models import Organization, Party
from app.kernel.access import Principal
from app.kernel.changes import absent
from app.kernel.problems import Forbidden, invalid_credentials, invalid_field
from app.kernel.recording import recorder
from app.kernel.visibility import SEEN, held_to_visibility, seen_by
from app.reporting.models import StatusReport

# All that the report of one side on one item is held to. Made once, and asked past the session,
# which would hold it to what its caller may see anew each time: this is asked with every report.
_ITEM_AND_SIDE = held_to_visibility(
    select(ActionItem.agreement, ActionItem.visibility, Party.timezone, Organization.party)
    .outerjoin(
        AgreementParty,
        and_(
            AgreementParty.agreement_id == ActionItem.agreement,
            AgreementParty.party == bindparam("party"),
        ),
    )
    .outerjoin(Party, Party.id == AgreementParty.party)
    .outerjoin(Organization, Organization.id == bindparam("organization"))
    .where(ActionItem.id == bindparam("item"))
)


def own_party(principal: Principal, named: str | None = None) -> str:
    """The party that the principal speaks for; `named` is whom the body says it is.

    Raises Forbidden for a principal of no party, or for one that names another.
    """
    if principal.party is None:
        detail = f"{principal.name} speaks for no party; take the key of a party."
        raise Forbidden(detail, errors=[invalid_credentials("party", detail, principal.name)])
    if named not in (None, principal.party):
        detail = f"{principal.name} speaks for {principal.party}, not for {named}."
        raise Forbidden(detail, errors=[invalid_field(("party",), "own_party", detail, named)])
    return principal.party


@dataclass(frozen=True, slots=True)
class Side:
    """A party of an agreement, and the time zone by which it says what day it is."""

    party: str
    timezone: str
    # Organizations that are known to be its own.
    organizations: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is on: an action item, and the agreement that has it."""

    item: str
    agreement: str


def subject_and_side(
    session: Session,
    principal: Principal,
    named: str | None,
    item: str,
    organization: str | None,
) -> tuple[Subject, Side]:
    """An action item, and the principal's party as one of its agreement's; in one statement.

    `organization` is the one that is to report: the side says it where it is its own. Raises
    NotFound or Gone for the item, Forbidden for a principal of no party of the agreement, Conflict
    for an item that is not public.
    """
    found = (
        session.connection()
        .execute(
            _ITEM_AND_SIDE,
            {
                "item": item,
                "party": principal.party,
                "organization": organization,
                SEEN: seen_by(principal),
            },
        )
        .one_or_none()
    )
    if found is None:
        raise absent(session, ActionItem, item)
    agreement, visibility, zone, party_of_organization = found
    party = own_party(principal, named)
    own = [organization] if organization and party_of_organization == party else []
    side = _side(agreement, party, zone, own)
    require_public(visibility, item)
    return Subject(item, agreement), side


def side_of(
    session: Session,
    principal: Principal,
    named: str | None,
    agreement: str,
    organizations: Collection[str] = (),
) -> Side:
    """The principal's party, as one of the agreement's. Raises Forbidden where it is none.

    `organizations` are those that are to report: the side says which of them are its own.
    """
    party = own_party(principal, named)
    zone = session.scalar(
        select(Party.timezone)
        .join(AgreementParty, AgreementParty.party == Party.id)
        .where(AgreementParty.agreement_id == agreement, AgreementParty.party == party)
    )
    asked = select(Organization.id).where(
        Organization.id.in_(organizations), Organization.party == party
    )
    return _side(agreement, party, zone, session.scalars(asked).all() if organizations else ())


def _side(agreement: str, party: str, zone: str | None, organizations: Collection[str]) -> Side:
    if zone is None:
        detail = f"{party} is no party of {agreement}."
        raise Forbidden(detail, errors=[invalid_credentials("party_of_agreement", detail, party)])
    return Side(party, zone, organizations)


def require_own_report(session: Session, principal: Principal, report: StatusReport) -> None:
    """Allows a principal to change a report of its own party.

    Raises Forbidden for any other, the operator too: nobody else speaks for a party.
    """
    if principal.party != report.party:
        detail = f"The report is {report.party}'s; only {report.party} can change it."
        error = invalid_credentials("own_report", detail, principal.party)
        raise Forbidden(detail, errors=[error])
    recorder(session).allow(report)
