"""Webhooks over HTTP: made and looked after by key holders, each their own; secrets shown once."""

import re
from datetime import timedelta

import pytest

from app.exchange.export import export
from app.kernel.access import OPERATOR, Principal, Role
from app.kernel.journal import Author
from app.kernel.keys import issue_key
from app.kernel.problems import Forbidden
from app.kernel.secrets import without_secrets
from app.webhooks import managing
from app.webhooks.addresses import Addresses
from tests import plain_http

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
URL = "https://ministry.example/clear-sky"
PUBLIC = "93.184.216.34"


@pytest.fixture(autouse=True)
def names(server):
    """Whatever is asked for has an address of the open network, but for the `inner` names."""

    async def resolve(host, port):
        assert port
        if host == "nowhere.example":
            raise OSError
        given = re.fullmatch(r"[0-9.]+|.*:.*", host)
        return [host] if given else {"inner.example": ["10.0.0.7"]}.get(host, [PUBLIC])

    allowed = server.app.state.webhook_addresses
    server.app.state.webhook_addresses = Addresses(["192.0.2.0/24"], resolve)
    yield
    server.app.state.webhook_addresses = allowed


def make(client, **body):
    answer = client.post("/v1/webhooks", json={"url": URL} | body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def change(client, webhook, body):
    path = f"/v1/webhooks/{webhook['id']}"
    match = {"If-Match": client.get(path).headers.get("etag", '"none"')}
    return client.patch(path, json=body, headers=match)


@pytest.mark.parametrize("name", ["reader", "reporter", "korea", "admin"])
def test_whoever_has_a_key_makes_a_webhook_and_is_shown_its_secret_once(clients, name):
    client = getattr(clients, name)
    answer = client.post("/v1/webhooks", json={"url": URL, "types": ["meeting.updated"]})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert SECRET.fullmatch(made["secret"])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["location"] == f"/v1/webhooks/{made['id']}"
    read = client.get(answer.headers["location"])
    secret = made.pop("secret")
    assert read.json() == made
    assert (made["key"], made["url"], made["types"]) == (name, URL, ["meeting.updated"])
    assert (made["state"], made["pause"]) == ("active", None)
    for path in ("", "/delivery", "/attempts"):
        assert secret not in client.get(f"/v1/webhooks/{made['id']}{path}").text
    assert secret not in client.get("/v1/webhooks").text


@pytest.mark.both_engines
def test_webhooks_are_listed_oldest_first_page_by_page(clients):
    made = [make(clients.korea, url=f"{URL}/{number}")["id"] for number in range(3)]
    first = clients.korea.get("/v1/webhooks?limit=2").json()
    rest = clients.korea.get("/v1/webhooks", params={"limit": 2, "cursor": first["next"]}).json()
    assert [found["id"] for page in (first, rest) for found in page["items"]] == made
    assert rest["next"] is None


def test_a_webhook_is_changed_against_what_was_read_and_delivering_does_not_count(clients):
    webhook = make(clients.korea)
    path = f"/v1/webhooks/{webhook['id']}"
    assert clients.korea.patch(path, json={"types": None}).status_code == 428
    changed = change(clients.korea, webhook, {"types": ["meeting.updated", "meeting.created"]})
    assert changed.json()["types"] == ["meeting.created", "meeting.updated"]
    assert changed.headers["etag"] == clients.korea.get(path).headers["etag"]
    stale = {"If-Match": '"stale"'}
    assert clients.korea.patch(path, json={"url": URL}, headers=stale).status_code == 412
    assert change(clients.korea, webhook, {"types": None}).json()["types"] is None
    assert clients.korea.delete(path, headers=stale).status_code == 412
    assert clients.korea.delete(path).status_code == 428
    match = {"If-Match": clients.korea.get(path).headers["etag"]}
    assert clients.korea.delete(path, headers=match).status_code == 204
    assert clients.korea.get(path).status_code == 404


@pytest.mark.parametrize("client", ["china", "reader", "japan"])
def test_nobody_knows_of_anybody_elses_webhooks(clients, client):
    webhook = make(clients.korea)
    other = getattr(clients, client)
    make(other)
    assert [found["key"] for found in other.get("/v1/webhooks").json()["items"]] == [client]
    path, never = (
        f"/v1/webhooks/{webhook['id']}",
        "/v1/webhooks/01890a5d-ac96-774b-bcce-b302099a8057",
    )
    for part in ("", "/delivery", "/attempts"):
        hidden, absent = other.get(f"{path}{part}"), other.get(f"{never}{part}")
        assert hidden.status_code == absent.status_code == 404
        assert hidden.text.replace(webhook["id"], "").count("There is no webhook") == 1
    for step, body in STEPS:
        assert other.post(f"{path}/{step}", json=body).status_code == 404
    match = {"If-Match": "*"}
    assert other.patch(path, json={"types": None}, headers=match).status_code == 404
    assert other.delete(path, headers=match).status_code == 404
    assert clients.korea.get(path).json()["state"] == "active"


STEPS = (
    ("rotate", None),
    ("pause", None),
    ("resume", None),
    ("replay", {"since": 0}),
    ("test", None),
)


@pytest.fixture
def korean_admin(server, database):
    with database.writing(Author(OPERATOR)) as session:
        key = issue_key(session, "kr-admin", Role.ADMIN, "KR", None)
    headers = {"Authorization": f"Bearer {key}"}
    with plain_http.client(base_url=server.address, headers=headers, timeout=30) as client:
        yield client


def test_an_administrator_looks_after_the_webhooks_of_the_keys_that_it_looks_after(
    clients, korean_admin
):
    korea, china = make(clients.korea), make(clients.china)

    def listed(client):
        return [found["id"] for found in client.get("/v1/webhooks").json()["items"]]

    assert listed(clients.admin) == [korea["id"], china["id"]]
    assert listed(korean_admin) == [korea["id"]]
    assert korean_admin.get(f"/v1/webhooks/{china['id']}").status_code == 404
    path = f"/v1/webhooks/{korea['id']}"
    for step, body in STEPS:
        expected = 403 if step == "rotate" else 200
        assert korean_admin.post(f"{path}/{step}", json=body).status_code == expected, step
    refused = change(korean_admin, korea, {"url": f"{URL}/mine"})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (403, "own_webhook")
    assert clients.korea.get(path).json()["url"] == URL
    match = {"If-Match": korean_admin.get(path).headers["etag"]}
    assert korean_admin.delete(path, headers=match).status_code == 204


def test_nobody_without_a_key_has_webhooks(clients):
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/x"), ("POST", "/x/test")):
        answer = clients.anonymous.request(method, f"/v1/webhooks{path}")
        assert answer.status_code == 401
    with pytest.raises(Forbidden) as refused:
        managing.require_key(Principal("oidc:somebody", Role.EDITOR, "KR"))
    assert refused.value.errors[0].rule == "key"


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({}, "/url", "missing"),
        ({"url": "ftp://ministry.example/"}, "/url", "string_pattern_mismatch"),
        ({"url": "https://me:secret@ministry.example/"}, "/url", "string_pattern_mismatch"),
        ({"url": "https://ministry.example/#part"}, "/url", "string_pattern_mismatch"),
        ({"url": "https://ministry.example/ x"}, "/url", "string_pattern_mismatch"),
        ({"url": "https://미니스트리.example/"}, "/url", "string_pattern_mismatch"),
        ({"url": f"https://ministry.example/{'x' * 1000}"}, "/url", "string_too_long"),
        ({"url": "https://ministry.example:70000/"}, "/url", "web_address"),
        ({"url": "https://[::g]/"}, "/url", "string_pattern_mismatch"),
        ({"url": "https://[1:2]/"}, "/url", "web_address"),
        ({"url": "http://ministry.example/"}, "/url", "forbidden_address"),
        ({"url": "http://nowhere.example/"}, "/url", "forbidden_address"),
        ({"url": "https://inner.example/"}, "/url", "forbidden_address"),
        ({"url": "https://127.0.0.1/"}, "/url", "forbidden_address"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "/url", "forbidden_address"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "/url", "forbidden_address"),
        ({"url": URL, "types": []}, "/types", "too_short"),
        ({"url": URL, "types": ["meeting.held"]}, "/types/0", "enum"),
        ({"url": URL, "since": 99}, "/since", "known_revision"),
        ({"url": URL, "since": -1}, "/since", "greater_than_equal"),
        ({"url": URL, "secret": "whsec_mine"}, "/secret", "extra_forbidden"),
    ],
)
def test_what_no_webhook_can_be_is_refused_by_name_and_leaves_nothing(clients, body, pointer, rule):
    answer = clients.korea.post("/v1/webhooks", json=body)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["rule"]) == (pointer, rule)
    assert clients.korea.get("/v1/webhooks").json()["items"] == []


def test_an_address_is_judged_again_when_it_is_changed(clients):
    webhook = make(clients.korea)
    for url in ("https://inner.example/", "http://ministry.example/"):
        refused = change(clients.korea, webhook, {"url": url})
        assert refused.json()["errors"][0]["rule"] == "forbidden_address"
    assert change(clients.korea, webhook, {"url": "http://192.0.2.7/"}).status_code == 200


def test_a_name_without_an_address_yet_is_taken_and_each_delivery_looks_again(clients):
    assert make(clients.korea, url="https://nowhere.example/")["state"] == "active"


def test_a_key_has_one_webhook_for_an_address_and_not_too_many(clients, monkeypatch):
    monkeypatch.setattr(managing, "MOST_WEBHOOKS", 2)
    make(clients.korea)
    again = clients.korea.post("/v1/webhooks", json={"url": URL})
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (409, "/url")
    second = make(clients.korea, url=f"{URL}/2")
    assert change(clients.korea, second, {"url": URL}).status_code == 409
    third = clients.korea.post("/v1/webhooks", json={"url": f"{URL}/3"})
    assert third.json()["errors"][0]["rule"] == "most_webhooks"
    # Each key has its own.
    make(clients.china)


def test_webhooks_and_their_secrets_are_no_part_of_the_record(clients, database, tmp_path):
    before = clients.anonymous.get("/v1/journal/head").json()
    webhook = make(clients.korea)
    clients.korea.post(f"/v1/webhooks/{webhook['id']}/rotate").raise_for_status()
    clients.korea.post(f"/v1/webhooks/{webhook['id']}/replay", json={"since": 0})
    assert clients.anonymous.get("/v1/journal/head").json() == before
    with database.reading(OPERATOR) as session:
        export(session, tmp_path)
    assert not any("whsec_" in path.read_text("utf-8") for path in tmp_path.rglob("*.json"))


def test_a_secret_in_the_wrong_place_is_told_to_nobody(clients):
    secret = make(clients.korea)["secret"]
    assert without_secrets(f"It is {secret}.") == "It is [secret]."
    for answer in (
        clients.korea.get("/v1/webhooks", params={"q": secret}),
        clients.korea.post("/v1/webhooks", json={"url": secret}),
    ):
        assert answer.status_code == 422
        assert secret not in answer.text


def test_a_rotation_says_until_when_both_secrets_sign(clients):
    webhook = make(clients.korea)
    rotated = clients.korea.post(
        f"/v1/webhooks/{webhook['id']}/rotate", json={"overlap_hours": 2}
    ).json()
    assert SECRET.fullmatch(rotated["secret"])
    assert rotated["secret"] != webhook["secret"]
    ends, at = rotated["previous_secret_expires_at"], rotated["modified_at"]
    assert timedelta(hours=2) == moment(ends) - moment(at)


def moment(text):
    from datetime import datetime  # noqa: PLC0415

    return datetime.fromisoformat(text)
