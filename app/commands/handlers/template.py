"""Writing a workbook in which an institute reports."""

from pathlib import Path

import click

from app.agreements.models import Agreement
from app.commands.handlers.database import reading
from app.commands.refusing import Refused
from app.kernel.changes import get_visible
from app.reporting.template import template_of


def write_template(agreement: str, file: Path) -> None:
    """Writes the reporting template of an agreement to a file."""
    with reading() as session:
        template = template_of(session, get_visible(session, Agreement, agreement))
        try:
            file.write_bytes(template)
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}.") from None
    click.echo(str(file))
