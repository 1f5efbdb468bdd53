"""API keys, created, listed, rotated and revoked by the operator."""

from datetime import datetime

import click
from sqlalchemy import select

from app.commands.handlers.database import reading, writing
from app.kernel.access import OPERATOR, Role
from app.kernel.keys import ApiKey
from app.keys.issuing import issue, revoke, rotate


def create_key(
    name: str,
    role: str,
    party: str | None,
    organization: str | None,
    expires_in_days: int | None,
) -> None:
    """Issues a key, and prints it alone."""
    with writing("key created") as session:
        key = issue(
            session,
            OPERATOR,
            name=name,
            role=Role(role),
            party=party,
            organization=organization,
            expires_in_days=expires_in_days,
        )
    click.echo(key)


def list_keys() -> None:
    """Prints the keys by their names, those that have ended too."""
    with reading() as session:
        for key in session.scalars(select(ApiKey).order_by(ApiKey.name)):
            previous = key.previous
            columns = (
                key.name,
                key.role.value,
                key.party or "-",
                key.organization or "-",
                f"{key.created_at:%Y-%m-%d}",
                _to_the_hour(key.expires_at),
                _to_the_hour(key.last_used_at),
                _to_the_hour(None if previous is None else previous.expires_at),
                f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else key.state.value,
            )
            click.echo("\t".join(columns))


def _to_the_hour(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%dT%H:00Z}"


def rotate_key(name: str, overlap_hours: int, expires_in_days: int | None) -> None:
    """Issues another key under the name, and prints it alone."""
    with writing("key rotated") as session:
        key = rotate(
            session, OPERATOR, name, overlap_hours=overlap_hours, expires_in_days=expires_in_days
        )
    click.echo(key)


def revoke_key(name: str) -> None:
    """Revokes a key, and the one before it."""
    with writing("key revoked") as session:
        revoke(session, OPERATOR, name)
    click.echo(f"Revoked {name}.")
