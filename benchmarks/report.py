"""The figures of a run as a page and a picture.

    .venv-peers/bin/python -m benchmarks.report [RESULTS]

Writes docs/performance-results.md and docs/performance.svg, and the goals into docs/performance.md
between its two marks. It needs matplotlib, which the peers'
environment has, and nothing of Clear Sky's.
"""

import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot

from benchmarks import names
from benchmarks.goals import CLIENTS, goals_table
from benchmarks.measuring import Figure, Results, ratio, shown

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("results") / "full.json"
DOCS = ROOT / "docs"
PAGE, PICTURE = DOCS / "performance-results.md", DOCS / "performance.svg"
SUMMARY, MARK = DOCS / "performance.md", "<!-- written by benchmarks.report -->"
DRAWN = tuple(work for work in names.ALL if work not in names.MEASURED_OTHERWISE)
COLORS = {names.SQLITE: "#1b7f79", names.POSTGRESQL: "#2a5caa"}
_COLUMNS = 4


def page_of(results: Results) -> str:
    """The page."""
    lines = [*_introduction(results), ""]
    for work in names.ALL:
        figures = [figure for figure in results.figures if figure.work == work]
        if figures:
            lines += [f"## {names.TITLES[work]}", ""]
            lines += [*_table([*_rows(results, work, figures)]), ""]
    return "\n".join(lines).rstrip() + "\n"


def summary_of(results: Results) -> str:
    """What stands between the marks: the goals, and the picture."""
    about = results.about
    lines = [
        f"Taken on {about['taken_on']} with {about['cores']} cores; the figures are in "
        "[performance-results.md](performance-results.md).",
        "",
        *_table(goals_table(results)),
        "",
        "![What each answers in a second](performance.svg)",
    ]
    return "\n".join(lines)


def between_marks(text: str, summary: str) -> str:
    """A text with what stands between its marks replaced."""
    before, _, rest = text.partition(MARK)
    _, _, after = rest.partition(MARK)
    return f"{before}{MARK}\n{summary}\n{MARK}{after}"


def _introduction(results: Results) -> list[str]:
    about = results.about
    sizes = " and ".join(f"{size:,}" for size in about["sizes"])
    return [
        "# Performance: results",
        "",
        f"Made by `make bench` on {about['taken_on']} in {about['minutes']} minutes, of "
        f"{about['commit'] or 'a copy without history'}: {about['cores']} cores, "
        f"{about['system']}, Python {about['python']}, PostgreSQL {about['postgresql']}, "
        f"SQLite {about['sqlite']}. The load, by wrk, comes from the same machine.",
        "",
        f"A figure is the median of {about['rounds']} rounds (or {about['rounds_without_goal']} "
        f"where no goal rests on it) of {about['seconds']:g} seconds, with the least and the most "
        "in brackets; in each round all contenders had their turn. Ratios are those of the same "
        f"round. The databases have {about['reports']:,} reports; where growth is measured, "
        f"{sizes}. Databases are durable: each commit is on disk before its answer.",
    ]


def _rows(results: Results, work: str, figures: Sequence[Figure]) -> Iterator[list[str]]:
    measured = [many for many in CLIENTS if any(figure.clients == many for figure in figures)]
    unit = figures[0].unit
    spoken = {1: "one client", 16: "sixteen clients"}
    heads = [[f"{spoken[many]}, {unit}", "p99, ms"] for many in measured]
    late = any(figure.p99_ms for figure in figures)
    yield [
        "contender",
        *(cell for head in heads for cell in head[: 1 + late]),
        "to Clear Sky on PostgreSQL",
    ]
    for contender in dict.fromkeys(figure.contender for figure in figures):
        row = [f"`{contender}`"]
        for many in measured:
            figure = results.find(work, contender, many)
            row += ["", ""][: 1 + late] if figure is None else _cells(figure)[: 1 + late]
        yield [*row, _compared(results, work, contender, measured[-1])]


def _cells(figure: Figure) -> list[str]:
    spread = f"{shown(min(figure.values))} to {shown(max(figure.values))}"
    late = shown(statistics.median(figure.p99_ms)) if figure.p99_ms else ""
    return [f"{shown(figure.median)} ({spread})", late]


def _compared(results: Results, work: str, contender: str, clients: int) -> str:
    mine = results.find(work, contender, clients)
    other = results.find(work, names.POSTGRESQL, clients)
    if mine is None or other is None or mine is other:
        return ""
    return str(ratio(mine.values, other.values))


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *body = rows
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in body),
    ]


def draw(results: Results, target: Path) -> None:
    """The picture: for each piece of work, what each contender answers in a second."""
    works = [work for work in DRAWN if any(figure.work == work for figure in results.figures)]
    # The same figures are to make the same file.
    mpl.rcParams["svg.hashsalt"] = "clear-sky"
    mpl.rcParams["svg.fonttype"] = "none"
    lines = -(-len(works) // _COLUMNS)
    figure, places = pyplot.subplots(
        lines, _COLUMNS, figsize=(4.2 * _COLUMNS, 2.6 * lines), squeeze=False
    )
    for place, work in zip(places.flat, works, strict=False):
        most = max(one.clients for one in results.figures if one.work == work)
        found = [one for one in results.figures if (one.work, one.clients) == (work, most)]
        _draw_work(place, work, found[::-1])
    for place in places.flat[len(works) :]:
        place.axis("off")
    figure.tight_layout()
    figure.savefig(target, format="svg", metadata={"Date": None})


def _draw_work(place: pyplot.Axes, work: str, figures: Sequence[Figure]) -> None:
    middles = [figure.median for figure in figures]
    spreads = [
        [figure.median - min(figure.values) for figure in figures],
        [max(figure.values) - figure.median for figure in figures],
    ]
    labels = [figure.contender for figure in figures]
    colors = [
        next((color for name, color in COLORS.items() if label.startswith(name)), "#b8b8b8")
        for label in labels
    ]
    place.barh(labels, middles, xerr=spreads, color=colors, ecolor="#555555", height=0.7)
    place.set_title(f"{names.TITLES[work]}\nanswers a second, c={figures[0].clients}", fontsize=8)
    place.tick_params(labelsize=7)
    place.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Writes the page and the picture of the figures that the command line names."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    results = Results.from_json(json.loads(source.read_text("utf-8")))
    PAGE.write_text(page_of(results), "utf-8")
    draw(results, PICTURE)
    told = SUMMARY.read_text("utf-8")
    SUMMARY.write_text(between_marks(told, summary_of(results)), "utf-8")
    print(f"Wrote {', '.join(str(path.relative_to(ROOT)) for path in (SUMMARY, PAGE, PICTURE))}.")


if __name__ == "__main__":
    main()
