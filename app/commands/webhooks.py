"""`clearsky webhooks`: what an operator sees of webhooks, and can do with them."""

import click

from app.commands.lazy import handled_by


@click.group(
    "webhooks",
    epilog="\b\nExamples:\n  clearsky webhooks list\n  clearsky webhooks pause --all\n"
    "  clearsky webhooks resume --all",
)
def webhooks() -> None:
    """See where changes are sent, pause and resume."""


@webhooks.command("list", epilog="\b\nExample:\n  clearsky webhooks list")
@handled_by("app.commands.handlers.webhooks:list_webhooks")
def list_command() -> None:
    """List the webhooks, oldest first.

    The columns: id, key, address, state, why it is paused, failures in a row, the revision up
    to which all is delivered, how many revisions there are after it.
    """


@webhooks.command("pause", epilog="\b\nExample:\n  clearsky webhooks pause --all")
@click.argument("webhook_id", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help="All that there are.")
@handled_by("app.commands.handlers.webhooks:pause")
def pause_command() -> None:
    """Send nothing more to the webhook ID until it is resumed; nothing is lost."""


@webhooks.command("resume", epilog="\b\nExample:\n  clearsky webhooks resume --all")
@click.argument("webhook_id", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help="All that there are.")
@handled_by("app.commands.handlers.webhooks:resume")
def resume_command() -> None:
    """Go on sending to the webhook ID, from where it was."""
