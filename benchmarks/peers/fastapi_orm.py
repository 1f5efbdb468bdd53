"""FastAPI with SQLAlchemy's asynchronous ORM and Pydantic, as their documentation teaches."""

import hashlib
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

import orjson
from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AliasPath, BaseModel, ConfigDict, Field, Json, TypeAdapter, model_validator
from sqlalchemy import and_, make_url, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload, selectinload
from typing_extensions import TypedDict
from uuid_utils import uuid7

from benchmarks.peers.journalling import chained, content_digest, kept, search_text
from benchmarks.peers.models import (
    ASSESSMENTS,
    POSITIONS,
    WITH_ITEMS,
    ActionItem,
    Agreement,
    AgreementParty,
    ApiKey,
    Assessment,
    Change,
    JournalHead,
    Party,
    Revision,
    StatusReport,
)
from benchmarks.peers.rules import name_on, standing_on, summary_of, today_in

BATCH = 1000
WITH_PARTIES = joinedload(Agreement.parties).joinedload(AgreementParty.party)

engine = create_async_engine(
    make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg"),
    pool_size=16,
    max_overflow=0,
    json_serializer=lambda value: orjson.dumps(value).decode(),
    json_deserializer=orjson.loads,
)
Writing = async_sessionmaker(engine, expire_on_commit=False)
# What one answer says is of one state.
Reading = async_sessionmaker(
    engine.execution_options(isolation_level="REPEATABLE READ"), expire_on_commit=False
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001
    """Lets go of the connections at the end."""
    yield
    await engine.dispose()


app = FastAPI(title="Clear Sky, as FastAPI's documentation teaches", lifespan=lifespan)


async def reading_session() -> AsyncIterator[AsyncSession]:
    """A session for one request that reads."""
    async with Reading() as session:
        yield session


async def writing_session() -> AsyncIterator[AsyncSession]:
    """A session for one request that writes."""
    async with Writing() as session:
        yield session


ReadingSession = Annotated[AsyncSession, Depends(reading_session)]
WritingSession = Annotated[AsyncSession, Depends(writing_session)]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


async def reporter(session: WritingSession, credentials: Credentials) -> ApiKey:
    """The key of a caller that may report for its party."""
    if credentials is None:
        raise HTTPException(401, "This needs a key.", {"WWW-Authenticate": "Bearer"})
    key_hash = hashlib.sha256(credentials.credentials.encode()).hexdigest()
    key = await session.scalar(
        select(ApiKey).where(ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None))
    )
    if key is None:
        raise HTTPException(401, "The key is unknown or revoked.", {"WWW-Authenticate": "Bearer"})
    if key.role == "reader" or key.party is None:
        raise HTTPException(403, "This key may not report.")
    return key


Reporter = Annotated[ApiKey, Depends(reporter)]

Status = Literal["not_started", "on_track", "delayed", "suspended", "completed", "cancelled"]
Basis = Literal["joint", "agreed", "diverging", "one_sided", "unreported"]
Percent = Annotated[int, Field(ge=0, le=100)]


class Text(TypedDict, total=False):
    """The same text in up to three languages."""

    en: str
    ko: str
    zh: str


class Schema(BaseModel):
    """The base of answers, which are read off ORM objects."""

    model_config = ConfigDict(from_attributes=True)


class Named(Schema):
    """A record by id and name."""

    id: str
    name: Text


class PositionRecord(Schema):
    """What a party's newest report says."""

    party: str
    report: str = Field(validation_alias="id")
    status: Status
    progress: int | None
    summary: Text | None
    reported_on: str


class AssessmentSummary(Schema):
    """What the parties concluded jointly at a meeting."""

    assessment: str = Field(validation_alias="id")
    meeting: str
    held_on: str
    status: Status
    progress: int | None


class DifferenceRecord(Schema):
    """How the parties' positions differ."""

    status: bool
    progress_gap: int | None


class StandingRecord(Schema):
    """Where an action item stands."""

    status: Status | None
    progress: int | None
    basis: Basis
    overdue: bool
    stale: bool
    parties_differ: DifferenceRecord | None
    positions: list[PositionRecord]
    assessment: AssessmentSummary | None


class NamedLead(Schema):
    """The organization that leads for one side."""

    party: str
    organization: str
    name: Text


class ItemStanding(Schema):
    """An action item with its standing."""

    id: str
    number: int
    title: Text
    kind: str | None
    leads: list[NamedLead]
    due: str | None
    ended: str | None
    standing: StandingRecord


class SummaryRecord(Schema):
    """What standings come to."""

    items: int
    by_status: dict[Status, int]
    by_basis: dict[Basis, int]
    overdue: int
    stale: int
    mean_progress: float | None
    items_with_progress: int


class ProgressRecord(Schema):
    """How far a plan has come."""

    dialogue: Named | None = None
    meeting: Named | None = None
    agreement: Named
    as_of: str
    revision: int
    summary: SummaryRecord
    items: list[ItemStanding]


class EvidenceRecord(Schema):
    """What shows that a report is so."""

    document: str | None
    url: str | None
    title: Text | None


class StatusReportRecord(Schema):
    """A status report."""

    id: str
    action_item: str
    party: str
    organization: str | None
    status: Status
    progress: int | None
    summary: Text | None
    period_start: str | None
    period_end: str | None
    evidence: list[EvidenceRecord]
    reported_on: str | None
    state: Literal["draft", "submitted", "withdrawn"]
    corrects: str | None
    withdrawal_reason: Text | None
    submitted_by: str | None
    own_translations: list[str]
    created_at: datetime
    modified_at: datetime
    revision: int
    visibility: Literal["public", "parties", "party"]


class StatusReportPage(Schema):
    """A page of status reports."""

    items: list[StatusReportRecord]
    next: str | None


class ChangeRecord(Schema):
    """What one revision did to one record."""

    revision: int
    at: datetime = Field(validation_alias=AliasPath("made_in", "at"))
    kind: str
    id: str = Field(validation_alias="record_id")
    operation: Literal["create", "update", "delete"]
    record: Json[dict[str, Any]] | None = Field(validation_alias="document")
    digest: str


class ChangePage(Schema):
    """A page of changes."""

    items: list[ChangeRecord]
    next: str | None
    revision: int


class ReportBody(BaseModel):
    """What a party says about an action item."""

    model_config = ConfigDict(extra="forbid")

    status: Status
    progress: Percent | None = None
    summary: Text | None = None
    reported_on: date | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        only = {"completed": 100, "not_started": 0}.get(self.status)
        if only is not None and self.progress != only:
            raise ValueError(f"{self.status} is at {only} percent")
        return self


class ReportOnItem(ReportBody):
    """One of several reports."""

    action_item: str


class ReportsBody(BaseModel):
    """Reports that are made together or not at all."""

    reports: list[ReportOnItem] = Field(min_length=1, max_length=200)


class StatusReportList(Schema):
    """Reports that were made together."""

    items: list[StatusReportRecord]


@app.get("/v1/agreements/{agreement_id}/progress")
async def get_progress(session: ReadingSession, agreement_id: str) -> ProgressRecord:
    """Where each action item of an agreement stands today."""
    agreement = await session.get(Agreement, agreement_id, options=[WITH_PARTIES, WITH_ITEMS])
    if agreement is None:
        raise HTTPException(404, f"There is no agreement {agreement_id}.")
    revision = await session.scalar(select(JournalHead.number))
    day = today_in(side.party.timezone for side in agreement.parties)
    asked = {"day": day.isoformat(), "agreement_id": agreement_id}
    positions: dict[str, list[StatusReport]] = defaultdict(list)
    for report in await session.scalars(POSITIONS, asked):
        positions[report.action_item].append(report)
    assessments: dict[str, Assessment] = {
        found.action_item: found for found in await session.scalars(ASSESSMENTS, asked)
    }
    standings = [
        standing_on(
            day,
            parties=len(agreement.parties),
            positions=positions[item.id],
            assessment=assessments.get(item.id),
            due=item.due,
            ended=item.ended,
        )
        for item in agreement.items
    ]
    return ProgressRecord(
        agreement=Named.model_validate(agreement),
        as_of=day.isoformat(),
        revision=revision,
        summary=SummaryRecord.model_validate(summary_of(standings)),
        items=[
            ItemStanding(
                id=item.id,
                number=item.number,
                title=item.title,
                kind=item.kind,
                leads=[
                    NamedLead(
                        party=lead.party,
                        organization=lead.organization_id,
                        name=name_on(lead.organization.names, day),
                    )
                    for lead in item.leads
                ],
                due=item.due,
                ended=item.ended,
                standing=StandingRecord.model_validate(standing),
            )
            for item, standing in zip(agreement.items, standings, strict=True)
        ],
    )


Limit = Annotated[int, Query(ge=1, le=200)]


@app.get("/v1/status-reports")
async def list_status_reports(
    session: ReadingSession,
    limit: Limit = 50,
    sort: Literal["id", "-id"] = "id",
    cursor: str | None = None,
) -> StatusReportPage:
    """A page of status reports; the cursor is the id that the page before ended with."""
    statement = (
        select(StatusReport)
        .options(selectinload(StatusReport.evidence))
        .where(StatusReport.visibility == "public")
        .order_by(StatusReport.id if sort == "id" else StatusReport.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        statement = statement.where(
            StatusReport.id > cursor if sort == "id" else StatusReport.id < cursor
        )
    found = (await session.scalars(statement)).all()
    more = len(found) > limit
    return StatusReportPage(items=found[:limit], next=found[limit - 1].id if more else None)


@app.get("/v1/status-reports/{report_id}")
async def get_status_report(session: ReadingSession, report_id: str) -> StatusReportRecord:
    """One status report."""
    report = await session.scalar(
        select(StatusReport)
        .options(selectinload(StatusReport.evidence))
        .where(StatusReport.id == report_id, StatusReport.visibility == "public")
    )
    if report is None:
        raise HTTPException(404, f"There is no status report {report_id}.")
    return StatusReportRecord.model_validate(report)


@app.get("/v1/changes")
async def list_changes(
    session: ReadingSession,
    since: Annotated[int, Query(ge=0)] = 0,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(pattern=r"^\d+\.\d+$")] = None,
) -> ChangePage:
    """A page of the changes after a revision; the cursor is the place where the last one ended."""
    statement = (
        select(Change)
        .options(joinedload(Change.made_in, innerjoin=True))
        .where(Change.revision > since, Change.visibility == "public")
        .order_by(Change.revision, Change.sequence)
        .limit(limit + 1)
    )
    if cursor is not None:
        place = tuple(map(int, cursor.split(".")))
        statement = statement.where(tuple_(Change.revision, Change.sequence) > place)
    found = (await session.scalars(statement)).all()
    last = found[limit - 1] if len(found) > limit else None
    return ChangePage(
        items=found[:limit],
        next=None if last is None else f"{last.revision}.{last.sequence}",
        revision=await session.scalar(select(JournalHead.number)),
    )


def _report(key: ApiKey, party: Party, item: ActionItem, body: ReportBody) -> StatusReport:
    """What `body` says on an item, by the key's party; not yet stamped."""
    today = today_in([party.timezone])
    if body.reported_on is not None and body.reported_on > today:
        raise HTTPException(422, f"A report speaks for no later day than today, {today}.")
    day = (body.reported_on or today).isoformat()
    return StatusReport(
        id=str(uuid7()),
        action_item=item.id,
        agreement_id=item.agreement_id,
        party=party.id,
        organization=key.organization,
        status=body.status,
        progress=body.progress,
        summary=body.summary,
        evidence=[],
        reported_on=day,
        listed_on=day,
        state="submitted",
        submitted_by=f"key:{key.name}",
        own_translations=[],
        visibility="public",
        search_text=search_text(body.summary),
        sort_text="",
    )


async def _write(
    session: AsyncSession, key: ApiKey, reports: list[StatusReport]
) -> list[StatusReportRecord]:
    """Writes reports as one revision of the journal, whose head stays locked until the commit."""
    head = await session.get_one(JournalHead, 1, with_for_update=True)
    number, at = head.number + 1, datetime.now(UTC)
    changes, records = [], []
    for sequence, report in enumerate(reports, start=1):
        report.created_at = report.modified_at = at
        report.revision = report.submitted_revision = number
        record = StatusReportRecord.model_validate(report)
        document = record.model_dump(mode="json")
        report.content_digest = content_digest(document)
        change = kept(document)
        changes.append(
            Change(
                sequence=sequence,
                kind="status_report",
                record_id=report.id,
                operation="create",
                visibility="public",
                holder=report.action_item,
                document=change.document,
                digest=change.digest,
            )
        )
        records.append(record)
    head.number = number
    head.hash = chained(
        number=number,
        at=at,
        principal=f"key:{key.name}",
        party=key.party,
        created=[(change.record_id, change.digest) for change in changes],
        previous=head.hash,
    )
    revision = Revision(
        number=number,
        at=at,
        principal=f"key:{key.name}",
        party=key.party,
        hash=head.hash,
        changes=changes,
    )
    session.add_all([*reports, revision])
    await session.commit()
    return records


@app.post("/v1/action-items/{item_id}/reports", status_code=201)
async def report_on_item(
    session: WritingSession, key: Reporter, item_id: str, body: ReportBody, response: Response
) -> StatusReportRecord:
    """Reports on an action item for the caller's party."""
    found = (
        await session.execute(
            select(ActionItem, Party)
            .outerjoin(
                AgreementParty,
                and_(
                    AgreementParty.agreement_id == ActionItem.agreement_id,
                    AgreementParty.party_id == key.party,
                ),
            )
            .outerjoin(Party, Party.id == AgreementParty.party_id)
            .where(ActionItem.id == item_id)
        )
    ).one_or_none()
    if found is None:
        raise HTTPException(404, f"There is no action item {item_id}.")
    item, party = found
    if party is None:
        raise HTTPException(403, f"{key.party} is no party of {item.agreement_id}.")
    (record,) = await _write(session, key, [_report(key, party, item, body)])
    response.headers["Location"] = f"/v1/status-reports/{record.id}"
    return record


@app.post("/v1/agreements/{agreement_id}/reports", status_code=201)
async def report_on_agreement(
    session: WritingSession, key: Reporter, agreement_id: str, body: ReportsBody
) -> StatusReportList:
    """Reports on many items of an agreement for the caller's party: all of them, or none."""
    agreement = await session.get(
        Agreement,
        agreement_id,
        options=[WITH_PARTIES, selectinload(Agreement.items)],
    )
    if agreement is None:
        raise HTTPException(404, f"There is no agreement {agreement_id}.")
    party = next((side.party for side in agreement.parties if side.party_id == key.party), None)
    if party is None:
        raise HTTPException(403, f"{key.party} is no party of {agreement_id}.")
    items = {item.id: item for item in agreement.items}
    unknown = [report.action_item for report in body.reports if report.action_item not in items]
    if unknown:
        raise HTTPException(422, f"{unknown[0]} is no action item of {agreement_id}.")
    reports = [_report(key, party, items[report.action_item], report) for report in body.reports]
    if len({(report.action_item, report.reported_on) for report in reports}) < len(reports):
        raise HTTPException(422, "Two of these reports are on one item for the same day.")
    return StatusReportList(items=await _write(session, key, reports))


@app.get("/snapshot")
async def get_snapshot(session: ReadingSession) -> StreamingResponse:
    """All status reports, one a line."""
    adapter = TypeAdapter(StatusReportRecord)

    async def lines() -> AsyncIterator[bytes]:
        reports = await session.stream_scalars(
            select(StatusReport)
            .options(selectinload(StatusReport.evidence))
            .where(StatusReport.visibility == "public")
            .order_by(StatusReport.id)
            .execution_options(yield_per=BATCH)
        )
        async for batch in reports.partitions():
            yield b"".join(
                adapter.dump_json(StatusReportRecord.model_validate(report)) + b"\n"
                for report in batch
            )

    return StreamingResponse(lines(), media_type="application/jsonl")
