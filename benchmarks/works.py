"""What is asked of the servers: each piece of work as requests, and the records they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import httpx
from sqlalchemy import select

from app.kernel.database import open_engine
from app.kernel.journal import Change
from app.reporting.models import StatusReport
from benchmarks.data import LAST_DAY, PLAN, PLANS, items_of
from benchmarks.load import Group, Request, json_post

PAGE = 50
_LARGEST_PAGE = 200
_SUMMARY = {"en": "Measured {n}.", "ko": "측정 {n}."}
# Of a hundred requests of the mixed load: what is read, and what is written.
READS = {"progress": 57.0, "record": 19.0, "list": 9.5, "feed": 9.5}
WRITES = 5.0


@dataclass(frozen=True, slots=True)
class Subjects:
    """Records of a database, by which to ask."""

    reports: Sequence[str]
    # The report after which the list, and the revision after which the feed, has little more than
    # a page.
    near_the_end: str
    since: int


def subjects_of(url: str) -> Subjects:
    """A hundred reports spread over the database at `url`, and where its feed ends."""
    engine = open_engine(url)
    with engine.connect() as connection:
        ids = connection.scalars(select(StatusReport.id).order_by(StatusReport.id)).all()
        revisions = connection.scalars(
            select(Change.revision)
            .order_by(Change.revision.desc(), Change.sequence.desc())
            .limit(PAGE + 10)
        ).all()
    engine.dispose()
    return Subjects(
        reports=ids[:: len(ids) // 100][:100],
        near_the_end=ids[-PAGE - 10],
        since=revisions[-1] - 1,
    )


def progress_of(plan: str) -> Request:
    """Where the items of a plan stand, as Clear Sky is asked."""
    return Request(f"/v1/agreements/{plan}/progress")


class Works(Protocol):
    """How one kind of server is asked; None is what it has no way of answering."""

    def progress(self, plan: str) -> Request | None:
        """Where the items of a plan stand."""

    def record(self, report: str) -> Request | None:
        """One status report."""

    def first_page(self) -> Request | None:
        """The oldest status reports."""

    def last_page(self, address: str, after: str) -> Request | None:
        """The page of the same list after a report near its end, by the server's own cursor."""

    def feed(self, since: int) -> Request | None:
        """The changes after a revision."""

    def report(self, item: str, key: str) -> Request | None:
        """Reporting on an item."""

    def bulk(self, plan: str, key: str) -> Request | None:
        """A hundred reports on the items of a plan, made together."""

    def snapshot(self) -> Request | None:
        """All status reports in one answer."""


class Rest:
    """Clear Sky's own routes, which most peers have too."""

    def progress(self, plan: str) -> Request | None:
        """Where the items of a plan stand."""
        return progress_of(plan)

    def record(self, report: str) -> Request | None:
        """One status report."""
        return Request(f"/v1/status-reports/{report}")

    def first_page(self) -> Request | None:
        """The oldest status reports."""
        return Request(f"/v1/status-reports?limit={PAGE}")

    def last_page(self, address: str, after: str) -> Request | None:  # noqa: ARG002
        """The page of the same list after a report near its end, by the server's own cursor."""
        return Request(f"/v1/status-reports?limit={PAGE}&cursor={after}")

    def feed(self, since: int) -> Request | None:
        """The changes after a revision."""
        return Request(f"/v1/changes?since={since}&limit={PAGE}")

    def report(self, item: str, key: str) -> Request | None:
        """Reporting on an item."""
        body = {"status": "on_track", "progress": 60, "summary": _SUMMARY}
        return json_post(f"/v1/action-items/{item}/reports", body, key)

    def bulk(self, plan: str, key: str) -> Request | None:
        """A hundred reports on the items of a plan, made together."""
        days = [LAST_DAY.replace(day=day).isoformat() for day in range(1, 13)]
        reports = [
            {
                "action_item": item,
                "status": "on_track",
                "progress": 60,
                "summary": _SUMMARY,
                "reported_on": day,
            }
            for day, item in product(days, items_of(plan))
        ]
        return json_post(f"/v1/agreements/{plan}/reports", {"reports": reports[:100]}, key)

    def snapshot(self) -> Request | None:
        """All status reports in one answer."""
        return Request("/snapshot")


class ClearSky(Rest):
    """Where Clear Sky is asked in another way."""

    def last_page(self, address: str, after: str) -> Request | None:  # noqa: ARG002
        """The page of the same list after a report near its end, by the server's own cursor.

        Cursors are signed: the one that leads there is found by going there.
        """
        cursor = None
        with httpx.Client(base_url=address, timeout=60) as client:
            following = {"limit": str(_LARGEST_PAGE)}
            while True:
                page = client.get("/v1/status-reports", params=following).raise_for_status().json()
                if page["next"] is None:
                    break
                cursor = following["cursor"] = page["next"]
        assert cursor is not None
        query = httpx.QueryParams(limit=PAGE, cursor=cursor)
        return Request(f"/v1/status-reports?{query}")

    def snapshot(self) -> Request | None:
        """All status reports in one answer."""
        return Request("/v1/snapshot?kind=status_report")


def reporting(works: Works, key: str, plans: Sequence[str] = (PLAN,)) -> list[Request]:
    """Reports on every item of some plans, one after the other."""
    asked = (works.report(item, key) for plan in plans for item in items_of(plan))
    return [request for request in asked if request is not None]


def mixed(works: Works, subjects: Subjects, key: str) -> list[Group]:
    """Reads and writes as they come together; nothing where the server lacks one of them."""
    groups = {
        "progress": [works.progress(plan) for plan in PLANS],
        "record": [works.record(report) for report in subjects.reports],
        "list": [works.first_page()],
        "feed": [works.feed(subjects.since)],
    }
    writes = reporting(works, key, PLANS)
    found = [
        Group([request for request in requests if request is not None], READS[name])
        for name, requests in groups.items()
    ]
    if not writes or not all(group.requests for group in found):
        return []
    return [*found, Group(writes, WRITES)]
