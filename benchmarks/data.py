"""A seeded database of any size to measure on, on either engine.

    python -m benchmarks.data URL --reports 100000

It has the reference record, and beside it made-up dialogues over ten years, each with an annual
plan of nine items and a meeting every year, and both sides' reports. The more reports, the more
plans, but not as many times more: each plan has more reports too. All is as the application would
have written it, the journal and its hash chain as well (`clearsky verify` holds).
"""

import argparse
import math
import time
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from sqlalchemy import select

from app.agreements.codes import ActionItemKind, Theme
from app.agreements.models import ActionItem, Agreement
from app.agreements.schemas import ActionItemBody, AgreementBody
from app.dialogues.models import Dialogue, Meeting
from app.dialogues.schemas import DialogueBody, MeetingBody
from app.directory.models import Organization
from app.kernel.access import OPERATOR
from app.kernel.changes import create
from app.kernel.database import open_engine
from app.kernel.journal import Author
from app.kernel.migration_state import is_migrated
from app.kernel.recording import recorder
from app.kernel.records import document_of
from app.kernel.sessions import Database
from app.reporting.codes import ImplementationStatus, ReportState
from app.reporting.models import Assessment, StatusReport
from benchmarks.bulk import bulk_writer, write_all
from benchmarks.made_up import PARTIES, Plan, Reports, uuid7_at
from tests.engines import fill

DIALOGUE, PLAN, ITEMS = "benchmark-dialogue", "benchmark-plan", 9
FIRST_YEAR, LAST_DAY = 2017, date(2026, 10, 31)
YEARS = range(FIRST_YEAR, LAST_DAY.year + 1)
# The main dialogue's plans, of every year: these are there whatever the number of reports.
PLANS = (PLAN, *(f"{PLAN}-{year}" for year in YEARS if year != LAST_DAY.year))
# The main plan's part of all reports.
MAIN_SHARE = 0.02


def items_of(plan: str) -> tuple[str, ...]:
    """The ids of a plan's items."""
    return tuple(f"{plan}-{number}" for number in range(1, ITEMS + 1))


def generate(url: str, reports: int, seed: int = 1) -> None:
    """Adds made-up records to the migrated database with the reference record at `url`."""
    random = Random(seed)  # noqa: S311 (measured, not guarded, by it)
    engine = open_engine(url)
    database = Database(engine)
    plans = _plans(database, reports, random)
    made = Reports(plans, _template(), LAST_DAY, random)
    try:
        with bulk_writer(url) as writer:
            _add_dialogues(database, plans)
            for year in YEARS:
                of_year = [plan for plan in plans if plan.year == year]
                _add_plans(database, of_year, random)
                for day, held in ((_day_held(year), True), (date(year, 12, 31), False)):
                    head = writer.head()
                    write_all(writer, made.until(day, head), head)
                    if held:
                        _hold_meetings(database, of_year, random)
            writer.analyze()
    finally:
        engine.dispose()


def _plans(database: Database, reports: int, random: Random) -> list[Plan]:
    dialogues = max(2, round(4 * math.sqrt(reports / 10_000)))
    with database.reading(OPERATOR) as session:
        organizations = {
            party: session.scalars(
                select(Organization.id).where(Organization.party == party).order_by(Organization.id)
            ).all()
            for party in PARTIES
        }
    main = round(reports * MAIN_SHARE)
    others = dialogues * len(YEARS) - 1
    each, more = divmod(reports - main, others)
    plans = []
    for number in range(dialogues):
        for year in YEARS:
            newest = year == LAST_DAY.year
            name = PLAN if number == 0 else f"{PLAN}-of-dialogue-{number + 1}"
            plan = name if newest else f"{name}-{year}"
            plans.append(
                Plan(
                    id=plan,
                    dialogue=DIALOGUE if number == 0 else f"{DIALOGUE}-{number + 1}",
                    year=year,
                    items=items_of(plan),
                    leads={party: random.choice(ids) for party, ids in organizations.items()},
                    reports=main if plan == PLAN else each + (len(plans) < more),
                )
            )
    return plans


def _template() -> dict[str, Any]:
    """The document of a report as the application writes it, every member at its default."""
    now = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    report = StatusReport(
        id=uuid7_at(now, 0, Random(0)),  # noqa: S311 (an id, and no secret)
        action_item=f"{PLAN}-1",
        party="KR",
        status=ImplementationStatus.ON_TRACK,
        state=ReportState.SUBMITTED,
        reported_on=now.date().isoformat(),
        submitted_by="nobody",
        created_at=now,
        modified_at=now,
        revision=0,
    )
    return document_of(report)


def _day_held(year: int) -> date:
    """The day of a year's meetings: near its end, or amid what is still going on."""
    return date(year, 6, 15) if year == LAST_DAY.year else date(year, 12, 20)


def _add_dialogues(database: Database, plans: list[Plan]) -> None:
    with database.writing(Author(OPERATOR)) as session:
        recorder(session).at = datetime(FIRST_YEAR - 1, 12, 1, tzinfo=UTC)
        for dialogue in dict.fromkeys(plan.dialogue for plan in plans):
            name = {"en": f"Made-up dialogue {dialogue}", "ko": f"가상 대화 {dialogue}"}
            body = DialogueBody(
                id=dialogue, name=name, parties=[*PARTIES], level="director_general"
            )
            create(session, Dialogue, body)


def _add_plans(database: Database, plans: list[Plan], random: Random) -> None:
    themes, kinds = list(Theme), list(ActionItemKind)
    for plan in plans:
        with database.writing(Author(OPERATOR)) as session:
            recorder(session).at = datetime(plan.year, 1, 1, tzinfo=UTC)
            name = {"en": f"Made-up plan {plan.year}", "ko": f"가상 계획 {plan.year}"}
            agreement = AgreementBody(
                id=plan.id,
                kind="annual_plan",
                name=name,
                parties=[*PARTIES],
                overseen_by=plan.dialogue,
                starts=f"{plan.year}-01",
                ends=f"{plan.year}-12",
            )
            create(session, Agreement, agreement)
            session.flush()
            for number, item in enumerate(plan.items, start=1):
                body = ActionItemBody(
                    id=item,
                    agreement=plan.id,
                    number=number,
                    title={"en": f"Made-up item {number}", "ko": f"가상 사업 {number}"},
                    kind=random.choice(kinds),
                    themes=random.sample(themes, 2),
                    leads=[
                        {"party": party, "organization": organization}
                        for party, organization in plan.leads.items()
                    ],
                    due=f"{plan.year}-{random.choice(('09', '12', '12-15'))}",
                )
                create(session, ActionItem, body)


def _hold_meetings(database: Database, plans: list[Plan], random: Random) -> None:
    """The year's meeting of each dialogue, and what it concluded on every item of its plan."""
    for plan in plans:
        day = _day_held(plan.year)
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        with database.writing(Author(OPERATOR)) as session:
            recorder(session).at = at
            meeting = MeetingBody(
                id=f"{plan.dialogue}-{plan.year}",
                dialogue=plan.dialogue,
                ordinal=plan.year - FIRST_YEAR + 1,
                status="held",
                starts=day.isoformat(),
                city={"en": "Seoul", "ko": "서울"},
                host="KR",
            )
            create(session, Meeting, meeting)
            session.flush()
            for number, item in enumerate(plan.items):
                assessment = Assessment(
                    id=uuid7_at(at, number, random),
                    meeting=meeting.id,
                    held_on=day.isoformat(),
                    action_item=item,
                    agreement=plan.id,
                    status=random.choice(
                        (ImplementationStatus.ON_TRACK, ImplementationStatus.DELAYED)
                    ),
                    progress=random.randrange(40, 100),
                    remarks={"en": "Concluded jointly.", "ko": "공동 결론."},
                    proposed_by="KR",
                )
                assessment.confirmed(PARTIES, by=PARTIES)
                session.add(assessment)


def prepare(url: str) -> dict[str, str]:
    """Migrates an empty database and loads the reference record; returns keys, by name."""
    engine = open_engine(url)
    migrated = is_migrated(engine)
    engine.dispose()
    return {} if migrated else fill(url)


def main() -> None:
    """Makes what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data", description=__doc__)
    parser.add_argument("url", help="sqlite:///PATH or postgresql://…; migrated if it is empty")
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started = time.perf_counter()
    for name, key in prepare(asked.url).items():
        print(f"{name}: {key}")
    generate(asked.url, asked.reports, asked.seed)
    print(f"{asked.reports} reports in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
