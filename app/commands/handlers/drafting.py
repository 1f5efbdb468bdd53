"""Proposing records from a press release."""

from pathlib import Path

import click

from app.commands.refusing import Refused
from app.drafting.proposing.drafts import draft_of
from app.drafting.proposing.known import Known
from app.drafting.proposing.review import review_of
from app.drafting.proposing.writing import OccupiedError, write_draft
from app.drafting.reading.files import read_release
from app.drafting.reading.source import UnreadableError
from app.exchange.load import REFERENCE, LoadError


def draft(file: Path, folder: Path | None, record: Path | None, encoding: str | None) -> None:
    """Prints the review of a draft; writes its load files to a new folder where one is given.

    What the record has is in the folder `record`; in the reference record without one.
    """
    try:
        proposed = draft_of(read_release(file, encoding), Known(record or REFERENCE))
        written = write_draft(proposed, folder) if folder is not None else None
    except (UnreadableError, LoadError, OccupiedError) as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}.") from None
    click.echo(review_of(proposed), nl=False)
    if folder is not None:
        files = ", ".join(written or []) or "no load file, as there is nothing new"
        click.echo(f"\nWritten to {folder}: {files}.")
