"""Whoever alters the past, or a record behind the journal's back, is found."""

from hashlib import sha256
from itertools import groupby

import pytest
from sqlalchemy import select, text

from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.chain import GENESIS, ChangeSeal, RevisionSeal, chained
from app.kernel.journal import Change, Revision, moment
from app.kernel.problems import InvalidRequest
from tests.conftest import Clients
from tests.engines import opened

pytestmark = pytest.mark.both_engines

ITEM = "/v1/action-items/clear-sky-plan-2023-1/reports"


@pytest.fixture
def database_url(request, templates, running_server):
    """The URL of a database with the reference record; for `written`, with what that says."""

    def write_more(url):
        with opened(url) as database:
            running_server.app.state.database = database
            clients = Clients(running_server.address, templates.keys)
            for progress in (10, 20, 30):
                answer = clients.korea.post(ITEM, json={"status": "on_track", "progress": progress})
                answer.raise_for_status()
            person = clients.korea.post(
                "/v1/people",
                json={"id": "brief", "name": {"en": "Brief"}, "organization": "kr-moe"},
            )
            clients.korea.delete("/v1/people/brief", headers={"If-Match": person.headers["etag"]})
            clients.close()

    is_more = "written" in request.fixturenames
    with templates.fresh(
        templates.prepared("six_revisions", write_more) if is_more else "reference"
    ) as url:
        yield url


@pytest.fixture
def written(database):
    """The database after five more revisions: 2 to 6."""
    return database


def found(database, since=0, published=None):
    with database.reading(OPERATOR) as session:
        return verify(session, since, published)


def behind_its_back(database, *statements, **values):
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


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
    "a time": ("UPDATE revision SET at = '2020-01-01 00:00:00.000000' WHERE number = 4", 4),
    "a request's id": ("UPDATE revision SET request_id = 'other' WHERE number = 4", 4),
    "a reason": ("UPDATE revision SET reason = 'Because' WHERE number = 2", 2),
    "a hash": ("UPDATE revision SET hash = '0' WHERE number = 5", 5),
    "a removed document": ("UPDATE change SET document = NULL WHERE revision = 3", 3),
    "a removed document, marked as redacted": (
        "UPDATE change SET document = NULL, redacted_in = 5 WHERE revision = 3", 3,
    ),
    "a document marked as redacted": ("UPDATE change SET redacted_in = 5 WHERE revision = 3", 3),
    "who sees a change": (
        "UPDATE change SET visibility = 'party', audience = ' KR ' WHERE revision = 3", 3,
    ),
    "what a change is held by": (
        "UPDATE change SET holder = 'clear-sky-plan-2023-2' WHERE revision = 3", 3,
    ),
    "who sees a deletion": (
        "UPDATE change SET visibility = 'party', audience = ' KR ' WHERE revision = 6", 6,
    ),
    "the order of changes": (
        "UPDATE change SET sequence = 9001 WHERE revision = 1 AND sequence = 1;"
        " UPDATE change SET sequence = 1 WHERE revision = 1 AND sequence = 2;"
        " UPDATE change SET sequence = 2 WHERE revision = 1 AND sequence = 9001", 1,
    ),
    "an appended revision": (
        "INSERT INTO revision (number, at, principal, hash)"
        " SELECT 7, at, principal, hash FROM revision WHERE number = 6", 7,
    ),
    "a head set back": (
        "UPDATE journal_head SET number = 5,"
        " hash = (SELECT hash FROM revision WHERE number = 5)", 5,
    ),
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
    "since when a report counts": (
        "UPDATE status_report SET submitted_revision = 2 WHERE progress = 20", 3,
    ),
    "who sees a record": (
        "UPDATE status_report SET visibility = 'party', audience = ' CN ' WHERE progress = 20", 3,
    ),
    "a record's part": ("UPDATE organization_name SET ends = '2020' WHERE ends = '2025-09-30'", 1),
    "a removed part": (
        "DELETE FROM agreement_relation WHERE agreement_id = 'clear-sky-plan-2023'", 1,
    ),
    "a record, to what it could not say": (
        """UPDATE person SET name = '{"xx": "Nobody"}' WHERE id = 'guo-jing'""", 1,
    ),
    "a record's part, to what it could not say": (
        "UPDATE organization_name SET ends = 'never' WHERE ends = '2025-09-30'", 1,
    ),
    "by which words a record is found": (
        "UPDATE status_report SET search_text = 'other' WHERE progress = 20", 3,
    ),
    "where a record stands in lists": (
        "UPDATE person SET sort_text = 'other' WHERE id = 'guo-jing'", 1,
    ),
    "what a record's next change is compared with": (
        "UPDATE status_report SET content_digest = '0' WHERE progress = 20", 3,
    ),
    "where a report stands among others": (
        "UPDATE status_report SET listed_on = '2020' WHERE progress = 20", 3,
    ),
    "a removed record": ("DELETE FROM status_report WHERE progress = 20", 3),
}  # fmt: skip


def places(result):
    return {(fault.revision, fault.kind, fault.id) for fault in result.faults}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found_at_its_first_bad_revision_and_hides_nothing_else(written, what):
    statements, revision = TAMPERINGS[what]
    behind_its_back(written, *statements.split(";"))
    alone = found(written)
    assert not alone.valid
    assert alone.fault.revision == revision
    # One before it in the chain, one after it, and one beside the chain.
    behind_its_back(
        written,
        "UPDATE change SET document = '{}' WHERE revision = 1 AND record_id = 'kr-nier'",
        "UPDATE change SET digest = '0' WHERE revision = 5",
        "UPDATE person SET sort_text = 'other' WHERE id = 'zhou-guomei'",
    )
    result = found(written)
    others = {(1, "organization", "kr-nier"), (5, None, None), (1, "person", "zhou-guomei")}
    assert places(alone) | others <= places(result)
    assert len(places(result)) == len(result.faults)
    assert result.fault == result.faults[0]
    assert not result.more


def test_after_a_fault_the_chain_goes_on_from_the_hash_that_stands(written):
    behind_its_back(
        written,
        "UPDATE revision SET reason = 'Because' WHERE number = 2",
        "UPDATE revision SET principal = 'key:china' WHERE number = 5",
    )
    result = found(written)
    assert [(fault.revision, fault.kind) for fault in result.faults] == [(2, None), (5, None)]
    assert result.revisions == 6


def test_a_change_that_was_altered_leaves_the_rest_of_its_revision_to_be_looked_at(written):
    people = ("guo-jing", "zhou-guomei")
    for person in people:
        behind_its_back(
            written,
            "UPDATE change SET document = '{}' WHERE revision = 1 AND record_id = :person",
            person=person,
        )
    behind_its_back(written, "UPDATE revision SET reason = 'Because' WHERE number = 1")
    result = found(written)
    assert places(result) == {(1, "person", person) for person in people} | {(1, None, None)}


def test_each_record_that_was_altered_or_removed_is_named(written):
    behind_its_back(
        written,
        "DELETE FROM status_report WHERE progress < 30",
        "UPDATE person SET sort_text = 'other'",
    )
    with written.reading(OPERATOR) as session:
        people = session.scalars(text("SELECT id FROM person")).all()
        reports = session.execute(
            text(
                "SELECT revision, record_id FROM change"
                " WHERE kind = 'status_report' AND revision < 4"
            )
        ).all()
    expected = {(1, "person", person) for person in people}
    expected |= {(revision, "status_report", report) for revision, report in reports}
    result = found(written)
    assert len(reports) == 2
    assert places(result) == expected
    assert len(result.faults) == len(expected)


def test_each_change_that_is_kept_elsewhere_is_named(written):
    behind_its_back(
        written,
        "UPDATE change SET agreement = 'clear-sky-plan-2022' WHERE revision IN (2, 4)",
        "UPDATE change SET visibility = 'party', audience = ' KR ' WHERE revision = 6",
    )
    assert {fault.revision for fault in found(written).faults} == {2, 4, 6}


def test_of_very_many_faults_a_hundred_are_named_and_that_there_are_more(written, clients):
    behind_its_back(written, "UPDATE change SET document = '{}' WHERE revision = 1")
    result = clients.reader.post("/v1/journal/verify").json()
    assert (len(result["faults"]), result["more"], result["valid"]) == (100, True, False)
    assert result["fault"] == result["faults"][0]
    with written.reading(OPERATOR) as session:
        every = verify(session, most=10_000)
        changes = session.scalar(text("SELECT count(*) FROM change WHERE revision = 1"))
    assert not every.more
    assert len(every.faults) >= changes > 100


def test_what_a_caller_may_not_see_is_told_once_a_revision_and_not_how_often(database, clients):
    items = [f"clear-sky-plan-2023-{number}" for number in (1, 2, 3)]
    drafts = [{"action_item": item, "status": "on_track"} for item in items]
    clients.korea.post(
        "/v1/agreements/clear-sky-plan-2023/reports", json={"state": "draft", "reports": drafts}
    ).raise_for_status()
    clients.korea.post(ITEM, json={"state": "draft", "status": "on_track"}).raise_for_status()
    behind_its_back(
        database, "UPDATE change SET document = '{}' WHERE kind = 'status_report' AND revision = 2"
    )
    own = clients.korea.post("/v1/journal/verify").json()["faults"]
    assert [(fault["revision"], fault["kind"]) for fault in own] == [(2, "status_report")] * 3
    for client in (clients.china, clients.admin):
        (fault,) = client.post("/v1/journal/verify").json()["faults"]
        assert (fault["revision"], fault["kind"], fault["id"]) == (2, None, None)


# PostgreSQL's types do not let them in.
UNREADABLE = {
    "a time": ("UPDATE revision SET at = 'never' WHERE number = 3", 3),
    "the newest time": ("UPDATE revision SET at = 'never' WHERE number = 6", 6),
    "an operation": ("UPDATE change SET operation = 'other' WHERE revision = 3", 3),
    "who sees it": ("UPDATE change SET visibility = 'other' WHERE revision = 3", 3),
    "a document": ("UPDATE change SET document = x'00' WHERE revision = 3", 3),
    "when a record was made": (
        "UPDATE status_report SET created_at = 'never' WHERE progress = 20", 3,
    ),
    "a record's state": ("UPDATE status_report SET state = 'other' WHERE progress = 20", 3),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_even_be_read_is_named_and_hides_nothing_else(written, what):
    if written.engine.dialect.name != "sqlite":
        pytest.skip("its types and checks hold against its administrator too")
    statement, revision = UNREADABLE[what]
    behind_its_back(written, "PRAGMA ignore_check_constraints = ON", statement)
    alone = found(written)
    assert alone.fault.revision == revision
    behind_its_back(
        written,
        "PRAGMA ignore_check_constraints = ON",
        "UPDATE change SET operation = 'other' WHERE revision = 1 AND record_id = 'kr-nier'",
        "UPDATE change SET document = '{}' WHERE revision = 1 AND record_id = 'guo-jing'",
        "UPDATE change SET document = '{}' WHERE revision = 2",
        "UPDATE change SET digest = '0' WHERE revision = 5",
        "UPDATE person SET sort_text = 'other' WHERE id = 'zhou-guomei'",
    )
    others = {
        (1, "organization", "kr-nier"),
        (1, "person", "guo-jing"),
        (5, None, None),
        (1, "person", "zhou-guomei"),
    }
    now = places(found(written))
    assert places(alone) | others <= now
    assert 2 in {revision for revision, kind, _ in now if kind == "status_report"}


def renumber(database, number, new):
    behind_its_back(
        database,
        "INSERT INTO revision (number, at, principal, party, request_id, reason, hash)"
        " SELECT :new, at, principal, party, request_id, reason, hash FROM revision"
        " WHERE number = :number",
        number=number,
        new=new,
    )
    behind_its_back(
        database,
        "UPDATE change SET revision = :new WHERE revision = :number",
        number=number,
        new=new,
    )
    behind_its_back(database, "DELETE FROM revision WHERE number = :number", number=number)


def test_a_revision_slipped_in_between_is_named(written):
    for number in (6, 5, 4):
        renumber(written, number, number + 1)
    behind_its_back(
        written,
        "INSERT INTO revision (number, at, principal, hash)"
        " SELECT 4, at, principal, hash FROM revision WHERE number = 3",
        "UPDATE journal_head SET number = 7",
    )
    assert found(written).fault.revision == 4


def test_a_revision_taken_out_is_named_though_those_after_it_close_up(written):
    behind_its_back(
        written,
        "DELETE FROM change WHERE revision = 4",
        "DELETE FROM revision WHERE number = 4",
        "UPDATE journal_head SET number = 5",
    )
    for number in (5, 6):
        renumber(written, number, number - 1)
    assert found(written).fault.revision == 4


def hashes(database):
    with database.reading(OPERATOR) as session:
        return dict(session.execute(select(Revision.number, Revision.hash)).all())


def write_the_chain_anew(database):
    """What an administrator would do who knows how hashes are made."""
    with database.reading(OPERATOR) as session:
        revisions = session.scalars(select(Revision).order_by(Revision.number)).all()
        changes = session.scalars(select(Change).order_by(Change.revision, Change.sequence)).all()
    of = {number: list(some) for number, some in groupby(changes, lambda found: found.revision)}
    previous = GENESIS
    for revision in revisions:
        seals = [
            ChangeSeal(change.kind, change.record_id, change.operation.value, change.digest)
            for change in of[revision.number]
        ]
        seal = RevisionSeal(
            number=revision.number,
            at=moment(revision.at),
            principal=revision.principal,
            party=revision.party,
            request_id=revision.request_id,
            reason=revision.reason,
            changes=seals,
        )
        previous = chained(seal, previous)
        behind_its_back(
            database,
            "UPDATE revision SET hash = :hash WHERE number = :number",
            hash=previous,
            number=revision.number,
        )
    behind_its_back(database, "UPDATE journal_head SET hash = :hash", hash=previous)


def test_the_chain_of_now_is_proven_to_extend_each_head_that_was_published(written, clients):
    for number, published in hashes(written).items():
        result = found(written, number, published)
        assert result.valid
        assert result.revisions == 6 - number
        answer = clients.reader.post(
            "/v1/journal/verify", json={"since": number, "hash": published}
        )
        assert answer.json()["valid"] is True
    assert found(written, 0, GENESIS).valid


def test_a_chain_written_anew_is_caught_by_the_heads_published_after_the_change(written, clients):
    published = hashes(written)
    behind_its_back(written, "UPDATE revision SET principal = 'key:china' WHERE number = 3")
    write_the_chain_anew(written)
    assert found(written).valid, "by itself it holds: that is why heads are published"
    assert found(written, 2, published[2]).valid
    for number in (3, 4, 5, 6):
        result = found(written, number, published[number])
        assert not result.valid
        assert result.fault.revision == number
        assert published[number] not in result.fault.detail
    body = {"since": 4, "hash": published[4]}
    answer = clients.reader.post("/v1/journal/verify", json=body).json()
    assert (answer["valid"], answer["fault"]["revision"]) == (False, 4)


def test_a_document_that_is_none_is_named_in_a_chain_written_anew(written):
    digest = sha256(b"{}").hexdigest()
    behind_its_back(
        written,
        "UPDATE change SET document = '{}', digest = :digest WHERE revision = 3",
        digest=digest,
    )
    write_the_chain_anew(written)
    assert found(written).fault.revision == 3


HIDDEN = {
    "document": ("documents", {"title": {"en": "D"}, "kind": "other", "issuer": "kr-moe"}),
    "meeting": ("meetings", {"dialogue": "cn-kr-dg-dialogue", "status": "planned"}),
    "agreement": ("agreements", {"kind": "treaty", "name": {"en": "A"}, "parties": ["CN", "KR"]}),
}


@pytest.mark.parametrize("kind", [*HIDDEN, "action_item"])
def test_who_sees_what_is_not_public_cannot_be_altered_unseen(clients, database, kind):
    collection, body = HIDDEN["agreement" if kind == "action_item" else kind]
    body |= {"visibility": "party" if kind == "document" else "parties"}
    made = clients.korea.post(f"/v1/{collection}", json=body).json()["id"]
    if kind == "action_item":
        collection, body = "action-items", {"agreement": made, "number": 1, "title": {"en": "I"}}
        made = clients.korea.post(f"/v1/{collection}", json=body).json()["id"]
    path = f"/v1/{collection}/{made}"
    citations = {"citations": [{"document": "press-release-2023-12-20"}]}
    match = {"If-Match": clients.korea.get(path).headers["etag"]}
    changed = clients.korea.patch(path, json=citations, headers=match)
    newest = int(changed.headers["revision"])
    assert found(database).valid
    for revisions, altered in ((f"= {newest - 1}", newest - 1), ("> 1", newest - 1)):
        behind_its_back(
            database,
            f"UPDATE change SET audience = ' JP ' WHERE record_id = '{made}'"  # noqa: S608
            f" AND revision {revisions}",
        )
        assert clients.japan.get(f"{path}/history").status_code == 200
        assert found(database).fault.revision == altered
    behind_its_back(database, f"UPDATE {kind} SET audience = ' JP ' WHERE id = '{made}'")  # noqa: S608
    assert clients.japan.get(path).status_code == 200
    assert found(database).fault.revision == newest - 1


def test_a_journal_cut_back_to_an_earlier_head_is_caught_by_a_later_one(written):
    published = hashes(written)
    behind_its_back(
        written,
        "DELETE FROM change WHERE revision > 4",
        "DELETE FROM revision WHERE number > 4",
        "UPDATE journal_head SET number = 4",
    )
    behind_its_back(written, "UPDATE journal_head SET hash = :hash", hash=published[4])
    assert found(written).valid, "by itself it holds: that is why heads are published"
    assert found(written, 4, published[4]).valid
    fault = found(written, 6, published[6]).fault
    assert fault.revision == 5
    assert "revision 6 was published" in fault.detail


@pytest.mark.parametrize("given", ["", "0" * 63, "A" * 64, "g" * 64, 5])
def test_a_published_hash_that_is_none_is_refused_by_name(clients, given):
    answer = clients.reader.post("/v1/journal/verify", json={"since": 1, "hash": given})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["value"]) == ("/hash", given)


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
