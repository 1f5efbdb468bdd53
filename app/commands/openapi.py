"""`clearsky openapi`: the description of the API."""

import click

from app.commands.lazy import handled_by


@click.command("openapi", epilog="\b\nExample:\n  clearsky openapi > openapi.json")
@handled_by("app.commands.handlers.openapi:print_document")
def openapi_command() -> None:
    """Print the OpenAPI document of this version."""
