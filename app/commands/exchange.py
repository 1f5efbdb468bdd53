"""`clearsky load`, `clearsky export` and `clearsky template`: files in, and files out."""

from pathlib import Path

import click

from app.commands.lazy import handled_by
from app.commands.refusing import fit_reason
from app.kernel.tabular.formats import Format


@click.command(
    "load",
    epilog="\b\nExamples:\n  clearsky load\n  clearsky load --demo\n  clearsky load exported/\n"
    "  clearsky load --dry-run exported/",
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--demo", is_flag=True, help="Also load the made-up demonstration reports.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--accept-unsure", is_flag=True, help="Also load what a draft of a release marks as unsure."
)
@click.option("--reason", callback=fit_reason, help="Why, for the journal.")
@handled_by("app.commands.handlers.load:load_files")
def load_command() -> None:
    """Load PATHS, files of records or folders of them; without any, the reference record.

    A file is a workbook (.xlsx), JSON Lines (.jsonl), or CSV or a JSON array named by the kind of
    its records (meetings.csv). All are checked first, then written as one revision, or not at all.
    What is in the record already and does not differ is left alone.
    """


@click.command(
    "export",
    epilog="\b\nExamples:\n  clearsky export exported/\n  clearsky export exported/ --format xlsx",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "wanted",
    type=click.Choice([each.value for each in Format]),
    default=Format.JSON.value,
    show_default=True,
    help="As JSON, JSON Lines, CSV, or one workbook with a sheet for each kind.",
)
@handled_by("app.commands.handlers.export:export_record")
def export_command() -> None:
    """Write the record to FOLDER as files, which `clearsky load` reads back."""


@click.command("template", epilog="\b\nExample:\n  clearsky template clear-sky-plan-2023 plan.xlsx")
@click.argument("agreement")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@handled_by("app.commands.handlers.template:write_template")
def template_command() -> None:
    """Write to FILE the workbook in which an institute reports on the items of AGREEMENT."""
