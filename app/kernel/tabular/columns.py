"""The columns of a schema, worked out from the schema alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import TypeAliasType, get_type_hints, is_typeddict

from app.kernel.schemas import Percent
from app.kernel.tabular.cells import Holds

_PLAIN = {
    str: Holds.TEXT,
    datetime: Holds.TEXT,
    date: Holds.TEXT,
    bool: Holds.TRUTH,
    int: Holds.NUMBER,
    float: Holds.NUMBER,
}
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and the member whose values its cells hold.

    `path` leads to the member: inside the record, or, where `entries` leads to a list of parts or
    of localized texts, inside an entry of that list.
    """

    path: Path
    holds: Holds
    entries: Path | None = None

    @property
    def name(self) -> str:
        """The column's heading."""
        return ".".join((*(self.entries or ()), *self.path))


@dataclass(frozen=True)
class Unit:
    """Columns that are filled in together: the record's own, or those of a list's entries.

    `members` has, by the first name of their paths, where columns stand, what is left of the paths
    and what they hold; `objects` the paths of the objects among them, inner ones first, each with
    its first column, and where all of them stand.
    """

    entries: Path | None
    columns: tuple[tuple[int, Column], ...]
    members: dict[str, list[tuple[int, Path, Holds]]] = field(init=False)
    objects: tuple[tuple[Path, Column, tuple[int, ...]], ...] = field(init=False)

    def __post_init__(self) -> None:
        members: dict[str, list[tuple[int, Path, Holds]]] = {}
        for index, column in self.columns:
            name, *rest = column.path
            members.setdefault(name, []).append((index, tuple(rest), column.holds))
        object.__setattr__(self, "members", members)
        object.__setattr__(self, "objects", tuple(self._objects()))

    def _objects(self) -> Iterator[tuple[Path, Column, tuple[int, ...]]]:
        found = {
            column.path[:length]
            for _, column in self.columns
            for length in range(1, len(column.path))
        }
        # An entry is an object; the record itself is always there.
        outermost: list[Path] = [] if self.entries is None else [()]
        for path in [*sorted(found, key=lambda path: (-len(path), path)), *outermost]:
            inside = [(i, column) for i, column in self.columns if column.path[: len(path)] == path]
            yield path, inside[0][1], tuple(index for index, _ in inside)


@dataclass(frozen=True)
class Table:
    """The columns of a schema's table, and by which member its rows know a record again.

    A record has as many rows as its longest list has entries, and one at least: the first has its
    own members, and each the next entry of each list, and the key. Without a `key` the table is for
    reading only, and no record is put together from it.
    """

    columns: tuple[Column, ...]
    key: str | None = None
    units: tuple[Unit, ...] = field(init=False)
    # For each column the unit that it is of.
    unit_of: tuple[Unit, ...] = field(init=False)
    # The first row: every column's heading; and where the key's column stands, counted from 0.
    header: list[str] = field(init=False)
    key_index: int | None = field(init=False)

    def __post_init__(self) -> None:
        groups: dict[Path | None, list[tuple[int, Column]]] = {None: []}
        for index, column in enumerate(self.columns):
            groups.setdefault(column.entries, []).append((index, column))
        units = tuple(Unit(entries, tuple(columns)) for entries, columns in groups.items())
        unit_of = {index: unit for unit in units for index, _ in unit.columns}
        header = [column.name for column in self.columns]
        object.__setattr__(self, "header", header)
        key_index = None if self.key is None else header.index(self.key)
        object.__setattr__(self, "key_index", key_index)
        object.__setattr__(self, "units", units)
        object.__setattr__(self, "unit_of", tuple(unit_of[i] for i in range(len(self.columns))))


@cache
def table_of(schema: Any, key: str | None = None) -> Table:
    """The table of a model's or a TypedDict's values, its columns in the order of the members."""
    return Table(tuple(_columns(schema, (), None)), key)


def _columns(schema: Any, path: Path, entries: Path | None) -> Iterator[Column]:
    for name, annotation in _members(schema).items():
        here = (*path, name)
        inner = _bare(annotation)
        item = _item(inner)
        if _is_object(inner):
            yield from _columns(inner, here, entries)
        elif item is not None and _is_object(item) and entries is None:
            yield from _columns(item, (), here)
        elif item is not None and _holds(item) is Holds.TEXT:
            yield Column(here, Holds.LIST, entries)
        else:
            yield Column(here, _holds(inner), entries)


def _members(schema: Any) -> dict[str, Any]:
    if is_typeddict(schema):
        return get_type_hints(schema)
    return {name: declared.annotation for name, declared in schema.model_fields.items()}


def _bare(annotation: Any) -> Any:
    """The type without what is said of it: what it is named, its rules, that it may be absent.

    A percentage is left as it is.
    """
    while annotation != Percent:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, UnionType):
            there = [one for one in get_args(annotation) if one is not NoneType]
            if len(there) != 1:
                return annotation
            (annotation,) = there
        else:
            break
    return annotation


def _item(annotation: Any) -> Any:
    if get_origin(annotation) in (list, tuple):
        return _bare(get_args(annotation)[0])
    return None


def _is_object(annotation: Any) -> bool:
    if is_typeddict(annotation):
        return True
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _holds(annotation: Any) -> Holds:
    if annotation == Percent:
        return Holds.PERCENT
    if get_origin(annotation) is Literal:
        kinds = {_holds(type(value)) for value in get_args(annotation)}
        return kinds.pop() if len(kinds) == 1 else Holds.JSON
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _PLAIN.get(type(next(iter(annotation)).value), Holds.JSON)
    return _PLAIN.get(annotation, Holds.JSON)
