"""Audiences: of parties, never of nobody; and a caller of no party is in none, whatever it says."""

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import bindparam, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.documents.models import Document
from app.kernel.access import ANONYMOUS, OPERATOR, Principal, Role
from app.kernel.constraints import conflict_of
from app.kernel.journal import Change
from app.kernel.records import OPERATOR_ALONE, audience_of, parties_in, record_classes
from app.kernel.visibility import SEEN, hold_to_visibility, seeing_all, seen_by
from app.tables import Base

pytestmark = pytest.mark.both_engines

DOCUMENTS = "/v1/documents"
KEPT = {"title": {"en": "K"}, "kind": "minutes", "issuer": "kr-moe", "visibility": "party"}
TABLES = sorted([*record_classes(), Change.__tablename__])
OF_NOBODY = ["", " ", "  ", "   ", "KR", " KR", "KR ", "  KR ", " KR  CN ", " KR  "]
UNLESS_PUBLIC, OF_SOMEBODY = "audience_unless_public", "audience_of_somebody"


@pytest.mark.parametrize(
    "parties", [[], [""], ["KR", ""], [" "], ["kr"], ["KR CN"], ["%"], ["__"], ["KOR"], ["KR\n"]]
)
def test_no_audience_is_made_of_nobody_or_of_what_is_no_party(parties: list[str]) -> None:
    with pytest.raises(ValueError, match="an audience is of parties"):
        audience_of(parties)


def test_an_audience_names_its_parties_between_single_spaces() -> None:
    assert audience_of(["KR"]) == " KR "
    assert audience_of(["CN", "KR"]) == " CN KR "
    assert parties_in(" CN KR ") == ["CN", "KR"]
    assert parties_in(None) == parties_in(OPERATOR_ALONE) == []


def refused_by(database: Any, statement: str, **values: Any) -> str | None:
    try:
        with database.engine.begin() as connection:
            connection.execute(text(statement), values)
    except IntegrityError as error:
        return conflict_of(error).errors[0].rule
    return None


@pytest.mark.parametrize("table", TABLES)
def test_every_table_holds_what_is_not_public_to_an_audience_of_somebody(
    database: Any, table: str
) -> None:
    named = {f"ck_{table}_{UNLESS_PUBLIC}", f"ck_{table}_{OF_SOMEBODY}"}
    assert named <= {str(check.name) for check in Base.metadata.tables[table].constraints}
    assert named <= {
        check["name"] for check in inspect(database.engine).get_check_constraints(table)
    }


def test_the_migrations_make_every_check_of_the_models(database: Any) -> None:
    inspector = inspect(database.engine)
    for table in Base.metadata.tables.values():
        checks = {c["name"] for c in inspector.get_check_constraints(table.name)}
        assert {
            str(found.name)
            for found in table.constraints
            if found.__visit_name__ == "check_constraint"
        } <= checks, table.name


@pytest.mark.parametrize("audience", OF_NOBODY)
def test_an_audience_of_nobody_is_stored_nowhere(
    clients: Any, database: Any, audience: str
) -> None:
    made = clients.korea.post(DOCUMENTS, json=KEPT).json()["id"]
    for table, id_ in (("document", "id"), ("change", "record_id")):
        rule = refused_by(
            database,
            f"UPDATE {table} SET audience = :audience WHERE {id_} = :id",  # noqa: S608
            id=made,
            audience=audience,
        )
        assert rule == f"ck_{table}_{OF_SOMEBODY}"
        rule = refused_by(
            database,
            f"UPDATE {table} SET audience = NULL WHERE {id_} = :id",  # noqa: S608
            id=made,
        )
        assert rule == f"ck_{table}_{UNLESS_PUBLIC}"
    for client in (clients.anonymous, clients.admin):
        assert client.get(f"{DOCUMENTS}/{made}").status_code == 404


@pytest.mark.parametrize("table", TABLES)
def test_what_is_public_has_no_audience_in_any_table(database: Any, table: str) -> None:
    columns = [column.name for column in Base.metadata.tables[table].columns]
    values = ", ".join("' KR '" if name == "audience" else name for name in columns)
    rule = refused_by(
        database,
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}",  # noqa: S608
    )
    with database.engine.connect() as connection:
        rows = connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
    assert rule == (f"ck_{table}_{UNLESS_PUBLIC}" if rows else None)


@pytest.mark.parametrize("audience", [*OF_NOBODY, " - ", " nobody ", OPERATOR_ALONE])
def test_a_caller_of_no_party_is_in_no_audience_even_past_the_constraints(
    clients: Any, database: Any, audience: str
) -> None:
    made = clients.korea.post(DOCUMENTS, json=KEPT).json()["id"]
    with database.engine.begin() as connection:
        if database.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for table, id_ in (("document", "id"), ("change", "record_id")):
            if database.engine.dialect.name == "postgresql":
                connection.execute(
                    text(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{OF_SOMEBODY}")
                )
            connection.execute(
                text(f"UPDATE {table} SET audience = :audience WHERE {id_} = :id"),  # noqa: S608
                {"id": made, "audience": audience},
            )
        if database.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
    for client in (clients.anonymous, clients.admin):
        assert client.get(f"{DOCUMENTS}/{made}").status_code == 404
        assert client.get(f"{DOCUMENTS}/{made}/history").status_code == 404
        assert made not in client.get(f"{DOCUMENTS}?limit=200").text
        assert made not in client.get("/v1/changes?kind=document&limit=200").text
        assert made not in client.get("/v1/snapshot?kind=document").text


def test_all_callers_of_no_party_see_alike() -> None:
    reader = Principal("oidc:somebody", Role.READER)
    assert seen_by(ANONYMOUS) == seen_by(reader)
    assert seen_by(Principal("key:korea", Role.READER, "KR")) == " KR "


KOREA = Principal("key:korea", Role.READER, "KR")
CHINA = Principal("key:china", Role.ADMIN, "CN")
READS = {"is_select": True, "is_column_load": False, "is_relationship_load": False}


@pytest.mark.parametrize(
    ("principal", "differs", "held"),
    [
        (KOREA, {}, True),
        (ANONYMOUS, {}, True),
        (Principal("key:admin", Role.ADMIN), {}, True),
        (OPERATOR, {}, False),
        # Writes have a rule of their own; of what was found, the rest may be loaded.
        (KOREA, {"is_select": False}, False),
        (KOREA, {"is_column_load": True}, False),
        (KOREA, {"is_relationship_load": True}, False),
    ],
)
@pytest.mark.parametrize("given", [None, {}, {"wanted": "w"}, [{"wanted": "w"}]])
def test_every_query_is_held_to_what_its_caller_sees(
    principal: Principal, differs: dict[str, bool], held: bool, given: Any
) -> None:
    session, query = SimpleNamespace(info={"principal": principal}), select(Document)
    state: Any = SimpleNamespace(
        **READS | differs, session=session, statement=query, parameters=given
    )
    hold_to_visibility(state)
    if not held:
        assert state.statement is query
        assert state.parameters is given
        return
    own = given if isinstance(given, dict) else {}
    assert state.parameters == {**own, SEEN: seen_by(principal)}
    said = str(state.statement)
    assert f":{SEEN}" in said
    assert str(query) in said


@pytest.mark.parametrize(
    ("principal", "sees"),
    [
        (KOREA, True),
        (CHINA, False),
        (ANONYMOUS, False),
        (Principal("key:admin", Role.ADMIN), False),
        (OPERATOR, True),
    ],
)
def test_a_session_finds_what_its_caller_sees_however_it_asks(
    clients: Any, database: Any, principal: Principal, sees: bool
) -> None:
    made = clients.korea.post(DOCUMENTS, json=KEPT).json()["id"]
    other, change = aliased(Document), aliased(Change)
    with database.reading(principal) as session:
        assert (session.get(Document, made) is not None) is sees
        for found in (
            session.scalars(select(Document.id).where(Document.id == made)),
            session.scalars(
                select(Document.id).where(Document.id == bindparam("wanted")), {"wanted": made}
            ),
            session.scalars(select(other.id).where(other.id == made)),
            session.scalars(select(Change.record_id).where(Change.record_id == made)),
            session.scalars(select(change.record_id).where(change.record_id == made)),
        ):
            assert found.all() == [made] * sees


def test_while_a_session_sees_all_it_does_and_then_no_more(clients: Any, database: Any) -> None:
    made = clients.korea.post(DOCUMENTS, json=KEPT).json()["id"]
    wanted = select(Document.id).where(Document.id == made)
    with database.reading(CHINA) as session:
        with suppress(ZeroDivisionError), seeing_all(session):
            assert session.scalar(wanted) == made
            raise ZeroDivisionError
        assert session.info["principal"] is CHINA
        assert session.scalar(wanted) is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/dialogues/cn-kr-dg-dialogue", {"parties": []}),
        ("/v1/dialogues/cn-kr-dg-dialogue", {"parties": None}),
        ("/v1/dialogues/cn-kr-dg-dialogue", {"parties": [""]}),
        ("negotiated", {"parties": []}),
        ("negotiated", {"parties": None}),
        ("negotiated", {"parties": ["KR", ""]}),
    ],
)
def test_what_some_see_never_comes_to_have_no_parties(
    clients: Any, path: str, body: dict[str, Any]
) -> None:
    meeting = {"dialogue": "cn-kr-dg-dialogue", "status": "planned", "visibility": "parties"}
    clients.korea.post("/v1/meetings", json=meeting).raise_for_status()
    if path == "negotiated":
        agreement = {"kind": "treaty", "name": {"en": "A"}, "parties": ["CN", "KR"]}
        made = clients.korea.post("/v1/agreements", json=agreement | {"visibility": "parties"})
        path = f"/v1/agreements/{made.json()['id']}"
    match = {"If-Match": clients.korea.get(path).headers["etag"]}
    answer = clients.korea.patch(path, json=body, headers=match)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/parties")


def test_a_party_that_sees_something_stays_a_party(clients: Any) -> None:
    party = {"id": "MN", "name": {"en": "Mongolia"}, "timezone": "Asia/Ulaanbaatar"}
    clients.admin.post("/v1/parties", json=party).raise_for_status()
    dialogue = {"id": "d", "name": {"en": "D"}, "parties": ["KR", "MN"], "level": "working"}
    clients.korea.post("/v1/dialogues", json=dialogue).raise_for_status()
    meeting = {"dialogue": "d", "status": "planned", "visibility": "parties"}
    made = f"/v1/meetings/{clients.korea.post('/v1/meetings', json=meeting).json()['id']}"

    def tag(path: str) -> dict[str, str]:
        return {"If-Match": clients.korea.get(path).headers["etag"]}

    parties = {"parties": ["CN", "KR"]}
    left = clients.admin.patch("/v1/dialogues/d", json=parties, headers=tag("/v1/dialogues/d"))
    left.raise_for_status()
    refused = clients.admin.delete("/v1/parties/MN", headers=tag("/v1/parties/MN"))
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (409, "in_use")
    assert made not in refused.text
    clients.korea.delete(made, headers=tag(made)).raise_for_status()
    assert clients.admin.delete("/v1/parties/MN", headers=tag("/v1/parties/MN")).status_code == 204
