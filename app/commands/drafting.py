"""`clearsky draft`: records proposed from a press release."""

from pathlib import Path

import click

from app.commands.lazy import handled_by


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
    show_default="the reference record",
    help="What the record has: a folder of `clearsky export`.",
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "cp949", "gb18030"]),
    help="The encoding of a text or HTML file, where it does not tell.",
)
@handled_by("app.commands.handlers.drafting:draft")
def draft_command() -> None:
    """Propose records from the press release FILE (txt, HTML, DOCX or PDF text).

    Prints a review: each record, the exact words behind each field, and what is unsure. Nothing is
    loaded: read and edit the files, then run `clearsky load FOLDER`.
    """
