"""What the database refuses, told as a problem that names the rule."""

import re

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    exists,
    inspect,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel.access import Visibility
from app.kernel.journal import INFRASTRUCTURE
from app.kernel.problems import Conflict, ProblemError, shown
from app.kernel.records import Base, Record, audience_of, record_classes

# How a use is told that not everybody may know of.
_STATED = "what its parties state of it"
_KEYS = (UniqueConstraint, PrimaryKeyConstraint)


def ends_not_before_starts(starts: str, ends: str) -> CheckConstraint:
    """The named check that `ends`, at its latest, is not before `starts`, at its earliest."""
    latest = (
        f"CASE length({ends}) WHEN 4 THEN {ends} || '-12-31'"
        f" WHEN 7 THEN {ends} || '-31' ELSE {ends} END"
    )
    return CheckConstraint(f"{latest} >= {starts}", name="ends_not_before_starts")


def conflict_of(error: IntegrityError) -> Conflict:
    """The refusal for a write that broke a named constraint."""
    name = _constraint_name(error)
    detail = f"The write would break the rule {name}."
    return Conflict(detail, errors=[ProblemError(pointer="", rule=name, detail=detail)])


def _constraint_name(error: IntegrityError) -> str:
    diagnosed = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if diagnosed:
        return str(diagnosed)
    message = str(error.orig)
    if match := re.search(r"UNIQUE constraint failed: (.+)", message):
        broken = set(match.group(1).split(", "))
        for table in Base.metadata.tables.values():
            keys = [c for c in table.constraints if isinstance(c, _KEYS)]
            for key in (*keys, *(index for index in table.indexes if index.unique)):
                if broken == {f"{table.name}.{column.name}" for column in key.columns}:
                    return str(key.name)
    if match := re.search(r"CHECK constraint failed: (\w+)", message):
        return match.group(1)
    if re.fullmatch(r"\w+", message):
        return message  # a trigger raises with the name of its rule
    return "foreign_key" if "FOREIGN KEY" in message else "unique"


def require_unique(session: Session, record: Record, *attributes: str, constraint: str) -> None:
    """Refuses a record whose `attributes` together are those of another of its kind.

    Raises Conflict naming the last of them, the rule `constraint` and the other record.
    """
    model = type(record)
    same = [getattr(model, name) == getattr(record, name) for name in attributes]
    other = session.scalars(select(model.id).where(*same, model.id != record.id).limit(1)).first()
    if other is not None:
        value = getattr(record, attributes[-1])
        detail = f"{attributes[-1]} {value} is taken by {other}."
        raise Conflict(
            detail,
            errors=[
                ProblemError(
                    pointer=f"/{attributes[-1]}", rule=constraint, detail=detail, value=shown(value)
                )
            ],
        )


def uses_of(session: Session, record: Record) -> list[str]:
    """What refers to a record, its own parts aside: `participation.person_id`.

    Never how many there are, and what is not public by no name, so that nobody can tell whether
    there is more than they see.
    """
    unnamed = {model.__tablename__ for model in INFRASTRUCTURE}
    own_id = inspect(type(record)).local_table.c.id
    uses: list[str] = []
    for table in Base.metadata.sorted_tables:
        for reference in table.foreign_keys:
            # What goes with the record (its parts) refers to it by a cascade.
            if reference.column is own_id and reference.ondelete != "CASCADE":
                own_parts = [
                    link.parent != record.id
                    for link in table.foreign_keys
                    if link.column is own_id and link.ondelete == "CASCADE"
                ]
                found = exists().where(reference.parent == record.id, *own_parts)
                if not session.scalar(select(found)):
                    continue
                if table.name in unnamed:
                    use = "keys that were given for it"
                elif session.scalar(select(found.where(_of_public(table)))):
                    use = f"{table.name}.{reference.parent.name}"
                else:
                    use = _STATED
                if use not in uses:
                    uses.append(use)
    if record.sees and _STATED not in uses and _sees_something(session, record.id):
        uses.append(_STATED)
    return uses


def _sees_something(session: Session, party: str) -> bool:
    """Whether any record that is not public is kept for a party, who need not be referred to."""
    tables = [model.__table__ for model in record_classes().values()]
    own = audience_of([party])
    return any(
        session.scalar(select(exists().where(table.c.audience.contains(own)))) for table in tables
    )


def _of_public(table: Table) -> ColumnElement[bool]:
    """SQL: whether a row is a public record, or a part of one."""
    if "visibility" in table.c:
        return table.c.visibility == Visibility.PUBLIC
    (owner,) = (link for link in table.foreign_keys if link.ondelete == "CASCADE")
    return exists().where(
        owner.column == owner.parent, owner.column.table.c.visibility == Visibility.PUBLIC
    )


def refuse_while_in_use(session: Session, record: Record) -> None:
    """Refuses to delete a record that others refer to.

    Raises Conflict that names them, column by column.
    """
    uses = uses_of(session, record)
    if uses:
        detail = f"{record.id} is in use: {', '.join(uses)}."
        raise Conflict(
            detail,
            errors=[ProblemError(pointer="", rule="in_use", detail=detail, value=record.id)],
        )
