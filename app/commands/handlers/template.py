"""Writing a workbook in which an institute reports."""

from pathlib import Path

import click

from app.agreements.models import Agreement
from app.commands.handlers.database import reading
from app.commands.refusing import Refused
from app.kernel.changes import get_visible
from app.kernel.private_files import written_anew
from app.reporting.template import template_of


def write_template(agreement: str, file: Path) -> None:
    """Writes the reporting template of an agreement to a file."""
    with reading() as session:
        template = template_of(session, get_visible(session, Agreement, agreement))
        try:
            with written_anew(file) as out:
                out.write(template)
        except OSError as error:
            raise Refused(f"{error.filename or file}: {error.strerror}.") from None
    click.echo(str(file))
