"""Loading files of records."""

import sys
from pathlib import Path

import click

from app.commands.handlers.database import opened
from app.commands.refusing import Refused
from app.drafting.accepting import (
    NotAcceptedError,
    drafts_in,
    require_as_drafted,
    require_settled,
)
from app.exchange.load import DEMONSTRATION, REFERENCE, LoadError, load, read_folders
from app.kernel.access import OPERATOR
from app.kernel.journal import Author

# Of what is wrong, so much is told.
_MOST_TOLD = 20


def load_files(
    paths: tuple[Path, ...], demo: bool, dry_run: bool, accept_unsure: bool, reason: str | None
) -> None:
    """Loads files, and folders of them, and prints what came of it."""
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
    click.echo(f"{loaded.summary(dry_run=dry_run)}.")


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
