"""`clearsky load` and `clearsky export`: the record from load files, and to them."""

import sys
from pathlib import Path

import click

from app.agreements.models import Agreement
from app.commands.common import Refused, fit_reason, opened, reading
from app.drafting.accepting import (
    NotAcceptedError,
    drafts_in,
    require_as_drafted,
    require_settled,
)
from app.exchange.export import export
from app.exchange.load import DEMONSTRATION, REFERENCE, LoadError, load, read_folders
from app.exchange.writing import Loaded
from app.kernel.access import OPERATOR
from app.kernel.changes import get_visible
from app.kernel.journal import Author
from app.kernel.private_files import written_anew
from app.kernel.tabular.formats import Format
from app.kernel.tabular.writing import SheetFullError

# Of what is wrong, so much is told.
_MOST_TOLD = 20


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
def load_command(
    paths: tuple[Path, ...], demo: bool, dry_run: bool, accept_unsure: bool, reason: str | None
) -> None:
    """Load PATHS, files of records or folders of them; without any, the reference record.

    A file is a workbook (.xlsx), JSON Lines (.jsonl), or CSV or a JSON array named by the kind of
    its records (meetings.csv). All are checked first, then written as one revision, or not at all.
    What is in the record already and does not differ is left alone.
    """
    chosen = [*(paths or [REFERENCE]), *([DEMONSTRATION] if demo else [])]
    with opened() as database:
        try:
            with _Counting("Checked") as checked:
                entries = read_folders(chosen, checked.show)
            drafts = drafts_in(chosen)
            if not accept_unsure:
                require_settled(drafts, entries)
            if drafts:
                with database.reading(OPERATOR) as session:
                    require_as_drafted(session, drafts, entries)
            with _Counting("Written", len(entries)) as written:
                author = Author(OPERATOR, reason=reason)
                loaded = load(database, author, entries, dry_run=dry_run, progress=written.show)
        except LoadError as error:
            told_of = [str(fault) for fault in error.faults[1:_MOST_TOLD]]
            raise Refused("\n".join([str(error), *told_of])) from None
        except NotAcceptedError as error:
            raise Refused(str(error)) from None
    if dry_run:
        for kind, record_id, done in loaded.named:
            click.echo(f"{done}: {kind} {record_id}")
    click.echo(f"{told(loaded, dry_run=dry_run)}.")


class _Counting:
    """A line on standard error that counts records, where somebody sees it and they are many."""

    def __init__(self, done: str, whole: int | None = None) -> None:
        self.done = done
        self.whole = whole
        self.shown = False

    def __enter__(self) -> "_Counting":
        return self

    def show(self, records: int) -> None:
        """Says how many records it is so far."""
        if sys.stderr.isatty():
            of = "" if self.whole is None else f" of {self.whole}"
            click.echo(f"\r{self.done} {records}{of} records", err=True, nl=False)
            self.shown = True

    def __exit__(self, *_: object) -> None:
        if self.shown:
            click.echo(err=True)


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
def export_command(folder: Path, wanted: str) -> None:
    """Write the record to FOLDER as files, which `clearsky load` reads back."""
    with reading() as session:
        try:
            counts = export(session, folder, Format(wanted))
        except OSError as error:
            raise Refused(f"{error.filename or folder}: {error.strerror}.") from None
        except SheetFullError as error:
            raise Refused(f"No sheet has room for all {error}: export csv or jsonl.") from None
    for file, count in counts.items():
        click.echo(f"{folder / file}: {count}")


@click.command("template", epilog="\b\nExample:\n  clearsky template clear-sky-plan-2023 plan.xlsx")
@click.argument("agreement")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template_command(agreement: str, file: Path) -> None:
    """Write to FILE the workbook in which an institute reports on the items of AGREEMENT."""
    # It takes a while to import: only whoever needs it waits for it.
    from app.reporting.template import template_of  # noqa: PLC0415

    with reading() as session:
        template = template_of(session, get_visible(session, Agreement, agreement))
        try:
            with written_anew(file) as out:
                out.write(template)
        except OSError as error:
            raise Refused(f"{error.filename or file}: {error.strerror}.") from None
    click.echo(str(file))


def told(loaded: Loaded, *, dry_run: bool = False) -> str:
    """What a load did, or would do, in one line."""
    created, changed = sum(loaded.created.values()), sum(loaded.changed.values())
    same = sum(loaded.same.values())
    end = f"revision {loaded.revision}" if loaded.revision else "no revision"
    end = "nothing was written" if dry_run else end
    return f"{created} records created, {changed} changed, {same} as they were; {end}"
