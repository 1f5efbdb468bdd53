"""That PostGraphile says what Clear Sky says."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from benchmarks.data import PLANS
from benchmarks.databases import databases
from benchmarks.load import Request, ask
from benchmarks.peers.postgraphile import PEERS, Operations, progress_in
from benchmarks.servers import Server, clear_sky, peer
from benchmarks.works import Rest, Subjects, progress_of, subjects_of

pytestmark = pytest.mark.skipif(not PEERS, reason="npm ci has not run")
ASKED = Operations()


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Server, Server, Subjects]]:
    """Clear Sky and PostGraphile on one database."""
    with ExitStack() as stack:
        made = stack.enter_context(databases()).shared("postgresql", 2_000)
        mine = stack.enter_context(clear_sky(made.url))
        yield mine, stack.enter_context(peer("postgraphile", made.url)), subjects_of(made.url)


def _data(server: Server, request: Request | None) -> Any:
    assert request is not None
    answer = ask(server.address, request).json()
    assert "errors" not in answer
    return answer["data"]


def _alike(report: dict[str, Any]) -> dict[str, Any]:
    times = {
        name: report[name].replace(".000000+00:00", "Z") for name in ("created_at", "modified_at")
    }
    return report | times | {"revision": int(report["revision"])}


@pytest.mark.parametrize("plan", [*PLANS, "clear-sky-plan-2023"])
def test_progress_is_the_same(both: tuple[Server, Server, Subjects], plan: str) -> None:
    mine, other, _ = both
    expected = ask(mine.address, progress_of(plan)).json()
    assert progress_in(_data(other, ASKED.progress(plan))) == expected


def test_records_and_lists_are_the_same(both: tuple[Server, Server, Subjects]) -> None:
    mine, other, subjects = both
    asked = Rest().first_page()
    assert asked is not None
    page = _data(other, ASKED.first_page())["reports"]
    assert [*map(_alike, page["items"])] == ask(mine.address, asked).json()["items"]
    for report in subjects.reports[:20]:
        expected = ask(mine.address, Request(f"/v1/status-reports/{report}")).json()
        assert _alike(_data(other, ASKED.record(report))["report"]) == expected


def test_the_feed_is_the_same(both: tuple[Server, Server, Subjects]) -> None:
    mine, other, subjects = both
    for since in (0, subjects.since):
        asked = Rest().feed(since)
        assert asked is not None
        expected = ask(mine.address, asked).json()["items"]
        found = _data(other, ASKED.feed(since))["items"]
        assert [(int(one["revision"]), one["id"], one["record"]) for one in found] == [
            (one["revision"], one["id"], one["record"]) for one in expected
        ]
