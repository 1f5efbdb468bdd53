"""What the database itself refuses, whoever writes to it."""

import pytest
from sqlalchemy import literal_column, select, text
from sqlalchemy.exc import IntegrityError

from app.kernel.constraints import conflict_of
from app.kernel.dates import ends_before_starts
from app.tables import Base

pytestmark = pytest.mark.both_engines


def copied(table, row, **changed):
    """A statement that inserts a copy of a record with some of its columns changed."""
    found = Base.metadata.tables[table]
    columns = [
        literal_column(f":{column.name}") if column.name in changed else column
        for column in found.columns
    ]
    source = select(*columns).where(found.c.id == literal_column(f"'{row}'"))
    statement = found.insert().from_select(list(found.columns), source, include_defaults=False)
    return str(statement), changed


def broken(database, *statements):
    """The name of the rule by which the database refuses the statements; None where it does not."""
    try:
        with database.engine.begin() as connection:
            for statement, values in statements:
                connection.execute(text(statement), values)
    except IntegrityError as error:
        return conflict_of(error).errors[0].rule
    return None


REPORT = (
    "INSERT INTO status_report (id, action_item_id, agreement_id, party_id, status, progress,"
    " reported_on, state, submitted_revision, withdrawn_revision, submitted_by, corrects_id,"
    " period_start, period_end,"
    " own_translations, visibility, created_at, modified_at, revision, content_digest,"
    " search_text, sort_text)"
    " SELECT :id, 'clear-sky-plan-2023-1', 'clear-sky-plan-2023', :party, :status, :progress,"
    " :day, :state, :submitted, :withdrawn, 'test', :corrects, :starts, :ends,"
    " own_translations, visibility, created_at, modified_at, revision, content_digest,"
    " search_text, sort_text FROM party WHERE id = 'KR'"
)


def report(**changed):
    values = {
        "id": "r1",
        "party": "KR",
        "status": "on_track",
        "progress": 50,
        "day": "2026-01-01",
        "state": "submitted",
        "submitted": 1,
        "withdrawn": None,
        "corrects": None,
        "starts": None,
        "ends": None,
    }
    return REPORT, values | changed


def link(child, parent):
    return (
        "INSERT INTO lineage (action_item_id, predecessor_id, kind, position)"
        " VALUES (:child, :parent, 'continued', 0)",
        {"child": f"clear-sky-plan-2023-{child}", "parent": f"clear-sky-plan-2023-{parent}"},
    )


def relate(agreement, related, kind="part_of"):
    return (
        "INSERT INTO agreement_relation (agreement_id, kind, related_id, position)"
        " VALUES (:a, :kind, :b, 9)",
        {"a": agreement, "b": related, "kind": kind},
    )


def below(organization, parent):
    return (
        "UPDATE organization SET parent_id = :parent WHERE id = :id",
        {"id": organization, "parent": parent},
    )


def after(organization, successor):
    return (
        "UPDATE organization SET succeeded_by_id = :other WHERE id = :id",
        {"id": organization, "other": successor},
    )


REFUSED = {
    "an ordinal twice in a dialogue": (
        "uq_meeting_ordinal_in_dialogue",
        copied("meeting", "temm-25", id="again"),
    ),
    "a number twice in an agreement": (
        "uq_action_item_number_in_agreement",
        copied("action_item", "clear-sky-plan-2023-1", id="again"),
    ),
    "an id twice": ("pk_person", copied("person", "guo-jing", id="zhou-guomei")),
    "a meeting that ends before it starts": (
        "ck_meeting_ends_not_before_starts",
        ("UPDATE meeting SET ends = '2023-12-19' WHERE id = 'cn-kr-dg-dialogue-7'", {}),
    ),
    "an agreement that ends before it starts": (
        "ck_agreement_ends_not_before_starts",
        ("UPDATE agreement SET ends = '2022' WHERE id = 'clear-sky-plan-2023'", {}),
    ),
    "an item that comes from itself": ("ck_lineage_no_cycle_in_lineage", link(1, 1)),
    "two items that come from each other": (
        "ck_lineage_no_cycle_in_lineage",
        *(link(1, 2), link(2, 1)),
    ),
    "three items in a ring": (
        "ck_lineage_no_cycle_in_lineage",
        *(link(1, 2), link(2, 3), link(3, 1)),
    ),
    "an agreement that is part of its part": (
        "ck_agreement_relation_no_cycle_in_relations",
        relate("clear-sky-plan", "clear-sky-plan-2023"),
    ),
    "an agreement that continues its own continuation": (
        "ck_agreement_relation_no_cycle_in_relations",
        relate("clear-sky-plan-2020", "clear-sky-plan-2023", "continues"),
    ),
    "a ministry below its own department": (
        "ck_organization_no_cycle_in_parents",
        below("cn-mee", "cn-mee-international-cooperation"),
    ),
    "an organization below itself": (
        "ck_organization_no_cycle_in_parents",
        below("kr-moe", "kr-moe"),
    ),
    "a ring of successors": (
        "ck_organization_no_cycle_in_succession",
        *(after("kr-moe", "kr-nier"), after("kr-nier", "kr-keco"), after("kr-keco", "kr-moe")),
    ),
    "a progress of 101": ("ck_status_report_progress_is_percent", report(progress=101)),
    "completed at 40": ("ck_status_report_completed_is_100", report(status="completed")),
    "a report on part of a day": ("ck_status_report_reported_on_is_a_day", report(day="2026")),
    "a report submitted in no revision": (
        "ck_status_report_submitted_in_revision",
        report(submitted=None),
    ),
    "a report submitted for no day": ("ck_status_report_submitted_for_a_day", report(day=None)),
    "a report that stands and was withdrawn": (
        "ck_status_report_withdrawn_in_revision",
        report(withdrawn=1),
    ),
    "an unknown status": ("ck_status_report_status", report(status="fine")),
    "two corrections of one report": (
        "uq_status_report_corrected_once",
        *(report(), report(id="r2", corrects="r1"), report(id="r3", corrects="r1")),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses_by_name(database, what):
    rule, *statements = REFUSED[what]
    assert broken(database, *statements) == rule


@pytest.mark.parametrize(
    "statement",
    [
        report(party="JP"),
        copied("meeting", "temm-25", id="m", ordinal=99, dialogue_id="nothing"),
        ("UPDATE person SET organization_id = 'nothing' WHERE id = 'guo-jing'", {}),
        ("DELETE FROM agreement WHERE id = 'clear-sky-plan-2023'", {}),
    ],
    ids=["a party of another agreement", "no dialogue", "no organization", "in use"],
)
def test_the_database_keeps_references_real(database, statement):
    assert broken(database, statement).startswith(("foreign_key", "fk_"))


DATES = ["2023", "2023-01", "2023-12", "2023-01-01", "2023-06-30", "2023-12-31", "2024", "2024-02",
         "2024-02-29", "2022-12-31"]  # fmt: skip


def test_the_database_and_the_rule_agree_on_what_ends_before_it_starts(database):
    for starts in DATES:
        for ends in DATES:
            statement = report(starts=starts, ends=ends)
            if ends_before_starts(starts, ends):
                rule = broken(database, statement)
                assert rule == "ck_status_report_ends_not_before_starts", (starts, ends)
            else:
                with database.engine.connect() as connection:
                    connection.execute(text(statement[0]), statement[1])


def test_every_constraint_has_a_name():
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, (table.name, constraint)
