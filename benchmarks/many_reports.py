"""A million reports and many assessments, written past the rules: for measuring only."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.agreements.models import ActionItem
from app.kernel.journal import Change, JournalHead, Operation, Revision
from app.reporting.codes import AssessmentState, ImplementationStatus, ReportState
from app.reporting.models import Assessment, StatusReport
from benchmarks.record import PLAN

BATCH = 10_000
# Of so many reports of a side on an item, one corrects the one before it, and one was withdrawn.
CORRECTED, WITHDRAWN = 10, 25
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def add_reports(connection: Connection, items: Sequence[str], each: int) -> int:
    """Adds `each` reports of both sides on each of the plan's `items`; returns how many in all.

    As many again are spread over a hundred other plans. Twenty were made a day, until lately, and
    their changes stand in the journal too, in revisions of ten thousand; the hash chain does not
    hold.
    """
    head = connection.execute(select(JournalHead.number)).scalar_one()
    others = connection.scalars(
        select(ActionItem.id).where(ActionItem.agreement.like(f"{PLAN}-other-%"))
    ).all()
    written, batch = 0, []
    for row in _rows(items, others, each):
        batch.append(row)
        if len(batch) == BATCH:
            head = _write(connection, batch, head + 1)
            written, batch = written + len(batch), []
    if batch:
        head = _write(connection, batch, head + 1)
    connection.execute(update(JournalHead).values(number=head))
    return written + len(batch)


def _rows(items: Sequence[str], others: Sequence[str], each: int) -> Iterator[dict[str, Any]]:
    first = date(2026, 11, 1) - timedelta(days=each // 20)
    newest: dict[tuple[str, str], str] = {}
    serial = 0
    seldom = max(len(others) // len(items), 1)
    for number in range(each):
        for item in (*items, *(others if number % seldom == 0 else ())):
            for party in ("CN", "KR"):
                serial += 1
                report = f"{serial:08x}-0000-7000-8000-000000000000"
                withdrawn = number % WITHDRAWN == 3
                yield {
                    "id": report,
                    "action_item_id": item,
                    "agreement_id": item.rpartition("-")[0],
                    "party_id": party,
                    "progress": number % 100,
                    "reported_on": (first + timedelta(days=number // 20)).isoformat(),
                    "state": ReportState.WITHDRAWN if withdrawn else ReportState.SUBMITTED,
                    "withdrawal_reason": {"en": "Benchmark"} if withdrawn else None,
                    "corrects_id": (newest.get((item, party)) if number % CORRECTED == 5 else None),
                }
                newest[item, party] = report


def _write(connection: Connection, rows: list[dict[str, Any]], revision: int) -> int:
    digest = hashlib.sha256(b"benchmark").hexdigest()
    now = datetime.fromisoformat(f"{rows[-1]['reported_on']}T12:00:00+00:00")
    book_keeping = {
        "status": ImplementationStatus.ON_TRACK,
        "submitted_by": "benchmark",
        "submitted_revision": revision,
        "own_translations": [],
        "visibility": "public",
        "created_at": now,
        "modified_at": now,
        "revision": revision,
        "content_digest": digest,
        "search_text": "",
        "sort_text": "",
    }
    connection.execute(
        insert(Revision).values(number=revision, at=now, principal="benchmark", hash=digest)
    )
    connection.execute(
        insert(StatusReport.__table__),
        [
            book_keeping
            | row
            | {"withdrawn_revision": revision if row["withdrawal_reason"] else None}
            for row in rows
        ],
    )
    connection.execute(
        insert(Change.__table__),
        [
            {
                "revision": revision,
                "sequence": sequence,
                "kind": "status_report",
                "record_id": row["id"],
                "operation": Operation.CREATE,
                "visibility": "public",
                "audience": None,
                "holder": row["action_item_id"],
                "document": "{}",
                "digest": digest,
            }
            for sequence, row in enumerate(rows, start=1)
        ],
    )
    return revision


def add_assessments(connection: Connection, meetings: Sequence[str]) -> int:
    """Adds an adopted assessment of every item of the benchmark's plans at each of `meetings`."""
    items = connection.scalars(
        select(ActionItem.id).where(ActionItem.agreement.like(f"{PLAN}%")).order_by(ActionItem.id)
    ).all()
    head = connection.execute(select(JournalHead.number)).scalar_one()
    rows = [
        {
            "id": f"{serial:08x}-0000-7000-9000-000000000000",
            "meeting_id": meeting,
            "held_on": f"{2005 + number}-06-01",
            "action_item_id": item,
            "agreement_id": item.rpartition("-")[0],
            "status": ImplementationStatus.ON_TRACK,
            "progress": number,
            "state": AssessmentState.ADOPTED,
            "adopted_revision": head,
            "proposed_by_id": "CN",
            "own_translations": [],
            "visibility": "public",
            "created_at": _LONG_AGO,
            "modified_at": _LONG_AGO,
            "revision": head,
            "content_digest": "",
            "search_text": "",
            "sort_text": "",
        }
        for serial, (item, (number, meeting)) in enumerate(product(items, enumerate(meetings)))
    ]
    connection.execute(insert(Assessment.__table__), rows)
    return len(rows)
