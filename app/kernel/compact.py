"""Records in the form of load files: nothing that is absent, empty or as by default."""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel


def compacted(body: type[BaseModel], found: object) -> dict[str, Any]:
    """What a load file says of a record, by the record itself or by its document."""
    if isinstance(found, Mapping):
        return compact_document(body, found)
    return compact(body.model_validate(found, from_attributes=True))


def compact(body: BaseModel) -> dict[str, Any]:
    """A body as a load file writes it: without members that are absent, empty or as by default."""
    members: dict[str, Any] = {}
    for name, declared in type(body).model_fields.items():
        value = getattr(body, name)
        if (
            value is None
            or value == []
            or (not declared.is_required() and value == declared.default)
        ):
            continue
        members[name] = _compacted(value)
    return members


def _compacted(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return compact(value)
    if isinstance(value, list):
        return [_compacted(item) for item in value]
    return value


def compact_document(body: type[BaseModel], document: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a record's document, which holds what the body does, and more."""
    members: dict[str, Any] = {}
    for name, default, part in _plan(body):
        value = document.get(name)
        if value in (None, [], default):
            continue
        if part is None:
            members[name] = value
        elif isinstance(value, list):
            members[name] = [compact_document(part, item) for item in value]
        else:
            members[name] = compact_document(part, value)
    return members


@cache
def _plan(body: type[BaseModel]) -> tuple[tuple[str, Any, type[BaseModel] | None], ...]:
    """A body's members: each with its default, and the model of what it holds, if there is one."""
    return tuple(
        (name, declared.default, _model_in(declared.annotation))
        for name, declared in body.model_fields.items()
    )


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in get_args(annotation))
    return next((model for model in found if model is not None), None)
