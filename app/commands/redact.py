"""`clearsky redact`: what past changes say, taken out of the journal for good."""

import click

from app.commands.lazy import handled_by
from app.commands.refusing import fit_reason
from app.feed.collections import COLLECTIONS


@click.command(
    "redact",
    epilog="\b\nExamples:\n"
    '  clearsky redact person zhou-guomei --reason "Asked for by the person"\n'
    '  clearsky redact person zhou-guomei --revision 1 --reason "Asked for by the person"',
)
@click.argument(
    "kind", metavar="KIND", type=click.Choice(sorted({*COLLECTIONS.values()} - {"redaction"}))
)
@click.argument("record_id", metavar="ID")
@click.option(
    "--revision",
    "revisions",
    type=click.IntRange(min=1),
    multiple=True,
    help="Only what this revision says of it; can be repeated. Without it, all that is past.",
)
@click.option(
    "--reason", required=True, callback=fit_reason, help="Why, for the journal; all see it."
)
@handled_by("app.commands.handlers.redact:redact_record")
def redact_command() -> None:
    """Take what past changes say of the record ID of a KIND out of the journal, for good.

    The hash chain still holds, and the journal says when this was done, by whom and why. What the
    record says now is not taken away: change or delete it first.
    """
