"""The one place where every read is held to what its caller may see."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria

from app.kernel.access import Principal, Visibility
from app.kernel.journal import Change
from app.kernel.records import Record


def visible_levels(principal: Principal) -> tuple[Visibility, ...]:
    """The levels of visibility that `principal` reads; no record is anything but public yet."""
    del principal
    return (Visibility.PUBLIC,)


def hold_to_visibility(state: ORMExecuteState) -> None:
    """Adds, to every query of a session, that each record and change it loads is visible.

    A listener for `do_orm_execute`; the session's `info["principal"]` says who reads.
    """
    if not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    levels = visible_levels(state.session.info["principal"])

    def may_see(entity: type[Record] | type[Change]) -> ColumnElement[bool]:
        return entity.visibility.in_(levels)

    state.statement = state.statement.options(
        with_loader_criteria(Record, may_see, include_aliases=True),
        with_loader_criteria(Change, may_see, include_aliases=True),
    )
