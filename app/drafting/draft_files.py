"""What a draft in a folder is known by, and where in a record its marks point."""

from typing import Any

# Beside the load files: what `clearsky load` asks of a draft before it loads it.
DRAFT = "draft.json"


def value_at(members: dict[str, Any], pointer: str) -> Any:
    """The value at a JSON Pointer, or None where there is nothing."""
    value: Any = members
    for step in pointer.strip("/").split("/"):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
