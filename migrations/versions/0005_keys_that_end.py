"""Keys that expire and are rotated with overlap, and when they were last used.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
MOMENTS = (
    "expires_at",
    "last_used_at",
    "rotated_at",
    "previous_expires_at",
    "previous_used_at",
)


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("api_key", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("api_key", sa.Column("previous_hash", KEY))
    op.create_index("ix_api_key_previous_hash", "api_key", ["previous_hash"], unique=True)


def downgrade() -> None:
    # The earlier version knows no expiry: what has expired is revoked for it.
    op.execute(
        "UPDATE api_key SET revoked_at = expires_at"
        " WHERE revoked_at IS NULL AND expires_at <= CURRENT_TIMESTAMP"
    )
    op.drop_index("ix_api_key_previous_hash", "api_key")
    op.drop_column("api_key", "previous_hash")
    for name in reversed(MOMENTS):
        op.drop_column("api_key", name)
