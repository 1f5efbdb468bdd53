"""What an earlier version kept for nobody is mended by migration 0011, proven, and says so."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from app.backups.backup import backup
from app.backups.restore import restore
from app.documents import keeping
from app.documents.models import Document
from app.exchange.load import load, read_folders
from app.feed.models import Redaction
from app.feed.redaction import redact
from app.feed.schemas import VerificationRecord
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.database import open_engine
from app.kernel.journal import Author
from app.kernel.migrating import downgrade, upgrade
from app.kernel.records import record_classes
from app.kernel.sessions import Database
from tests.conftest import Clients
from tests.engines import KEYS

pytestmark = pytest.mark.both_engines

DOCUMENTS = "/v1/documents"
CENTRE = "cn-kr-environmental-cooperation-centre"
KEPT = {
    "title": {"en": "Unheard-of words."},
    "kind": "minutes",
    "issuer": CENTRE,
    "visibility": "party",
}
OPERATOR_ALONE = " operator "


def as_before(session: Session, issuer: str | None) -> str:
    """Who saw a kept document before migration 0011: nobody, where its issuer had no party."""
    organization = record_classes()["organization"].__table__.c
    party = session.scalar(select(organization.party_id).where(organization.id == issuer))
    return f" {party or ''} "


@pytest.fixture
def before(database: Database, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database as the version of migration 0010 has it, which writes as that did."""
    assert clients.anonymous.get("/v1/parties").status_code == 200
    downgrade(database.engine, "0010")
    monkeypatch.setattr(keeping, "_audience_of_kept", as_before)
    return database


def keep(client: Any, **more: Any) -> str:
    answer = client.post(DOCUMENTS, json=KEPT | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def patch(client: Any, made: str, **changes: Any) -> None:
    match = {"If-Match": client.get(f"{DOCUMENTS}/{made}").headers["etag"]}
    client.patch(f"{DOCUMENTS}/{made}", json=changes, headers=match).raise_for_status()


def loaded(database: Database, folder: Path, made: str, **changes: Any) -> None:
    """What an operator loads: a document as it stands, with some of it changed."""
    folder.mkdir(exist_ok=True)
    body = KEPT | {"id": made} | changes
    (folder / "documents.json").write_text(json.dumps([body]), "utf-8")
    load(database, Author(OPERATOR), read_folders([folder]))


def audiences(database: Database, made: str) -> list[tuple[int, bool, str | None]]:
    with database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT revision, removal, audience FROM change WHERE record_id = :id"
                " ORDER BY revision, sequence"
            ),
            {"id": made},
        )
        return [(row.revision, bool(row.removal), row.audience) for row in rows]


def verified(database: Database) -> VerificationRecord:
    with database.reading(OPERATOR) as session:
        return verify(session)


def migrated(database: Database, capsys: pytest.CaptureFixture[str]) -> str:
    """Brings the database to this version; what that said."""
    capsys.readouterr()
    upgrade(database.engine)
    return capsys.readouterr().out


def redacted(database: Database, made: str) -> str:
    with database.writing(Author(OPERATOR, reason="Asked for")) as session:
        (redaction,) = redact(session, "document", made, "Asked for")
        return redaction.id


def seen_by(clients: Clients, made: str) -> list[str]:
    return [
        name
        for name in ("anonymous", *(name for name, *_ in KEYS))
        if getattr(clients, name).get(f"{DOCUMENTS}/{made}").status_code == 200
    ]


def test_it_becomes_that_of_the_side_which_entered_it(
    before: Database, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    made = keep(clients.korea)
    assert audiences(before, made) == [(2, False, "  ")]
    assert not verified(before).valid
    told = migrated(before, capsys)
    assert told == (
        "Documents that were kept for nobody, as their issuers have no party, are now seen by KR "
        f"alone, which entered them or saw them before (1): {made}.\n"
    )
    assert audiences(before, made) == [(2, False, " KR ")]
    assert seen_by(clients, made) == ["korea", "reporter", "reader"]
    listed = clients.korea.get(DOCUMENTS, params={"q": "unheard"}).json()["items"]
    assert [document["id"] for document in listed] == [made]
    assert "Unheard" not in clients.anonymous.get("/v1/snapshot").text
    assert clients.china.get("/v1/changes", params={"id": made}).json()["items"] == []
    assert verified(before).valid


def test_its_side_can_change_it_give_it_an_issuer_publish_and_delete_it(
    before: Database,
    clients: Clients,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = [keep(clients.korea) for _ in range(3)]
    monkeypatch.undo()
    migrated(before, capsys)
    patch(clients.korea, made[0], title={"en": "Other words"})
    assert audiences(before, made[0])[-1] == (5, False, " KR ")
    patch(clients.korea, made[0], issuer="kr-moe")
    patch(clients.korea, made[1], visibility="public")
    tag = {"If-Match": clients.korea.get(f"{DOCUMENTS}/{made[2]}").headers["etag"]}
    clients.korea.delete(f"{DOCUMENTS}/{made[2]}", headers=tag).raise_for_status()
    assert clients.china.get(f"{DOCUMENTS}/{made[0]}").status_code == 404
    assert clients.china.get(f"{DOCUMENTS}/{made[1]}").status_code == 200
    assert verified(before).valid


def test_whoever_gave_it_an_issuer_of_no_party_has_it_back_and_is_told_of_no_loss(
    before: Database, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    made = keep(clients.korea, issuer="kr-moe")
    patch(clients.korea, made, issuer=CENTRE)
    assert audiences(before, made) == [(2, False, " KR "), (3, True, " KR "), (3, False, "  ")]
    assert clients.korea.get(f"{DOCUMENTS}/{made}").status_code == 410
    migrated(before, capsys)
    assert audiences(before, made)[1:] == [(3, True, OPERATOR_ALONE), (3, False, " KR ")]
    assert seen_by(clients, made) == ["korea", "reporter", "reader"]
    history = clients.korea.get(f"{DOCUMENTS}/{made}/history").json()["items"]
    assert [entry["operation"] for entry in history] == ["create", "update"]
    listed = clients.korea.get(DOCUMENTS, params={"limit": 200}).json()["items"]
    assert made in {document["id"] for document in listed}
    assert verified(before).valid


def test_what_no_party_entered_is_the_operators_until_it_gets_an_issuer_of_a_side(
    before: Database,
    clients: Clients,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded(before, tmp_path, "loaded")
    monkeypatch.undo()
    told = migrated(before, capsys)
    assert told.startswith("Documents that were kept for nobody, and entered by no party, are now")
    assert told.endswith("(1): loaded.\n")
    assert audiences(before, "loaded") == [(2, False, OPERATOR_ALONE)]
    assert seen_by(clients, "loaded") == []
    assert verified(before).valid
    loaded(before, tmp_path, "loaded")
    assert len(audiences(before, "loaded")) == 1, "loaded again it is the same, and no fault"
    loaded(before, tmp_path, "loaded", issuer="kr-moe")
    assert audiences(before, "loaded") == [(2, False, OPERATOR_ALONE), (3, False, " KR ")]
    assert seen_by(clients, "loaded") == ["korea", "reporter", "reader"]
    assert verified(before).valid


@pytest.mark.parametrize("began", ["kr-moe", CENTRE])
def test_what_has_become_another_sides_since_is_told_to_it_from_then_on(
    before: Database,
    clients: Clients,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    began: str,
) -> None:
    made = keep(clients.korea, issuer=began)
    if began != CENTRE:
        patch(clients.korea, made, issuer=CENTRE)
    loaded(before, tmp_path, made, issuer="cn-mee")
    migrated(before, capsys)
    assert seen_by(clients, made) == ["china"]
    told = clients.korea.get("/v1/changes", params={"id": made}).json()["items"]
    expected = [] if began == CENTRE else ["create", "delete"]
    assert [item["operation"] for item in told] == expected
    (entry,) = clients.china.get(f"{DOCUMENTS}/{made}/history").json()["items"]
    assert entry["record"]["issuer"] == "cn-mee"
    assert verified(before).valid


def test_one_that_was_made_public_or_deleted_meanwhile_is_its_own_sides_until_then(
    before: Database, clients: Clients, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published, deleted = keep(clients.korea), keep(clients.korea)
    loaded(before, tmp_path, published, visibility="public")
    with before.writing(Author(OPERATOR)) as session:
        session.delete(session.get(Document, deleted))
    migrated(before, capsys)
    assert audiences(before, published) == [(2, False, " KR "), (4, False, None)]
    assert audiences(before, deleted) == [(3, False, " KR "), (5, False, " KR ")]
    assert clients.korea.get(f"{DOCUMENTS}/{deleted}").status_code == 410
    assert clients.china.get(f"{DOCUMENTS}/{deleted}").status_code == 404
    assert verified(before).valid


def test_what_was_redacted_of_it_is_mended_and_the_redaction_seen_by_whoever_sees_it(
    before: Database, clients: Clients, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = keep(clients.korea)
    loaded(before, tmp_path, made, title={"en": "Other words"})
    redaction = redacted(before, made)
    told = migrated(before, capsys)
    assert f"(1): {redaction}.\n" in told
    assert {audience for *_, audience in audiences(before, made)} == {" KR "}
    for client, status in ((clients.korea, 200), (clients.china, 404), (clients.anonymous, 404)):
        assert client.get(f"/v1/redactions/{redaction}").status_code == status
    first, _ = clients.korea.get(f"{DOCUMENTS}/{made}/history").json()["items"]
    assert first["redacted"]["reason"] == "Asked for"
    assert verified(before).valid
    assert verified(before).redacted == 1


def test_what_the_operator_alone_sees_can_be_redacted(
    before: Database, clients: Clients, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded(before, tmp_path, "loaded")
    migrated(before, capsys)
    loaded(before, tmp_path, "loaded", title={"en": "Other words"})
    redaction = redacted(before, "loaded")
    with before.reading(OPERATOR) as session:
        found = session.get_one(Redaction, redaction)
        assert (found.parties, found.audience) == ([], OPERATOR_ALONE)
    assert verified(before).valid
    for client in (clients.korea, clients.anonymous, clients.admin):
        assert client.get(f"/v1/redactions/{redaction}").status_code == 404


def test_a_redaction_of_what_different_sides_see_is_the_operators(
    before: Database, clients: Clients, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = keep(clients.korea)
    for changes in ({"issuer": "cn-mee"}, {}, {"title": {"en": "Other words"}}):
        loaded(before, tmp_path, made, **changes)
    with before.writing(Author(OPERATOR)) as session:
        (redaction,) = (each.id for each in redact(session, "document", made, "Asked for", [2, 4]))
    migrated(before, capsys)
    assert audiences(before, made) == [
        (2, False, OPERATOR_ALONE),
        (3, False, " CN "),
        (4, True, OPERATOR_ALONE),
        (4, False, " CN "),
        (5, False, " CN "),
    ]
    assert audiences(before, redaction) == [(6, False, OPERATOR_ALONE)]
    assert verified(before).valid


def test_a_backup_of_before_is_mended_as_it_is_restored(
    before: Database,
    clients: Clients,
    tmp_path: Path,
    empty_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = keep(clients.korea)
    manifest = backup(before, tmp_path / "old")
    assert manifest.migration == "0010"
    capsys.readouterr()
    again = Database(open_engine(empty_url))
    try:
        restore(again.engine, tmp_path / "old")
        assert made in capsys.readouterr().out
        assert audiences(again, made) == [(2, False, " KR ")]
        assert verified(again).valid
    finally:
        again.close()


def test_a_backup_of_after_is_restored(
    before: Database,
    clients: Clients,
    tmp_path: Path,
    empty_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    keep(clients.korea)
    loaded(before, tmp_path / "files", "loaded")
    migrated(before, capsys)
    manifest = backup(before, tmp_path / "new")
    again = open_engine(empty_url)
    try:
        assert restore(again, tmp_path / "new") == manifest
    finally:
        again.dispose()


def test_what_nobody_wrote_is_kept_to_the_operator_and_shown_by_verification(
    before: Database, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    meeting = {"dialogue": "cn-kr-dg-dialogue", "status": "planned", "visibility": "parties"}
    made = clients.korea.post("/v1/meetings", json=meeting).json()["id"]
    with before.engine.begin() as connection:
        for table, where in (("change", "record_id"), ("meeting", "id")):
            connection.execute(
                text(f"UPDATE {table} SET audience = '' WHERE {where} = :id"),  # noqa: S608
                {"id": made},
            )
        connection.execute(text("UPDATE person SET audience = ' KR ' WHERE id = 'guo-jing'"))
    told = migrated(before, capsys)
    assert told.endswith(f"run `clearsky verify` (2): meeting {made}, person guo-jing.\n")
    assert audiences(before, made) == [(2, False, OPERATOR_ALONE)]
    assert clients.korea.get(f"/v1/meetings/{made}").status_code == 404
    places = {(fault.kind, fault.id) for fault in verified(before).faults}
    assert places == {("meeting", made)}


def test_where_nothing_is_to_be_mended_nothing_is_said(
    before: Database, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(clients.korea, issuer="kr-moe")
    assert migrated(before, capsys) == ""
    assert verified(before).valid


def test_tables_keep_their_triggers_indexes_and_references(
    before: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = {
        "sqlite": "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table'",
        "postgresql": "SELECT tgname, tgrelid::regclass::text, '' FROM pg_trigger"
        " WHERE NOT tgisinternal UNION ALL SELECT indexname, tablename, indexdef FROM pg_indexes",
    }

    def found() -> list[str]:
        inspector = inspect(before.engine)
        with before.engine.connect() as connection:
            kept = connection.execute(text(catalogue[before.engine.dialect.name])).all()
        told = [repr(tuple(other)) for other in kept]
        for table in inspector.get_table_names():
            for read in ("get_foreign_keys", "get_columns"):
                told += [f"{table} {each}" for each in getattr(inspector, read)(table)]
        return sorted(told)

    earlier = found()
    migrated(before, capsys)
    assert found() == earlier
    assert any("no_cycle_in_parents" in each for each in earlier)


@pytest.mark.parametrize("audience", [" JP ", " CN ", OPERATOR_ALONE])
def test_what_was_mended_cannot_be_given_to_others_unseen(
    before: Database, clients: Clients, capsys: pytest.CaptureFixture[str], audience: str
) -> None:
    moved = keep(clients.korea, issuer="kr-moe")
    patch(clients.korea, moved, issuer=CENTRE)
    made = keep(clients.korea)
    migrated(before, capsys)
    assert verified(before).valid
    with before.engine.begin() as connection:
        for statement in (
            "UPDATE change SET audience = :audience WHERE kind = 'document' AND NOT removal"
            " AND revision > 1",
            "UPDATE document SET audience = :audience WHERE visibility = 'party'",
        ):
            connection.execute(text(statement), {"audience": audience})
    places = {(fault.kind, fault.id) for fault in verified(before).faults}
    assert places == {("document", made), ("document", moved)}


def test_a_removal_is_hidden_only_where_the_record_was_kept_for_nobody(
    before: Database, clients: Clients, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = keep(clients.korea, issuer="kr-moe")
    loaded(before, tmp_path, made, issuer="cn-mee")
    migrated(before, capsys)
    assert verified(before).valid
    with before.engine.begin() as connection:
        connection.execute(
            text("UPDATE change SET audience = :nobody WHERE removal"), {"nobody": OPERATOR_ALONE}
        )
    assert not verified(before).valid
