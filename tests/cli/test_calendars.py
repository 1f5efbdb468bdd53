"""`clearsky calendars`: what an operator sees of private addresses, and revokes."""

import pytest

from app.calendars import addresses
from app.kernel.access import OPERATOR
from app.kernel.journal import Author
from app.kernel.keys import ApiKey, principal_of
from app.kernel.sessions import Database
from tests.cli.running import Run, assert_refused

pytestmark = pytest.mark.both_engines


def test_private_addresses_are_listed_and_revoked(
    run: Run, database: Database, database_url: str
) -> None:
    with database.writing(Author(OPERATOR)) as session:
        korea, china = (
            addresses.make(session, principal_of(session.get_one(ApiKey, key)), label)
            for key, label in (("korea", "Desk\tphone\n"), ("china", None))
        )
        ids, day = [korea[0].id, china[0].id], f"{korea[0].created_at:%Y-%m-%d}"
    listed = run("calendars", "list", database_url=database_url)
    assert [line.split("\t") for line in listed.output.splitlines()] == [
        [ids[0], "korea", day, "Desk phone"],
        [ids[1], "china", day, "-"],
    ]
    revoked = run("calendars", "revoke", ids[0], database_url=database_url)
    assert revoked.output == f"Revoked {ids[0]}.\n"
    assert ids[0] not in run("calendars", "list", database_url=database_url).output
    again = run("calendars", "revoke", ids[0], database_url=database_url)
    assert_refused(again, f"no calendar address {ids[0]}")
