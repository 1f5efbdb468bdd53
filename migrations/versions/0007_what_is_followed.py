"""What a change belongs to, and removals: of whom a change has taken a record from.

Documents are as they were, so that journal_head.documents_since stays.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
COLUMNS = ("dialogue", "agreement", "former_dialogue", "former_agreement")
GATHERED = ("dialogue", "agreement")


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("change", sa.Column(column, KEY))
    op.add_column(
        "change", sa.Column("removal", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _fill()
    for column in GATHERED:
        op.create_index(f"ix_change_{column}", "change", [column, "revision", "sequence"])
        is_move = sa.text(f"former_{column} IS NOT NULL")
        op.create_index(
            f"ix_change_former_{column}",
            "change",
            [f"former_{column}"],
            sqlite_where=is_move,
            postgresql_where=is_move,
        )


def downgrade() -> None:
    for column in GATHERED:
        op.drop_index(f"ix_change_former_{column}", "change")
        op.drop_index(f"ix_change_{column}", "change")
    op.drop_column("change", "removal")
    for column in COLUMNS:
        op.drop_column("change", column)


def _fill() -> None:
    # Earlier versions kept no holder of a deletion: it is that of the change before.
    op.execute(
        f"UPDATE change SET holder = {_before('holder')} "
        "WHERE operation = 'delete' AND holder IS NULL"
    )
    op.execute("UPDATE change SET dialogue = record_id WHERE kind = 'dialogue'")
    op.execute("UPDATE change SET dialogue = holder WHERE kind = 'meeting'")
    op.execute(
        "UPDATE change SET dialogue = holder, agreement = record_id WHERE kind = 'agreement'"
    )
    op.execute("UPDATE change SET agreement = holder WHERE kind = 'action_item'")
    op.execute(
        f"UPDATE change SET agreement = {_then('agreement', 'action_item', 'change.holder')} "
        "WHERE kind IN ('status_report', 'assessment')"
    )
    for column in GATHERED:
        op.execute(
            f"UPDATE change SET {column} = (SELECT other.{column} FROM redaction JOIN change other "
            "ON other.kind = redaction.record_kind AND other.record_id = redaction.record_id "
            "WHERE redaction.id = change.record_id AND other.revision <= change.revision "
            "ORDER BY other.revision DESC LIMIT 1) WHERE kind = 'redaction'"
        )
    # What an agreement holds is where the agreement is at the time.
    op.execute(
        f"UPDATE change SET dialogue = {_then('dialogue', 'agreement', 'change.agreement')} "
        "WHERE kind NOT IN ('dialogue', 'meeting', 'agreement') AND agreement IS NOT NULL"
    )
    for column in GATHERED:
        before = _before(column)
        # Only what holds it can be another: that of a report or an assessment never is.
        op.execute(
            f"UPDATE change SET former_{column} = {before} "
            "WHERE kind IN ('meeting', 'agreement', 'action_item') AND operation = 'update' "
            f"AND {_before('holder')} <> coalesce(holder, '') "
            f"AND {before} <> coalesce({column}, '')"
        )


def _before(column: str) -> str:
    """SQL: what the change before of the same record has in a column."""
    return (
        f"(SELECT other.{column} FROM change other WHERE other.kind = change.kind AND "
        "other.record_id = change.record_id AND other.revision < change.revision "
        "ORDER BY other.revision DESC LIMIT 1)"
    )


def _then(column: str, kind: str, record_id: str) -> str:
    """SQL: what another record's change has in a column that was its newest at the time."""
    return (
        f"(SELECT other.{column} FROM change other WHERE other.kind = '{kind}' AND "
        f"other.record_id = {record_id} AND other.revision <= change.revision "
        "ORDER BY other.revision DESC LIMIT 1)"
    )
