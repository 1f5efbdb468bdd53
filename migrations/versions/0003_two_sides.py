"""Drafts, assessments, ended items, reasons on an agenda, and what the past is asked by."""

import sqlalchemy as sa
from alembic import op
from app.kernel.migrating import edit_sqlite_table
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

RECORDS = [
    "action_item",
    "agreement",
    "dialogue",
    "document",
    "meeting",
    "organization",
    "party",
    "person",
    "status_report",
]
REPORT_CHECKS = {
    "ck_status_report_submitted_in_revision": "(state = 'draft') = (submitted_revision IS NULL)",
    "ck_status_report_withdrawn_in_revision": (
        "(state = 'withdrawn') = (withdrawn_revision IS NOT NULL)"
    ),
    "ck_status_report_submitted_for_a_day": (
        "state = 'draft' OR (reported_on IS NOT NULL AND submitted_by IS NOT NULL)"
    ),
}
AGENDA_KEY = (
    ", CONSTRAINT fk_agenda_item_action_item_id FOREIGN KEY(action_item_id) "
    "REFERENCES action_item (id) DEFERRABLE INITIALLY DEFERRED"
)
NULLABLE = ("reported_on", "submitted_by")
# The member of a record's document that names what holds it.
HOLDERS = {
    "action_item": "agreement",
    "agreement": "overseen_by",
    "meeting": "dialogue",
    "status_report": "action_item",
}


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    _create_assessments()
    for table in RECORDS:
        op.add_column(table, sa.Column("audience", KEY))
    op.add_column("action_item", sa.Column("ended", KEY))
    op.add_column("change", sa.Column("audience", KEY))
    op.add_column("change", sa.Column("holder", KEY))
    op.create_index("ix_change_holder", "change", ["holder", "kind", "record_id"])
    _fill_holders(postgresql)
    op.add_column(
        "agenda_item",
        sa.Column("reasons", DOCUMENT, server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("agenda_item", sa.Column("action_item_id", KEY))
    if postgresql:
        op.execute(f"ALTER TABLE agenda_item ADD {AGENDA_KEY.removeprefix(', ')}")
    else:
        edit_sqlite_table(op.get_bind(), "agenda_item", added=AGENDA_KEY)
    op.create_index("ix_agenda_item_action_item_id", "agenda_item", ["action_item_id"])

    op.add_column("status_report", sa.Column("submitted_revision", sa.BigInteger()))
    op.add_column("status_report", sa.Column("withdrawn_revision", sa.BigInteger()))
    op.execute(
        "UPDATE status_report SET submitted_revision = (SELECT min(change.revision) FROM change "
        "WHERE change.kind = 'status_report' AND change.record_id = status_report.id)"
    )
    op.execute(
        "UPDATE status_report SET withdrawn_revision = revision WHERE state = 'withdrawn'"
    )
    if postgresql:
        # What the updates left to be checked at commit must be checked before a table is altered.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for column in NULLABLE:
            op.alter_column("status_report", column, nullable=True)
        for name, rule in REPORT_CHECKS.items():
            op.create_check_constraint(op.f(name), "status_report", rule)
    else:
        edit_sqlite_table(
            op.get_bind(),
            "status_report",
            {f"{column} VARCHAR NOT NULL": f"{column} VARCHAR" for column in NULLABLE},
            added="".join(
                f", CONSTRAINT {name} CHECK ({rule})" for name, rule in REPORT_CHECKS.items()
            ),
        )
    op.drop_index("ix_status_report_position", "status_report")
    op.create_index(
        "ix_status_report_position",
        "status_report",
        ["action_item_id", "party_id", "reported_on", "submitted_revision", "id"],
    )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.drop_index("ix_status_report_position", "status_report")
    # What the earlier version cannot hold: a draft that speaks for no day yet, made by nobody.
    op.execute(
        "UPDATE status_report SET reported_on = COALESCE(reported_on, "
        "substr(CAST(created_at AS VARCHAR), 1, 10)), submitted_by = COALESCE(submitted_by, '')"
    )
    if postgresql:
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in REPORT_CHECKS:
            op.drop_constraint(op.f(name), "status_report")
        for column in NULLABLE:
            op.alter_column("status_report", column, nullable=False)
    else:
        edit_sqlite_table(
            op.get_bind(),
            "status_report",
            {f"{column} VARCHAR": f"{column} VARCHAR NOT NULL" for column in NULLABLE}
            | {
                f", CONSTRAINT {name} CHECK ({rule})": ""
                for name, rule in REPORT_CHECKS.items()
            },
        )
        edit_sqlite_table(op.get_bind(), "agenda_item", {AGENDA_KEY: ""})
    op.create_index(
        "ix_status_report_position",
        "status_report",
        ["action_item_id", "party_id", "reported_on", "id"],
    )
    op.drop_column("status_report", "submitted_revision")
    op.drop_column("status_report", "withdrawn_revision")
    op.drop_index("ix_agenda_item_action_item_id", "agenda_item")
    op.drop_column("agenda_item", "action_item_id")
    op.drop_column("agenda_item", "reasons")
    op.drop_index("ix_change_holder", "change")
    op.drop_column("change", "holder")
    op.drop_column("change", "audience")
    op.drop_column("action_item", "ended")
    for table in RECORDS:
        op.drop_column(table, "audience")
    for table in ("assessment_party", "assessment_citation", "assessment"):
        op.drop_table(table)


def _fill_holders(postgresql: bool) -> None:
    for kind, member in HOLDERS.items():
        value = (
            f"document::jsonb ->> '{member}'"
            if postgresql
            else f"json_extract(document, '$.{member}')"
        )
        op.execute(
            f"UPDATE change SET holder = {value} WHERE kind = '{kind}' AND document IS NOT NULL"
        )


def _create_assessments() -> None:
    def codes(name: str, *values: str) -> sa.Enum:
        return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)

    def reference(column: str, table: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint(
            [column],
            [f"{table}.id"],
            name=op.f(f"fk_assessment_{column}"),
            deferrable=True,
            initially="DEFERRED",
        )

    op.create_table(
        "assessment",
        sa.Column("meeting_id", KEY, nullable=False),
        sa.Column("held_on", KEY, nullable=False),
        sa.Column("action_item_id", KEY, nullable=False),
        sa.Column("agreement_id", KEY, nullable=False),
        sa.Column(
            "status",
            codes(
                "status",
                "not_started",
                "on_track",
                "delayed",
                "suspended",
                "completed",
                "cancelled",
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer()),
        sa.Column("remarks", DOCUMENT),
        sa.Column("state", codes("state", "proposed", "adopted"), nullable=False),
        sa.Column("adopted_revision", sa.BigInteger()),
        sa.Column("proposed_by_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column("visibility", codes("visibility", "public", "parties", "party"), nullable=False),
        sa.Column("audience", KEY),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.CheckConstraint(
            "(state = 'adopted') = (adopted_revision IS NOT NULL)",
            name=op.f("ck_assessment_adopted_in_revision"),
        ),
        sa.CheckConstraint(
            "status <> 'completed' OR progress = 100", name=op.f("ck_assessment_completed_is_100")
        ),
        sa.CheckConstraint(
            "status <> 'not_started' OR progress = 0", name=op.f("ck_assessment_not_started_is_0")
        ),
        sa.CheckConstraint("length(held_on) = 10", name=op.f("ck_assessment_held_on_is_a_day")),
        sa.CheckConstraint(
            "progress BETWEEN 0 AND 100", name=op.f("ck_assessment_progress_is_percent")
        ),
        sa.ForeignKeyConstraint(
            ["action_item_id", "agreement_id"],
            ["action_item.id", "action_item.agreement_id"],
            name="fk_assessment_item_of_agreement",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "proposed_by_id"],
            ["agreement_party.agreement_id", "agreement_party.party_id"],
            name="fk_assessment_proposed_by_party",
            deferrable=True,
            initially="DEFERRED",
        ),
        reference("action_item_id", "action_item"),
        reference("agreement_id", "agreement"),
        reference("meeting_id", "meeting"),
        reference("proposed_by_id", "party"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("meeting_id", "action_item_id", name="uq_assessment_item_at_meeting"),
    )
    for name, columns in {
        "agreement_id": ["agreement_id"],
        "meeting_id": ["meeting_id"],
        "modified_at": ["modified_at", "id"],
        "position": ["action_item_id", "held_on", "meeting_id"],
        "proposed_by_id": ["proposed_by_id"],
        "sort_text": ["sort_text", "id"],
    }.items():
        op.create_index(f"ix_assessment_{name}", "assessment", columns)

    op.create_table(
        "assessment_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT),
        sa.Column("locator", TEXT),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_assessment_citation_document_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["assessment.id"],
            name=op.f("fk_assessment_citation_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_assessment_citation")),
    )
    op.create_index(
        "ix_assessment_citation_document_id", "assessment_citation", ["document_id"]
    )
    op.create_table(
        "assessment_party",
        sa.Column("assessment_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_assessment_party_assessment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name=op.f("fk_assessment_party_party_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("assessment_id", "party_id", name=op.f("pk_assessment_party")),
    )
    op.create_index("ix_assessment_party_party_id", "assessment_party", ["party_id"])
