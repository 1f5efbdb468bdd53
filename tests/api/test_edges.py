"""What a tester found: each fails at a8abb28, on at least one engine, as its name says."""

import pytest

ITEM = "/v1/action-items/clear-sky-plan-2023-5"
PLAN = "/v1/agreements/clear-sky-plan-2023"
PERSON = "/v1/people/guo-jing"


def patch(client, path, changes):
    tag = client.get(path).headers["ETag"]
    return client.patch(path, json=changes, headers={"If-Match": tag})


def errors_of(answer, status):
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.json()["errors"]


@pytest.mark.parametrize(
    ("who", "path", "changes"),
    [
        ("admin", PLAN, {"parties": ["CN"]}),
        ("korea", ITEM, {"agreement": "clear-sky-plan-2022"}),
    ],
)
def test_a_write_refused_at_commit_leaves_the_server_as_it_was(clients, server, who, path, changes):
    clients.korea.post(f"{ITEM}/reports", json={"status": "on_track"}).raise_for_status()
    before = clients.anonymous.get(path).content
    assert patch(getattr(clients, who), path, changes).status_code == 409
    connection = server.app.state.database.engine.pool.connect()
    assert not getattr(connection.dbapi_connection, "in_transaction", False)
    connection.close()
    after = clients.anonymous.get(path)
    assert (after.status_code, after.content) == (200, before)
    assert (
        clients.korea.post(
            "/v1/people", json={"name": {"en": "X"}, "organization": "kr-moe"}
        ).status_code
        == 201
    )


def test_a_write_refused_at_commit_is_told_alike_on_both_engines(clients):
    clients.korea.post(f"{ITEM}/reports", json={"status": "on_track"}).raise_for_status()
    answer = patch(clients.admin, PLAN, {"parties": ["CN"]})
    (error,) = errors_of(answer, 409)
    assert error["pointer"].startswith("/parties")
    assert error["rule"] == "party_in_use"
    assert error["value"]


@pytest.mark.parametrize("alter", ["last", "="])
def test_a_cursor_altered_by_one_character_is_refused(clients, alter):
    cursor = clients.anonymous.get("/v1/parties?limit=1").json()["next"]
    altered = cursor[:-1] + chr(ord(cursor[-1]) + 1) if alter == "last" else cursor + alter
    answer = clients.anonymous.get("/v1/parties", params={"limit": 1, "cursor": altered})
    assert [error["parameter"] for error in errors_of(answer, 422)] == ["cursor"]


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/v1/people", "q", "\x00"),
        ("/v1/documents", "q", "a\x00b"),
        ("/v1/status-reports", "q", "\x00"),
        ("/v1/changes", "id", "x\x00"),
        ("/v1/people", "modified_since", "9999-12-31T23:59:59-23:59"),
        ("/v1/people", "modified_since", "0001-01-01T00:00:00+23:59"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_by_name(clients, path, name, value):
    answer = clients.anonymous.get(path, params={name: value})
    assert [error["parameter"] for error in errors_of(answer, 422)] == [name]


REPORTS = f"{ITEM}/reports"
MEETING = {"id": "x", "dialogue": "temm", "status": "held"}
TREATY = {"kind": "treaty", "name": {"en": "X"}, "parties": ["KR"]}


@pytest.mark.parametrize(
    ("path", "body", "place", "value"),
    [
        ("/v1/meetings", {**MEETING, "starts": "2024", "ends": "2023"}, "/ends", "2023"),
        ("/v1/agreements", {**TREATY, "starts": "2024", "ends": "2023"}, "/ends", "2023"),
        (
            "/v1/agreements",
            {**TREATY, "signatures": [{"party": "JP"}]},
            "/signatures/0/party",
            "JP",
        ),
        (REPORTS, {"status": "completed", "progress": 40}, "/progress", 40),
        (REPORTS, {"status": "not_started", "progress": 5}, "/progress", 5),
        (
            REPORTS,
            {"status": "on_track", "period_start": "2024", "period_end": "2023"},
            "/period_end",
            "2023",
        ),
        ("/v1/agreements", {**TREATY, "parties": ["KR", "KR"]}, "/parties", ["KR", "KR"]),
        ("/v1/documents", {"kind": "other"}, "", {"kind": "other"}),
    ],
)
def test_a_rule_over_several_fields_names_field_and_value(clients, path, body, place, value):
    (error,) = errors_of(clients.korea.post(path, json=body), 422)
    assert (error["pointer"], error["value"]) == (place, value)


def test_a_body_too_large_is_told_which_rule_it_broke(clients):
    answer = clients.korea.post(
        "/v1/people", json={"name": {"en": "x" * 2**21}, "organization": "kr-moe"}
    )
    assert answer.status_code == 413
    assert answer.json().get("errors")


def test_a_party_that_leads_an_item_stays_a_party_of_its_agreement(clients):
    clients.korea.post("/v1/agreements", json={**TREATY, "id": "a", "parties": ["KR", "CN"]})
    leads = [{"party": "KR", "organization": "kr-moe"}]
    item = {"agreement": "a", "number": 1, "title": {"en": "X"}, "leads": leads}
    clients.korea.post("/v1/action-items", json=item).raise_for_status()
    answer = patch(clients.admin, "/v1/agreements/a", {"parties": ["CN"]})
    assert answer.status_code == 409, "KR still leads a-1"
    (error,) = errors_of(patch(clients.korea, "/v1/agreements/a", {"parties": ["CN"]}), 403)
    assert (error["pointer"], error["rule"]) == ("/parties", "changed_by_operator")


def test_a_side_is_led_by_an_organization_of_its_own(clients):
    leads = [{"party": "CN", "organization": "kr-moe"}]
    assert patch(clients.korea, ITEM, {"leads": leads}).status_code == 422


def test_a_record_that_only_refers_to_itself_is_in_use_by_nobody(clients):
    document = {"id": "d", "title": {"en": "X"}, "kind": "other"}
    clients.korea.post("/v1/documents", json=document).raise_for_status()
    patch(clients.korea, "/v1/documents/d", {"citations": [{"document": "d"}]}).raise_for_status()
    tag = clients.anonymous.get("/v1/documents/d").headers["ETag"]
    answer = clients.korea.delete("/v1/documents/d", headers={"If-Match": tag})
    assert answer.status_code == 204, answer.text


def test_the_newest_name_is_the_one_begun_last(clients):
    names = [
        {"name": {"en": "New Name"}, "starts": "2020"},
        {"name": {"en": "Old Name"}, "ends": "2019"},
    ]
    agency = {"party": "KR", "kind": "agency", "names": names}
    made = clients.korea.post("/v1/organizations", json=agency)
    assert made.json()["id"] == "new-name"


def test_verifying_from_a_revision_that_never_was_is_bad_input_not_a_broken_chain(clients):
    answer = clients.korea.post("/v1/journal/verify", json={"since": 10**6})
    assert [error["pointer"] for error in errors_of(answer, 422)] == ["/since"]
