"""Every write is one revision; nothing is written past the journal."""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, insert, select, text, update

from app.agreements.models import Agreement
from app.agreements.schemas import AgreementBody
from app.directory.models import Organization, Person
from app.directory.schemas import PersonBody
from app.kernel.access import ANONYMOUS, OPERATOR, Principal, Role
from app.kernel.changes import create, get_visible
from app.kernel.journal import (
    INFRASTRUCTURE,
    Author,
    Change,
    Head,
    Operation,
    Revision,
    head,
    last_change,
    moment,
)
from app.kernel.ownership import require_owner
from app.kernel.recording import UnownedWriteError, UnrecordedWriteError
from app.kernel.records import Part, Record, digest_of, document_of
from app.kernel.sessions import RecordSession
from app.tables import Base

pytestmark = pytest.mark.both_engines

AUTHOR = Author(Principal("key:test", Role.EDITOR, "KR"), request_id="r-1", reason="Test")
MAPPED = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda c: c.__name__)
RECORDED = [found for found in MAPPED if issubclass(found, Record | Part)]


def newest(database):
    with database.reading(ANONYMOUS) as session:
        return head(session).number


def add_person(session, name):
    body = PersonBody(id=name, name={"en": name.title()}, organization="kr-moe")
    return create(session, Person, body)


def own(session, model, record_id):
    """The record, which the author is found to be an owner of."""
    record = get_visible(session, model, record_id)
    require_owner(session, record)
    return record


def changes(database, revision):
    with database.reading(ANONYMOUS) as session:
        found = session.scalars(
            select(Change).where(Change.revision == revision).order_by(Change.sequence)
        )
        return [(change.kind, change.record_id, change.operation) for change in found]


def test_every_mapped_class_is_a_record_a_part_of_one_or_listed_as_neither():
    strangers = [found for found in MAPPED if not issubclass(found, Record | Part)]
    assert set(strangers) == INFRASTRUCTURE
    assert len(RECORDED) > 20
    for part in (found for found in MAPPED if issubclass(found, Part)):
        # By `owner` a change of the part is found to be a change of its record.
        assert issubclass(part.owner.property.mapper.class_, Record)


@pytest.mark.parametrize("mapped", RECORDED, ids=lambda found: found.__name__)
def test_no_statement_writes_a_record_past_the_journal(database, mapped):
    for target in (mapped, mapped.__table__):
        for statement in (insert(target), update(target).values(), delete(target)):
            with (
                pytest.raises(UnrecordedWriteError),
                database.writing(AUTHOR) as session,
            ):
                session.execute(statement)


def test_a_reading_session_writes_nothing(database):
    with database.reading(ANONYMOUS) as session:
        session.add(Person(id="x", name={"en": "X"}))
        with pytest.raises(UnrecordedWriteError):
            session.flush()


def test_nothing_is_written_of_which_nobody_has_asked_whose_it_is(database):
    before = newest(database)
    for own_or_not in ("lee-young-seok", "zhou-guomei"):
        with pytest.raises(UnownedWriteError), database.writing(AUTHOR) as session:
            get_visible(session, Person, own_or_not).title = {"en": "New"}
        with pytest.raises(UnownedWriteError), database.writing(AUTHOR) as session:
            session.delete(get_visible(session, Person, own_or_not))
    with pytest.raises(UnownedWriteError), database.writing(AUTHOR) as session:
        session.add(Person(id="added", name={"en": "Added"}, organization="kr-moe"))
    assert newest(database) == before


def test_one_transaction_is_one_revision_with_all_its_changes(database):
    before = newest(database)
    with database.writing(AUTHOR) as session:
        add_person(session, "one")
        session.flush()
        add_person(session, "two")
        own(session, Person, "lee-young-seok").title = {"en": "New"}
    assert newest(database) == before + 1
    assert changes(database, before + 1) == [
        ("person", "one", Operation.CREATE),
        ("person", "two", Operation.CREATE),
        ("person", "lee-young-seok", Operation.UPDATE),
    ]
    with database.reading(ANONYMOUS) as session:
        revision = session.get_one(Revision, before + 1)
        assert (revision.principal, revision.party) == ("key:test", "KR")
        assert (revision.request_id, revision.reason) == ("r-1", "Test")


def test_a_commit_by_hand_is_journalled_too(database):
    before = newest(database)
    with database.writing(AUTHOR) as session:
        add_person(session, "one")
        session.commit()
    assert changes(database, before + 1) == [("person", "one", Operation.CREATE)]


def test_failed_writes_leave_no_gap(database):
    before = newest(database)
    with suppress(ZeroDivisionError), database.writing(AUTHOR) as session:
        add_person(session, "one")
        session.flush()
        raise ZeroDivisionError
    assert newest(database) == before
    with database.writing(AUTHOR) as session:
        add_person(session, "one")
    assert newest(database) == before + 1
    with database.reading(ANONYMOUS) as session:
        numbers = session.scalars(select(Revision.number).order_by(Revision.number)).all()
    assert numbers == list(range(1, before + 2))


def test_a_transaction_that_changes_nothing_in_the_end_is_no_revision(database):
    before = newest(database)
    with database.writing(AUTHOR) as session:
        person = get_visible(session, Person, "zhou-guomei")
        name, stamps = person.name, (person.revision, person.modified_at)
        person.name = {"en": "Somebody else"}
        session.flush()
        person.name = name
        session.flush()
        assert (person.revision, person.modified_at) == stamps
    with database.writing(AUTHOR) as session:
        person = add_person(session, "brief")
        session.flush()
        session.delete(person)
    assert newest(database) == before


def test_a_change_of_a_part_is_a_change_of_the_record_that_holds_it(database):
    before = newest(database)
    with database.writing(AUTHOR) as session:
        ministry = own(session, Organization, "kr-moe")
        old = ministry.modified_at
        ministry.names[0].ends = "2025-10"
    assert changes(database, before + 1) == [("organization", "kr-moe", Operation.UPDATE)]
    with database.reading(ANONYMOUS) as session:
        ministry = get_visible(session, Organization, "kr-moe")
        assert ministry.revision == before + 1
        assert ministry.modified_at > old
        assert ministry.created_at < ministry.modified_at


def test_a_change_keeps_the_record_as_its_get_route_answers_it(database):
    with database.writing(AUTHOR) as session:
        body = AgreementBody(id="a", kind="treaty", name={"en": "A"}, parties=["KR", "CN"])
        create(session, Agreement, body)
    with database.reading(ANONYMOUS) as session:
        change = session.scalars(select(Change).where(Change.record_id == "a")).one()
        document = document_of(get_visible(session, Agreement, "a"))
        assert json.loads(change.document) == document
        assert change.digest == digest_of(document)


def test_reads_go_through_the_one_place_that_holds_them_to_visibility(database):
    with database.engine.begin() as connection:
        kept = "SET visibility = 'party', audience = ' CN '"
        connection.execute(text(f"UPDATE person {kept} WHERE id = 'guo-jing'"))
        connection.execute(text(f"UPDATE change {kept} WHERE record_id = 'guo-jing'"))
    with database.reading(ANONYMOUS) as session:
        assert session.get(Person, "guo-jing") is None
        assert "guo-jing" not in session.scalars(select(Person.id)).all()
        assert "guo-jing" not in session.scalars(select(Change.record_id)).all()


def test_a_session_made_elsewhere_writes_nothing(database):
    with RecordSession(database.engine, info={"principal": OPERATOR}) as session:
        session.add(Person(id="x", name={"en": "X"}))
        with pytest.raises(UnrecordedWriteError):
            session.commit()


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "2026-01-02T03:04:05.000006Z"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00.000000Z"),
        (
            datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=9))),
            "2026-01-01T18:00:00.000000Z",
        ),
    ],
)
def test_a_time_is_told_in_utc_with_microseconds_wherever_the_machine_is(at, said, monkeypatch):
    with monkeypatch.context() as machine:
        machine.setenv("TZ", "Asia/Seoul")
        time.tzset()
        assert moment(at) == said
    time.tzset()


@pytest.mark.parametrize(("info", "asked"), [({}, 1), ({"recorder": None}, 2)])
def test_a_session_that_only_reads_asks_for_the_head_once(info, asked):
    answers = [(8, "hash 8", "B"), (7, "hash 7", "A")]
    session = SimpleNamespace(info={**info})
    session.connection = lambda: session
    session.execute = lambda _: SimpleNamespace(one=answers.pop)
    first, second = head(session), head(session)
    assert first == Head(7, "hash 7", "A")
    assert second == (first if asked == 1 else (8, "hash 8", "B"))


def test_the_last_change_of_a_record_is_the_newest_of_its_own(database):
    with database.writing(AUTHOR) as session:
        ministry = own(session, Organization, "kr-moe")
        ministry.names[0].ends = "2025-10"
    with database.writing(AUTHOR) as session:
        add_person(session, "kr-moe")
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO change (revision, sequence, kind, record_id, operation, visibility,"
                " document, digest) SELECT revision, 0, kind, record_id, operation, visibility,"
                " document, digest FROM change WHERE revision = 2"
            )
        )
    with database.reading(ANONYMOUS) as session:
        for kind, expected in (("person", (3, 1)), ("organization", (2, 1))):
            found = last_change(session, kind, "kr-moe")
            assert (found.kind, found.record_id) == (kind, "kr-moe")
            assert (found.revision, found.sequence) == expected
        assert last_change(session, "person", "nobody") is None
