"""`clearsky draft`: records proposed from a press release."""

from pathlib import Path

import click

from app.commands.common import Refused
from app.drafting.proposing.drafts import draft_of
from app.drafting.proposing.known import Known
from app.drafting.proposing.review import review_of
from app.drafting.proposing.writing import OccupiedError, write_draft
from app.drafting.reading.files import read_release
from app.drafting.reading.source import UnreadableError
from app.exchange.load import REFERENCE, LoadError


@click.command(
    "draft",
    epilog="\b\nExamples:\n  clearsky draft press-release-2023-12-20.txt"
    "\n  clearsky draft press-release-2023-12-20.txt --to drafted/",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="Write load files to this new folder."
)
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    default=REFERENCE,
    show_default="the reference record",
    help="What the record has: a folder of `clearsky export`.",
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "cp949", "gb18030"]),
    help="The encoding of a text or HTML file, where it does not tell.",
)
def draft_command(file: Path, folder: Path | None, record: Path, encoding: str | None) -> None:
    """Propose records from the press release FILE (txt, HTML, DOCX or PDF text).

    Prints a review: each record, the exact words behind each field, and what is unsure. Nothing is
    loaded: read and edit the files, then run `clearsky load FOLDER`.
    """
    try:
        draft = draft_of(read_release(file, encoding), Known(record))
        written = write_draft(draft, folder) if folder is not None else None
    except (UnreadableError, LoadError, OccupiedError) as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}.") from None
    click.echo(review_of(draft), nl=False)
    if folder is not None:
        files = ", ".join(written or []) or "no load file, as there is nothing new"
        click.echo(f"\nWritten to {folder}: {files}.")
