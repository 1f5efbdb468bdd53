"""`clearsky calendars`: what an operator sees of private addresses, and can do."""

import click

from app.commands.lazy import handled_by


@click.group(
    "calendars",
    epilog="\b\nExamples:\n  clearsky calendars list\n"
    "  clearsky calendars revoke 01890a5d-ac96-774b-bcce-b302099a8057",
)
def calendars() -> None:
    """See the private addresses of calendars, and revoke them."""


@calendars.command("list", epilog="\b\nExample:\n  clearsky calendars list")
@handled_by("app.commands.handlers.calendars:list_addresses")
def list_command() -> None:
    """List the private addresses, oldest first.

    The columns: id, key, when created, label. The secrets are not kept.
    """


@calendars.command(
    "revoke",
    epilog="\b\nExample:\n  clearsky calendars revoke 01890a5d-ac96-774b-bcce-b302099a8057",
)
@click.argument("address_id", metavar="ID")
@handled_by("app.commands.handlers.calendars:revoke_address")
def revoke_command() -> None:
    """Revoke the private address ID, at once and for good."""
