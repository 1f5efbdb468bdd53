"""References from one record to another: declared on the field, checked in one place."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.access import Visibility
from app.kernel.problems import InvalidRequest, ProblemError, invalid_field
from app.kernel.records import Record, record_classes
from app.kernel.text import PartyCode, Slug


@dataclass(frozen=True, slots=True)
class RefersTo:
    """Marks a field that holds the id of a record of `kind` (or a list of such ids)."""

    kind: str


PartyId = Annotated[PartyCode, RefersTo("party")]
OrganizationId = Annotated[Slug, RefersTo("organization")]
PersonId = Annotated[Slug, RefersTo("person")]
DialogueId = Annotated[Slug, RefersTo("dialogue")]
MeetingId = Annotated[Slug, RefersTo("meeting")]
AgreementId = Annotated[Slug, RefersTo("agreement")]
ActionItemId = Annotated[Slug, RefersTo("action_item")]
DocumentId = Annotated[Slug, RefersTo("document")]


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference found in a body: where, and to what."""

    path: tuple[str | int, ...]
    kind: str
    id: str


def references_in(body: BaseModel, path: tuple[str | int, ...] = ()) -> Iterator[Reference]:
    """Every reference that a body makes, in document order."""
    for name, kind in _kinds_in(type(body)):
        value = getattr(body, name)
        if kind is not None and isinstance(value, str):
            yield Reference((*path, name), kind, value)
        elif isinstance(value, BaseModel):
            yield from references_in(value, (*path, name))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from references_in(item, (*path, name, index))
                elif kind is not None and isinstance(item, str):
                    yield Reference((*path, name, index), kind, item)


def ids_of(references: Iterable[Reference]) -> dict[str, set[str]]:
    """What is referred to: the ids, by kind of record."""
    found: dict[str, set[str]] = defaultdict(set)
    for reference in references:
        found[reference.kind].add(reference.id)
    return found


@cache
def _kinds_in(body: type[BaseModel]) -> tuple[tuple[str, str | None], ...]:
    """Each field, and the kind of record that it refers to."""
    return tuple(
        (name, _kind_of(declared.metadata) or _kind_of_items(declared.annotation))
        for name, declared in body.model_fields.items()
    )


def _kind_of(metadata: object) -> str | None:
    marks = metadata if isinstance(metadata, list | tuple) else ()
    return next((mark.kind for mark in marks if isinstance(mark, RefersTo)), None)


def _kind_of_items(annotation: object) -> str | None:
    # list[PartyId], or PartyId | None: the mark sits on the argument.
    for argument in getattr(annotation, "__args__", ()):
        found = _kind_of(getattr(argument, "__metadata__", ())) or _kind_of_items(argument)
        if found is not None:
            return found
    return None


def require_references(session: Session, body: BaseModel, *, audience: str | None = None) -> None:
    """Refuses a body that refers to what the caller cannot see. Raises InvalidRequest.

    Nor may it refer to what fewer see than the record that it makes, whose `audience` is None where
    that is public: a reference would tell of it. One query per kind of record referred to.
    """
    found = list(references_in(body))
    classes = record_classes()
    known = {kind: audiences(session, classes[kind], ids) for kind, ids in ids_of(found).items()}
    errors = [
        unknown_reference(reference.path, reference.kind, reference.id)
        if reference.id not in known[reference.kind]
        else seen_by_fewer(reference, known[reference.kind][reference.id])
        for reference in found
        if reference.id not in known[reference.kind]
        or not includes(known[reference.kind][reference.id], audience)
    ]
    if errors:
        raise InvalidRequest(errors[0].detail, errors=errors)


def audiences(session: Session, model: type[Record], ids: Collection[str]) -> dict[str, str | None]:
    """The audiences of those of the records that the session's caller sees; None for public."""
    rows = session.execute(
        select(model.id, model.visibility, model.audience).where(model.id.in_(ids))
    )
    return {
        id_: None if visibility is Visibility.PUBLIC else audience
        for id_, visibility, audience in rows
    }


def includes(audience: str | None, other: str | None) -> bool:
    """Whether all that are in the other audience are in this one; None is everybody."""
    if audience is None:
        return True
    return other is not None and {*other.split()} <= {*audience.split()}


def seen_by_fewer(reference: Reference, audience: str | None) -> ProblemError:
    """The error for a reference to a record that fewer see than the one that refers to it."""
    spoken = reference.kind.replace("_", " ")
    parties = " and ".join((audience or "").split())
    return invalid_field(
        reference.path,
        "seen_by_fewer",
        f"Only {parties} sees this {spoken}, and others what refers to it: make it public first.",
        reference.id,
    )


def unknown_reference(path: tuple[str | int, ...], kind: str, value: str) -> ProblemError:
    """The error for a reference to a record that is not there."""
    spoken = kind.replace("_", " ")
    article = "an" if spoken[0] in "aeiou" else "a"
    return invalid_field(
        path,
        "unknown_reference",
        f"There is no such {spoken}: name {article} {spoken} by its id.",
        value,
    )
