"""Answers and bodies as serializers."""

import json
from typing import Any

from rest_framework import serializers

from benchmarks.peers.drf.models import Change, Evidence, StatusReport
from benchmarks.peers.rules import STATUSES


class NamedSerializer(serializers.Serializer):
    """A record by id and name."""

    id = serializers.CharField()
    name = serializers.JSONField()


class PositionSerializer(serializers.Serializer):
    """What a party's newest report says."""

    party = serializers.CharField(source="party_id")
    report = serializers.CharField(source="id")
    status = serializers.CharField()
    progress = serializers.IntegerField()
    summary = serializers.JSONField()
    reported_on = serializers.CharField()


class AssessmentSerializer(serializers.Serializer):
    """What the parties concluded jointly at a meeting."""

    assessment = serializers.CharField(source="id")
    meeting = serializers.CharField()
    held_on = serializers.CharField()
    status = serializers.CharField()
    progress = serializers.IntegerField()


class DifferenceSerializer(serializers.Serializer):
    """How the parties' positions differ."""

    status = serializers.BooleanField()
    progress_gap = serializers.IntegerField()


class StandingSerializer(serializers.Serializer):
    """Where an action item stands."""

    status = serializers.CharField()
    progress = serializers.IntegerField()
    basis = serializers.CharField()
    overdue = serializers.BooleanField()
    stale = serializers.BooleanField()
    parties_differ = DifferenceSerializer()
    positions = PositionSerializer(many=True)
    assessment = AssessmentSerializer()


class LeadSerializer(serializers.Serializer):
    """The organization that leads for one side."""

    party = serializers.CharField(source="party_id")
    organization = serializers.CharField(source="organization_id")
    name = serializers.JSONField(source="organization.name")


class ItemSerializer(serializers.Serializer):
    """An action item with its standing."""

    id = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.JSONField()
    kind = serializers.CharField()
    leads = LeadSerializer(source="leads.all", many=True)
    due = serializers.CharField()
    ended = serializers.CharField()
    standing = StandingSerializer()


class SummarySerializer(serializers.Serializer):
    """What standings come to."""

    items = serializers.IntegerField()
    by_status = serializers.JSONField()
    by_basis = serializers.JSONField()
    overdue = serializers.IntegerField()
    stale = serializers.IntegerField()
    mean_progress = serializers.FloatField()
    items_with_progress = serializers.IntegerField()


class ProgressSerializer(serializers.Serializer):
    """How far a plan has come."""

    dialogue = NamedSerializer()
    meeting = NamedSerializer()
    agreement = NamedSerializer()
    as_of = serializers.CharField()
    revision = serializers.IntegerField()
    summary = SummarySerializer()
    items = ItemSerializer(many=True)


class EvidenceSerializer(serializers.ModelSerializer):
    """What shows that a report is so."""

    class Meta:
        model = Evidence
        fields = ("document", "url", "title")
        read_only_fields = fields


class StatusReportSerializer(serializers.ModelSerializer):
    """A status report."""

    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta:
        model = StatusReport
        fields = (
            "id",
            "action_item",
            "party",
            "organization",
            "status",
            "progress",
            "summary",
            "period_start",
            "period_end",
            "evidence",
            "reported_on",
            "state",
            "corrects",
            "withdrawal_reason",
            "submitted_by",
            "own_translations",
            "created_at",
            "modified_at",
            "revision",
            "visibility",
        )
        read_only_fields = fields


class ChangeSerializer(serializers.ModelSerializer):
    """What one revision did to one record."""

    revision = serializers.IntegerField(source="revision_id")
    at = serializers.DateTimeField(source="revision.at")
    id = serializers.CharField(source="record_id")
    record = serializers.SerializerMethodField()

    class Meta:
        model = Change
        fields = ("revision", "at", "kind", "id", "operation", "record", "digest")
        read_only_fields = fields

    def get_record(self, change: Change) -> dict[str, Any] | None:
        """The record after the change."""
        return None if change.document is None else json.loads(change.document)


class TextSerializer(serializers.Serializer):
    """The same text in up to three languages."""

    en = serializers.CharField(required=False, trim_whitespace=False)
    ko = serializers.CharField(required=False, trim_whitespace=False)
    zh = serializers.CharField(required=False, trim_whitespace=False)


class ReportSerializer(serializers.Serializer):
    """What a party says about an action item."""

    status = serializers.ChoiceField(STATUSES)
    progress = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, default=None)
    summary = TextSerializer(allow_null=True, default=None)
    reported_on = serializers.DateField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Holds the progress to what the status can have."""
        only = {"completed": 100, "not_started": 0}.get(attrs["status"])
        if only is not None and attrs["progress"] != only:
            raise serializers.ValidationError(f"{attrs['status']} is at {only} percent.")
        return attrs


class ReportOnItemSerializer(ReportSerializer):
    """One of several reports."""

    action_item = serializers.CharField()


class ReportsSerializer(serializers.Serializer):
    """Reports that are made together or not at all."""

    reports = ReportOnItemSerializer(many=True, min_length=1, max_length=200)
