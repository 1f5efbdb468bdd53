"""`clearsky verify`: whether the journal and the record are as they were written."""

import re

import click

from app.commands.lazy import handled_by


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
@handled_by("app.commands.handlers.verify:verify_record")
def verify_command() -> None:
    """Recompute the journal's hash chain, and compare every record with its last change.

    With --since N and HASH, a head that was published, prove that the chain extends it. Everything
    that does not fit is named, a line each, and the exit status is then 1.
    """
