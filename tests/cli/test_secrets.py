"""No key stands in a log, a problem, the journal, an export, or anything that is stored."""

import re
from pathlib import Path

import httpx
import pytest

from tests import plain_http
from tests.cli.running import Run, assert_refused, serving
from tests.cli.test_keys import everything_stored
from tests.engines import Templates

ITEM = "/v1/action-items/clear-sky-plan-2023-5"
KEY = f"clearsky_{'k' * 43}"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJl"


def _refusals(client: httpx.Client, secret: str) -> list[httpx.Response]:
    """What is answered to those who put a secret where it does not belong."""
    return [
        client.get("/v1/parties", params={"access_token": secret}),
        client.get("/v1/parties", params={"cursor": secret}),
        client.get("/v1/parties", headers={"Authorization": f"Bearer {secret}x"}),
        client.get("/v1/parties", headers={"Min-Revision": secret}),
        client.get(f"/v1/keys/{secret}"),
        client.get(f"/v1/{secret}"),
        client.post("/v1/keys", json={"name": secret, "role": "reader"}),
        client.post("/v1/keys", json={"name": "x", "role": secret}),
        client.post(
            "/v1/people", json={"id": secret, "name": {"en": "x"}, "organization": "kr-moe"}
        ),
        client.post("/v1/people", json={secret: secret}),
        client.post("/v1/people", json=[secret]),
        client.post("/v1/people", content=f'{{"a": {secret}'),
        client.post(
            f"{ITEM}/reports", json={"status": "on_track"}, headers={"Revision-Reason": secret}
        ),
        client.patch(ITEM, json={"due": "2024"}, headers={"If-Match": f'"{secret}"'}),
        client.post(f"{ITEM}/reports", json={"corrects": secret, "status": "on_track"}),
    ]


def test_a_key_is_told_to_nobody_but_whom_it_was_issued_to(
    tmp_path: Path, free_port: int, database_url: str, templates: Templates, run: Run
) -> None:
    with serving(tmp_path / "server", free_port, database_url=database_url) as server:
        address = server.address
        admin = plain_http.client(
            base_url=address, headers={"Authorization": f"Bearer {templates.keys['admin']}"}
        )
        body = {"name": "desk", "role": "editor", "party": "KR"}
        issued = admin.post("/v1/keys", json=body).json()["key"]
        rotated = admin.post("/v1/keys/desk/rotate").json()["key"]
        secrets = [issued, rotated, TOKEN]
        told = [
            text for secret in secrets for text in map(_text_of_refusal, _refusals(admin, secret))
        ]
        for secret in (issued, rotated):
            # A request's id stands in the journal.
            written = plain_http.post(
                f"{address}{ITEM}/reports",
                json={"status": "on_track"},
                headers={"Authorization": f"Bearer {secret}", "X-Request-ID": secret},
            )
            assert written.status_code == 201
            told += [written.text, str(written.headers)]
        for path in ("/v1/changes", "/v1/snapshot", "/v1/keys", "/v1/keys/desk", "/metrics"):
            answer = admin.get(path)
            assert answer.status_code == 200
            told.append(answer.text)
        admin.close()
        assert server.stop() == 0
        log = server.output + server.errors
    assert "key created" in log
    assert "key rotated" in log
    assert "/v1/keys/[secret]" in log
    assert run("export", "exported", database_url=database_url).status == 0
    told += [file.read_text("utf-8") for file in Path("exported").iterdir()]
    told += [log, *everything_stored(database_url)]
    random = [secret.removeprefix("clearsky_") for secret in secrets]
    assert [text for text in told if any(secret in text for secret in random)] == []


def _text_of_refusal(answer: httpx.Response) -> str:
    assert 400 <= answer.status_code < 500, (answer.request.url, answer.status_code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.text + str(answer.headers)


def test_a_key_given_in_the_place_of_a_name_is_not_repeated(run: Run, database_url: str) -> None:
    key = run(
        "keys", "create", "desk", "--role", "reader", database_url=database_url
    ).output.strip()
    for command in ("revoke", "rotate", "create --role reader"):
        told = run("keys", *command.split(), key, database_url=database_url)
        assert told.status == 2
        assert told.output == ""
        assert not re.search(re.escape(key), told.errors)


@pytest.mark.parametrize("secret", [KEY, TOKEN], ids=["key", "token"])
@pytest.mark.parametrize("command", ["load --demo", "redact person zhou-guomei"])
def test_a_reason_that_holds_a_secret_is_refused_and_not_repeated(
    command: str, secret: str, run: Run, database_url: str
) -> None:
    before = run("verify", database_url=database_url).output
    reason = f"asked for with {secret}"
    told = run(*command.split(), "--reason", reason, database_url=database_url)
    assert_refused(told, "--reason", "asked for with [secret]", "no key and no token")
    assert secret not in told.errors
    assert run("verify", database_url=database_url).output == before


@pytest.mark.parametrize("line", ["verify --since 1", "redact", "frob", "keys frob"])
def test_a_key_in_a_call_that_is_wrong_is_not_repeated(line: str, run: Run) -> None:
    told = run(*line.split(), KEY)
    assert_refused(told)
    assert KEY not in told.errors
