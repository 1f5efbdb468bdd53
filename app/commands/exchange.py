"""`clearsky load` and `clearsky export`: the record from load files, and to them."""

from pathlib import Path

import click

from app.commands.common import Refused, fit_reason, opened, reading
from app.drafting.accepting import NotAcceptedError, require_as_drafted, require_settled
from app.exchange.export import export
from app.exchange.load import DEMONSTRATION, REFERENCE, Loaded, LoadError, load, read_folders
from app.kernel.access import OPERATOR
from app.kernel.journal import Author


@click.command(
    "load",
    epilog="\b\nExamples:\n  clearsky load\n  clearsky load --demo\n  clearsky load exported/",
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--demo", is_flag=True, help="Also load the made-up demonstration reports.")
@click.option(
    "--accept-unsure", is_flag=True, help="Also load what a draft of a release marks as unsure."
)
@click.option("--reason", callback=fit_reason, help="Why, for the journal.")
def load_command(
    folders: tuple[Path, ...], demo: bool, accept_unsure: bool, reason: str | None
) -> None:
    """Load FOLDERS of load files; without any, the Clear Sky reference record.

    All files are checked first, then written as one revision, or not at all. What is in the record
    already and does not differ is left alone.
    """
    chosen = [*(folders or [REFERENCE]), *([DEMONSTRATION] if demo else [])]
    with opened() as database:
        try:
            entries = read_folders(chosen)
            if not accept_unsure:
                require_settled(chosen, entries)
            with database.reading(OPERATOR) as session:
                require_as_drafted(session, chosen, entries)
            loaded = load(database, Author(OPERATOR, reason=reason), entries)
        except (LoadError, NotAcceptedError) as error:
            raise Refused(str(error)) from None
    click.echo(f"{told(loaded)}.")


@click.command("export", epilog="\b\nExample:\n  clearsky export exported/")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_command(folder: Path) -> None:
    """Write the record to FOLDER as load files, which `clearsky load` reads back."""
    with reading() as session:
        try:
            counts = export(session, folder)
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}.") from None
    for file, count in counts.items():
        click.echo(f"{folder / file}: {count}")


def told(loaded: Loaded) -> str:
    """What a load did, in one line."""
    created, changed = sum(loaded.created.values()), sum(loaded.changed.values())
    same = sum(loaded.same.values())
    end = f"revision {loaded.revision}" if loaded.revision else "no revision"
    return f"{created} records created, {changed} changed, {same} as they were; {end}"
