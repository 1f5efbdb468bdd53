"""Two writers at the same moment, in real threads over real connections: no update is lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests import plain_http

pytestmark = pytest.mark.both_engines

ITEM = "clear-sky-plan-2023-5"
REPORTS = f"/v1/action-items/{ITEM}/reports"
MEETING = "/v1/meetings/cn-kr-dg-dialogue-7/assessments"
ROUNDS = range(3)


def at_once(*requests):
    """What each answered; every one has its own thread and waits until all are ready."""
    barrier = Barrier(len(requests))

    def send(request):
        barrier.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


@pytest.fixture
def connect(server, templates):
    """A new client, with connections of its own, for the key of that name."""
    made = []

    def client(name):
        key = {"Authorization": f"Bearer {templates.keys[name]}"}
        made.append(plain_http.client(base_url=server.address, headers=key, timeout=30))
        return made[-1]

    yield client
    for client_made in made:
        client_made.close()


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def proposal(progress):
    proposed = {"action_item": ITEM, "status": "on_track", "progress": progress}
    return {"assessments": [proposed]}


def seen(client):
    return {"If-Match": client.get(MEETING).headers["etag"]}


@pytest.fixture(autouse=True)
def proven(clients):
    """Whatever happened at once, the journal has no gap and proves every record."""
    yield
    told = clients.reader.post("/v1/journal/verify", json={}).json()
    assert told["valid"], told


@pytest.mark.parametrize("again", ROUNDS)
def test_of_two_confirmations_of_the_same_side_one_is_too_late(clients, connect, again):
    assert clients.korea.put(MEETING, json=proposal(again), headers=seen(clients.korea)).is_success
    match = seen(clients.china)
    both = [connect("china"), connect("china")]
    answers = at_once(
        *(lambda c=c: c.post(f"{MEETING}/confirm", json={}, headers=match) for c in both)
    )
    assert statuses(answers) == {200: 1, 412: 1}
    (found,) = clients.anonymous.get(MEETING).json()["items"]
    assert (found["state"], found["confirmed_by"]) == ("adopted", ["CN", "KR"])


@pytest.mark.parametrize("again", ROUNDS)
def test_of_two_proposals_against_one_etag_one_is_too_late(clients, connect, again):
    match = seen(clients.korea)
    korea, china = connect("korea"), connect("china")
    answers = at_once(
        lambda: korea.put(MEETING, json=proposal(10 + again), headers=match),
        lambda: china.put(MEETING, json=proposal(20 + again), headers=match),
    )
    assert statuses(answers) == {200: 1, 412: 1}
    (found,) = clients.korea.get(MEETING).json()["items"]
    (won,) = [answer.json()["items"][0] for answer in answers if answer.status_code == 200]
    assert found == won


@pytest.mark.parametrize("again", ROUNDS)
def test_a_change_and_a_confirmation_never_make_what_was_not_seen(clients, connect, again):
    assert clients.korea.put(MEETING, json=proposal(30), headers=seen(clients.korea)).is_success
    match = seen(clients.china)
    korea, china = connect("korea"), connect("china")
    changed, confirmed = at_once(
        lambda: korea.put(MEETING, json=proposal(31 + again), headers=match),
        lambda: china.post(f"{MEETING}/confirm", json={}, headers=match),
    )
    (found,) = clients.korea.get(MEETING).json()["items"]
    assert {changed.status_code, confirmed.status_code} == {200, 412}
    if confirmed.status_code == 200:
        assert (found["state"], found["progress"]) == ("adopted", 30)
    else:
        assert (found["state"], found["progress"]) == ("proposed", 31 + again)


@pytest.mark.parametrize("again", ROUNDS)
def test_a_report_is_corrected_once(clients, connect, again):
    first = clients.korea.post(REPORTS, json={"status": "on_track", "progress": again}).json()
    body = {"status": "delayed", "corrects": first["id"]}
    both = [connect("korea"), connect("korea")]
    answers = at_once(*(lambda c=c: c.post(REPORTS, json=body) for c in both))
    assert statuses(answers) == {201: 1, 409: 1}


@pytest.mark.parametrize("step", ["submit", "withdraw"])
def test_a_step_is_taken_once(clients, connect, step):
    state = "draft" if step == "submit" else "submitted"
    made = clients.korea.post(REPORTS, json={"status": "on_track", "state": state}).json()
    body = None if step == "submit" else {"reason": {"en": "Test."}}
    several = [connect("korea") for _ in range(4)]
    path = f"/v1/status-reports/{made['id']}/{step}"
    answers = at_once(*(lambda c=c: c.post(path, json=body) for c in several))
    assert statuses(answers) == {200: 1, 409: 3}
    history = clients.korea.get(f"/v1/status-reports/{made['id']}/history").json()["items"]
    assert len(history) == 2


def test_of_many_changes_to_a_draft_against_one_etag_one_is_made(clients, connect):
    made = clients.korea.post(REPORTS, json={"status": "on_track", "state": "draft"})
    path = f"/v1/status-reports/{made.json()['id']}"
    match = {"If-Match": clients.korea.get(path).headers["etag"]}
    several = [connect("korea") for _ in range(6)]
    answers = at_once(
        *(
            lambda c=c, n=n: c.patch(path, json={"progress": n}, headers=match)
            for n, c in enumerate(several)
        )
    )
    assert statuses(answers) == {200: 1, 412: 5}
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert clients.korea.get(path).json() == won


def test_many_reports_at_once_are_all_there_each_in_its_own_revision(clients, connect):
    several = [connect(("korea", "china")[n % 2]) for n in range(16)]
    answers = at_once(
        *(
            lambda c=c, n=n: c.post(REPORTS, json={"status": "on_track", "progress": n})
            for n, c in enumerate(several)
        )
    )
    assert statuses(answers) == {201: 16}
    revisions = sorted(answer.json()["revision"] for answer in answers)
    assert revisions == list(range(revisions[0], revisions[0] + 16))
    listed = clients.anonymous.get(f"/v1/status-reports?action_item={ITEM}&limit=200").json()
    made = {answer.json()["id"] for answer in answers}
    assert made <= {report["id"] for report in listed["items"]}
