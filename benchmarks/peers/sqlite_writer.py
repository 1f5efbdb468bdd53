"""Bare sqlite3 that does what one posted report does on SQLite, under the settings of Clear Sky.

The limit of a report posted durably. Usage: python -m benchmarks.peers.sqlite_writer URL ITEM_ID
--seconds 5 --clients 1, where URL is sqlite:///PATH.
"""

import sqlite3

from benchmarks.peers.writing import PRINCIPAL, Subject, Write, entry_after, main

SUBJECT = """
SELECT action_item.id, action_item.agreement_id, agreement_party.party_id
FROM action_item
JOIN agreement_party USING (agreement_id)
WHERE action_item.id = ?
ORDER BY agreement_party.position
LIMIT 1
"""
HEAD = "SELECT number, hash FROM journal_head WHERE id = 1"
REPORT = """
INSERT INTO status_report (
    id, action_item_id, agreement_id, party_id, status, progress, summary, reported_on, state,
    submitted_by, own_translations, visibility, created_at, modified_at, revision,
    submitted_revision, content_digest, search_text, sort_text, listed_on
)
VALUES (?, ?, ?, ?, 'on_track', 60, ?, ?, 'submitted', ?, '[]', 'public', ?, ?, ?, ?, ?, ?, '', ?)
"""
REVISION = "INSERT INTO revision (number, at, principal, party, hash) VALUES (?, ?, ?, ?, ?)"
CHANGE = """
INSERT INTO change (
    revision, sequence, kind, record_id, operation, visibility, holder, document, digest
)
VALUES (?, 1, 'status_report', ?, 'create', 'public', ?, ?, ?)
"""
MOVE_HEAD = "UPDATE journal_head SET number = ?, hash = ? WHERE id = 1"
PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "cache_size=-16000")


def open_writer(url: str, item: str) -> Write:
    """Opens the database, and returns what writes one report on the item."""
    connection = sqlite3.connect(
        url.removeprefix("sqlite:///"), timeout=60, isolation_level=None, check_same_thread=False
    )
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    found = connection.execute(SUBJECT, (item,)).fetchone()
    if found is None:
        raise SystemExit(f"There is no action item {item}.")
    subject = Subject(*found)

    def write() -> None:
        connection.execute("BEGIN IMMEDIATE")
        number, previous = connection.execute(HEAD).fetchone()
        entry = entry_after(number, previous, subject)
        at = f"{entry.at:%Y-%m-%d %H:%M:%S.%f}"
        connection.execute(
            REPORT,
            (
                entry.id,
                subject.item,
                subject.agreement,
                subject.party,
                entry.summary,
                entry.reported_on,
                PRINCIPAL,
                at,
                at,
                entry.number,
                entry.number,
                entry.content_digest,
                entry.search_text,
                entry.reported_on,
            ),
        )
        connection.execute(REVISION, (entry.number, at, PRINCIPAL, subject.party, entry.hash))
        connection.execute(
            CHANGE, (entry.number, entry.id, subject.item, entry.document, entry.digest)
        )
        connection.execute(MOVE_HEAD, (entry.number, entry.hash))
        connection.execute("COMMIT")

    return write


if __name__ == "__main__":
    main(open_writer)
