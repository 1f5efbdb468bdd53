"""What bad input gets: the right problem, named, at its place, and nothing changed."""

import pytest

ITEM = "clear-sky-plan-2023-5"
REPORTS = f"/v1/action-items/{ITEM}/reports"
BULK = "/v1/agreements/clear-sky-plan-2023/reports"
HELD = "/v1/meetings/cn-kr-dg-dialogue-7/assessments"
PLANNED = "/v1/meetings/cn-kr-dg-dialogue-2/assessments"
ON_TRACK = {"status": "on_track", "progress": 50}


def proposed(**changed):
    return {"assessments": [{"action_item": ITEM, **ON_TRACK} | changed]}


def put(client, path, body):
    seen = client.get(path).headers["etag"]
    return client.put(path, json=body, headers={"If-Match": seen})


def confirm(client, path, body):
    seen = client.get(path).headers["etag"]
    return client.post(f"{path}/confirm", json=body, headers={"If-Match": seen})


def corrected_twice(clients):
    first = clients.korea.post(REPORTS, json=ON_TRACK).json()["id"]
    clients.korea.post(REPORTS, json=ON_TRACK | {"corrects": first}).raise_for_status()
    return first


def proposed_by_korea(clients):
    put(clients.korea, HELD, proposed()).raise_for_status()


def adopted(clients):
    proposed_by_korea(clients)
    confirm(clients.china, HELD, {}).raise_for_status()


# What it is called, what goes before, the request, and its status, rule and place.
REFUSED = {
    "a report for the other side": (
        None,
        lambda clients, _: clients.korea.post(REPORTS, json=ON_TRACK | {"party": "CN"}),
        (403, "own_party", "/party"),
    ),
    "a report of a third party": (
        None,
        lambda clients, _: clients.japan.post(REPORTS, json=ON_TRACK),
        (403, "party_of_agreement", None),
    ),
    "a progress of 101": (
        None,
        lambda clients, _: clients.korea.post(REPORTS, json=ON_TRACK | {"progress": 101}),
        (422, "less_than_equal", "/progress"),
    ),
    "completed at 40 percent": (
        None,
        lambda clients, _: clients.korea.post(
            REPORTS, json={"status": "completed", "progress": 40}
        ),
        (422, "completed_is_100", "/progress"),
    ),
    "a report dated after today": (
        None,
        lambda clients, _: clients.korea.post(
            REPORTS, json=ON_TRACK | {"reported_on": "2999-01-01"}
        ),
        (422, "not_in_the_future", "/reported_on"),
    ),
    "one of many reports dated after today": (
        None,
        lambda clients, _: clients.korea.post(
            BULK,
            json={
                "reports": [
                    {"action_item": "clear-sky-plan-2023-1", **ON_TRACK},
                    {"action_item": ITEM, **ON_TRACK, "reported_on": "2999-01-01"},
                ]
            },
        ),
        (422, "not_in_the_future", "/reports/1/reported_on"),
    ),
    "one of many reports on an item of another agreement": (
        None,
        lambda clients, _: clients.korea.post(
            "/v1/agreements/clear-sky-plan-2022/reports",
            json={"reports": [{"action_item": ITEM, **ON_TRACK}]},
        ),
        (422, "item_of_agreement", "/reports/0/action_item"),
    ),
    "a correction of a correction's older version": (
        corrected_twice,
        lambda clients, first: clients.korea.post(REPORTS, json=ON_TRACK | {"corrects": first}),
        (409, "uq_status_report_corrected_once", "/corrects"),
    ),
    "a withdrawal without a reason": (
        corrected_twice,
        lambda clients, first: clients.korea.post(f"/v1/status-reports/{first}/withdraw", json={}),
        (422, "missing", "/reason"),
    ),
    "a change of what was submitted": (
        corrected_twice,
        lambda clients, first: clients.korea.patch(
            f"/v1/status-reports/{first}", json={"progress": 1}, headers={"If-Match": "*"}
        ),
        (409, "draft", ""),
    ),
    "a proposal in the other side's name": (
        None,
        lambda clients, _: put(clients.korea, HELD, proposed() | {"party": "CN"}),
        (403, "own_party", "/party"),
    ),
    "a proposal of a third party": (
        None,
        lambda clients, _: put(clients.japan, HELD, proposed()),
        (403, "party_of_dialogue", None),
    ),
    "an assessment of 101 percent": (
        None,
        lambda clients, _: put(clients.korea, HELD, proposed(progress=101)),
        (422, "less_than_equal", "/assessments/0/progress"),
    ),
    "an assessment as completed at 40": (
        None,
        lambda clients, _: put(clients.korea, HELD, proposed(status="completed", progress=40)),
        (422, "completed_is_100", "/assessments/0/progress"),
    ),
    "an assessment at a meeting not yet held": (
        None,
        lambda clients, _: put(clients.korea, PLANNED, proposed()),
        (409, "meeting_held", ""),
    ),
    "an assessment of an item that the dialogue does not oversee": (
        None,
        lambda clients, _: put(clients.korea, "/v1/meetings/temm-24/assessments", proposed()),
        (422, "overseen_by_dialogue", "/assessments/0/action_item"),
    ),
    "an assessment of an item that is not there": (
        None,
        lambda clients, _: put(clients.korea, HELD, proposed(action_item="nothing")),
        (422, "unknown_reference", "/assessments/0/action_item"),
    ),
    "a confirmation of one's own proposal": (
        proposed_by_korea,
        lambda clients, _: confirm(clients.korea, HELD, {"action_items": [ITEM]}),
        (409, "confirmed_once", "/action_items/0"),
    ),
    "a confirmation of one's own proposal as the other": (
        proposed_by_korea,
        lambda clients, _: confirm(clients.korea, HELD, {"party": "CN"}),
        (403, "own_party", "/party"),
    ),
    "a second confirmation": (
        adopted,
        lambda clients, _: confirm(clients.china, HELD, {"action_items": [ITEM]}),
        (409, "confirmed_once", "/action_items/0"),
    ),
    "a second confirmation of everything": (
        adopted,
        lambda clients, _: confirm(clients.china, HELD, {}),
        (409, "awaits_confirmation", ""),
    ),
    "a confirmation of what nobody proposed": (
        proposed_by_korea,
        lambda clients, _: confirm(
            clients.china, HELD, {"action_items": ["clear-sky-plan-2023-1"]}
        ),
        (422, "proposed_at_meeting", "/action_items/0"),
    ),
    "another conclusion than the one adopted": (
        adopted,
        lambda clients, _: put(clients.china, HELD, proposed(progress=60)),
        (409, "adopted_is_fixed", "/assessments/0/action_item"),
    ),
    "a meeting moved away from what it concluded": (
        adopted,
        lambda clients, _: clients.korea.patch(
            "/v1/meetings/cn-kr-dg-dialogue-7",
            json={"status": "cancelled"},
            headers={"If-Match": "*"},
        ),
        (409, "held_as_assessed", "/status"),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_by_name_and_changes_nothing(clients, what):
    before, request, (status, rule, pointer) = REFUSED[what]
    prepared = before(clients) if before is not None else None
    head = clients.anonymous.get("/v1/journal/head").json()
    answer = request(clients, prepared)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    error = answer.json()["errors"][0]
    assert (error["rule"], error.get("pointer")) == (rule, pointer)
    assert clients.anonymous.get("/v1/journal/head").json() == head


def test_the_codes_that_are_allowed_are_named_as_they_are_written(clients):
    answer = clients.korea.post(REPORTS, json=ON_TRACK | {"state": "withdrawn"})
    assert answer.json()["detail"] == "Input should be 'draft' or 'submitted'."


def test_what_was_changed_since_it_was_seen_is_never_confirmed(clients):
    proposed_by_korea(clients)
    seen = clients.china.get(HELD).headers["etag"]
    put(clients.korea, HELD, proposed(progress=90)).raise_for_status()
    answer = clients.china.post(f"{HELD}/confirm", json={}, headers={"If-Match": seen})
    assert answer.status_code == 412
    (found,) = clients.china.get(HELD).json()["items"]
    assert (found["state"], found["progress"], found["confirmed_by"]) == ("proposed", 90, ["KR"])


def test_a_confirmation_of_whatever_it_is_is_refused(clients):
    proposed_by_korea(clients)
    answer = clients.china.post(f"{HELD}/confirm", json={}, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["header"] == "If-Match"
    assert clients.china.post(f"{HELD}/confirm", json={}).status_code == 428
