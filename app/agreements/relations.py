"""No agreement is part of itself, continues itself, or the like, by however long a way."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agreements.codes import RelationKind
from app.agreements.models import Agreement, Relation
from app.kernel.cycles import refuse_cycle


def refuse_cycles(session: Session, agreement: Agreement) -> None:
    """Raises Conflict where a kind of relation leads from the agreement back to it."""
    for index, relation in enumerate(agreement.relations):

        def step(here: str, kind: RelationKind = relation.kind) -> list[str]:
            if here == agreement.id:
                return [other.agreement for other in agreement.relations if other.kind == kind]
            return list(
                session.scalars(
                    select(Relation.agreement).where(
                        Relation.agreement_id == here, Relation.kind == kind
                    )
                )
            )

        refuse_cycle(
            agreement.id,
            step,
            field=("relations", index, "agreement"),
            rule="no_cycle_in_relations",
        )
