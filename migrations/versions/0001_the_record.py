"""The tables of the record, its journal, and its keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dialogue",
        sa.Column("name", DOCUMENT, nullable=False),
        sa.Column("aliases", DOCUMENT, nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "minister",
                "vice_minister",
                "director_general",
                "director",
                "working",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("established", KEY, nullable=True),
        sa.Column("description", DOCUMENT, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dialogue"),
    )
    op.create_index("ix_dialogue_modified_at", "dialogue", ["modified_at", "id"], unique=False)
    op.create_index("ix_dialogue_sort_text", "dialogue", ["sort_text", "id"], unique=False)

    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal_head"),
    )
    op.create_table(
        "kept_answer",
        sa.Column("principal", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("request_digest", KEY, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", DOCUMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name="pk_kept_answer"),
    )
    op.create_index("ix_kept_answer_created_at", "kept_answer", ["created_at"], unique=False)

    op.create_table(
        "party",
        sa.Column("name", DOCUMENT, nullable=False),
        sa.Column("timezone", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
    )
    op.create_index("ix_party_modified_at", "party", ["modified_at", "id"], unique=False)
    op.create_index("ix_party_sort_text", "party", ["sort_text", "id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("principal", KEY, nullable=False),
        sa.Column("party", KEY, nullable=True),
        sa.Column("request_id", KEY, nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("hash", KEY, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_revision"),
    )
    op.create_table(
        "secret",
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secret"),
    )
    op.create_table(
        "agreement",
        sa.Column(
            "kind",
            sa.Enum(
                "treaty",
                "memorandum",
                "cooperation_plan",
                "annual_plan",
                "programme",
                "joint_statement",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", DOCUMENT, nullable=False),
        sa.Column("aliases", DOCUMENT, nullable=False),
        sa.Column("overseen_by_id", KEY, nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "negotiating",
                "signed",
                "in_force",
                "expired",
                "terminated",
                "superseded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("signed", KEY, nullable=True),
        sa.Column("signed_at", DOCUMENT, nullable=True),
        sa.Column("starts", KEY, nullable=True),
        sa.Column("ends", KEY, nullable=True),
        sa.Column("authentic_languages", DOCUMENT, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.CheckConstraint(
            "CASE length(ends) WHEN 4 THEN ends || '-12-31' WHEN 7 THEN ends || '-31' ELSE ends END >= starts",
            name=op.f("ck_agreement_ends_not_before_starts"),
        ),
        sa.ForeignKeyConstraint(
            ["overseen_by_id"],
            ["dialogue.id"],
            name="fk_agreement_overseen_by_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agreement"),
    )
    op.create_index("ix_agreement_modified_at", "agreement", ["modified_at", "id"], unique=False)
    op.create_index("ix_agreement_overseen_by_id", "agreement", ["overseen_by_id"], unique=False)
    op.create_index("ix_agreement_sort_text", "agreement", ["sort_text", "id"], unique=False)

    op.create_table(
        "change",
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column(
            "operation",
            sa.Enum(
                "create",
                "update",
                "delete",
                name="operation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("document", TEXT, nullable=True),
        sa.Column("digest", KEY, nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["revision.number"], name="fk_change_revision"),
        sa.PrimaryKeyConstraint("revision", "sequence", name="pk_change"),
    )
    op.create_index("ix_change_record", "change", ["kind", "record_id", "revision"], unique=False)

    op.create_table(
        "dialogue_party",
        sa.Column("dialogue_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogue.id"],
            name="fk_dialogue_party_dialogue_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name="fk_dialogue_party_party_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "party_id", name="pk_dialogue_party"),
    )
    op.create_index("ix_dialogue_party_party_id", "dialogue_party", ["party_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("dialogue_id", KEY, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("name", DOCUMENT, nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "confirmed",
                "held",
                "postponed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts", KEY, nullable=True),
        sa.Column("ends", KEY, nullable=True),
        sa.Column("city", DOCUMENT, nullable=True),
        sa.Column("country", KEY, nullable=True),
        sa.Column("timezone", KEY, nullable=True),
        sa.Column("venue", DOCUMENT, nullable=True),
        sa.Column("host_id", KEY, nullable=True),
        sa.Column(
            "format",
            sa.Enum(
                "in_person",
                "online",
                "hybrid",
                name="format",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("summary", DOCUMENT, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.CheckConstraint(
            "CASE length(ends) WHEN 4 THEN ends || '-12-31' WHEN 7 THEN ends || '-31' ELSE ends END >= starts",
            name=op.f("ck_meeting_ends_not_before_starts"),
        ),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_meeting_ordinal_from_one")),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogue.id"],
            name="fk_meeting_dialogue_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["host_id"],
            ["party.id"],
            name="fk_meeting_host_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
        sa.UniqueConstraint("dialogue_id", "ordinal", name="uq_meeting_ordinal_in_dialogue"),
    )
    op.create_index("ix_meeting_dialogue_id", "meeting", ["dialogue_id"], unique=False)
    op.create_index("ix_meeting_host_id", "meeting", ["host_id"], unique=False)
    op.create_index("ix_meeting_modified_at", "meeting", ["modified_at", "id"], unique=False)
    op.create_index("ix_meeting_sort_text", "meeting", ["sort_text", "id"], unique=False)

    op.create_table(
        "organization",
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("acronym", KEY, nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "ministry",
                "agency",
                "institute",
                "centre",
                "international",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("succeeded_by_id", KEY, nullable=True),
        sa.Column("active_from", KEY, nullable=True),
        sa.Column("active_until", KEY, nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.CheckConstraint(
            "CASE length(active_until) WHEN 4 THEN active_until || '-12-31' WHEN 7 THEN active_until || '-31' ELSE active_until END >= active_from",
            name=op.f("ck_organization_ends_not_before_starts"),
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_organization_no_cycle_in_parents")),
        sa.CheckConstraint(
            "succeeded_by_id <> id", name=op.f("ck_organization_no_cycle_in_succession")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["organization.id"],
            name="fk_organization_parent_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name="fk_organization_party_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["succeeded_by_id"],
            ["organization.id"],
            name="fk_organization_succeeded_by_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organization"),
    )
    op.create_index(
        "ix_organization_modified_at", "organization", ["modified_at", "id"], unique=False
    )
    op.create_index("ix_organization_parent_id", "organization", ["parent_id"], unique=False)
    op.create_index("ix_organization_party_id", "organization", ["party_id"], unique=False)
    op.create_index("ix_organization_sort_text", "organization", ["sort_text", "id"], unique=False)
    op.create_index(
        "ix_organization_succeeded_by_id", "organization", ["succeeded_by_id"], unique=False
    )

    op.create_table(
        "action_item",
        sa.Column("agreement_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", DOCUMENT, nullable=False),
        sa.Column("description", DOCUMENT, nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "policy_exchange",
                "technology_exchange",
                "information_exchange",
                "joint_implementation",
                "joint_research",
                "event",
                "industry_cooperation",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("due", KEY, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_action_item_number_from_one")),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name="fk_action_item_agreement_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_action_item"),
        sa.UniqueConstraint("agreement_id", "number", name="uq_action_item_number_in_agreement"),
        sa.UniqueConstraint("id", "agreement_id", name="uq_action_item_id_agreement"),
    )
    op.create_index(
        "ix_action_item_modified_at", "action_item", ["modified_at", "id"], unique=False
    )
    op.create_index("ix_action_item_sort_text", "action_item", ["sort_text", "id"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("meeting_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", DOCUMENT, nullable=False),
        sa.Column("agreement_id", KEY, nullable=True),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name="fk_agenda_item_agreement_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name="fk_agenda_item_meeting_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "position", name="pk_agenda_item"),
    )
    op.create_index("ix_agenda_item_agreement_id", "agenda_item", ["agreement_id"], unique=False)

    op.create_table(
        "agreement_party",
        sa.Column("agreement_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name="fk_agreement_party_agreement_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name="fk_agreement_party_party_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("agreement_id", "party_id", name="pk_agreement_party"),
    )
    op.create_index("ix_agreement_party_party_id", "agreement_party", ["party_id"], unique=False)

    op.create_table(
        "agreement_relation",
        sa.Column("agreement_id", KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "part_of",
                "continues",
                "amends",
                "supersedes",
                "extends",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("related_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "related_id <> agreement_id", name=op.f("ck_agreement_relation_no_cycle_in_relations")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name="fk_agreement_relation_agreement_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["related_id"],
            ["agreement.id"],
            name="fk_agreement_relation_related_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("agreement_id", "kind", "related_id", name="pk_agreement_relation"),
    )
    op.create_index(
        "ix_agreement_relation_related_id", "agreement_relation", ["related_id"], unique=False
    )

    op.create_table(
        "api_key",
        sa.Column("name", KEY, nullable=False),
        sa.Column("key_hash", KEY, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "reader",
                "reporter",
                "editor",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("party", KEY, nullable=True),
        sa.Column("organization", KEY, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "role NOT IN ('reporter', 'editor') OR party IS NOT NULL",
            name=op.f("ck_api_key_writer_has_party"),
        ),
        sa.ForeignKeyConstraint(
            ["organization"], ["organization.id"], name="fk_api_key_organization"
        ),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name="fk_api_key_party"),
        sa.PrimaryKeyConstraint("name", name="pk_api_key"),
        sa.UniqueConstraint("key_hash", name="uq_api_key_key_hash"),
    )
    op.create_table(
        "document",
        sa.Column("title", DOCUMENT, nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "press_release",
                "minutes",
                "agreement_text",
                "report",
                "presentation",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("language", KEY, nullable=True),
        sa.Column("issued", KEY, nullable=True),
        sa.Column("issuer_id", KEY, nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("identifier", TEXT, nullable=True),
        sa.Column("file", DOCUMENT, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.CheckConstraint(
            "title IS NOT NULL OR identifier IS NOT NULL OR url IS NOT NULL",
            name=op.f("ck_document_can_be_named"),
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id"],
            ["organization.id"],
            name="fk_document_issuer_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_issuer_id", "document", ["issuer_id"], unique=False)
    op.create_index("ix_document_modified_at", "document", ["modified_at", "id"], unique=False)
    op.create_index("ix_document_sort_text", "document", ["sort_text", "id"], unique=False)

    op.create_table(
        "organization_name",
        sa.Column("organization_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", DOCUMENT, nullable=False),
        sa.Column("starts", KEY, nullable=True),
        sa.Column("ends", KEY, nullable=True),
        sa.CheckConstraint(
            "CASE length(ends) WHEN 4 THEN ends || '-12-31' WHEN 7 THEN ends || '-31' ELSE ends END >= starts",
            name=op.f("ck_organization_name_ends_not_before_starts"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_organization_name_organization_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "position", name="pk_organization_name"),
    )
    op.create_table(
        "person",
        sa.Column("name", DOCUMENT, nullable=False),
        sa.Column("organization_id", KEY, nullable=True),
        sa.Column("title", DOCUMENT, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_person_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_modified_at", "person", ["modified_at", "id"], unique=False)
    op.create_index("ix_person_organization_id", "person", ["organization_id"], unique=False)
    op.create_index("ix_person_sort_text", "person", ["sort_text", "id"], unique=False)

    op.create_table(
        "action_item_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("locator", TEXT, nullable=True),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_action_item_citation_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["action_item.id"],
            name="fk_action_item_citation_record_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_action_item_citation"),
    )
    op.create_index(
        "ix_action_item_citation_document_id", "action_item_citation", ["document_id"], unique=False
    )

    op.create_table(
        "action_item_theme",
        sa.Column("action_item_id", KEY, nullable=False),
        sa.Column(
            "theme",
            sa.Enum(
                "air_pollution",
                "yellow_dust",
                "seasonal_management",
                "forecasting",
                "observation_and_modelling",
                "transport",
                "greenhouse_gases",
                "carbon_neutrality",
                "environmental_industry",
                "water",
                "waste_and_plastics",
                "chemicals",
                "biodiversity",
                name="theme",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_item_id"],
            ["action_item.id"],
            name="fk_action_item_theme_action_item_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("action_item_id", "theme", name="pk_action_item_theme"),
    )
    op.create_table(
        "agreement_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("locator", TEXT, nullable=True),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_agreement_citation_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["agreement.id"],
            name="fk_agreement_citation_record_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_agreement_citation"),
    )
    op.create_index(
        "ix_agreement_citation_document_id", "agreement_citation", ["document_id"], unique=False
    )

    op.create_table(
        "decision",
        sa.Column("meeting_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", DOCUMENT, nullable=False),
        sa.Column(
            "effect",
            sa.Enum(
                "created",
                "changed",
                "ended",
                name="effect",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("agreement_id", KEY, nullable=True),
        sa.Column("action_item_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["action_item_id"],
            ["action_item.id"],
            name="fk_decision_action_item_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name="fk_decision_agreement_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name="fk_decision_meeting_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "position", name="pk_decision"),
    )
    op.create_index("ix_decision_action_item_id", "decision", ["action_item_id"], unique=False)
    op.create_index("ix_decision_agreement_id", "decision", ["agreement_id"], unique=False)

    op.create_table(
        "deliverable",
        sa.Column("action_item_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", DOCUMENT, nullable=False),
        sa.Column("due", KEY, nullable=True),
        sa.Column("done", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["action_item_id"],
            ["action_item.id"],
            name="fk_deliverable_action_item_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("action_item_id", "position", name="pk_deliverable"),
    )
    op.create_table(
        "dialogue_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("locator", TEXT, nullable=True),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_dialogue_citation_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["dialogue.id"],
            name="fk_dialogue_citation_record_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_dialogue_citation"),
    )
    op.create_index(
        "ix_dialogue_citation_document_id", "dialogue_citation", ["document_id"], unique=False
    )

    op.create_table(
        "document_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("locator", TEXT, nullable=True),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_document_citation_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["document.id"],
            name="fk_document_citation_record_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_document_citation"),
    )
    op.create_index(
        "ix_document_citation_document_id", "document_citation", ["document_id"], unique=False
    )

    op.create_table(
        "lead",
        sa.Column("action_item_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("organization_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_item_id"],
            ["action_item.id"],
            name="fk_lead_action_item_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_lead_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name="fk_lead_party_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("action_item_id", "party_id", name="pk_lead"),
    )
    op.create_index("ix_lead_organization_id", "lead", ["organization_id"], unique=False)
    op.create_index("ix_lead_party_id", "lead", ["party_id"], unique=False)

    op.create_table(
        "lineage",
        sa.Column("action_item_id", KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "continued",
                "merged",
                "split",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("predecessor_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "predecessor_id <> action_item_id", name=op.f("ck_lineage_no_cycle_in_lineage")
        ),
        sa.ForeignKeyConstraint(
            ["action_item_id"],
            ["action_item.id"],
            name="fk_lineage_action_item_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"],
            ["action_item.id"],
            name="fk_lineage_predecessor_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("action_item_id", "predecessor_id", name="pk_lineage"),
    )
    op.create_index("ix_lineage_predecessor_id", "lineage", ["predecessor_id"], unique=False)

    op.create_table(
        "meeting_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("locator", TEXT, nullable=True),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_meeting_citation_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["meeting.id"], name="fk_meeting_citation_record_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_meeting_citation"),
    )
    op.create_index(
        "ix_meeting_citation_document_id", "meeting_citation", ["document_id"], unique=False
    )

    op.create_table(
        "organization_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("locator", TEXT, nullable=True),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_organization_citation_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["organization.id"],
            name="fk_organization_citation_record_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_organization_citation"),
    )
    op.create_index(
        "ix_organization_citation_document_id",
        "organization_citation",
        ["document_id"],
        unique=False,
    )

    op.create_table(
        "participation",
        sa.Column("meeting_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("organization_id", KEY, nullable=True),
        sa.Column("title", DOCUMENT, nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "head",
                "delegate",
                "expert",
                "observer",
                "interpreter",
                "secretariat",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name="fk_participation_meeting_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_participation_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name="fk_participation_party_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name="fk_participation_person_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("meeting_id", "position", name="pk_participation"),
    )
    op.create_index(
        "ix_participation_organization_id", "participation", ["organization_id"], unique=False
    )
    op.create_index("ix_participation_party_id", "participation", ["party_id"], unique=False)
    op.create_index("ix_participation_person_id", "participation", ["person_id"], unique=False)

    op.create_table(
        "party_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("locator", TEXT, nullable=True),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_party_citation_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["party.id"], name="fk_party_citation_record_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_party_citation"),
    )
    op.create_index(
        "ix_party_citation_document_id", "party_citation", ["document_id"], unique=False
    )

    op.create_table(
        "person_citation",
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("locator", TEXT, nullable=True),
        sa.Column("supports", DOCUMENT, nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("note", DOCUMENT, nullable=True),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_person_citation_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["person.id"], name="fk_person_citation_record_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_person_citation"),
    )
    op.create_index(
        "ix_person_citation_document_id", "person_citation", ["document_id"], unique=False
    )

    op.create_table(
        "signature",
        sa.Column("agreement_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("title", DOCUMENT, nullable=True),
        sa.Column("signed", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name="fk_signature_agreement_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name="fk_signature_party_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name="fk_signature_person_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("agreement_id", "position", name="pk_signature"),
    )
    op.create_index("ix_signature_party_id", "signature", ["party_id"], unique=False)
    op.create_index("ix_signature_person_id", "signature", ["person_id"], unique=False)

    op.create_table(
        "status_report",
        sa.Column("action_item_id", KEY, nullable=False),
        sa.Column("agreement_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("organization_id", KEY, nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "not_started",
                "on_track",
                "delayed",
                "suspended",
                "completed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), nullable=True),
        sa.Column("summary", DOCUMENT, nullable=True),
        sa.Column("period_start", KEY, nullable=True),
        sa.Column("period_end", KEY, nullable=True),
        sa.Column("reported_on", KEY, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("corrects_id", KEY, nullable=True),
        sa.Column("withdrawal_reason", DOCUMENT, nullable=True),
        sa.Column("submitted_by", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("own_translations", DOCUMENT, nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "parties",
                "party",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawal_reason IS NOT NULL)",
            name=op.f("ck_status_report_withdrawn_with_reason"),
        ),
        sa.CheckConstraint(
            "CASE length(period_end) WHEN 4 THEN period_end || '-12-31' WHEN 7 THEN period_end || '-31' ELSE period_end END >= period_start",
            name=op.f("ck_status_report_ends_not_before_starts"),
        ),
        sa.CheckConstraint(
            "status <> 'completed' OR progress = 100",
            name=op.f("ck_status_report_completed_is_100"),
        ),
        sa.CheckConstraint(
            "status <> 'not_started' OR progress = 0",
            name=op.f("ck_status_report_not_started_is_0"),
        ),
        sa.CheckConstraint(
            "length(reported_on) = 10", name=op.f("ck_status_report_reported_on_is_a_day")
        ),
        sa.CheckConstraint(
            "progress BETWEEN 0 AND 100", name=op.f("ck_status_report_progress_is_percent")
        ),
        sa.ForeignKeyConstraint(
            ["action_item_id", "agreement_id"],
            ["action_item.id", "action_item.agreement_id"],
            name="fk_status_report_item_of_agreement",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["action_item_id"],
            ["action_item.id"],
            name="fk_status_report_action_item_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "party_id"],
            ["agreement_party.agreement_id", "agreement_party.party_id"],
            name="fk_status_report_party_of_agreement",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["status_report.id"],
            name="fk_status_report_corrects_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_status_report_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name="fk_status_report_party_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_status_report"),
    )
    op.create_index("ix_status_report_corrects_id", "status_report", ["corrects_id"], unique=False)
    op.create_index(
        "ix_status_report_modified_at", "status_report", ["modified_at", "id"], unique=False
    )
    op.create_index(
        "ix_status_report_organization_id", "status_report", ["organization_id"], unique=False
    )
    op.create_index(
        "ix_status_report_position",
        "status_report",
        ["action_item_id", "party_id", "reported_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_status_report_reported_on", "status_report", ["reported_on", "id"], unique=False
    )
    op.create_index(
        "ix_status_report_sort_text", "status_report", ["sort_text", "id"], unique=False
    )
    op.create_index(
        "uq_status_report_corrected_once",
        "status_report",
        ["corrects_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )

    op.create_table(
        "evidence",
        sa.Column("status_report_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document_id", KEY, nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("title", DOCUMENT, nullable=True),
        sa.CheckConstraint(
            "(document_id IS NULL) <> (url IS NULL)", name=op.f("ck_evidence_document_or_url")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_evidence_document_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["status_report_id"],
            ["status_report.id"],
            name="fk_evidence_status_report_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("status_report_id", "position", name="pk_evidence"),
    )
    op.create_index("ix_evidence_document_id", "evidence", ["document_id"], unique=False)


def downgrade() -> None:
    op.drop_table("evidence")
    op.drop_table("status_report")
    op.drop_table("signature")
    op.drop_table("person_citation")
    op.drop_table("party_citation")
    op.drop_table("participation")
    op.drop_table("organization_citation")
    op.drop_table("meeting_citation")
    op.drop_table("lineage")
    op.drop_table("lead")
    op.drop_table("document_citation")
    op.drop_table("dialogue_citation")
    op.drop_table("deliverable")
    op.drop_table("decision")
    op.drop_table("agreement_citation")
    op.drop_table("action_item_theme")
    op.drop_table("action_item_citation")
    op.drop_table("person")
    op.drop_table("organization_name")
    op.drop_table("document")
    op.drop_table("api_key")
    op.drop_table("agreement_relation")
    op.drop_table("agreement_party")
    op.drop_table("agenda_item")
    op.drop_table("action_item")
    op.drop_table("organization")
    op.drop_table("meeting")
    op.drop_table("dialogue_party")
    op.drop_table("change")
    op.drop_table("agreement")
    op.drop_table("secret")
    op.drop_table("revision")
    op.drop_table("party")
    op.drop_table("kept_answer")
    op.drop_table("journal_head")
    op.drop_table("dialogue")
