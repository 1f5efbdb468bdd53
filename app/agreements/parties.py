"""An agreement's parties: they sign, stay while others refer to them, and were parties on a day."""

import json
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import case, false, inspect, select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, Agreement, AgreementParty, Lead
from app.kernel.journal import Change, Operation, Revision
from app.kernel.problems import Conflict, InvalidRequest, ProblemError, invalid_field
from app.kernel.records import Base


def parties_on(session: Session, agreement: Agreement, day: date) -> list[str]:
    """The parties that an agreement had when a day began, as the journal tells.

    Of a day on or before which it was entered nothing is known but the parties with which it was.
    No later change of the parties changes that. Raises Conflict where what the agreement said
    then was redacted.
    """
    # Where it begins first, at UTC+14: before anybody can propose what a meeting of that day is to
    # conclude.
    began = datetime.combine(day, time(), UTC) - timedelta(hours=14)
    # Past what the caller may see: who they were is no secret of an agreement that is public.
    found = (
        session.connection()
        .execute(
            select(Change.document, Change.redacted_in)
            .join(Revision, Revision.number == Change.revision)
            .where(
                Change.kind == Agreement.__tablename__,
                Change.record_id == agreement.id,
                Change.operation != Operation.DELETE,
                Change.removal.is_(false()),
            )
            .order_by(
                case((Revision.at < began, Change.revision), else_=-Change.revision).desc(),
            )
            .limit(1)
        )
        .first()
    )
    if found is None:
        return agreement.parties
    if found.document is None:
        detail = (
            f"Who the parties of {agreement.id} were on {day} was redacted in revision "
            f"{found.redacted_in}: nothing can be concluded jointly for that day any more."
        )
        error = ProblemError(pointer="", rule="parties_redacted", detail=detail, value=agreement.id)
        raise Conflict(detail, errors=[error])
    parties: list[str] = json.loads(found.document)["parties"]
    return parties


def require_signed_by_parties(agreement: Agreement) -> None:
    """Raises InvalidRequest where somebody signed for what is none of the parties."""
    for index, signature in enumerate(agreement.signatures):
        if signature.party not in agreement.parties:
            detail = f"{signature.party} signed but is none of the parties."
            raise InvalidRequest(
                detail,
                errors=[
                    invalid_field(
                        ("signatures", index, "party"),
                        "signed_by_a_party",
                        detail,
                        signature.party,
                    )
                ],
            )


def require_parties_in_use(session: Session, agreement: Agreement) -> None:
    """Raises Conflict where the agreement no longer has a party that it must keep.

    Whatever refers to the pair of an agreement and its party, such as a report, says so by a
    foreign key. The refusal does not tell what it is: a draft is its own side's.
    """
    _require_parties_of_leads(session, agreement)
    parties = inspect(AgreementParty).local_table
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.referred_table is not parties:
                continue
            own = {element.column.name: element.parent for element in key.elements}
            lost = session.scalar(
                select(own["party_id"])
                .where(
                    own["agreement_id"] == agreement.id,
                    own["party_id"].not_in(agreement.parties),
                )
                .limit(1)
            )
            if lost is not None:
                detail = f"{lost} has stated something as a party, and must stay one."
                raise Conflict(
                    detail, errors=[invalid_field(("parties",), "party_in_use", detail, lost)]
                )


def _require_parties_of_leads(session: Session, agreement: Agreement) -> None:
    """Raises Conflict where an item is led for a party that the agreement does not have."""
    orphan = session.execute(
        select(Lead.action_item_id, Lead.party)
        .join(ActionItem, ActionItem.id == Lead.action_item_id)
        .where(ActionItem.agreement == agreement.id, Lead.party.not_in(agreement.parties))
        .order_by(Lead.action_item_id)
        .limit(1)
    ).first()
    if orphan is not None:
        detail = f"{orphan.party} leads {orphan.action_item_id}, and must stay a party."
        raise Conflict(
            detail, errors=[invalid_field(("parties",), "party_of_lead", detail, orphan.party)]
        )
