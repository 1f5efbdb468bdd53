"""A proposal beside what the record already has: what is new, what it adds, where the two differ.

What the record has is never overwritten: a draft adds what is absent there, and shows the rest.
"""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from app.drafting.finding.names import comparable
from app.drafting.proposing.known import without_years
from app.drafting.proposing.proposals import Members, Proposal, leaves


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which record and release say different things; the record's stands."""

    pointer: str
    record: Any
    release: Any


@dataclass(slots=True)
class Compared:
    """What a proposal comes to: `members` to load, or None where there is nothing to load.

    `before` is the record as it is now, None for a new one; `added` names the fields that the
    release adds to it. `moved` says which entry of a list became which.
    """

    members: Members | None
    before: Members | None = None
    added: frozenset[str] = frozenset()
    differences: list[Difference] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)

    def place(self, pointer: str) -> str:
        """Where a field of the proposal is in what is to be loaded."""
        for own, now in self.moved.items():
            if pointer == own or pointer.startswith(f"{own}/"):
                return now + pointer[len(own) :]
        return pointer

    def adds(self, pointer: str) -> bool:
        """Whether what is to be loaded has a field of the proposal that the record has not."""
        if self.before is None:
            return True
        place = self.place(pointer)
        return any(added == place or added.startswith(f"{place}/") for added in self.added)

    @property
    def outcome(self) -> str:
        """`new`, `adds` or `known`."""
        return "new" if self.before is None else "known" if self.members is None else "adds"


def compare(proposal: Proposal, before: Members | None) -> Compared:
    """`proposal` beside the record `before` it; citations are not compared."""
    if before is None:
        members = {"id": proposal.id, **proposal.members}
        return Compared(members, None, frozenset(pointer for pointer, _ in leaves(members)))
    merging = _Merging(deepcopy(before))
    merging.object(merging.members, proposal.members, "")
    changed = merging.members if merging.added else None
    return Compared(changed, before, frozenset(merging.added), merging.differences, merging.moved)


_DATE = re.compile(r"\d{4}(-\d\d){0,2}$")


class _Merging:
    def __init__(self, members: Members) -> None:
        self.members = members
        self.added: set[str] = set()
        self.differences: list[Difference] = []
        self.moved: dict[str, str] = {}

    def object(self, before: Members, proposed: Members, pointer: str) -> None:
        for name, value in proposed.items():
            place = f"{pointer}/{name}"
            if name not in before:
                before[name] = deepcopy(value)
                self._note(place, value)
            elif name == "participations":
                self._participations(before[name], value, place)
            elif isinstance(before[name], dict) and isinstance(value, dict):
                self.object(before[name], value, place)
            elif not _same(before[name], value):
                self.differences.append(Difference(place, before[name], value))

    def _participations(self, before: list[Members], proposed: list[Members], place: str) -> None:
        for own, one in enumerate(proposed):
            index = next(
                (at for at, had in enumerate(before) if had.get("person") == one.get("person")),
                None,
            )
            if index is None:
                index = len(before)
                before.append(deepcopy(one))
                self._note(f"{place}/{index}", one)
            else:
                self.object(before[index], one, f"{place}/{index}")
            self.moved[f"{place}/{own}"] = f"{place}/{index}"

    def _note(self, place: str, value: Any) -> None:
        if isinstance(value, dict | list):
            self.added.update(pointer for pointer, _ in leaves(value, place))  # type: ignore[arg-type]
        else:
            self.added.add(place)


def _same(before: Any, proposed: Any) -> bool:
    if isinstance(before, str) and isinstance(proposed, str):
        if _DATE.match(proposed) and before.startswith(proposed):
            # A month is no other date than a day in it.
            return True
        return _alike(before) == _alike(proposed)
    if isinstance(before, list) and isinstance(proposed, list):
        return sorted(map(str, before)) == sorted(map(str, proposed))
    return bool(before == proposed)


def _alike(text: str) -> str:
    # Spelling apart, and the years that one writes behind a plan's name and the other does not.
    return comparable(without_years(text)) or text
