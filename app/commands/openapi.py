"""`clearsky openapi`: the description of the API."""

import json
from tempfile import TemporaryDirectory

import click

from app.settings import load_settings


@click.command("openapi", epilog="\b\nExample:\n  clearsky openapi > openapi.json")
def openapi_command() -> None:
    """Print the OpenAPI document of this version."""
    from app.main import create_app  # noqa: PLC0415 (no other command makes the application)

    with TemporaryDirectory() as folder:
        app = create_app(load_settings(database_url=f"sqlite:///{folder}/none.db"))
        click.echo(json.dumps(app.openapi(), ensure_ascii=False, indent=2))
