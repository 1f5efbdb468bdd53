"""Redactions, and where in the journal a document was redacted.

Documents of other kinds are as they were, so that journal_head.documents_since stays.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("change", sa.Column("redacted_in", sa.BigInteger()))
    op.create_table(
        "redaction",
        sa.Column("record_kind", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("revisions", DOCUMENT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("redacted_by", KEY, nullable=False),
        sa.Column("parties", DOCUMENT, nullable=False),
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
        sa.Column("audience", KEY),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", KEY, nullable=False),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("sort_text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
    )
    op.create_index("ix_redaction_modified_at", "redaction", ["modified_at", "id"])
    op.create_index("ix_redaction_sort_text", "redaction", ["sort_text", "id"])


def downgrade() -> None:
    op.drop_table("redaction")
    op.drop_column("change", "redacted_in")
