"""Walking references from record to record, to keep them free of cycles."""

from collections.abc import Callable, Iterable

from app.kernel.problems import Conflict, invalid_field


def path_back(start: str, step: Callable[[str], Iterable[str]]) -> list[str] | None:
    """The way from `start` back to itself by `step`, or None where there is none.

    `step` gives the ids that an id refers to. The way begins and ends with `start`.
    """
    pending = [(start, [start])]
    seen: set[str] = set()
    while pending:
        here, way = pending.pop()
        for target in step(here):
            if target == start:
                return [*way, start]
            if target not in seen:
                seen.add(target)
                pending.append((target, [*way, target]))
    return None


def refuse_cycle(
    start: str, step: Callable[[str], Iterable[str]], *, field: tuple[str | int, ...], rule: str
) -> None:
    """Raises Conflict at `field`, naming `rule` and the way, where `start` leads back to itself."""
    way = path_back(start, step)
    if way is not None:
        detail = f"This would close a cycle: {' → '.join(way)}."
        raise Conflict(detail, errors=[invalid_field(field, rule, detail, way[1])])
