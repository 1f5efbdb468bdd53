"""Verifying the journal and the record."""

import sys

import click

from app.commands.handlers.database import reading
from app.feed.verification import verify


def verify_record(since: int, published: str | None) -> None:
    """Prints the head where all holds; says what is altered, and exits with 1, where not."""
    with reading() as session:
        result = verify(session, since, published)
    if result.fault is None:
        extended = f" and extend revision {since} as it was published" if published else ""
        redacted = f", with {result.redacted} changes redacted" if result.redacted else ""
        click.echo(
            f"{result.revisions} revisions hold{extended}{redacted}; the head is "
            f"{result.head.revision} {result.head.hash}"
        )
        return
    fault = result.fault
    record = f", {fault.kind} {fault.id}" if fault.kind else ""
    click.echo(f"Altered: revision {fault.revision}{record}: {fault.detail}", err=True)
    sys.exit(1)
