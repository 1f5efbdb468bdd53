"""The rules by which kinds of record have owners: each kind declares one as its `owned_by`."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class NamedParties:
    """The party that `attribute` names, or the parties; none where it is null.

    Where they are a list, `part` is the collection of rows that holds it.
    """

    attribute: str
    part: str | None = None


@dataclass(frozen=True, slots=True)
class OwnersOf:
    """The owners of the record of `kind` that `attribute` refers to; none where it is null.

    That kind's own rule is NamedParties.
    """

    attribute: str
    kind: str


@dataclass(frozen=True, slots=True)
class EnteredBy:
    """The party that entered the record, as the journal says; none where the operator did."""


@dataclass(frozen=True, slots=True)
class OperatorOnly:
    """No party."""


OwnerRule: TypeAlias = NamedParties | OwnersOf | EnteredBy | OperatorOnly
