"""The one place where every read is held to what its caller may see."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import ColumnElement, Executable, String, bindparam, or_
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from app.kernel.access import OPERATOR, Principal, Visibility
from app.kernel.journal import Change
from app.kernel.records import Record, audience_of

S = TypeVar("S", bound=Executable)

# The parameter of every statement that says which audiences its caller is in.
SEEN = "seen_by_caller"
_SEEN = bindparam(SEEN, type_=String)
# What stands in no audience: by a constraint no two spaces follow each other in one.
_NOBODY = "  nobody  "


def _may_see(entity: type[Record] | type[Change]) -> ColumnElement[bool]:
    # Not LIKE with the parameter alone: SQLite would compile the statement anew each time.
    return or_(entity.visibility == Visibility.PUBLIC, entity.audience.contains(_SEEN))


_HELD = (
    with_loader_criteria(Record, _may_see, include_aliases=True),
    with_loader_criteria(Change, _may_see, include_aliases=True),
)


def seen_by(principal: Principal) -> str:
    """The value of `SEEN`: what stands in the audiences that `principal` is in."""
    return _NOBODY if principal.party is None else audience_of([principal.party])


def held_to_visibility(query: S) -> S:
    """The query, of which each record and change that it looks at is visible to its caller.

    What is not public is seen by the parties of its audience alone.
    """
    return query.options(*_HELD)


def hold_to_visibility(state: ORMExecuteState) -> None:
    """Holds every query of a session to what the caller, its `info["principal"]`, may see.

    A listener for `do_orm_execute`.
    """
    if not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    principal = state.session.info["principal"]
    if principal.sees_all:
        return
    state.statement = held_to_visibility(state.statement)
    given = state.parameters if isinstance(state.parameters, Mapping) else {}
    state.parameters = {**given, SEEN: seen_by(principal)}


@contextmanager
def seeing_all(session: Session) -> Iterator[None]:
    """Inside the block the session sees every record: for checks whose result tells nobody any."""
    principal = session.info["principal"]
    session.info["principal"] = OPERATOR
    try:
        yield
    finally:
        session.info["principal"] = principal
