"""Bare psycopg that does what one posted report does on PostgreSQL, in two round trips.

The limit of a report posted durably: the head's lock, then all rows in one statement and the
commit. Usage: python -m benchmarks.peers.postgres_writer URL ITEM_ID --seconds 5 --clients 1
"""

import psycopg

from benchmarks.peers.writing import PRINCIPAL, Subject, Write, entry_after, main

SUBJECT = """
SELECT action_item.id, action_item.agreement_id, agreement_party.party_id
FROM action_item
JOIN agreement_party USING (agreement_id)
WHERE action_item.id = %s
ORDER BY agreement_party.position
LIMIT 1
"""
LOCK = "SELECT number, hash FROM journal_head WHERE id = 1 FOR UPDATE"
WRITE = """
WITH report AS (
    INSERT INTO status_report (
        id, action_item_id, agreement_id, party_id, status, progress, summary, reported_on, state,
        submitted_by, own_translations, visibility, created_at, modified_at, revision,
        submitted_revision, content_digest, search_text, sort_text, listed_on
    )
    VALUES (
        %(id)s, %(item)s, %(agreement)s, %(party)s, 'on_track', 60, %(summary)s::jsonb,
        %(reported_on)s, 'submitted', %(principal)s, '[]', 'public', %(at)s, %(at)s, %(number)s,
        %(number)s, %(content_digest)s, %(search_text)s, '', %(reported_on)s
    )
),
written AS (
    INSERT INTO revision (number, at, principal, party, hash)
    VALUES (%(number)s, %(at)s, %(principal)s, %(party)s, %(hash)s)
),
changed AS (
    INSERT INTO change (
        revision, sequence, kind, record_id, operation, visibility, holder, document, digest
    )
    VALUES (
        %(number)s, 1, 'status_report', %(id)s, 'create', 'public', %(item)s, %(document)s,
        %(digest)s
    )
)
UPDATE journal_head SET number = %(number)s, hash = %(hash)s WHERE id = 1
"""


def open_writer(url: str, item: str) -> Write:
    """Connects to the database, and returns what writes one report on the item."""
    connection = psycopg.connect(url, autocommit=True)
    found = connection.execute(SUBJECT, (item,)).fetchone()
    if found is None:
        raise SystemExit(f"There is no action item {item}.")
    subject = Subject(*found)

    def write() -> None:
        with connection.pipeline():
            connection.execute("BEGIN")
            number, previous = connection.execute(LOCK, prepare=True).fetchone()
            entry = entry_after(number, previous, subject)
            connection.execute(
                WRITE,
                {
                    "id": entry.id,
                    "item": subject.item,
                    "agreement": subject.agreement,
                    "party": subject.party,
                    "principal": PRINCIPAL,
                    "number": entry.number,
                    "hash": entry.hash,
                    "at": entry.at,
                    "reported_on": entry.reported_on,
                    "summary": entry.summary,
                    "content_digest": entry.content_digest,
                    "search_text": entry.search_text,
                    "document": entry.document,
                    "digest": entry.digest,
                },
                prepare=True,
            )
            connection.execute("COMMIT")

    return write


if __name__ == "__main__":
    main(open_writer)
