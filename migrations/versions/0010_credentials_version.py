"""A random version of all credentials in the place of a count of their changes.

No representation of a record changes, so that journal_head.documents_since stays.

Revision ID: 0010
Revises: 0009
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("journal_head", sa.Column("credentials_version", KEY))
    head = sa.table("journal_head", sa.column("credentials_version"))
    op.execute(head.update().values(credentials_version=secrets.token_hex(16)))
    with op.batch_alter_table("journal_head") as table:
        table.alter_column("credentials_version", existing_type=KEY, nullable=False)
        table.drop_column("access")


def downgrade() -> None:
    op.add_column(
        "journal_head", sa.Column("access", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.drop_column("journal_head", "credentials_version")
