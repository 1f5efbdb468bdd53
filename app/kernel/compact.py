"""Records in the form of load files: nothing that is absent, empty or as by default."""

from typing import Any

from pydantic import BaseModel


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
