"""`clearsky keys`: what an operator does with API keys."""

import re

import click

from app.commands.lazy import handled_by
from app.kernel.access import Role
from app.keys.bounds import LONGEST_NAME, NAME_PATTERN, OVERLAP


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
@handled_by("app.commands.handlers.keys:create_key")
def create_command() -> None:
    """Create the key NAME and print it, alone, on standard output: the only time it is shown."""


@keys.command("list", epilog="\b\nExample:\n  clearsky keys list")
@handled_by("app.commands.handlers.keys:list_keys")
def list_command() -> None:
    """List the keys, those that have ended too.

    The columns: name, role, party, organization, when created, when it expires, when last used
    (to the hour), how long the one before it works still, state.
    """


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
@handled_by("app.commands.handlers.keys:rotate_key")
def rotate_command() -> None:
    """Issue another key under NAME and print it, alone; the one before works on for a while."""


@keys.command("revoke", epilog="\b\nExample:\n  clearsky keys revoke kr-desk")
@click.argument("name")
@handled_by("app.commands.handlers.keys:revoke_key")
def revoke_command() -> None:
    """Revoke the key NAME, and the one before it, at once and for good."""
