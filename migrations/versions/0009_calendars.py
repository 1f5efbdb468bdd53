"""Times of meetings, and private addresses of calendars.

Meetings have members that they had not: what the journal holds of them is read through the tables.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
TIMES = ("start_time", "end_time")


def upgrade() -> None:
    for name in TIMES:
        op.add_column("meeting", sa.Column(name, KEY))
    op.create_table(
        "calendar_address",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("label", TEXT),
        sa.Column("secret_hash", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["api_key.name"], name=op.f("fk_calendar_address_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_address")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_address_secret_hash")),
    )
    op.create_index(op.f("ix_calendar_address_key"), "calendar_address", ["key"])
    op.execute("UPDATE journal_head SET documents_since = number")


def downgrade() -> None:
    op.drop_table("calendar_address")
    for name in TIMES:
        op.drop_column("meeting", name)
