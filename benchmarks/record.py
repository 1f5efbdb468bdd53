"""A database to measure on: the reference record, and made-up items and reports as asked."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from uuid_utils import uuid7

from app.agreements.models import ActionItem, Agreement
from app.agreements.schemas import ActionItemBody, AgreementBody
from app.dialogues.models import Meeting
from app.dialogues.schemas import MeetingBody
from app.directory.models import Person
from app.directory.schemas import PersonBody
from app.kernel.access import OPERATOR
from app.kernel.changes import create
from app.kernel.database import open_engine
from app.kernel.journal import Author
from app.kernel.sessions import Database
from app.reporting.codes import ImplementationStatus, ReportState
from app.reporting.models import StatusReport
from tests.engines import PostgresTemplates, SqliteTemplates

PLAN = "benchmark-plan"


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The URL of a fresh database with the reference record, for each engine by name."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        urls: dict[str, str] = {}
        for templates in (SqliteTemplates, PostgresTemplates):
            place = Path(folder) / templates.__name__
            place.mkdir()
            made = templates(place)
            if isinstance(made, PostgresTemplates):
                stack.callback(made.server.cleanup)
            urls[made.name] = stack.enter_context(made.fresh("reference"))
        yield urls


def add_records(url: str, items: int, reports: int, plan: str = PLAN) -> None:
    """Adds a plan of `items` items, with `reports` reports by each side on each, and people."""
    engine = open_engine(url)
    with Database(engine).writing(Author(OPERATOR)) as session:
        body = AgreementBody(
            id=plan, kind="annual_plan", name={"en": "Benchmark"}, parties=["CN", "KR"]
        )
        create(session, Agreement, body)
        session.flush()
        for number in range(1, items + 1):
            item = ActionItemBody(agreement=plan, number=number, title={"en": f"Item {number}"})
            create(session, ActionItem, item, derived_id=f"{plan}-{number}")
            person = PersonBody(id=f"{plan}-{number}", name={"en": f"Person {number}"})
            create(session, Person, person)
        session.flush()
        for number in range(1, items + 1):
            session.add_all(
                _report(plan, number, party, day)
                for party in ("CN", "KR")
                for day in range(reports)
            )
            session.flush()
    engine.dispose()


def add_meetings(url: str, meetings: int) -> list[str]:
    """Adds meetings of a dialogue of the reference record, held once a year; returns their ids."""
    engine = open_engine(url)
    with Database(engine).writing(Author(OPERATOR)) as session:
        bodies = [
            MeetingBody(
                id=f"benchmark-meeting-{number}",
                dialogue="temm",
                status="held",
                starts=f"{2005 + number}-06-01",
            )
            for number in range(meetings)
        ]
        for body in bodies:
            create(session, Meeting, body)
    engine.dispose()
    return [str(body.id) for body in bodies]


def _report(plan: str, number: int, party: str, day: int) -> StatusReport:
    return StatusReport(
        id=str(uuid7()),
        action_item=f"{plan}-{number}",
        agreement_id=plan,
        party=party,
        status=ImplementationStatus.ON_TRACK,
        progress=day % 100,
        reported_on=(date(2023, 1, 1) + timedelta(days=day)).isoformat(),
        state=ReportState.SUBMITTED,
        submitted_by="benchmark",
        evidence=[],
    )
