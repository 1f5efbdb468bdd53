"""Measuring in rounds: each contender in turn, then again, so that a slow moment meets them all."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks import names
from benchmarks.load import Measured

# From so many clients at once, for so many seconds; a turn of no seconds is to warm up.
Measure = Callable[[int, float], Measured]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int
    rounds_without_goal: int
    seconds: float
    clients: tuple[int, ...]
    # The number of reports in the databases of the comparison, and of the growth.
    reports: int
    sizes: tuple[int, ...]


QUICK = Effort(
    rounds=2, rounds_without_goal=2, seconds=1, clients=(16,), reports=10_000, sizes=(10_000,)
)
FULL = Effort(
    rounds=5,
    rounds_without_goal=3,
    seconds=2,
    clients=(1, 16),
    reports=100_000,
    sizes=(10_000, 1_000_000),
)


@dataclass(slots=True)
class Figure:
    """What one contender came to in one piece of work, round by round.

    `values` are answers a second unless `unit` says otherwise.
    """

    work: str
    contender: str
    clients: int
    reports: int
    unit: str = "answers/s"
    values: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.values)

    def add(self, measured: Measured) -> None:
        """Adds a round."""
        self.values.append(measured.rate)
        self.p50_ms.append(measured.p50_ms)
        self.p99_ms.append(measured.p99_ms)


def shown(value: float) -> str:
    """A value in three digits or more, without an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class Ratio:
    """How one figure compares with another, in pairs of the same round."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


def ratio(mine: Sequence[float], others: Sequence[float]) -> Ratio:
    """Pair by pair, of the rounds that both have."""
    pairs = [one / other for one, other in zip(mine, others, strict=False) if other]
    return Ratio(statistics.median(pairs), min(pairs), max(pairs))


@dataclass
class Results:
    """All figures of a run."""

    about: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        """Adds a figure and prints it."""
        self.figures.append(figure)
        spread = f"{shown(min(figure.values))} to {shown(max(figure.values))}"
        late = f"  p99 {statistics.median(figure.p99_ms):.1f} ms" if figure.p99_ms else ""
        print(
            f"{figure.work:<20} {figure.contender:<24} c={figure.clients:<3}"
            f"{shown(figure.median):>8} {figure.unit} ({spread}){late}",
            flush=True,
        )

    def find(self, work: str, contender: str, clients: int, reports: int = 0) -> Figure | None:
        """The figure, with so many reports if that is said; None where it was not measured."""
        for figure in self.figures:
            same = (figure.work, figure.contender, figure.clients) == (work, contender, clients)
            if same and reports in (0, figure.reports):
                return figure
        return None

    def as_json(self) -> dict[str, Any]:
        """The figures as they are kept."""
        return {"about": self.about, "figures": [asdict(figure) for figure in self.figures]}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Results":
        """What as_json() gave."""
        return cls(kept["about"], [Figure(**figure) for figure in kept["figures"]])


def in_rounds(
    results: Results,
    effort: Effort,
    work: str,
    contenders: Mapping[str, Measure],
    *,
    reports: Mapping[str, int] | int,
    clients: Sequence[int] | None = None,
) -> None:
    """Measures `work` of all contenders, after a short turn each to warm up.

    `clients` says from how many at once, if not from as many as `effort` does.
    """
    for many in clients or effort.clients:
        sizes = reports if isinstance(reports, Mapping) else dict.fromkeys(contenders, reports)
        figures = {name: Figure(work, name, many, sizes[name]) for name in contenders}
        for measure in contenders.values():
            measure(many, 0)
        for _ in range(effort.rounds if work in names.WITH_GOAL else effort.rounds_without_goal):
            for name, measure in contenders.items():
                figures[name].add(measure(many, effort.seconds))
        for figure in figures.values():
            results.add(figure)
