"""`clearsky webhooks`: what an operator sees of them, and stops and starts."""

import pytest

from app.kernel.access import OPERATOR
from app.kernel.journal import Author
from app.kernel.keys import ApiKey, principal_of
from app.kernel.sessions import Database
from app.webhooks import managing
from app.webhooks.schemas import WebhookBody
from tests.cli.running import Run, assert_refused

pytestmark = pytest.mark.both_engines


def make(database: Database, key: str) -> str:
    with database.writing(Author(OPERATOR)) as session:
        body = WebhookBody(url=f"https://ministry.example/{key}", since=0)
        return managing.create(session, principal_of(session.get_one(ApiKey, key)), body).id


def test_webhooks_are_listed_paused_and_resumed(
    run: Run, database: Database, database_url: str
) -> None:
    korea, china = (make(database, key) for key in ("korea", "china"))

    def states() -> list[list[str]]:
        told = run("webhooks", "list", database_url=database_url)
        assert "whsec_" not in told.output
        return [line.split("\t") for line in told.output.splitlines()]

    address = "https://ministry.example/korea"
    assert states()[0] == [korea, "korea", address, "active", "-", "0", "0", "1"]
    told = run("webhooks", "pause", korea, database_url=database_url)
    assert told.output == f"Paused {korea}.\n"
    assert [line[3:5] for line in states()] == [["paused", "asked"], ["active", "-"]]
    run("webhooks", "pause", "--all", database_url=database_url)
    with database.writing(Author(OPERATOR)) as session:
        key = session.get_one(ApiKey, "china")
        key.revoked_at = key.created_at
    told = run("webhooks", "resume", "--all", database_url=database_url)
    assert told.output.splitlines()[0] == f"Resumed {korea}."
    assert told.output.splitlines()[1].startswith(f"Left {china}: The key china is revoked")
    assert [line[3] for line in states()] == ["active", "paused"]
    refused = run("webhooks", "resume", china, database_url=database_url)
    assert_refused(refused, "The key china is revoked")
    assert_refused(run("webhooks", "pause", database_url=database_url), "--all")
    assert_refused(run("webhooks", "pause", "x", database_url=database_url), "no webhook x")
