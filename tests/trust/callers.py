"""Every kind of caller: each role of each party, an administrator of none, and invalid keys."""

from datetime import timedelta

from app.kernel.access import OPERATOR, Role
from app.kernel.dates import utc_now
from app.kernel.journal import Author
from app.kernel.keys import ApiKey, issue_key
from app.kernel.sessions import Database

# The sides, as a table names them in order: the one that states, the other, a third party.
SIDES = ("KR", "CN", "JP")
REVOKED, EXPIRED = "revoked", "expired"


def issue_keys(database: Database) -> dict[str, str]:
    """A key of each role of each side, one of no side, a revoked and an expired one."""
    with database.writing(Author(OPERATOR)) as session:
        keys = {
            f"{role} {side}": issue_key(session, f"{role}-{side}", role, side, None)
            for role in Role
            for side in SIDES
        }
        keys["admin"] = issue_key(session, "admin-of-none", Role.ADMIN, None, None)
        for name in (REVOKED, EXPIRED):
            keys[name] = issue_key(session, name, Role.ADMIN, "KR", None)
    with database.writing(Author(OPERATOR)) as session:
        session.get_one(ApiKey, REVOKED).revoked_at = utc_now()
        expired = session.get_one(ApiKey, EXPIRED)
        expired.created_at = utc_now() - timedelta(days=2)
        expired.expires_at = utc_now() - timedelta(days=1)
    return keys
