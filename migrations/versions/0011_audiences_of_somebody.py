"""Audiences that are of somebody: what has an empty one is mended, and none can be stored again.

A document could be kept though its issuer had no party. Nobody was in its audience, and whoever had
no party was shown it. The chain covers neither `visibility` nor `audience` of a change; verification
holds them to the documents, and to the party of the revision that made the record. So such a
document becomes the side's that saw it before or, where none did, the party's that entered it; where
no party did, the operator's alone. Documents are as they were, so that journal_head.documents_since
stays.

Revision ID: 0011
Revises: 0010
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from app.kernel.migrating import edit_sqlite_table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHECKS = {
    "audience_unless_public": "(visibility = 'public') = (audience IS NULL)",
    "audience_of_somebody": "audience LIKE ' _% ' AND audience NOT LIKE '%  %'",
}
# What either of them refuses.
UNFIT = sa.text(
    "((visibility = 'public') <> (audience IS NULL) "
    "OR audience NOT LIKE ' _% ' OR audience LIKE '%  %')"
)
OPERATOR_ALONE = " operator "
PARTY = re.compile("[A-Z]{2}")

CHANGE = sa.table(
    "change",
    sa.column("revision"),
    sa.column("sequence"),
    sa.column("kind"),
    sa.column("record_id"),
    sa.column("visibility"),
    sa.column("audience"),
    sa.column("removal", sa.Boolean()),
    sa.column("document"),
)
REVISION = sa.table("revision", sa.column("number"), sa.column("party"))
SIDE = (
    "Documents that were kept for nobody, as their issuers have no party, are now seen by {} "
    "alone, which entered them or saw them before"
)
OPERATOR = (
    "Documents that were kept for nobody, and entered by no party, are now seen by the operator "
    "alone until they get an issuer of one side or are made public"
)
REDACTIONS = "Redactions of such documents are now seen by those who see what they redact"
OTHERS = (
    "What had an audience that was never written so is now seen by the operator alone, unless it "
    "is public; run `clearsky verify`"
)


def upgrade() -> None:
    tables = _tables()
    told: dict[str, list[str]] = defaultdict(list)
    for record_id in _unfit("document"):
        audience = _mend_document(record_id)
        told[OPERATOR if audience == OPERATOR_ALONE else SIDE.format(audience.strip())].append(
            record_id
        )
    for record_id in _unfit("redaction"):
        if _mend_redaction(record_id):
            told[REDACTIONS].append(record_id)
    told[OTHERS] += _mend_others(tables)
    for what, ids in told.items():
        if ids:
            # Not "%", which is no place for a value here.
            context.config.print_stdout("%s (%d): %s.", what, len(ids), ", ".join(ids))
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        # What the updates left to be checked at commit must be checked before a table is altered.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        rules = {f"ck_{table}_{name}": rule for name, rule in CHECKS.items()}
        if postgresql:
            for name, rule in rules.items():
                op.create_check_constraint(op.f(name), table, sa.text(rule))
        else:
            edit_sqlite_table(op.get_bind(), table, added="".join(map(_clause, rules.items())))


def downgrade() -> None:
    for table in _tables():
        rules = {f"ck_{table}_{name}": rule for name, rule in CHECKS.items()}
        if op.get_bind().dialect.name == "postgresql":
            for name in rules:
                op.drop_constraint(op.f(name), table)
        else:
            edit_sqlite_table(op.get_bind(), table, dict.fromkeys(map(_clause, rules.items()), ""))


def _clause(named: tuple[str, str]) -> str:
    name, rule = named
    return f", CONSTRAINT {name} CHECK ({rule})"


def _tables() -> list[str]:
    """Those of all kinds of records, and of changes."""
    inspector = sa.inspect(op.get_bind())
    return [
        table
        for table in sorted(inspector.get_table_names())
        if {"visibility", "audience"} <= {column["name"] for column in inspector.get_columns(table)}
    ]


def _records(table: str) -> sa.TableClause:
    return sa.table(table, sa.column("id"), sa.column("visibility"), sa.column("audience"))


def _unfit(kind: str) -> list[str]:
    """The ids of the records of a kind that have, or had, an audience which no check lets in."""
    kept = sa.text("visibility <> 'public'")
    records = _records(kind)
    of_changes = sa.select(CHANGE.c.record_id).where(CHANGE.c.kind == kind, kept, UNFIT)
    of_records = sa.select(records.c.id).where(kept, UNFIT)
    return sorted(op.get_bind().execute(sa.union(of_changes, of_records)).scalars())


def _is_unfit(row: sa.Row[Any]) -> bool:
    audience = row.audience
    if row.visibility == "public":
        return False
    return not (audience or "").strip() or audience != f" {' '.join(audience.split())} "


def _mend_document(record_id: str) -> str:
    """Gives each change of a document, and itself, an audience; returns the newest."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(CHANGE, REVISION.c.party)
        .join(REVISION, REVISION.c.number == CHANGE.c.revision)
        .where(CHANGE.c.kind == "document", CHANGE.c.record_id == record_id)
        .order_by(CHANGE.c.revision, CHANGE.c.sequence)
    ).all()
    own = [row for row in rows if not row.removal]
    entered = own[0].party if own else None
    owner = f" {entered} " if entered and PARTY.fullmatch(entered) else OPERATOR_ALONE
    runs = [(unfit, [*run]) for unfit, run in groupby(own, _is_unfit)]
    audience: str | None = None
    for (unfit, run), (_, after) in pairwise([*runs, (False, [])]):
        if not unfit:
            audience = run[-1].audience
            continue
        before = audience
        later = after[0].audience if after else None
        audience = before or owner
        if later not in (None, audience):
            # It became another side's, and no revision told this one that it was taken from them.
            audience = OPERATOR_ALONE
        _show(run, audience)
        if audience == before:
            # They have it still: nobody is told that it was taken from them.
            removed = [row for row in rows if row.removal and row.revision == run[0].revision]
            _show(removed, OPERATOR_ALONE)
    audience = audience or OPERATOR_ALONE
    _show_record("document", record_id, audience)
    return audience


def _mend_redaction(record_id: str) -> bool:
    """Shows a redaction to those who see what it redacts, if all those are the same."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(CHANGE).where(CHANGE.c.kind == "redaction", CHANGE.c.record_id == record_id)
    ).all()
    try:
        (row,) = rows
        said = json.loads(row.document)
        redacted = sa.and_(
            CHANGE.c.kind == said["record_kind"],
            CHANGE.c.record_id == said["record_id"],
            CHANGE.c.revision.in_(said["revisions"]),
            CHANGE.c.removal.is_(sa.false()),
        )
    except (LookupError, TypeError, ValueError):
        # Not as it was written, which verification shows.
        return False
    seen = connection.execute(sa.select(CHANGE.c.audience).where(redacted).distinct()).scalars()
    audiences = [*seen]
    audience = audiences[0] if len(audiences) == 1 and audiences[0] else OPERATOR_ALONE
    _show(rows, audience)
    _show_record("redaction", record_id, audience)
    return True


def _show(rows: Sequence[sa.Row[Any]], audience: str) -> None:
    """Gives changes an audience."""
    for row in rows:
        op.get_bind().execute(
            sa.update(CHANGE)
            .where(CHANGE.c.revision == row.revision, CHANGE.c.sequence == row.sequence)
            .values(audience=audience)
        )


def _show_record(table: str, record_id: str, audience: str) -> None:
    records = _records(table)
    op.get_bind().execute(
        sa.update(records)
        .where(records.c.id == record_id, sa.text("visibility <> 'public'"), UNFIT)
        .values(audience=audience)
    )


def _mend_others(tables: Sequence[str]) -> list[str]:
    """Takes from public rows what audience they have, and keeps all others to the operator."""
    connection = op.get_bind()
    mended = []
    for table in tables:
        if table == "change":
            named = sa.select(CHANGE.c.kind, CHANGE.c.record_id).select_from(CHANGE)
        else:
            named = sa.select(sa.literal(table), _records(table).c.id)
        for kind, record_id in connection.execute(named.where(UNFIT).distinct()):
            mended.append(f"{kind} {record_id}")
        connection.execute(
            sa.update(sa.table(table, sa.column("audience")))
            .where(UNFIT)
            .values(
                audience=sa.case((sa.text("visibility = 'public'"), None), else_=OPERATOR_ALONE)
            )
        )
    return sorted({*mended})
