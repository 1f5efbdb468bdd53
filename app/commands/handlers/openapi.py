"""Printing the description of the API."""

import json
from tempfile import TemporaryDirectory

import click

from app.main import create_app
from app.settings import load_settings


def print_document() -> None:
    """Prints the OpenAPI document, without any database."""
    with TemporaryDirectory() as folder:
        app = create_app(load_settings(database_url=f"sqlite:///{folder}/none.db"))
        click.echo(json.dumps(app.openapi(), ensure_ascii=False, indent=2))
