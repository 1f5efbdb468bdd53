"""Writing the record as files."""

from pathlib import Path

import click

from app.commands.handlers.database import reading
from app.commands.refusing import Refused
from app.exchange.export import export
from app.kernel.tabular.formats import Format
from app.kernel.tabular.writing import SheetFullError


def export_record(folder: Path, wanted: str) -> None:
    """Writes the record to a folder in a format, and prints how many there are of each kind."""
    with reading() as session:
        try:
            counts = export(session, folder, Format(wanted))
        except OSError as error:
            raise Refused(f"{error.filename or folder}: {error.strerror}.") from None
        except SheetFullError as error:
            raise Refused(f"No sheet has room for all {error}: export csv or jsonl.") from None
    for file, count in counts.items():
        click.echo(f"{folder / file}: {count}")
