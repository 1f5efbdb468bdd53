"""What reads ask beside the journal's head, and an order of lists that no index served.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("access", "documents_since"):
        op.add_column(
            "journal_head", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        )
    op.add_column("status_report", sa.Column("listed_on", KEY, server_default="", nullable=False))
    op.execute("UPDATE status_report SET listed_on = coalesce(reported_on, '')")
    op.create_index("ix_status_report_listed_on", "status_report", ["listed_on", "id"])
    # What was written before this version is read through the records themselves.
    op.execute("UPDATE journal_head SET documents_since = number")


def downgrade() -> None:
    op.drop_index("ix_status_report_listed_on", "status_report")
    op.drop_column("status_report", "listed_on")
    for name in ("access", "documents_since"):
        op.drop_column("journal_head", name)
