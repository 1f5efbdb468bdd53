"""`clearsky verify`: whether the journal and the record are as they were written."""

import re
import sys

import click

from app.commands.common import reading
from app.feed.verification import verify


def _published_hash(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> str | None:
    if value is None:
        return None
    if not re.fullmatch("[0-9a-f]{64}", value):
        raise click.BadParameter(f"{value!r} is not 64 hexadecimal digits", context, parameter)
    if not context.params.get("since"):
        raise click.BadParameter("it needs --since, the revision that has it", context, parameter)
    return value


@click.command("verify", epilog="\b\nExamples:\n  clearsky verify\n  clearsky verify --since 1")
@click.option(
    "--since", type=click.IntRange(min=0), default=0, is_eager=True, help="Trust it up to here."
)
@click.argument("published", metavar="[HASH]", required=False, callback=_published_hash)
def verify_command(since: int, published: str | None) -> None:
    """Recompute the journal's hash chain, and compare every record with its last change.

    With --since N and HASH, a head that was published, prove that the chain extends it. The exit
    status is 1 where something does not fit.
    """
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
