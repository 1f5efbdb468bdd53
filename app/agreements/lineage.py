"""What must hold between an action item and the rest of the record."""

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, Agreement, AgreementParty, Lineage
from app.agreements.negotiating import require_as_visible
from app.directory.models import Organization
from app.kernel.constraints import require_unique
from app.kernel.cycles import refuse_cycle
from app.kernel.problems import Conflict, InvalidRequest, invalid_field
from app.kernel.records import Base


def require_sound_item(session: Session, item: ActionItem) -> None:
    """Holds an action item to its agreement and to the items that it comes from.

    Raises Conflict for a number taken in the agreement, a lineage that leads back to the item, or
    an item taken to another agreement from under what was stated on it; InvalidRequest for a lead
    of a party that the agreement does not have, and what require_as_visible() raises.
    """
    _refuse_to_move(session, item)
    agreed = session.execute(
        select(AgreementParty.party, Agreement.visibility, Agreement.audience)
        .join(Agreement, Agreement.id == AgreementParty.agreement_id)
        .where(AgreementParty.agreement_id == item.agreement)
    ).all()
    parties = {row.party for row in agreed}
    require_as_visible(item, agreed[0].visibility, agreed[0].audience)
    leading = [lead.organization for lead in item.leads]
    organizations = select(Organization.id, Organization.party).where(Organization.id.in_(leading))
    sides = {row.id: row.party for row in session.execute(organizations)} if leading else {}
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


def _refuse_to_move(session: Session, item: ActionItem) -> None:
    """Raises Conflict where others refer to the item as one of the agreement that it is to leave.

    The refusal does not tell what they are: a draft is its own side's.
    """
    state = inspect(item)
    if not state.persistent or not state.attrs.agreement.history.has_changes():
        return
    items = inspect(ActionItem).local_table
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            own = {element.column.name: element.parent for element in key.elements}
            if key.referred_table is not items or "agreement_id" not in own:
                continue
            if session.scalar(select(own["id"]).where(own["id"] == item.id).limit(1)) is not None:
                detail = f"{item.id} stays in its agreement: something was stated on it there."
                raise Conflict(
                    detail,
                    errors=[invalid_field(("agreement",), "item_in_use", detail, item.agreement)],
                )
