"""Litestar with Advanced Alchemy: repositories, services and msgspec structs, as documented."""

import hashlib
import os
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import msgspec
import orjson
from advanced_alchemy.extensions.litestar import (
    AsyncSessionConfig,
    SQLAlchemyAsyncConfig,
    SQLAlchemyPlugin,
    providers,
)
from advanced_alchemy.filters import ComparisonFilter, LimitOffset, OrderBy
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from advanced_alchemy.service import SQLAlchemyAsyncRepositoryService
from litestar import Controller, Litestar, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import (
    ClientException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.params import Parameter
from sqlalchemy import make_url, tuple_
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import joinedload, selectinload
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
    Revision,
    StatusReport,
)
from benchmarks.peers.rules import Standing, name_on, standing_on, summary_of, today_in

WITH_PARTIES = selectinload(Agreement.parties).joinedload(AgreementParty.party)

engine = create_async_engine(
    make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg"),
    pool_size=16,
    max_overflow=0,
    json_serializer=lambda value: orjson.dumps(value).decode(),
    json_deserializer=orjson.loads,
)
writing = SQLAlchemyAsyncConfig(
    engine_instance=engine,
    session_config=AsyncSessionConfig(expire_on_commit=False),
    before_send_handler="autocommit",
)
# What one answer says is of one state.
reading = SQLAlchemyAsyncConfig(
    bind_key="reading",
    engine_instance=engine.execution_options(isolation_level="REPEATABLE READ"),
    session_config=AsyncSessionConfig(expire_on_commit=False),
    session_dependency_key="reading_session",
    engine_dependency_key="reading_engine",
    engine_app_state_key="reading_engine",
    session_maker_app_state_key="reading_session_maker",
    session_scope_key="_reading_session",
)

Status = Literal["not_started", "on_track", "delayed", "suspended", "completed", "cancelled"]
Basis = Literal["joint", "agreed", "diverging", "one_sided", "unreported"]
Text = dict[Literal["en", "ko", "zh"], str]


class Named(msgspec.Struct):
    """A record by id and name."""

    id: str
    name: Text


class PositionRecord(msgspec.Struct):
    """What a party's newest report says."""

    party: str
    report: str
    status: Status
    progress: int | None
    summary: Text | None
    reported_on: str


class AssessmentSummary(msgspec.Struct):
    """What the parties concluded jointly at a meeting."""

    assessment: str
    meeting: str
    held_on: str
    status: Status
    progress: int | None


class DifferenceRecord(msgspec.Struct):
    """How the parties' positions differ."""

    status: bool
    progress_gap: int | None


class StandingRecord(msgspec.Struct):
    """Where an action item stands."""

    status: Status | None
    progress: int | None
    basis: Basis
    overdue: bool
    stale: bool
    parties_differ: DifferenceRecord | None
    positions: list[PositionRecord]
    assessment: AssessmentSummary | None


class NamedLead(msgspec.Struct):
    """The organization that leads for one side."""

    party: str
    organization: str
    name: Text


class ItemStanding(msgspec.Struct):
    """An action item with its standing."""

    id: str
    number: int
    title: Text
    kind: str | None
    leads: list[NamedLead]
    due: str | None
    ended: str | None
    standing: StandingRecord


class SummaryRecord(msgspec.Struct):
    """What standings come to."""

    items: int
    by_status: dict[Status, int]
    by_basis: dict[Basis, int]
    overdue: int
    stale: int
    mean_progress: float | None
    items_with_progress: int


class ProgressRecord(msgspec.Struct):
    """How far a plan has come."""

    dialogue: Named | None
    meeting: Named | None
    agreement: Named
    as_of: str
    revision: int
    summary: SummaryRecord
    items: list[ItemStanding]


class EvidenceRecord(msgspec.Struct):
    """What shows that a report is so."""

    document: str | None
    url: str | None
    title: Text | None


class StatusReportRecord(msgspec.Struct):
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


class StatusReportPage(msgspec.Struct):
    """A page of status reports."""

    items: list[StatusReportRecord]
    next: str | None


class ChangeRecord(msgspec.Struct):
    """What one revision did to one record; `record` is JSON as it is stored."""

    revision: int
    at: datetime
    kind: str
    id: str
    operation: Literal["create", "update", "delete"]
    record: msgspec.Raw
    digest: str


class ChangePage(msgspec.Struct):
    """A page of changes."""

    items: list[ChangeRecord]
    next: str | None
    revision: int


class ReportBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a party says about an action item."""

    status: Status
    progress: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    summary: Text | None = None
    reported_on: date | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a progress that the status cannot have."""
        only = {"completed": 100, "not_started": 0}.get(self.status)
        if only is not None and self.progress != only:
            raise ValueError(f"{self.status} is at {only} percent")


class ReportOnItem(ReportBody, kw_only=True):
    """One of several reports."""

    action_item: str


class ReportsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Reports that are made together or not at all."""

    reports: Annotated[list[ReportOnItem], msgspec.Meta(min_length=1, max_length=200)]


class StatusReportList(msgspec.Struct):
    """Reports that were made together."""

    items: list[StatusReportRecord]


class AgreementService(SQLAlchemyAsyncRepositoryService[Agreement]):
    """Agreements with their parties, items and leads."""

    class Repo(SQLAlchemyAsyncRepository[Agreement]):
        """Agreements."""

        model_type = Agreement

    repository_type = Repo


class ActionItemService(SQLAlchemyAsyncRepositoryService[ActionItem]):
    """Action items."""

    class Repo(SQLAlchemyAsyncRepository[ActionItem]):
        """Action items."""

        model_type = ActionItem

    repository_type = Repo


class AgreementPartyService(SQLAlchemyAsyncRepositoryService[AgreementParty]):
    """Parties of agreements."""

    class Repo(SQLAlchemyAsyncRepository[AgreementParty]):
        """Parties of agreements."""

        model_type = AgreementParty

    repository_type = Repo


class ApiKeyService(SQLAlchemyAsyncRepositoryService[ApiKey]):
    """Keys."""

    class Repo(SQLAlchemyAsyncRepository[ApiKey]):
        """Keys."""

        model_type = ApiKey

    repository_type = Repo


class AssessmentService(SQLAlchemyAsyncRepositoryService[Assessment]):
    """Joint conclusions."""

    class Repo(SQLAlchemyAsyncRepository[Assessment]):
        """Joint conclusions."""

        model_type = Assessment

        async def newest(self, agreement_id: str, day: str) -> dict[str, Assessment]:
            """The newest adopted assessment of each item of an agreement up to a day, by item."""
            asked = {"agreement_id": agreement_id, "day": day}
            found = await self.session.scalars(ASSESSMENTS, asked)
            return {assessment.action_item: assessment for assessment in found}

    repository_type = Repo
    repository: Repo


class ChangeService(SQLAlchemyAsyncRepositoryService[Change]):
    """The feed."""

    class Repo(SQLAlchemyAsyncRepository[Change]):
        """Changes."""

        model_type = Change

    repository_type = Repo


class JournalHeadService(SQLAlchemyAsyncRepositoryService[JournalHead]):
    """The journal's head."""

    class Repo(SQLAlchemyAsyncRepository[JournalHead]):
        """The journal's head."""

        model_type = JournalHead

    repository_type = Repo
    repository: Repo

    async def locked(self) -> JournalHead:
        """The head, locked until the commit."""
        return await self.repository.get(1, with_for_update=True)


class StatusReportService(SQLAlchemyAsyncRepositoryService[StatusReport]):
    """Status reports, and writing them with their revision."""

    class Repo(SQLAlchemyAsyncRepository[StatusReport]):
        """Status reports."""

        model_type = StatusReport

        async def positions(self, agreement_id: str, day: str) -> dict[str, list[StatusReport]]:
            """Each party's position on each item of an agreement on a day, by item."""
            asked = {"agreement_id": agreement_id, "day": day}
            found: dict[str, list[StatusReport]] = defaultdict(list)
            for report in await self.session.scalars(POSITIONS, asked):
                found[report.action_item].append(report)
            return found

    repository_type = Repo
    repository: Repo

    async def submit(
        self, key: ApiKey, head: JournalHead, reports: list[StatusReport]
    ) -> list[StatusReportRecord]:
        """Adds reports as one revision of the journal, whose `head` the caller has locked."""
        number, at = head.number + 1, datetime.now(UTC)
        changes, records = [], []
        for sequence, report in enumerate(reports, start=1):
            report.created_at = report.modified_at = at
            report.revision = report.submitted_revision = number
            record = self.to_schema(report, schema_type=StatusReportRecord)
            document = msgspec.to_builtins(record)
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
        # One flush writes all of it; add_many() would flush, and refresh, for each kind.
        self.repository.session.add_all([*reports, revision])
        await self.repository.session.flush()
        return records


Agreements = NamedDependency[AgreementService]
ActionItems = NamedDependency[ActionItemService]
AgreementParties = NamedDependency[AgreementPartyService]
ApiKeys = NamedDependency[ApiKeyService]
Assessments = NamedDependency[AssessmentService]
Changes = NamedDependency[ChangeService]
Heads = NamedDependency[JournalHeadService]
StatusReports = NamedDependency[StatusReportService]
Reporter = NamedDependency[ApiKey]
Limit = Annotated[int, Parameter(ge=1, le=200)]


def _services(config: SQLAlchemyAsyncConfig, **services: type[Any]) -> dict[str, Provide]:
    return {
        name: Provide(providers.create_service_provider(service, config=config))
        for name, service in services.items()
    }


async def provide_reporter(request: Request[Any, Any, Any], api_keys: ApiKeys) -> ApiKey:
    """The key of a caller that may report for its party."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthorizedException("This needs a key.")
    key = await api_keys.get_one_or_none(
        key_hash=hashlib.sha256(given.encode()).hexdigest(), revoked_at=None
    )
    if key is None:
        raise NotAuthorizedException("The key is unknown or revoked.")
    if key.role == "reader" or key.party is None:
        raise PermissionDeniedException("This key may not report.")
    return key


def _standing_record(standing: Standing) -> StandingRecord:
    differ, assessment = standing.parties_differ, standing.assessment
    return StandingRecord(
        status=standing.status,
        progress=standing.progress,
        basis=standing.basis,
        overdue=standing.overdue,
        stale=standing.stale,
        parties_differ=differ and DifferenceRecord(differ.status, differ.progress_gap),
        positions=[
            PositionRecord(
                party=position.party,
                report=position.id,
                status=position.status,
                progress=position.progress,
                summary=position.summary,
                reported_on=position.reported_on,
            )
            for position in standing.positions
        ],
        assessment=assessment
        and AssessmentSummary(
            assessment=assessment.id,
            meeting=assessment.meeting,
            held_on=assessment.held_on,
            status=assessment.status,
            progress=assessment.progress,
        ),
    )


class ReadingController(Controller):
    """What anybody may ask."""

    path = "/v1"
    dependencies = _services(
        reading,
        agreements=AgreementService,
        status_reports=StatusReportService,
        assessments=AssessmentService,
        feed=ChangeService,
        heads=JournalHeadService,
    )

    @get("/agreements/{agreement_id:str}/progress")
    async def progress(
        self,
        agreement_id: str,
        agreements: Agreements,
        status_reports: StatusReports,
        assessments: Assessments,
        heads: Heads,
    ) -> ProgressRecord:
        """Where each action item of an agreement stands today."""
        agreement = await agreements.get_one_or_none(
            id=agreement_id, load=[WITH_PARTIES, WITH_ITEMS]
        )
        if agreement is None:
            raise NotFoundException(f"There is no agreement {agreement_id}.")
        head = await heads.get(1)
        day = today_in(side.party.timezone for side in agreement.parties)
        positions = await status_reports.repository.positions(agreement_id, day.isoformat())
        concluded = await assessments.repository.newest(agreement_id, day.isoformat())
        standings = [
            standing_on(
                day,
                parties=len(agreement.parties),
                positions=positions[item.id],
                assessment=concluded.get(item.id),
                due=item.due,
                ended=item.ended,
            )
            for item in agreement.items
        ]
        return ProgressRecord(
            dialogue=None,
            meeting=None,
            agreement=Named(agreement.id, agreement.name),
            as_of=day.isoformat(),
            revision=head.number,
            summary=msgspec.convert(summary_of(standings), SummaryRecord, from_attributes=True),
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
                    standing=_standing_record(standing),
                )
                for item, standing in zip(agreement.items, standings, strict=True)
            ],
        )

    @get("/status-reports")
    async def status_reports(
        self,
        status_reports: StatusReports,
        limit: Limit = 50,
        sort: Literal["id", "-id"] = "id",
        cursor: str | None = None,
    ) -> StatusReportPage:
        """A page of status reports; the cursor is the id that the page before ended with."""
        ascending = sort == "id"
        after = (
            [ComparisonFilter("id", "gt" if ascending else "lt", cursor)]
            if cursor is not None
            else []
        )
        found = await status_reports.get_many(
            *after,
            OrderBy("id", "asc" if ascending else "desc"),
            LimitOffset(limit + 1, 0),
            visibility="public",
            load=[selectinload(StatusReport.evidence)],
        )
        page = [
            status_reports.to_schema(report, schema_type=StatusReportRecord)
            for report in found[:limit]
        ]
        return StatusReportPage(page, page[-1].id if len(found) > limit else None)

    @get("/status-reports/{report_id:str}")
    async def status_report(
        self, report_id: str, status_reports: StatusReports
    ) -> StatusReportRecord:
        """One status report."""
        report = await status_reports.get_one_or_none(
            id=report_id, visibility="public", load=[selectinload(StatusReport.evidence)]
        )
        if report is None:
            raise NotFoundException(f"There is no status report {report_id}.")
        return status_reports.to_schema(report, schema_type=StatusReportRecord)

    @get("/changes")
    async def changes(
        self,
        feed: Changes,
        heads: Heads,
        since: Annotated[int, Parameter(ge=0)] = 0,
        limit: Limit = 50,
        cursor: Annotated[str | None, Parameter(pattern=r"^\d+\.\d+$")] = None,
    ) -> ChangePage:
        """A page of the changes after a revision; the cursor is the place where the last ended."""
        place = tuple(map(int, cursor.split("."))) if cursor is not None else None
        found = await feed.get_many(
            tuple_(Change.revision, Change.sequence) > place
            if place is not None
            else Change.revision > since,
            OrderBy("revision", "asc"),
            OrderBy("sequence", "asc"),
            LimitOffset(limit + 1, 0),
            visibility="public",
            load=[joinedload(Change.made_in, innerjoin=True)],
        )
        last = found[limit - 1] if len(found) > limit else None
        return ChangePage(
            items=[
                ChangeRecord(
                    revision=change.revision,
                    at=change.made_in.at,
                    kind=change.kind,
                    id=change.record_id,
                    operation=change.operation,
                    record=msgspec.Raw((change.document or "null").encode()),
                    digest=change.digest,
                )
                for change in found[:limit]
            ],
            next=None if last is None else f"{last.revision}.{last.sequence}",
            revision=(await heads.get(1)).number,
        )


def _report(key: ApiKey, side: AgreementParty, item_id: str, body: ReportBody) -> StatusReport:
    """What `body` says on an item, by the key's party, a side of its agreement."""
    today = today_in([side.party.timezone])
    if body.reported_on is not None and body.reported_on > today:
        raise ClientException(f"A report speaks for no later day than today, {today}.")
    day = (body.reported_on or today).isoformat()
    return StatusReport(
        id=str(uuid7()),
        action_item=item_id,
        agreement_id=side.agreement_id,
        party=side.party_id,
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


class ReportingController(Controller):
    """What a party may write; the plugin commits before the answer is sent."""

    path = "/v1"
    dependencies = {  # noqa: RUF012
        "reporter": Provide(provide_reporter),
        **_services(
            writing,
            api_keys=ApiKeyService,
            agreements=AgreementService,
            action_items=ActionItemService,
            agreement_parties=AgreementPartyService,
            status_reports=StatusReportService,
            heads=JournalHeadService,
        ),
    }

    @post("/action-items/{item_id:str}/reports")
    async def report_on_item(
        self,
        item_id: str,
        data: ReportBody,
        reporter: Reporter,
        action_items: ActionItems,
        agreement_parties: AgreementParties,
        status_reports: StatusReports,
        heads: Heads,
    ) -> Response[StatusReportRecord]:
        """Reports on an action item for the caller's party."""
        item = await action_items.get_one_or_none(id=item_id)
        if item is None:
            raise NotFoundException(f"There is no action item {item_id}.")
        side = await agreement_parties.get_one_or_none(
            agreement_id=item.agreement_id,
            party_id=reporter.party,
            load=[joinedload(AgreementParty.party, innerjoin=True)],
        )
        if side is None:
            raise PermissionDeniedException(f"{reporter.party} is no party of {item.agreement_id}.")
        report = _report(reporter, side, item.id, data)
        head = await heads.locked()
        (record,) = await status_reports.submit(reporter, head, [report])
        return Response(record, headers={"Location": f"/v1/status-reports/{record.id}"})

    @post("/agreements/{agreement_id:str}/reports")
    async def report_on_agreement(
        self,
        agreement_id: str,
        data: ReportsBody,
        reporter: Reporter,
        agreements: Agreements,
        status_reports: StatusReports,
        heads: Heads,
    ) -> StatusReportList:
        """Reports on many items of an agreement for the caller's party: all of them, or none."""
        agreement = await agreements.get_one_or_none(
            id=agreement_id,
            load=[WITH_PARTIES, selectinload(Agreement.items)],
        )
        if agreement is None:
            raise NotFoundException(f"There is no agreement {agreement_id}.")
        side = next((side for side in agreement.parties if side.party_id == reporter.party), None)
        if side is None:
            raise PermissionDeniedException(f"{reporter.party} is no party of {agreement_id}.")
        items = {item.id for item in agreement.items}
        unknown = [report.action_item for report in data.reports if report.action_item not in items]
        if unknown:
            raise ClientException(f"{unknown[0]} is no action item of {agreement_id}.")
        reports = [_report(reporter, side, report.action_item, report) for report in data.reports]
        if len({(report.action_item, report.reported_on) for report in reports}) < len(reports):
            raise ClientException("Two of these reports are on one item for the same day.")
        head = await heads.locked()
        return StatusReportList(await status_reports.submit(reporter, head, reports))


app = Litestar(
    route_handlers=[ReadingController, ReportingController],
    plugins=[SQLAlchemyPlugin(config=[writing, reading])],
    openapi_config=None,
)
