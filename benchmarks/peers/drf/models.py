"""Clear Sky's tables as unmanaged models, as far as the views read and write them."""

from django.db import models


class Party(models.Model):
    """A country."""

    id = models.CharField(primary_key=True)
    timezone = models.CharField()

    class Meta:
        managed = False
        db_table = "party"


class Organization(models.Model):
    """An organization."""

    id = models.CharField(primary_key=True)

    class Meta:
        managed = False
        db_table = "organization"


class OrganizationName(models.Model):
    """A name that an organization had for a time."""

    pk = models.CompositePrimaryKey("organization_id", "position")
    organization = models.ForeignKey(Organization, models.DO_NOTHING, related_name="names")
    position = models.IntegerField()
    name = models.JSONField()
    starts = models.CharField(null=True)
    ends = models.CharField(null=True)

    class Meta:
        managed = False
        db_table = "organization_name"
        ordering = ("position",)


class Agreement(models.Model):
    """An agreed text."""

    id = models.CharField(primary_key=True)
    name = models.JSONField()

    class Meta:
        managed = False
        db_table = "agreement"


class AgreementParty(models.Model):
    """A party of an agreement."""

    pk = models.CompositePrimaryKey("agreement_id", "party_id")
    agreement = models.ForeignKey(Agreement, models.DO_NOTHING, related_name="sides")
    party = models.ForeignKey(Party, models.DO_NOTHING, related_name="+")
    position = models.IntegerField()

    class Meta:
        managed = False
        db_table = "agreement_party"
        ordering = ("position",)


class ActionItem(models.Model):
    """A numbered undertaking inside an agreement."""

    id = models.CharField(primary_key=True)
    agreement = models.ForeignKey(Agreement, models.DO_NOTHING, related_name="items")
    number = models.IntegerField()
    title = models.JSONField()
    kind = models.CharField(null=True)
    due = models.CharField(null=True)
    ended = models.CharField(null=True)

    class Meta:
        managed = False
        db_table = "action_item"
        ordering = ("number",)


class Lead(models.Model):
    """The organization that leads an item for one side."""

    pk = models.CompositePrimaryKey("action_item_id", "party_id")
    action_item = models.ForeignKey(ActionItem, models.DO_NOTHING, related_name="leads")
    party = models.ForeignKey(Party, models.DO_NOTHING, related_name="+")
    organization = models.ForeignKey(Organization, models.DO_NOTHING, related_name="+")
    position = models.IntegerField()

    class Meta:
        managed = False
        db_table = "lead"
        ordering = ("position",)


class ReportQuerySet(models.QuerySet["StatusReport"]):
    """Status reports, without what only searches and writers need."""

    def shown(self) -> "ReportQuerySet":
        """Those that everybody sees, with what an answer says of them."""
        return self.filter(visibility="public").read().prefetch_related("evidence")

    def read(self) -> "ReportQuerySet":
        """Only the columns that answers have."""
        return self.defer(
            "agreement",
            "submitted_revision",
            "content_digest",
            "search_text",
            "sort_text",
            "listed_on",
        )

    def positions(self, agreement_id: str, day: str) -> "ReportQuerySet":
        """Each party's position on each item of an agreement on a day.

        Each is found at the end of one range of the index ix_status_report_position.
        """
        counting = self.model.objects.filter(state="submitted", reported_on__lte=day)
        newest = (
            counting.filter(action_item=models.OuterRef("id"), party=models.OuterRef("side"))
            .exclude(
                models.Exists(
                    counting.filter(corrects=models.OuterRef("id"), party=models.OuterRef("party"))
                )
            )
            .order_by("-reported_on", "-submitted_revision", "-id")
            .values("id")[:1]
        )
        found = (
            ActionItem.objects.filter(agreement=agreement_id)
            .annotate(side=models.F("agreement__sides__party"))
            .order_by()
            .values(newest=models.Subquery(newest))
        )
        return self.filter(id__in=found).read()


class StatusReport(models.Model):
    """One party's own statement about one action item."""

    id = models.CharField(primary_key=True)
    action_item = models.ForeignKey(ActionItem, models.DO_NOTHING, related_name="+")
    agreement = models.ForeignKey(Agreement, models.DO_NOTHING, related_name="+")
    party = models.ForeignKey(Party, models.DO_NOTHING, related_name="+")
    organization = models.ForeignKey(Organization, models.DO_NOTHING, related_name="+", null=True)
    status = models.CharField()
    progress = models.IntegerField(null=True)
    summary = models.JSONField(null=True)
    period_start = models.CharField(null=True)
    period_end = models.CharField(null=True)
    reported_on = models.CharField(null=True)
    state = models.CharField()
    corrects = models.ForeignKey("self", models.DO_NOTHING, related_name="+", null=True)
    withdrawal_reason = models.JSONField(null=True)
    submitted_by = models.CharField(null=True)
    own_translations = models.JSONField()
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    revision = models.BigIntegerField()
    visibility = models.CharField()
    submitted_revision = models.BigIntegerField(null=True)
    content_digest = models.CharField()
    search_text = models.TextField()
    sort_text = models.TextField()
    listed_on = models.CharField()

    objects = ReportQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "status_report"


class Evidence(models.Model):
    """What shows that a report is so."""

    pk = models.CompositePrimaryKey("status_report_id", "position")
    status_report = models.ForeignKey(StatusReport, models.DO_NOTHING, related_name="evidence")
    position = models.IntegerField()
    document = models.CharField(db_column="document_id", null=True)
    url = models.TextField(null=True)
    title = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "evidence"
        ordering = ("position",)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """What the parties concluded jointly."""

    def newest(self, agreement_id: str, day: str) -> "AssessmentQuerySet":
        """The newest adopted one of each item of an agreement up to a day."""
        newest = (
            self.model.objects.filter(
                action_item=models.OuterRef("id"), state="adopted", held_on__lte=day
            )
            .order_by("-held_on", "-meeting")
            .values("id")[:1]
        )
        found = (
            ActionItem.objects.filter(agreement=agreement_id)
            .order_by()
            .values(newest=models.Subquery(newest))
        )
        return self.filter(id__in=found)


class Assessment(models.Model):
    """What the parties concluded jointly on an item at a meeting."""

    id = models.CharField(primary_key=True)
    action_item = models.ForeignKey(ActionItem, models.DO_NOTHING, related_name="+")
    meeting = models.CharField(db_column="meeting_id")
    held_on = models.CharField()
    status = models.CharField()
    progress = models.IntegerField(null=True)
    state = models.CharField()

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "assessment"


class ApiKey(models.Model):
    """A key's hash, and whom it speaks for."""

    name = models.CharField(primary_key=True)
    key_hash = models.CharField()
    role = models.CharField()
    party = models.CharField(null=True)
    organization = models.CharField(null=True)
    revoked_at = models.DateTimeField(null=True)

    # What Django REST framework asks of whoever is authenticated.
    is_authenticated = True

    class Meta:
        managed = False
        db_table = "api_key"


class JournalHead(models.Model):
    """The one row that says which revision is the newest; whoever writes holds it locked."""

    id = models.IntegerField(primary_key=True)
    number = models.BigIntegerField()
    hash = models.CharField()

    class Meta:
        managed = False
        db_table = "journal_head"


class Revision(models.Model):
    """One committed write, and its place in the hash chain."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    principal = models.CharField()
    party = models.CharField(null=True)
    hash = models.CharField()

    class Meta:
        managed = False
        db_table = "revision"


class Change(models.Model):
    """What one revision did to one record."""

    pk = models.CompositePrimaryKey("revision_id", "sequence")
    revision = models.ForeignKey(
        Revision, models.DO_NOTHING, related_name="changes", db_column="revision"
    )
    sequence = models.IntegerField()
    kind = models.CharField()
    record_id = models.CharField()
    operation = models.CharField()
    visibility = models.CharField()
    holder = models.CharField(null=True)
    document = models.TextField(null=True)
    digest = models.CharField()

    class Meta:
        managed = False
        db_table = "change"
