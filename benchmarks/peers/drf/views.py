"""What is asked and written."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from uuid_utils import uuid7

from benchmarks.peers.drf.authentication import KeyAuthentication, MayReport
from benchmarks.peers.drf.models import (
    ActionItem,
    Agreement,
    AgreementParty,
    ApiKey,
    Assessment,
    Change,
    JournalHead,
    Lead,
    Revision,
    StatusReport,
)
from benchmarks.peers.drf.pagination import ByIdPagination, FeedPagination
from benchmarks.peers.drf.serializers import (
    ChangeSerializer,
    ProgressSerializer,
    ReportSerializer,
    ReportsSerializer,
    StatusReportSerializer,
)
from benchmarks.peers.journalling import chained, content_digest, kept, search_text
from benchmarks.peers.rules import name_on, standing_on, summary_of, today_in

SIDES = Prefetch("sides", AgreementParty.objects.select_related("party"))
LEADS = Prefetch(
    "items__leads",
    Lead.objects.select_related("organization").prefetch_related("organization__names"),
)
one_state = transaction.atomic(using="snapshot")


class ProgressView(APIView):
    """Where each action item of an agreement stands today."""

    @method_decorator(one_state)
    def get(self, request: Request, agreement_id: str) -> Response:  # noqa: ARG002
        """The agreement's progress."""
        agreement = get_object_or_404(
            Agreement.objects.using("snapshot").prefetch_related(SIDES, "items", LEADS),
            pk=agreement_id,
        )
        sides, items = agreement.sides.all(), agreement.items.all()
        head = JournalHead.objects.using("snapshot").get(pk=1)
        day = today_in(side.party.timezone for side in sides)
        positions: dict[str, dict[str, StatusReport]] = defaultdict(dict)
        for report in StatusReport.objects.using("snapshot").positions(
            agreement_id, day.isoformat()
        ):
            positions[report.action_item_id][report.party_id] = report
        assessments = {
            assessment.action_item_id: assessment
            for assessment in Assessment.objects.using("snapshot").newest(
                agreement_id, day.isoformat()
            )
        }
        for item in items:
            given = positions[item.id]
            item.standing = standing_on(
                day,
                parties=len(sides),
                positions=[given[side.party_id] for side in sides if side.party_id in given],
                assessment=assessments.get(item.id),
                due=item.due,
                ended=item.ended,
            )
            for lead in item.leads.all():
                lead.organization.name = name_on(lead.organization.names.all(), day)
        answer = {
            "dialogue": None,
            "meeting": None,
            "agreement": agreement,
            "as_of": day.isoformat(),
            "revision": head.number,
            "summary": summary_of([item.standing for item in items]),
            "items": items,
        }
        return Response(ProgressSerializer(answer).data)


class StatusReportListView(ListAPIView):
    """Pages of status reports."""

    queryset = StatusReport.objects.shown()
    serializer_class = StatusReportSerializer
    pagination_class = ByIdPagination


class StatusReportView(RetrieveAPIView):
    """One status report."""

    queryset = StatusReport.objects.shown()
    serializer_class = StatusReportSerializer


@method_decorator(one_state, name="get")
class ChangeListView(ListAPIView):
    """Pages of the feed."""

    queryset = (
        Change.objects.using("snapshot").filter(visibility="public").select_related("revision")
    )
    serializer_class = ChangeSerializer
    pagination_class = FeedPagination


class ReportingView(APIView):
    """What a party may write: all of it in one transaction."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = (MayReport,)

    def report(
        self, key: ApiKey, side: AgreementParty, item_id: str, said: Mapping[str, Any]
    ) -> StatusReport:
        """What a body says on an item, by the key's party, a side of its agreement."""
        today = today_in([side.party.timezone])
        if said["reported_on"] is not None and said["reported_on"] > today:
            raise ValidationError(f"A report speaks for no later day than today, {today}.")
        day = (said["reported_on"] or today).isoformat()
        return StatusReport(
            id=str(uuid7()),
            action_item_id=item_id,
            agreement_id=side.agreement_id,
            party_id=side.party_id,
            organization_id=key.organization,
            status=said["status"],
            progress=said["progress"],
            summary=said["summary"],
            reported_on=day,
            listed_on=day,
            state="submitted",
            submitted_by=f"key:{key.name}",
            own_translations=[],
            visibility="public",
            search_text=search_text(said["summary"]),
            sort_text="",
        )

    def write(self, key: ApiKey, reports: list[StatusReport]) -> list[dict[str, Any]]:
        """Writes reports as one revision of the journal, whose head stays locked to the commit."""
        prefetch_related_objects(reports, "evidence")
        head = JournalHead.objects.select_for_update().get(pk=1)
        number, at = head.number + 1, datetime.now(UTC)
        for report in reports:
            report.created_at = report.modified_at = at
            report.revision = report.submitted_revision = number
        documents = StatusReportSerializer(reports, many=True).data
        changes = []
        for sequence, (report, document) in enumerate(
            zip(reports, documents, strict=True), start=1
        ):
            report.content_digest = content_digest(document)
            change = kept(document)
            changes.append(
                Change(
                    revision_id=number,
                    sequence=sequence,
                    kind="status_report",
                    record_id=report.id,
                    operation="create",
                    visibility="public",
                    holder=report.action_item_id,
                    document=change.document,
                    digest=change.digest,
                )
            )
        head.number = number
        head.hash = chained(
            number=number,
            at=at,
            principal=f"key:{key.name}",
            party=key.party,
            created=[(change.record_id, change.digest) for change in changes],
            previous=head.hash,
        )
        StatusReport.objects.bulk_create(reports)
        Revision.objects.create(
            number=number,
            at=at,
            principal=f"key:{key.name}",
            party=key.party,
            hash=head.hash,
        )
        Change.objects.bulk_create(changes)
        head.save(update_fields=["number", "hash"])
        return documents


def _side(agreement: Agreement, party: str) -> AgreementParty:
    found = next((side for side in agreement.sides.all() if side.party_id == party), None)
    if found is None:
        raise PermissionDenied(f"{party} is no party of {agreement.id}.")
    return found


class ReportOnItemView(ReportingView):
    """Reports on an action item for the caller's party."""

    @method_decorator(transaction.atomic)
    def post(self, request: Request, item_id: str) -> Response:
        """The report that is made."""
        said = ReportSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        item = get_object_or_404(ActionItem, pk=item_id)
        side = (
            AgreementParty.objects.select_related("party")
            .filter(agreement=item.agreement_id, party=request.user.party)
            .first()
        )
        if side is None:
            raise PermissionDenied(f"{request.user.party} is no party of {item.agreement_id}.")
        report = self.report(request.user, side, item_id, said.validated_data)
        (record,) = self.write(request.user, [report])
        return Response(record, 201, headers={"Location": f"/v1/status-reports/{report.id}"})


class ReportOnAgreementView(ReportingView):
    """Reports on many items of an agreement for the caller's party: all of them, or none."""

    @method_decorator(transaction.atomic)
    def post(self, request: Request, agreement_id: str) -> Response:
        """The reports that are made."""
        body = ReportsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        agreement = get_object_or_404(
            Agreement.objects.prefetch_related(SIDES, "items"), pk=agreement_id
        )
        key, side = request.user, _side(agreement, request.user.party)
        items = {item.id for item in agreement.items.all()}
        said = body.validated_data["reports"]
        unknown = [report["action_item"] for report in said if report["action_item"] not in items]
        if unknown:
            raise ValidationError(f"{unknown[0]} is no action item of {agreement_id}.")
        reports = [self.report(key, side, report["action_item"], report) for report in said]
        if len({(report.action_item_id, report.reported_on) for report in reports}) < len(reports):
            raise ValidationError("Two of these reports are on one item for the same day.")
        return Response({"items": self.write(key, reports)}, 201)
