"""Rules for lists inside a body."""

from typing import TypeVar

from pydantic_core import PydanticCustomError

T = TypeVar("T")


def refuse_repeats(values: list[T]) -> list[T]:
    """The list as it is. Raises the validation error `repeated_item` where a value stands twice."""
    seen: list[T] = []
    for value in values:
        if value in seen:
            raise PydanticCustomError(
                "repeated_item", "{value} stands twice", {"value": str(value)}
            )
        seen.append(value)
    return values
