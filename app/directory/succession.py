"""An organization is no ancestor and no successor of itself."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.directory.models import Organization
from app.kernel.cycles import refuse_cycle


def refuse_cycles(session: Session, organization: Organization) -> None:
    """Raises Conflict where the organization's parents or successors lead back to it."""

    def follow(column: InstrumentedAttribute[str | None]) -> Callable[[str], list[str]]:
        def step(here: str) -> list[str]:
            if here == organization.id:
                target = getattr(organization, column.key)
            else:
                target = session.scalar(select(column).where(Organization.id == here))
            return [target] if target else []

        return step

    for field, rule, column in (
        ("parent", "no_cycle_in_parents", Organization.parent),
        ("succeeded_by", "no_cycle_in_succession", Organization.succeeded_by),
    ):
        refuse_cycle(organization.id, follow(column), field=(field,), rule=rule)
