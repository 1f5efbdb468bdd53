"""The rows of an answer: which of its members a table of it holds.

Whatever answers `items` is a list, and has rows by that alone. Where an answer lists under other
names, or is one row itself, in_rows() says so beside its endpoint.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter, create_model
from typing_extensions import is_typeddict

from app.kernel.compact import compacted
from app.kernel.records import record_classes

E = TypeVar("E", bound=Callable[..., Any])
Row = dict[str, Any]
_ATTRIBUTE = "answers_in_rows"
_LIST = "items"


def in_rows(*members: str, by: str | None = None) -> Callable[[E], E]:
    """Says that the rows of an endpoint's answer are these lists of it; without any, itself.

    The rows of several lists begin with a column `by`, which holds the list's name.
    """

    def mark(endpoint: E) -> E:
        setattr(endpoint, _ATTRIBUTE, (members, by))
        return endpoint

    return mark


@dataclass(frozen=True)
class Rows:
    """What the rows of an answer are: those of some of its lists, or itself."""

    answer: Any
    members: tuple[str, ...]
    by: str | None = None

    @cached_property
    def record_kind(self) -> str | None:
        """The kind of record that the rows are, where load files hold it."""
        found = (
            kind
            for kind, model in record_classes().items()
            if model.body is not None and [model.representation] == self._items
        )
        return next(found, None)

    @cached_property
    def schema(self) -> Any:
        """What a row is: of records, what a load file holds of them."""
        if self.record_kind is not None:
            return record_classes()[self.record_kind].body
        if self.by is None:
            return self._items[0]
        fields: dict[str, Any] = {self.by: (str, ...)}
        for item in self._items:
            for name, member in _members(item).items():
                fields.setdefault(name, (member | None, None))
        return create_model(self.by.capitalize(), **fields)

    def of(self, answer: Any) -> Iterator[Row]:
        """The rows of one answer, or of a page of it, as JSON values."""
        for member, adapter in zip(self.members or (None,), self._adapters, strict=True):
            marked = {} if self.by is None else {self.by: member}
            for item in [answer] if member is None else _member(answer, member):
                yield {**marked, **self._row(item, adapter)}

    def _row(self, item: Any, adapter: TypeAdapter[Any]) -> Row:
        if self.record_kind is not None:
            return compacted(self.schema, item)
        row: Row = adapter.dump_python(item, mode="json")
        return row

    @cached_property
    def _items(self) -> list[Any]:
        members = _members(self.answer)
        return [_item(members[name]) for name in self.members] or [self.answer]

    @cached_property
    def _adapters(self) -> list[TypeAdapter[Any]]:
        return [TypeAdapter(item) for item in self._items]


def rows_of(endpoint: Callable[..., Any]) -> Rows | None:
    """The rows of what an endpoint answers; None where it is no list."""
    answer = get_type_hints(endpoint).get("return")
    if hasattr(endpoint, _ATTRIBUTE):
        return Rows(answer, *getattr(endpoint, _ATTRIBUTE))
    return Rows(answer, (_LIST,)) if _LIST in _members(answer) else None


def _members(schema: Any) -> dict[str, Any]:
    if is_typeddict(schema):
        return get_type_hints(schema, include_extras=True)
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return {name: field.annotation for name, field in schema.model_fields.items()}
    return {}


def _item(annotation: Any) -> Any:
    """What a list holds, of its annotation."""
    while get_origin(annotation) is not list:
        annotation = get_args(annotation)[0]
    return get_args(annotation)[0]


def _member(answer: Any, name: str) -> Any:
    return answer[name] if isinstance(answer, Mapping) else getattr(answer, name)
