"""A draft is loaded only once its unsure marks are settled, and only beside the record it knew."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.dialogues.models import Meeting
from app.kernel.access import OPERATOR
from app.kernel.journal import Author
from app.kernel.sessions import Database
from tests.cli.running import Run, assert_refused
from tests.drafting.telling import RELEASES

ACCEPTED = "--accept-unsure"


def _drafted(run: Run, folder: Path, name: str) -> Path:
    shutil.copy(RELEASES / name, folder)
    assert run("draft", name, "--to", "drafted").status == 0
    return folder / "drafted"


def _edit(path: Path, change: Any) -> None:
    value = json.loads(path.read_text("utf-8"))
    change(value)
    path.write_text(json.dumps(value), "utf-8")


@pytest.mark.both_engines
def test_unsure_marks_are_settled_by_editing_by_taking_them_out_or_by_saying_so(
    run: Run, folder: Path, database_url: str, database: Database
) -> None:
    drafted = _drafted(run, folder, "zh-planned.txt")

    def load(*options: str) -> Any:
        return run("load", "drafted", *options, database_url=database_url)

    assert_refused(load(), "li-ming /name is marked as unsure", "people.json", ACCEPTED)
    # The person looks into it, and takes the mark out; then corrects the other field.
    _edit(drafted / "draft.json", lambda draft: draft["unsure"].pop(0))
    assert_refused(load(), "cn-kr-dg-dialogue-10 /city/zh is marked as unsure")
    with database.reading(OPERATOR) as session:
        assert session.get(Meeting, "cn-kr-dg-dialogue-10") is None
    _edit(
        drafted / "meetings.json",
        lambda meetings: meetings[0].update(city={"zh": "雄安新区"}, country="CN"),
    )
    told = load()
    assert (told.status, told.errors) == (0, "")
    with database.reading(OPERATOR) as session:
        meeting = session.get_one(Meeting, "cn-kr-dg-dialogue-10")
        assert (meeting.city, meeting.starts, meeting.ordinal) == (
            {"zh": "雄安新区"},
            "2025-12-10",
            10,
        )
        assert [one.quote for one in meeting.citations][:2] == [
            "第十次中韩环境司局长级政策对话",
            "将于12月10日在雄安举行",
        ]


def test_a_new_meeting_with_people_plan_and_items_is_loaded_whole(
    run: Run, folder: Path, database_url: str
) -> None:
    _drafted(run, folder, "ko-eighth.txt")
    told = run("load", "drafted", database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    # The document, the meeting, the plan and its three items; names in Korean are added.
    assert told.output.startswith("6 records created, ")
    assert run("load", "drafted", database_url=database_url).output.endswith("no revision.\n")


def test_unsure_marks_are_accepted_all_at_once(run: Run, folder: Path, database_url: str) -> None:
    _drafted(run, folder, "zh-planned.txt")
    told = run("load", "drafted", ACCEPTED, database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    assert told.output.startswith("3 records created")


@pytest.mark.both_engines
def test_a_record_that_changed_since_the_draft_is_not_made_less(
    run: Run, folder: Path, database_url: str, database: Database
) -> None:
    drafted = _drafted(run, folder, "en-eighth.txt")
    with database.writing(Author(OPERATOR)) as session:
        session.add(
            Meeting(
                id="cn-kr-dg-dialogue-8",
                dialogue="cn-kr-dg-dialogue",
                ordinal=8,
                status="held",
                starts="2024-12-18",
                summary={"en": "Entered by hand."},
            )
        )
    told = run("load", "drafted", database_url=database_url)
    assert_refused(told, "cn-kr-dg-dialogue-8", "otherwise in the record", "--record")
    # Beside an export of the record as it is now, the draft adds to it.
    assert run("export", "now", database_url=database_url).status == 0
    shutil.rmtree(drafted)
    assert run("draft", "en-eighth.txt", "--to", "drafted", "--record", "now").status == 0
    told = run("load", "drafted", database_url=database_url)
    assert (told.status, told.errors) == (0, "")
    with database.reading(OPERATOR) as session:
        meeting = session.get_one(Meeting, "cn-kr-dg-dialogue-8")
        assert (meeting.summary, meeting.city) == ({"en": "Entered by hand."}, {"en": "Seoul"})


def test_a_draft_that_was_spoilt_is_refused(run: Run, folder: Path, database_url: str) -> None:
    drafted = _drafted(run, folder, "en-eighth.txt")
    for spoilt in ("{", '{"unsure": [{}]}', '{"records": [1]}'):
        (drafted / "draft.json").write_text(spoilt, "utf-8")
        assert_refused(
            run("load", "drafted", database_url=database_url), "draft.json: it is no draft"
        )
