"""Webhooks, and the attempts to deliver to them.

No representation of a record changes, so that journal_head.documents_since stays.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OUTCOMES = (
    "delivered",
    "refused",
    "redirected",
    "timed_out",
    "unreachable",
    "unresolved",
    "untrusted",
    "forbidden_address",
    "malformed",
)
REASONS = ("asked", "failing", "gone", "key_expired", "key_revoked", "restored")


def codes(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("types", DOCUMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("secret", KEY, nullable=False),
        sa.Column("previous_secret", KEY),
        sa.Column("previous_secret_expires_at", MOMENT),
        sa.Column("state", codes("state", "active", "paused"), nullable=False),
        sa.Column("paused_at", MOMENT),
        sa.Column("pause_reason", codes("pause_reason", *REASONS)),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", MOMENT),
        sa.Column("last_status", sa.Integer()),
        sa.Column("last_outcome", codes("last_outcome", *OUTCOMES)),
        sa.Column("next_attempt_at", MOMENT),
        sa.Column("test", KEY),
        sa.Column("lease_holder", KEY),
        sa.Column("leased_until", MOMENT),
        sa.ForeignKeyConstraint(["key"], ["api_key.name"], name=op.f("fk_webhook_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("key", "url", name=op.f("uq_webhook_key_url")),
    )
    op.create_table(
        "webhook_attempt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("webhook", KEY, nullable=False),
        sa.Column("message", KEY, nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("revision", sa.BigInteger()),
        sa.Column("sequence", sa.Integer()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", codes("outcome", *OUTCOMES), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhook.id"], name=op.f("fk_webhook_attempt_webhook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempt")),
    )
    op.create_index("ix_webhook_attempt_webhook_id", "webhook_attempt", ["webhook", "id"])


def downgrade() -> None:
    op.drop_table("webhook_attempt")
    op.drop_table("webhook")
