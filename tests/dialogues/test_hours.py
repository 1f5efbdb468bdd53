"""At what time a meeting begins and ends: what is sound, and what is refused by name."""

import pytest
from pydantic import ValidationError

from app.dialogues.models import Meeting
from app.dialogues.schemas import MeetingBody
from app.feed.comparing import says
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.journal import Change
from app.kernel.records import canonical, digest_of, document_of

MEETING = "/v1/meetings/cn-kr-dg-dialogue-7"
DAY = {"dialogue": "d", "status": "planned", "starts": "2026-11-24", "timezone": "Asia/Seoul"}


@pytest.mark.parametrize(
    "members",
    [
        {"start_time": "09:30"},
        {"start_time": "00:00", "end_time": "23:59"},
        {"start_time": "14:00", "end_time": "12:00", "ends": "2026-11-25"},
        {"start_time": "09:00", "end_time": "12:00", "ends": "2026-11-24"},
        {"start_time": "09:00", "ends": "2026-11"},
        {"start_time": None, "end_time": None, "timezone": None},
    ],
)
def test_a_time_is_one_of_a_whole_day_in_a_time_zone(members):
    body = MeetingBody.model_validate(DAY | members)
    assert (body.start_time, body.end_time) == (members["start_time"], members.get("end_time"))


@pytest.mark.parametrize(
    ("members", "field", "rule"),
    [
        ({"start_time": "9:30"}, "start_time", "string_pattern_mismatch"),
        ({"start_time": "24:00"}, "start_time", "string_pattern_mismatch"),
        ({"start_time": "09:30:00"}, "start_time", "string_pattern_mismatch"),
        ({"start_time": "09:30+09:00"}, "start_time", "string_pattern_mismatch"),
        ({"start_time": "09:30\n"}, "start_time", "string_pattern_mismatch"),
        ({"start_time": "09:30", "starts": "2026-11"}, "start_time", "time_without_day"),
        ({"start_time": "09:30", "starts": None}, "start_time", "time_without_day"),
        ({"start_time": "09:30", "timezone": None}, "start_time", "time_without_timezone"),
        ({"end_time": "09:30"}, "end_time", "end_without_start"),
        (
            {"start_time": "09:30", "end_time": "10:00", "ends": "2026"},
            "end_time",
            "time_without_day",
        ),
        ({"start_time": "09:30", "end_time": "09:30"}, "end_time", "ends_before_starts"),
        (
            {"start_time": "09:30", "end_time": "09:00", "ends": "2026-11-24"},
            "end_time",
            "ends_before_starts",
        ),
        # Each thing that is wrong is told once, where it is.
        ({"start_time": "9:30", "end_time": "08:00"}, "start_time", "string_pattern_mismatch"),
        ({"starts": "x", "start_time": "09:30"}, "starts", "partial_date"),
        ({"timezone": "Nowhere", "start_time": "09:30"}, "timezone", "time_zone"),
    ],
)
def test_any_other_is_refused_by_its_field_and_rule(members, field, rule):
    with pytest.raises(ValidationError) as refused:
        MeetingBody.model_validate(DAY | members)
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [((field,), rule)]


def test_times_are_patched_kept_and_taken_back(clients, database):
    def patched(changes):
        match = {"If-Match": clients.korea.get(MEETING).headers["etag"]}
        return clients.korea.patch(MEETING, json=changes, headers=match)

    zone = {"timezone": "Asia/Shanghai"}
    answer = patched({"start_time": "09:30", "end_time": "18:00", **zone})
    assert answer.status_code == 200, answer.text
    read = clients.anonymous.get(MEETING).json()
    assert (read["start_time"], read["end_time"]) == ("09:30", "18:00")
    # Each is refused by what the whole meeting would be.
    for changes, pointer in (
        ({"starts": "2023-12"}, "/start_time"),
        ({"timezone": None}, "/start_time"),
        ({"start_time": None}, "/end_time"),
        ({"end_time": "09:30"}, "/end_time"),
    ):
        refused = patched(changes)
        assert refused.status_code == 422, changes
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert clients.anonymous.get(MEETING).json() == read
    assert patched({"start_time": None, "end_time": None}).json()["start_time"] is None
    with database.reading(OPERATOR) as session:
        assert verify(session).fault is None


@pytest.mark.both_engines
def test_what_was_journalled_before_meetings_had_times_still_proves_them(database):
    with database.reading(OPERATOR) as session:
        now = document_of(session.get_one(Meeting, "cn-kr-dg-dialogue-7"))
    earlier = {name: value for name, value in now.items() if not name.endswith("_time")}
    change = Change(document=canonical(earlier).decode(), digest=digest_of(earlier))
    assert len(now) == len(earlier) + 2
    assert says(change, now, Meeting)
    assert not says(change, now | {"start_time": "09:30"}, Meeting)
