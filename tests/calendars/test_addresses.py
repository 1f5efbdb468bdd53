"""Private addresses: each reads calendars as one key may, and nothing else, until it is revoked."""

import json
import re
from datetime import timedelta

import httpx
import pytest

from app.calendars import addresses
from app.exchange.export import export
from app.kernel.access import OPERATOR, Principal, Role
from app.kernel.dates import utc_now
from app.kernel.journal import Author
from app.kernel.keys import ApiKey, principal_of
from app.kernel.logs import configure_logs
from app.kernel.problems import Forbidden
from app.kernel.secrets import without_secrets
from tests import plain_http
from tests.calendars.reading import events_in
from tests.clock import Clock

pytestmark = pytest.mark.both_engines

ADDRESSES = "/v1/calendar-addresses"
SECRET = re.compile(r"clearskycal_[A-Za-z0-9_-]{43}")
FEEDS = ("dialogues/cn-kr-dg-dialogue", "agreements/clear-sky-plan-2023", "parties/KR")
HIDDEN = {
    "dialogue": "cn-kr-dg-dialogue",
    "status": "planned",
    "starts": "2027-05-12",
    "name": {"en": "Unheard-of"},
    "visibility": "parties",
}


def path_of(made, feed=FEEDS[0]):
    return f"{httpx.URL(made['address']).path}/{feed}"


def make(client, **body):
    answer = client.post(ADDRESSES, json=body or None)
    assert answer.status_code == 201, answer.text
    return answer.json()


def revoke(client, made):
    path = f"{ADDRESSES}/{made['id']}"
    match = {"If-Match": client.get(path).headers.get("etag", '"none"')}
    return client.delete(path, headers=match)


def told(answer):
    """An answer, but for what is of its request alone."""
    own = {"x-request-id", "date", "content-length"}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    body = answer.json() if "json" in answer.headers["content-type"] else {"text": answer.text}
    body.pop("instance", None)
    return answer.status_code, headers, body


def test_whoever_has_a_key_makes_an_address_and_is_shown_it_once(clients, server):
    for name in ("reader", "reporter", "korea", "admin"):
        client = getattr(clients, name)
        answer = client.post(ADDRESSES, json={"label": "Desk phone"})
        assert answer.status_code == 201, answer.text
        assert answer.headers["cache-control"] == "no-store"
        made = answer.json()
        (secret,) = SECRET.findall(made["address"])
        public = server.app.state.settings.public_address
        assert made["address"] == f"{public}/v1/calendars/{secret}"
        read = client.get(answer.headers["location"])
        assert read.json() == {k: v for k, v in made.items() if k != "address"}
        assert (made["key"], made["label"]) == (name, "Desk phone")
        assert secret not in client.get(ADDRESSES).text
    refused = clients.anonymous.post(ADDRESSES, json={})
    assert refused.status_code == 401
    assert clients.korea.post(ADDRESSES, json={"label": " "}).status_code == 422


def test_an_address_reads_what_its_key_may_see_and_nobody_elses(clients):
    clients.korea.post("/v1/meetings", json=HIDDEN).raise_for_status()
    made = {name: make(getattr(clients, name)) for name in ("reader", "china", "japan", "admin")}
    for name in ("china", "reader", "japan", "admin", "china"):
        feed = clients.anonymous.get(path_of(made[name]))
        with_key = getattr(clients, name).get("/v1/dialogues/cn-kr-dg-dialogue/calendar")
        assert feed.content == with_key.content
        assert feed.headers["etag"] == with_key.headers["etag"]
        assert feed.headers["cache-control"] == "private, no-cache"
        assert feed.headers["referrer-policy"] == "no-referrer"
        shown = [each for each in events_in(feed.content) if each["summary"] == "Unheard-of"]
        assert len(shown) == (name in ("china", "reader"))
        assert [each["class"] for each in shown] == ["CONFIDENTIAL"] * len(shown)
        # Kept for those who see alike, and for no others.
        assert (
            "Unheard-of"
            not in clients.anonymous.get("/v1/dialogues/cn-kr-dg-dialogue/calendar").text
        )
        condition = {"If-None-Match": feed.headers["etag"]}
        assert clients.anonymous.get(path_of(made[name]), headers=condition).status_code == 304
    for feed in FEEDS:
        assert clients.anonymous.get(path_of(made["reader"], feed)).status_code == 200


def test_an_address_is_good_for_calendars_and_for_nothing_else(clients, server):
    made = make(clients.admin)
    path = path_of(made)
    secret = SECRET.findall(path)[0]
    assert clients.anonymous.get(path).status_code == 200
    with plain_http.client(base_url=server.address, timeout=30) as client:
        for shown in (f"Bearer {secret}", f"address {secret.encode().hex()}", secret):
            for method, url in (
                ("GET", "/v1/dialogues/cn-kr-dg-dialogue/calendar"),
                ("GET", "/v1/keys"),
                ("GET", path),
                ("POST", "/v1/parties"),
            ):
                answer = client.request(method, url, headers={"Authorization": shown}, json={})
                assert answer.status_code == 401, (shown, method, url)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert client.request(method, path, json={}).status_code == 405
        for beside in ("", "/dialogues", "/meetings/cn-kr-dg-dialogue-7", "/parties/KR/duties"):
            answer = client.get(f"/v1/calendars/{secret}{beside}")
            assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such route.")


def test_one_that_was_revoked_is_as_one_that_never_was(clients, database):
    never = path_of({"address": f"http://h/v1/calendars/clearskycal_{'x' * 43}"})
    expected = told(clients.anonymous.get(never))
    assert expected[0] == 404
    made = {name: make(getattr(clients, name)) for name in ("korea", "reader", "reporter")}
    for each in made.values():
        # Looked up, and kept.
        assert clients.anonymous.get(path_of(each)).status_code == 200
        assert clients.anonymous.get(path_of(each)).status_code == 200
    assert revoke(clients.korea, made["korea"]).status_code == 204
    with database.writing(Author(OPERATOR)) as session:
        session.get_one(ApiKey, "reader").revoked_at = utc_now()
        session.get_one(ApiKey, "reporter").expires_at = utc_now() - timedelta(seconds=1)
    for each in made.values():
        for feed in (FEEDS[0], "dialogues/absent"):
            assert told(clients.anonymous.get(path_of(each, feed))) == expected
    assert clients.korea.get(f"{ADDRESSES}/{made['korea']['id']}").status_code == 404
    malformed = path_of({"address": "http://h/v1/calendars/x"})
    assert told(clients.anonymous.get(malformed)) == expected


def test_an_address_stops_with_its_key_where_it_is_remembered_too(clients, database, monkeypatch):
    clock, feed = Clock(monkeypatch), path_of(make(clients.korea))
    with database.writing(Author(OPERATOR)) as session:
        session.get_one(ApiKey, "korea").expires_at = utc_now() + timedelta(minutes=30)
    for _ in range(2):
        assert clients.anonymous.get(feed).status_code == 200
    clock.put_forward(minutes=30)
    assert clients.anonymous.get(feed).status_code == 404


def test_an_address_is_looked_after_by_its_holder_and_administrators(clients, database):
    made, other = make(clients.korea, label="A"), make(clients.china)
    path = f"{ADDRESSES}/{made['id']}"
    for client in (clients.china, clients.reader):
        assert client.get(path).status_code == 404
        assert revoke(client, made).status_code == 404
    assert [each["id"] for each in clients.korea.get(ADDRESSES).json()["items"]] == [made["id"]]
    listed = clients.admin.get(ADDRESSES).json()["items"]
    assert [each["id"] for each in listed] == [made["id"], other["id"]]
    with database.reading(OPERATOR) as session:
        admin = Principal("key:a", Role.ADMIN, party="CN")
        (found,) = session.scalars(addresses.looked_after_by(admin))
        assert found.id == other["id"]
    assert clients.korea.delete(path).status_code == 428
    assert clients.korea.delete(path, headers={"If-Match": '"x"'}).status_code == 412
    assert revoke(clients.admin, made).status_code == 204
    assert clients.anonymous.get(path_of(made)).status_code == 404


def test_a_key_has_so_many_addresses_and_a_token_none(database):
    with database.writing(Author(OPERATOR)) as session:
        korea = principal_of(session.get_one(ApiKey, "korea"))
        for _ in range(addresses.MOST_ADDRESSES):
            addresses.make(session, korea, None)
        with pytest.raises(addresses.Conflict, match="at most 20"):
            addresses.make(session, korea, None)
        with pytest.raises(Forbidden, match="needs a key"):
            addresses.make(session, Principal("oidc:somebody", Role.EDITOR, party="KR"), None)


def test_the_secret_stands_nowhere_but_in_the_answer_that_shows_it(
    clients, database, server, tmp_path, capsys
):
    configure_logs("debug", "json")
    made = make(clients.korea, label="Desk")
    secret = SECRET.findall(made["address"])[0]
    random = secret.removeprefix("clearskycal_")
    answers = [
        clients.anonymous.get(path_of(made)),
        clients.anonymous.get(path_of(made), headers={"Authorization": "Bearer x"}),
        clients.anonymous.get(path_of(made, "dialogues/absent")),
        clients.anonymous.get(f"{path_of(made)}?{secret}={secret}"),
        clients.anonymous.get(f"{path_of(made)}?lang={secret}"),
        clients.anonymous.post(path_of(made)),
        # Copied without its end, or with what stood after it.
        clients.anonymous.get(path_of(made).replace(secret, secret[:-1])),
        clients.anonymous.get(path_of(made).replace(secret, f"{secret}x")),
        clients.anonymous.get(f"/v1/calendars/{secret}/meetings/x"),
        # Spelled otherwise, broken off at either end, or with something before it.
        *(
            clients.anonymous.get(path_of(made).replace(secret, wrong))
            for wrong in (
                f"CLEARSKYCAL_{random}",
                f"cal_{random}",
                random,
                f"%20{random}",
                f"clearskycal_%0A{random}",
                f"clearskycal%255F{random}",
            )
        ),
        clients.anonymous.get(f"/v1/calendars/{random}"),
        clients.anonymous.get(f"/V1/Calendars/CLEARSKYCAL_{random}/dialogues/x"),
        clients.anonymous.get(f"/v1/calendar/ClearSkyCal_{random}/dialogues/x"),
        clients.anonymous.get(
            path_of(made), headers={"X-Request-ID": f"CLEARSKYCAL_{random}"[:64]}
        ),
        clients.korea.get(ADDRESSES),
        clients.korea.get(f"/v1/changes?since=0&q={secret}"),
        clients.anonymous.get("/metrics"),
        clients.anonymous.get("/v1/journal/head"),
    ]
    assert answers[0].status_code == 200
    for answer in answers:
        # Of the query nothing is masked that its own sender did not show as what it is.
        assert random[:-1] not in answer.text + str(answer.headers), answer.url
    assert "/v1/calendars/{secret}/dialogues/{id}" in answers[-2].text
    with database.reading(OPERATOR) as session:
        export(session, tmp_path / "record")
    exported = [path.read_text("utf-8") for path in (tmp_path / "record").iterdir()]
    assert exported
    assert not [text for text in exported if "clearskycal_" in text or made["id"] in text]
    logged = capsys.readouterr().err
    configure_logs("error", "json")
    paths = [json.loads(line).get("path") for line in logged.splitlines() if '"path"' in line]
    assert "/v1/calendars/[secret]/dialogues/cn-kr-dg-dialogue" in paths
    assert random[:-1] not in logged
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM calendar_address").all()
    assert len(rows) == 1
    assert secret not in str(rows)
    for wrong in (secret, f"CLEARSKYCAL_{random}", random, f"cal_{random}"):
        told_of = without_secrets(f"GET /v1/calendars/{wrong}/x?y HTTP/1.1")
        assert told_of == "GET /v1/calendars/[secret]/x?y HTTP/1.1"
    assert without_secrets(f"GET {path_of(made)} HTTP/1.1") == (
        "GET /v1/calendars/[secret]/dialogues/cn-kr-dg-dialogue HTTP/1.1"
    )
    # Nor in what is kept of answers.
    assert secret not in str(list(server.app.state.database.answers._kept))
