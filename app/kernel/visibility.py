"""The one place where every read is held to what its caller may see."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from app.kernel.access import OPERATOR, Visibility
from app.kernel.journal import Change
from app.kernel.records import Record, audience_of


def hold_to_visibility(state: ORMExecuteState) -> None:
    """Adds, to every query of a session, that each record and change it loads is visible.

    A listener for `do_orm_execute`; the session's `info["principal"]` says who reads. What is not
    public is seen by the parties of its audience alone.
    """
    if not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    principal = state.session.info["principal"]
    if principal.sees_all:
        return
    # An audience has its parties between single spaces, so that nobody's party is in any of them.
    seen = f"%{audience_of([principal.party or ''])}%"

    def may_see(entity: type[Record] | type[Change]) -> ColumnElement[bool]:
        return or_(entity.visibility == Visibility.PUBLIC, entity.audience.like(seen))

    state.statement = state.statement.options(
        with_loader_criteria(Record, may_see, include_aliases=True),
        with_loader_criteria(Change, may_see, include_aliases=True),
    )


@contextmanager
def seeing_all(session: Session) -> Iterator[None]:
    """Inside the block the session sees every record: for checks whose result tells nobody any."""
    principal = session.info["principal"]
    session.info["principal"] = OPERATOR
    try:
        yield
    finally:
        session.info["principal"] = principal
