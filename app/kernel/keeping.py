"""What holds for every record that some keep to themselves until they make it public."""

from pydantic import BaseModel
from sqlalchemy import inspect
from uuid_utils import uuid7

from app.kernel.access import Visibility
from app.kernel.problems import Conflict, InvalidRequest, invalid_field
from app.kernel.records import Record


def id_of_kept(model: type[Record], body: BaseModel) -> str:
    """The id of a new record that is not public.

    The server names it: that an id is taken would tell others of it. Raises InvalidRequest where
    the body chooses one.
    """
    refuse_chosen_id(model, body)
    return f"{model.__tablename__}-{uuid7()}"


def refuse_chosen_id(model: type[Record], body: BaseModel) -> None:
    """Raises InvalidRequest where the body of a record that is not public chooses its id."""
    chosen = getattr(body, "id", None)
    if chosen is not None:
        detail = (
            f"A {model.human_name()} that is not public gets its id from the server; give none."
        )
        raise InvalidRequest(
            detail, errors=[invalid_field(("id",), "named_by_the_server", detail, chosen)]
        )


def refuse_narrowing(record: Record) -> None:
    """Raises Conflict where a record that was public is to be so no longer."""
    state = inspect(record)
    narrowed = record.visibility != Visibility.PUBLIC
    if narrowed and state.persistent and state.attrs.visibility.history.has_changes():
        detail = "What was public stays public: it was read, and the journal keeps it."
        value = Visibility(record.visibility).value
        raise Conflict(
            detail, errors=[invalid_field(("visibility",), "once_public", detail, value)]
        )
