"""Idempotency-Key: a repeated request is answered once, and alike."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import plain_http

PATH = "/v1/action-items/clear-sky-plan-2023-1/reports"
BODY = {"status": "on_track", "progress": 10}


def count(clients):
    return len(clients.anonymous.get("/v1/status-reports?limit=200").json()["items"])


def test_the_same_key_and_request_give_the_same_answer_once(clients):
    key = {"Idempotency-Key": "one"}
    first = clients.korea.post(PATH, json=BODY, headers=key)
    again = plain_http.post(
        str(clients.korea.base_url).rstrip("/") + PATH,
        json=BODY,
        headers={**key, "Authorization": clients.korea.headers["Authorization"]},
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    for name in ("etag", "location", "revision"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["idempotent-replayed"] == "true"
    assert count(clients) == 1


def test_a_repeat_that_is_sent_to_another_address_of_the_record_is_a_repeat(clients):
    key = {"Idempotency-Key": "moved"}
    first = clients.korea.post(PATH, json=BODY, headers=key)
    again = clients.korea.post(PATH, json=BODY, headers={**key, "Host": "other.example"})
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert count(clients) == 1


def test_another_request_under_the_key_is_refused(clients):
    key = {"Idempotency-Key": "two"}
    clients.korea.post(PATH, json=BODY, headers=key).raise_for_status()
    other = clients.korea.post(PATH, json=BODY | {"progress": 11}, headers=key)
    elsewhere = clients.korea.post(PATH.replace("-1/", "-2/"), json=BODY, headers=key)
    for answer in (other, elsewhere):
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/idempotency-key-reused"
    assert count(clients) == 1


def test_keys_are_each_principals_own(clients):
    key = {"Idempotency-Key": "three"}
    korea = clients.korea.post(PATH, json=BODY, headers=key).json()
    china = clients.china.post(PATH, json=BODY, headers=key).json()
    assert (korea["party"], china["party"]) == ("KR", "CN")


def test_a_refused_request_is_not_kept(clients):
    key = {"Idempotency-Key": "four"}
    assert clients.korea.post(PATH, json={"status": "x"}, headers=key).status_code == 422
    assert clients.korea.post(PATH, json=BODY, headers=key).status_code == 201


def test_a_key_must_be_printable(clients):
    answer = clients.korea.post(PATH, json=BODY, headers={"Idempotency-Key": "a b"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["header"] == "Idempotency-Key"


@pytest.mark.both_engines
def test_at_the_same_moment_one_of_them_writes(clients):
    def post(_):
        return clients.korea.post(PATH, json=BODY, headers={"Idempotency-Key": "five"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert count(clients) == 1
