"""Kept answers outlive what does not touch them: renewed, they are of the newest revision."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.recent import RecentChanges
from app.kernel.statements import Found
from tests.waiting import wait_until

PLAN = "/v1/agreements/clear-sky-plan-2023/progress"
ITEM = "/v1/action-items/clear-sky-plan-2023-5"
OTHER = {"id": "other-plan", "kind": "annual_plan", "name": {"en": "Other"}}
RESULTS = ("hit", "renewed", "miss")


@pytest.fixture
def elsewhere(clients):
    """An item of another plan."""
    clients.korea.post("/v1/agreements", json={**OTHER, "parties": ["CN", "KR"]})
    item = {"id": "other-item", "agreement": "other-plan", "number": 1, "title": {"en": "Other"}}
    clients.korea.post("/v1/action-items", json=item).raise_for_status()
    return "/v1/action-items/other-item"


@pytest.fixture
def asked(clients, database):
    """Asks anonymously: the answer, and whether a kept one served."""
    # The listener, where there is one, must have heard the first time.
    wait_until(lambda: database.freshness.newest() is not None)

    def counts():
        told = clients.anonymous.get("/metrics").text.splitlines()
        name = "clearsky_kept_answers_total"
        lines = dict(line.rsplit(" ", 1) for line in told if line.startswith(name))
        return {result: float(lines[f'{name}{{result="{result}"}}']) for result in RESULTS}

    def ask(path, **headers):
        before = counts()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = clients.anonymous.get(path, headers=sent)
        after = counts()
        (result,) = [result for result in RESULTS if after[result] > before[result]]
        return answer, result

    return ask


def report(clients, item):
    body = {"status": "on_track", "progress": 40}
    made = clients.korea.post(f"{item}/reports", json=body)
    made.raise_for_status()
    return f"/v1/status-reports/{made.json()['id']}", int(made.headers["revision"])


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("path", [PLAN, f"{ITEM}/standing"])
def test_a_report_on_another_plan_leaves_progress_as_it_is(clients, elsewhere, asked, path, coding):
    first, _ = asked(path, accept_encoding=coding)
    _, revision = report(clients, elsewhere)
    second, result = asked(path, accept_encoding=coding)
    assert result == "renewed"
    assert second.json() == first.json() | {"revision": revision}
    assert second.headers["revision"] == str(revision)
    assert second.headers["etag"] == first.headers["etag"]
    again, result = asked(path, accept_encoding=coding, if_none_match=first.headers["etag"])
    assert (again.status_code, result) == (304, "hit")


def test_what_is_renewed_is_what_would_be_answered_anew(clients, elsewhere, asked, database):
    asked(PLAN)
    report(clients, elsewhere)
    renewed, result = asked(PLAN)
    database.answers.__init__(None, None, 0)
    anew, _ = asked(PLAN)
    assert result == "renewed"
    assert renewed.content == anew.content
    for name in ("etag", "revision", "vary", "content-type"):
        assert renewed.headers[name] == anew.headers[name]


def test_a_report_on_one_of_its_items_is_seen_at_once(clients, elsewhere, asked):
    asked(PLAN)
    report(clients, elsewhere)
    report(clients, ITEM)
    answer, result = asked(PLAN)
    assert result == "miss"
    assert answer.json()["summary"]["by_basis"]["one_sided"] == 1


def test_a_correction_and_a_withdrawal_are_seen_at_once(clients, asked):
    path, _ = report(clients, ITEM)
    asked(f"{ITEM}/standing")
    body = {"status": "delayed", "corrects": path.rpartition("/")[2]}
    made = clients.korea.post(f"{ITEM}/reports", json=body)
    answer, result = asked(f"{ITEM}/standing")
    assert (answer.json()["standing"]["status"], result) == ("delayed", "miss")
    withdrawal = f"/v1/status-reports/{made.json()['id']}/withdraw"
    clients.korea.post(withdrawal, json={"reason": {"en": "In error."}}).raise_for_status()
    answer, result = asked(f"{ITEM}/standing")
    assert (answer.json()["standing"]["status"], result) == ("on_track", "miss")


def test_whatever_else_is_written_has_progress_worked_out_anew(clients, asked):
    asked(PLAN)
    clients.korea.post(
        "/v1/people", json={"id": "p", "name": {"en": "P"}, "organization": "kr-moe"}
    ).raise_for_status()
    _, result = asked(PLAN)
    assert result == "miss"


def test_a_record_is_renewed_until_it_is_changed_itself(clients, elsewhere, asked):
    path, _ = report(clients, elsewhere)
    first, _ = asked(path)
    _, revision = report(clients, elsewhere)
    second, result = asked(path)
    assert (second.content, result) == (first.content, "renewed")
    assert second.headers["revision"] == str(revision)
    clients.korea.post(f"{path}/withdraw", json={"reason": {"en": "In error."}})
    third, result = asked(path)
    assert (third.json()["state"], result) == ("withdrawn", "miss")


def test_a_list_is_renewed_until_one_of_its_kind_is_changed(clients, elsewhere, asked):
    # The key that signs the cursors of all lists is asked for once.
    asked("/v1/parties")
    first, _ = asked("/v1/people")
    report(clients, elsewhere)
    second, result = asked("/v1/people")
    assert (second.content, result) == (first.content, "renewed")
    clients.korea.post(
        "/v1/people", json={"id": "p", "name": {"en": "P"}, "organization": "kr-moe"}
    ).raise_for_status()
    third, result = asked("/v1/people")
    assert len(third.json()["items"]) == len(first.json()["items"]) + 1
    assert result == "miss"


def test_the_feed_is_never_renewed(clients, elsewhere, asked):
    first, _ = asked("/v1/changes?limit=200")
    report(clients, elsewhere)
    second, result = asked("/v1/changes?limit=200")
    assert len(second.json()["items"]) == len(first.json()["items"]) + 1
    assert result == "miss"


def test_a_renewed_answer_is_new_enough_for_whoever_wrote(clients, elsewhere, asked):
    asked(PLAN)
    _, revision = report(clients, elsewhere)
    answer, result = asked(PLAN, min_revision=str(revision))
    assert (answer.status_code, result) == (200, "renewed")
    answer, _ = asked(PLAN, min_revision=str(revision + 1))
    assert answer.status_code == 503


def test_after_more_revisions_than_are_remembered_nothing_is_renewed(
    clients, elsewhere, asked, monkeypatch
):
    monkeypatch.setattr(RecentChanges, "REACH", 2)
    asked(PLAN)
    for _ in range(3):
        report(clients, elsewhere)
    _, result = asked(PLAN)
    assert result == "miss"
    report(clients, elsewhere)
    _, result = asked(PLAN)
    assert result == "renewed"


@given(
    st.lists(st.integers(0, 3), max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=20),
    st.integers(1, 40),
)
def test_what_changed_between_two_revisions_is_all_told_or_nothing(sizes, questions, reach):
    """However often is asked, in whatever order, and however little is remembered."""
    written = [
        [revision, "person", f"{revision}-{number}", None]
        for revision, size in enumerate(sizes, start=1)
        for number in range(size)
    ]

    async def ask(_, parameters, at_least):
        rows = [row for row in written if row[0] > parameters["after"]]
        return Found(len(sizes), {"changes": rows}) if at_least <= len(sizes) else None

    async def told():
        recent = RecentChanges(ask)
        recent.REACH = reach
        for after, until in questions:
            changes = await recent.between(after, until)
            expected = {row[2] for row in written if after < row[0] <= until}
            if changes is None:
                assert until > len(sizes) or len(sizes) - after > reach
            else:
                assert {change.id for change in changes} == expected
                assert len(changes) == len(expected)

    asyncio.run(told())
