"""What Clear Sky is to reach, and whether it does: ratios of figures of the same rounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from benchmarks import names
from benchmarks.measuring import Figure, Ratio, Results, ratio

CLIENTS = (1, 16)


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure as a multiple of another, of the same work unless that is said."""

    told: str
    work: str
    mine: str
    other: str
    bound: float
    at_least: bool = True
    # What is compared of the two: their values, or how long the slowest hundredth takes.
    of: Literal["values", "p99_ms"] = "values"

    @property
    def wanted(self) -> str:
        """The bound in words."""
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"

    def found(self, results: Results, clients: int) -> Ratio | None:
        """What came of it; None where one of the two was not measured."""
        mine = results.find(self.work, self.mine, clients)
        other = results.find(self.work, self.other, clients)
        if mine is None or other is None:
            return None
        return ratio(self._figures(mine), self._figures(other))

    def _figures(self, figure: Figure) -> list[float]:
        return figure.values if self.of == "values" else figure.p99_ms

    def reached(self, found: Ratio) -> bool:
        """Whether the middle of the rounds is within the bound."""
        return found.middle >= self.bound if self.at_least else found.middle <= self.bound


def goals(sizes: tuple[int, ...]) -> list[Goal]:
    """All of them, where growth is measured from the first of `sizes` to the last."""
    return [*_against_peers(), *_of_growth(sizes[0], sizes[-1]), *_of_processes()]


def _against_peers() -> Iterator[Goal]:
    for mine in names.CLEAR_SKY:
        engine = mine.split()[1]
        yield Goal(f"hit, {engine}, to bare Starlette", names.HIT, mine, names.BARE, 0.8)
        yield Goal(f"304, {engine}, to bare Starlette", names.NOT_MODIFIED, mine, names.BARE, 0.8)
        yield Goal(
            f"hit, {engine}: 99th percentile, to bare Starlette's",
            names.HIT,
            mine,
            names.BARE,
            2,
            at_least=False,
            of="p99_ms",
        )
    for peer, bound in (("bare_sql", 0.5), ("fastapi_orm", 4), ("litestar", 4), ("drf", 8)):
        told = f"computed anew, postgresql, to {peer}"
        yield Goal(told, names.PROGRESS, names.POSTGRESQL, peer, bound)
    yield Goal(
        "computed anew, sqlite to postgresql", names.PROGRESS, names.SQLITE, names.POSTGRESQL, 1
    )
    yield Goal(
        "mixed, postgresql, to fastapi_orm", names.MIXED, names.POSTGRESQL, "fastapi_orm", 10
    )
    for mine, other in (
        (names.POSTGRESQL, names.BARE_PSYCOPG),
        (names.SQLITE, names.BARE_SQLITE),
    ):
        yield Goal(f"report posted, to {other}", names.POST, mine, other, 0.5)


def _of_growth(small: int, large: int) -> Iterator[Goal]:
    for name in names.CLEAR_SKY:
        few, many = names.sized(name, small), names.sized(name, large)
        engine = name.split()[1]
        for work in names.GROWN:
            # Times as a ratio: that of the rates the other way round.
            told = f"{work}, {engine}: time with {large:,} reports to {small:,}"
            yield Goal(told, work, few, many, 1.2, at_least=False)
        told = f"memory, {engine}: with {large:,} reports to {small:,}"
        yield Goal(told, names.MEMORY, many, few, 1.3, at_least=False)


def _of_processes() -> Iterator[Goal]:
    for name in names.CLEAR_SKY:
        engine = name.split()[1]
        for work in (names.WORKERS_HIT, names.WORKERS_PROGRESS):
            told = f"{work}, {engine}: two to one"
            one, two = names.with_workers(name, 1), names.with_workers(name, 2)
            yield Goal(told, work, two, one, 1.7)
        told = f"start, {engine}, to bare FastAPI with the same imports"
        yield Goal(told, names.START, name, names.BARE_APPLICATION, 1.5, at_least=False)
    for name in (names.HELP, names.KEYS_HELP):
        told = f"{name}, to importing click"
        yield Goal(told, names.COMMAND, name, names.IMPORT_CLICK, 3, at_least=False)


def goals_table(results: Results) -> list[list[str]]:
    """The goals that were measured, row by row: what, wanted, found with 1 client and with 16."""
    rows = [["goal", "wanted", "one client", "sixteen clients"]]
    for goal in goals(tuple(results.about["sizes"])):
        found = [goal.found(results, clients) for clients in CLIENTS]
        if any(found):
            rows.append([goal.told, goal.wanted, *(_cell(goal, one) for one in found)])
    return rows


def _cell(goal: Goal, found: Ratio | None) -> str:
    if found is None:
        return ""
    return f"{found} {'PASS' if goal.reached(found) else 'short of it'}"
