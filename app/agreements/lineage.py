"""What must hold between an action item and the rest of the record."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, AgreementParty, Lineage
from app.directory.models import Organization
from app.kernel.constraints import require_unique
from app.kernel.cycles import refuse_cycle
from app.kernel.problems import InvalidRequest, invalid_field


def require_sound_item(session: Session, item: ActionItem) -> None:
    """Holds an action item to its agreement and to the items that it comes from.

    Raises Conflict for a number taken in the agreement or a lineage that leads back to the item,
    InvalidRequest for a lead of a party that the agreement does not have.
    """
    parties = set(
        session.scalars(
            select(AgreementParty.party).where(AgreementParty.agreement_id == item.agreement)
        )
    )
    sides = {
        row.id: row.party
        for row in session.execute(
            select(Organization.id, Organization.party).where(
                Organization.id.in_([lead.organization for lead in item.leads])
            )
        )
    }
    for index, lead in enumerate(item.leads):
        if lead.party not in parties:
            detail = f"{lead.party} is no party of {item.agreement}."
            raise InvalidRequest(
                detail,
                errors=[
                    invalid_field(
                        ("leads", index, "party"), "party_of_agreement", detail, lead.party
                    )
                ],
            )
        if sides.get(lead.organization) not in (None, lead.party):
            detail = f"{lead.organization} is no organization of {lead.party}."
            raise InvalidRequest(
                detail,
                errors=[
                    invalid_field(
                        ("leads", index, "organization"),
                        "organization_of_party",
                        detail,
                        lead.organization,
                    )
                ],
            )
    require_unique(
        session, item, "agreement", "number", constraint="uq_action_item_number_in_agreement"
    )

    def step(here: str) -> list[str]:
        if here == item.id:
            return [line.action_item for line in item.lineage]
        return list(
            session.scalars(select(Lineage.action_item).where(Lineage.action_item_id == here))
        )

    refuse_cycle(item.id, step, field=("lineage",), rule="no_cycle_in_lineage")
