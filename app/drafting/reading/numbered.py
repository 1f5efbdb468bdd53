"""Paragraphs that a file numbers itself, in no character of their own."""

from collections.abc import Sequence

from app.drafting.reading.source import Block


def told(blocks: Sequence[Block], in_cells: int = 0) -> list[str]:
    """What a person has to know of them: how many there are, and how many make no list.

    A list counts from one in steps of one, and has two items or more; those in cells of tables,
    of which there are `in_cells`, are read as words alone.
    """
    count = sum(block.number is not None for block in blocks)
    apart = count - _in_lists(blocks)
    notes = [f"Paragraphs that the file numbers itself: {count}."] if count else []
    if apart:
        notes.append(
            f"Of these, {apart} were not read as items: their numbers do not count from 1, or "
            "there is one alone."
        )
    if in_cells:
        notes.append(
            f"Paragraphs in tables that the file numbers itself: {in_cells}; they were not read as "
            "items."
        )
    return notes


def _in_lists(blocks: Sequence[Block]) -> int:
    found = 0
    runs: dict[int, int] = {}
    for number in (block.number for block in blocks):
        if number is None:
            continue
        if number.value == runs.get(number.level, 0) + 1:
            # With the second, the first is known to be in a list too.
            found += 2 if number.value == 2 else number.value > 2
            runs[number.level] = number.value
        else:
            runs[number.level] = int(number.value == 1)
    return found
