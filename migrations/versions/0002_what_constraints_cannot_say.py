"""Triggers that keep references free of cycles, the journal's first row, and the signing key."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rule, table, the column that refers, the column referred from, and what else must agree.
CYCLES = [
    ("no_cycle_in_parents", "organization", "parent_id", "id", None),
    ("no_cycle_in_succession", "organization", "succeeded_by_id", "id", None),
    ("no_cycle_in_relations", "agreement_relation", "related_id", "agreement_id", "kind"),
    ("no_cycle_in_lineage", "lineage", "predecessor_id", "action_item_id", None),
]


def leads_back(table: str, target: str, source: str, kind: str | None) -> str:
    """SQL: whether the new row closes a cycle."""
    same_kind = f" AND edge.{kind} = NEW.{kind}" if kind else ""
    return (
        f"WITH RECURSIVE reached(id) AS (SELECT NEW.{target} UNION SELECT edge.{target} "
        f"FROM {table} edge JOIN reached ON edge.{source} = reached.id "
        f"WHERE edge.{target} IS NOT NULL{same_kind}) "
        f"SELECT 1 FROM reached WHERE id = NEW.{source}"
    )


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for rule, table, target, source, kind in CYCLES:
        name = f"ck_{table}_{rule}"
        query = leads_back(table, target, source, kind)
        if postgresql:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF NEW.{target} IS NOT NULL AND EXISTS ({query}) THEN "
                f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', "
                f"CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
        else:
            for moment in ("INSERT", "UPDATE"):
                op.execute(
                    f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON {table} "
                    f"WHEN NEW.{target} IS NOT NULL BEGIN "
                    f"SELECT RAISE(ABORT, '{name}') WHERE EXISTS ({query}); END"
                )
    head = sa.table("journal_head", sa.column("id"), sa.column("number"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64}])
    secret = sa.table("secret", sa.column("name"), sa.column("value"))
    op.bulk_insert(secret, [{"name": "signing_key", "value": secrets.token_hex(32)}])


def downgrade() -> None:
    for rule, table, *_ in CYCLES:
        name = f"ck_{table}_{rule}"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
        else:
            op.execute(f"DROP TRIGGER {name}_insert")
            op.execute(f"DROP TRIGGER {name}_update")
    op.execute("DELETE FROM journal_head")
    op.execute("DELETE FROM secret")
