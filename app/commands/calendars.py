"""`clearsky calendars`: what an operator sees of private addresses, and can do."""

import click
from sqlalchemy import select

from app.calendars import addresses
from app.calendars.models import CalendarAddress
from app.commands.common import reading, writing
from app.kernel.access import OPERATOR


@click.group(
    "calendars",
    epilog="\b\nExamples:\n  clearsky calendars list\n"
    "  clearsky calendars revoke 01890a5d-ac96-774b-bcce-b302099a8057",
)
def calendars() -> None:
    """See the private addresses of calendars, and revoke them."""


@calendars.command("list", epilog="\b\nExample:\n  clearsky calendars list")
def list_addresses() -> None:
    """List the private addresses, oldest first.

    The columns: id, key, when created, label. The secrets are not kept.
    """
    with reading() as session:
        for found in session.scalars(select(CalendarAddress).order_by(CalendarAddress.id)):
            label = " ".join((found.label or "-").split())
            columns = (found.id, found.key, f"{found.created_at:%Y-%m-%d}", label)
            click.echo("\t".join(columns))


@calendars.command(
    "revoke",
    epilog="\b\nExample:\n  clearsky calendars revoke 01890a5d-ac96-774b-bcce-b302099a8057",
)
@click.argument("address_id", metavar="ID")
def revoke(address_id: str) -> None:
    """Revoke the private address ID, at once and for good."""
    with writing("calendar address revoked") as session:
        addresses.revoke(session, addresses.address_of(session, OPERATOR, address_id))
    click.echo(f"Revoked {address_id}.")
