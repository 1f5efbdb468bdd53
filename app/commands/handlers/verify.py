"""Verifying the journal and the record."""

import sys

import click

from app.commands.handlers.database import reading
from app.feed.faults import told
from app.feed.verification import verify

# Of the faults, so many are named: more than over HTTP, as an operator is to mend them.
_MOST = 10_000


def verify_record(since: int, published: str | None) -> None:
    """Prints the head where all holds; names all that is altered, and exits with 1, where not."""
    with reading() as session:
        result = verify(session, since, published, _MOST)
    if result.valid:
        extended = f" and extend revision {since} as it was published" if published else ""
        redacted = f", with {result.redacted} changes redacted" if result.redacted else ""
        click.echo(
            f"{result.revisions} revisions hold{extended}{redacted}; the head is "
            f"{result.head.revision} {result.head.hash}"
        )
        return
    for fault in result.faults:
        click.echo(f"Altered: {told(fault)}", err=True)
    if result.more:
        click.echo(f"There is more that does not fit than these {_MOST}.", err=True)
    sys.exit(1)
