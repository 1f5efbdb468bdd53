"""The private addresses of calendars, listed and revoked."""

import click
from sqlalchemy import select

from app.calendars import addresses
from app.calendars.models import CalendarAddress
from app.commands.handlers.database import reading, writing
from app.kernel.access import OPERATOR


def list_addresses() -> None:
    """Prints the private addresses, oldest first."""
    with reading() as session:
        for found in session.scalars(select(CalendarAddress).order_by(CalendarAddress.id)):
            label = " ".join((found.label or "-").split())
            columns = (found.id, found.key, f"{found.created_at:%Y-%m-%d}", label)
            click.echo("\t".join(columns))


def revoke_address(address_id: str) -> None:
    """Revokes a private address."""
    with writing("calendar address revoked") as session:
        addresses.revoke(session, addresses.address_of(session, OPERATOR, address_id))
    click.echo(f"Revoked {address_id}.")
