"""What the rules for people give, whatever the language."""

from dataclasses import dataclass

from app.drafting.finding.matching import Span


@dataclass(frozen=True, slots=True)
class Titled:
    """A name beside a title: the phrase that holds both, and each of them."""

    phrase: tuple[int, int]
    name: Span
    title: Span
    other_name: Span | None = None
    bracketed: bool = False
