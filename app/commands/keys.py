"""`clearsky keys`: what an operator does with API keys."""

import re
from datetime import datetime
from typing import Any

import click
from sqlalchemy import select

from app.commands.common import reading, writing
from app.kernel.access import OPERATOR, Role
from app.kernel.keys import ApiKey
from app.keys.issuing import LONGEST_NAME, NAME_PATTERN, OVERLAP, issue, revoke, rotate


@click.group(
    epilog="\b\nExamples:\n  clearsky keys create kr-desk --role reporter --party KR\n"
    "  clearsky keys list\n  clearsky keys rotate kr-desk\n  clearsky keys revoke kr-desk"
)
def keys() -> None:
    """Create, list, rotate and revoke API keys."""


def _name_of_key(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if len(value) > LONGEST_NAME or not re.fullmatch(NAME_PATTERN, value):
        raise click.BadParameter(
            f"{value!r} is not 1 to {LONGEST_NAME} letters, digits, dots, hyphens, underscores "
            "and @",
            context,
            parameter,
        )
    return value


_expires_in_days = click.option(
    "--expires-in-days",
    type=click.IntRange(1, 3650),
    help="In how many days the key expires (default: never; rotated, after as long as before).",
)


@keys.command(
    "create",
    epilog="\b\nExamples:\n  clearsky keys create kr-desk --role editor --party KR\n"
    "  clearsky keys create nier --role reporter --party KR --organization kr-nier\n"
    "  clearsky keys create nightly --role reader --party CN --expires-in-days 365",
)
@click.argument("name", callback=_name_of_key)
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="What the key may do; each role may do what those before it may.",
)
@click.option("--party", help="The party that the key speaks for; reporters and editors need one.")
@click.option("--organization", help="The organization that reports made with the key are by.")
@_expires_in_days
def create_key(name: str, role: str, **given: Any) -> None:
    """Create the key NAME and print it, alone, on standard output: the only time it is shown."""
    with writing("key created") as session:
        key = issue(session, OPERATOR, name=name, role=Role(role), **given)
    click.echo(key)


@keys.command("list", epilog="\b\nExample:\n  clearsky keys list")
def list_keys() -> None:
    """List the keys, those that have ended too.

    The columns: name, role, party, organization, when created, when it expires, when last used
    (to the hour), how long the one before it works still, state.
    """
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


@keys.command(
    "rotate",
    epilog="\b\nExamples:\n  clearsky keys rotate kr-desk\n"
    "  clearsky keys rotate kr-desk --overlap-hours 0",
)
@click.argument("name")
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, 720),
    default=OVERLAP,
    show_default=True,
    help="For how many hours the key before works beside the new one.",
)
@_expires_in_days
def rotate_key(name: str, **given: Any) -> None:
    """Issue another key under NAME and print it, alone; the one before works on for a while."""
    with writing("key rotated") as session:
        key = rotate(session, OPERATOR, name, **given)
    click.echo(key)


@keys.command("revoke", epilog="\b\nExample:\n  clearsky keys revoke kr-desk")
@click.argument("name")
def revoke_key(name: str) -> None:
    """Revoke the key NAME, and the one before it, at once and for good."""
    with writing("key revoked") as session:
        revoke(session, OPERATOR, name)
    click.echo(f"Revoked {name}.")
