"""Whoever alters the past, or a record behind the journal's back, is found."""

import pytest
from sqlalchemy import text

from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.problems import InvalidRequest

ITEM = "/v1/action-items/clear-sky-plan-2023-1/reports"


@pytest.fixture
def written(clients, database):
    """The database after five more revisions: 2 to 6."""
    for progress in (10, 20, 30):
        answer = clients.korea.post(ITEM, json={"status": "on_track", "progress": progress})
        answer.raise_for_status()
    person = clients.korea.post("/v1/people", json={"id": "brief", "name": {"en": "Brief"}})
    clients.korea.delete("/v1/people/brief", headers={"If-Match": person.headers["etag"]})
    return database


def found(database, since=0):
    with database.reading(OPERATOR) as session:
        return verify(session, since)


def test_what_was_written_by_the_server_verifies(written, clients):
    result = found(written)
    assert result.valid
    assert result.fault is None
    assert result.revisions == result.head.revision == 7 - 1
    answer = clients.reader.post("/v1/journal/verify")
    assert answer.json()["valid"] is True
    assert answer.json()["head"] == clients.anonymous.get("/v1/journal/head").json()
    assert clients.anonymous.post("/v1/journal/verify").status_code == 401


TAMPERINGS = {
    "a document": (
        "UPDATE change SET document = replace(document, '20', '90') WHERE revision = 3", 3,
    ),
    "a digest": ("UPDATE change SET digest = '0' WHERE revision = 3", 3),
    "an operation": ("UPDATE change SET operation = 'update' WHERE revision = 3", 3),
    "a principal": ("UPDATE revision SET principal = 'key:china' WHERE number = 4", 4),
    "a party": ("UPDATE revision SET party = 'CN' WHERE number = 4", 4),
    "a reason": ("UPDATE revision SET reason = 'Because' WHERE number = 2", 2),
    "a hash": ("UPDATE revision SET hash = '0' WHERE number = 5", 5),
    "a removed change": ("DELETE FROM change WHERE revision = 4", 4),
    "the head's hash": ("UPDATE journal_head SET hash = '0'", 6),
    "the head's number": ("UPDATE journal_head SET number = 9", 9),
    "a removed deletion": (
        "DELETE FROM change WHERE revision = 6; DELETE FROM revision WHERE number = 6", 6,
    ),
    "a removed revision": (
        "DELETE FROM change WHERE revision = 3; DELETE FROM revision WHERE number = 3", 3,
    ),
    "an inserted change": (
        "INSERT INTO change (revision, sequence, kind, record_id, operation, visibility, document,"
        " digest) SELECT revision, 2, kind, record_id, operation, visibility, document, digest"
        " FROM change WHERE revision = 3", 3,
    ),
    "two revisions in each other's place": (
        "UPDATE change SET revision = 1, sequence = 900 WHERE revision = 3;"
        " UPDATE change SET revision = 3 WHERE revision = 4;"
        " UPDATE change SET revision = 4, sequence = 1 WHERE revision = 1 AND sequence = 900", 3,
    ),
    "a record": ("UPDATE status_report SET progress = 90 WHERE progress = 20", 3),
    "a record's part": ("UPDATE organization_name SET ends = '2020' WHERE ends = '2025-09-30'", 1),
    "a removed part": (
        "DELETE FROM agreement_relation WHERE agreement_id = 'clear-sky-plan-2023'", 1,
    ),
    "a removed record": ("DELETE FROM status_report WHERE progress = 20", 3),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found_and_the_first_bad_revision_named(written, what):
    statements, revision = TAMPERINGS[what]
    with written.engine.begin() as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement))
    result = found(written)
    assert not result.valid
    assert result.fault.revision == revision


def test_a_record_that_no_revision_made_is_found(written):
    with written.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, name, own_translations, visibility, created_at,"
                " modified_at, revision, content_digest, search_text, sort_text)"
                " SELECT 'intruder', name, own_translations, visibility, created_at, modified_at,"
                " revision, content_digest, search_text, sort_text FROM person"
                " WHERE id = 'guo-jing'"
            )
        )
    fault = found(written).fault
    assert (fault.revision, fault.kind, fault.id) == (None, "person", "intruder")


def test_a_trusted_revision_need_not_be_recomputed(written):
    with written.engine.begin() as connection:
        connection.execute(text("UPDATE revision SET reason = 'Because' WHERE number = 2"))
    assert not found(written).valid
    assert found(written, since=2).valid
    assert found(written, since=2).revisions == 4
    with pytest.raises(InvalidRequest):
        found(written, since=99)
