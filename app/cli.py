"""The command line: serve, migrate, load, export, keys, verify, redact, backup, restore."""

import json
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, TypeVar

import click
import uvicorn
from alembic.util.exc import CommandError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from uvicorn.supervisors import Multiprocess

from app import __version__
from app.backups.archive import BackupError, Manifest
from app.backups.backup import backup
from app.backups.restore import restore
from app.exchange.export import export
from app.exchange.load import DEMONSTRATION, REFERENCE, Loaded, LoadError, load, read_folders
from app.feed.collections import COLLECTIONS
from app.feed.redaction import redact
from app.feed.verification import verify
from app.kernel.access import OPERATOR, Role
from app.kernel.database import CommitInDoubtError, open_engine
from app.kernel.journal import Author, head
from app.kernel.keys import ApiKey, issue_key
from app.kernel.logs import configure_logs
from app.kernel.migrating import database_migration, is_migrated, upgrade
from app.kernel.problems import Problem
from app.kernel.secrets import without_secrets
from app.kernel.sessions import Database
from app.keys.issuing import LONGEST_NAME, NAME_PATTERN, OVERLAP, issue, revoke, rotate
from app.main import create_app
from app.operations.listening import bound, shared_out
from app.serving import configuration
from app.settings import Settings, SettingsError, current_settings, load_settings
from app.webhooks.command import webhooks_group

B = TypeVar("B")

EXAMPLES_OF_MAIN = """\b
Examples:
  clearsky serve
  clearsky keys create kr-desk --role reporter --party KR
  clearsky verify
  clearsky backup before-upgrade
"""


class Refused(click.ClickException):
    """Something that the command cannot do; told in one sentence, with exit status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Prints the sentence on standard error."""
        click.echo(f"clearsky: {without_secrets(self.format_message())}", err=True, file=file)


def settings_in_force(**overrides: object) -> Settings:
    """The settings, or a refusal that says which is wrong and why."""
    try:
        return load_settings(**overrides) if overrides else current_settings()
    except SettingsError as error:
        raise Refused(str(error)) from None


@contextmanager
def opened(*, migrated: bool = True) -> Iterator[Database]:
    """The database of the settings, refused in one sentence where it cannot be used."""
    settings = settings_in_force()
    try:
        engine = open_engine(settings.database_url, busy_timeout=settings.busy_timeout)
    except OSError as error:
        place = f"CLEARSKY_DATABASE_URL is {settings.database_url}"
        raise Refused(f"{place}: {error.filename}: {error.strerror}.") from None
    try:
        if migrated and not is_migrated(engine):
            raise Refused("The database is not migrated; run `clearsky migrate` first.")
        yield Database(engine)
    except CommitInDoubtError:
        raise Refused(
            "The database broke off in the commit: all of it is written or nothing; look which."
        ) from None
    except SQLAlchemyError as error:
        first_line = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise Refused(f"The database {engine.url!r} refused: {first_line}.") from error
    finally:
        engine.dispose()


@click.group(epilog=EXAMPLES_OF_MAIN)
@click.version_option(__version__, prog_name="clearsky")
def cli() -> None:
    """The shared record of environmental cooperation between Korea and China.

    Settings are environment variables named CLEARSKY_…, or the same in a file .env;
    CLEARSKY_DATABASE_URL says where the record is (default: sqlite:///var/clearsky.db).
    """


@cli.command(
    epilog="\b\nExamples:\n  clearsky serve\n  clearsky serve --port 8080 --workers 2\n"
    "  CLEARSKY_DATABASE_URL=postgresql://localhost/clearsky clearsky serve"
)
@click.option("--host", help="The address to listen on (default: CLEARSKY_HOST, or 127.0.0.1).")
@click.option("--port", type=int, help="The port to listen on (default: CLEARSKY_PORT, or 8000).")
@click.option("--workers", type=int, help="How many processes serve (default: 1).")
def serve(**options: object) -> None:
    """Serve the API until SIGTERM or Ctrl-C.

    An empty database is migrated first, the Clear Sky reference record is loaded, and an
    administrator's key is printed, once.
    """
    given = {name: value for name, value in options.items() if value is not None}
    settings = settings_in_force(**given)
    configure_logs(settings.log_level, settings.log_format)
    with opened(migrated=False) as database:
        _prepare(database)
    with _listening(settings) as listener:
        _tell_where(settings.host, listener.getsockname()[1])
        _run(settings, listener)


def _prepare(database: Database) -> None:
    if database_migration(database.engine) is None:
        click.echo("The database is empty: making its tables.", err=True)
        upgrade(database.engine)
    if not is_migrated(database.engine):
        raise Refused("The database is at another version; run `clearsky migrate` first.")
    with database.reading(OPERATOR) as session:
        untouched = head(session).number == 0
        keyless = session.scalar(select(func.count()).select_from(ApiKey)) == 0
    if untouched:
        loaded = load(database, _operator("reference record"), read_folders([REFERENCE]))
        click.echo(f"Loaded the reference record: {_told(loaded)}.", err=True)
    if keyless:
        with database.writing(_operator("first key")) as session:
            key = issue_key(session, "administrator", Role.ADMIN, None, None)
        click.echo("The administrator's key, shown this once:", err=True)
        click.echo(key)


def _listening(settings: Settings) -> socket.socket:
    # Bound once, here, for all workers: so the port that is told is the one that answers.
    try:
        return bound(settings.host, settings.port)
    except OSError as error:
        place = f"{settings.host} port {settings.port}"
        raise Refused(f"Cannot listen on {place}: {error.strerror}.") from None


def _tell_where(host: str, port: int) -> None:
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    click.echo(f"The API and its documentation: {address}/docs", err=True)
    click.echo("Where the nine items of the Clear Sky Plan stand:", err=True)
    click.echo(f"  curl {address}/v1/dialogues/cn-kr-dg-dialogue/progress", err=True)


def _run(settings: Settings, listener: socket.socket) -> None:
    # Workers are new processes: what was given on the command line reaches them like all settings.
    for name in ("host", "port", "workers"):
        os.environ[f"CLEARSKY_{name.upper()}"] = str(getattr(settings, name))
    current_settings.cache_clear()
    # Uvicorn takes the signals once it runs, and repeats after its clean stop the one that came.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = configuration(settings)
    with suppress(KeyboardInterrupt):
        if settings.workers > 1:
            Multiprocess(config, sockets=shared_out(listener)).run()
            return
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
        if not server.started:
            raise Refused("The server could not start; its logs say why.")


@cli.command(epilog="\b\nExample:\n  clearsky migrate")
def migrate() -> None:
    """Bring the database's tables to this version; existing records stay."""
    with opened(migrated=False) as database:
        before = database_migration(database.engine)
        try:
            upgrade(database.engine)
        except CommandError as error:
            raise Refused(f"The database cannot be migrated: {error}.") from None
        after = database_migration(database.engine)
    click.echo(f"The database is at migration {after}" + ("." if before != after else " already."))


@cli.command(
    "load",
    epilog="\b\nExamples:\n  clearsky load\n  clearsky load --demo\n  clearsky load exported/",
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--demo", is_flag=True, help="Also load the made-up demonstration reports.")
@click.option("--reason", help="Why, for the journal.")
def load_command(folders: tuple[Path, ...], demo: bool, reason: str | None) -> None:
    """Load FOLDERS of load files; without any, the Clear Sky reference record.

    All files are checked first, then written as one revision, or not at all. What is in the record
    already and does not differ is left alone.
    """
    chosen = [*(folders or [REFERENCE]), *([DEMONSTRATION] if demo else [])]
    with opened() as database:
        try:
            loaded = load(database, _operator(reason), read_folders(chosen))
        except LoadError as error:
            raise Refused(str(error)) from None
    click.echo(f"{_told(loaded)}.")


@cli.command("export", epilog="\b\nExample:\n  clearsky export exported/")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_command(folder: Path) -> None:
    """Write the record to FOLDER as load files, which `clearsky load` reads back."""
    with opened() as database, database.reading(OPERATOR) as session:
        try:
            counts = export(session, folder)
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}.") from None
    for file, count in counts.items():
        click.echo(f"{folder / file}: {count}")


@cli.group(
    epilog="\b\nExamples:\n  clearsky keys create kr-desk --role reporter --party KR\n"
    "  clearsky keys list\n  clearsky keys rotate kr-desk\n  clearsky keys revoke kr-desk"
)
def keys() -> None:
    """Create, list, rotate and revoke API keys."""


def _name_of_key(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if len(value) > LONGEST_NAME or not re.fullmatch(NAME_PATTERN, value):
        raise click.BadParameter(
            f"{value!r} is not 1 to {LONGEST_NAME} letters, digits, dots, hyphens, underscores "
            "and @",
            context,
            parameter,
        )
    return value


@contextmanager
def _refusing(reason: str) -> Iterator[Session]:
    """A session that writes, of which a problem is told in one sentence."""
    with opened() as database, database.writing(_operator(reason)) as session:
        try:
            yield session
        except Problem as problem:
            fields = {(error.pointer or "").removeprefix("/") for error in problem.errors}
            option = "".join(f"--{name}: " for name in fields & {"party", "organization"})
            raise Refused(f"{option}{problem.detail}") from None


_expires_in_days = click.option(
    "--expires-in-days",
    type=click.IntRange(1, 3650),
    help="In how many days the key expires (default: never; rotated, after as long as before).",
)


@keys.command(
    "create",
    epilog="\b\nExamples:\n  clearsky keys create kr-desk --role editor --party KR\n"
    "  clearsky keys create nier --role reporter --party KR --organization kr-nier\n"
    "  clearsky keys create nightly --role reader --party CN --expires-in-days 365",
)
@click.argument("name", callback=_name_of_key)
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="What the key may do; each role may do what those before it may.",
)
@click.option("--party", help="The party that the key speaks for; reporters and editors need one.")
@click.option("--organization", help="The organization that reports made with the key are by.")
@_expires_in_days
def create_key(name: str, role: str, **given: Any) -> None:
    """Create the key NAME and print it, alone, on standard output: the only time it is shown."""
    with _refusing("key created") as session:
        key = issue(session, OPERATOR, name=name, role=Role(role), **given)
    click.echo(key)


@keys.command("list", epilog="\b\nExample:\n  clearsky keys list")
def list_keys() -> None:
    """List the keys, those that have ended too.

    The columns: name, role, party, organization, when created, when it expires, when last used
    (to the hour), how long the one before it works still, state.
    """
    with opened() as database, database.reading(OPERATOR) as session:
        for key in session.scalars(select(ApiKey).order_by(ApiKey.name)):
            previous = key.previous
            columns = (
                key.name,
                key.role.value,
                key.party or "-",
                key.organization or "-",
                f"{key.created_at:%Y-%m-%d}",
                _to_the_hour(key.expires_at),
                _to_the_hour(key.last_used_at),
                _to_the_hour(None if previous is None else previous.expires_at),
                f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else key.state.value,
            )
            click.echo("\t".join(columns))


def _to_the_hour(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%dT%H:00Z}"


@keys.command(
    "rotate",
    epilog="\b\nExamples:\n  clearsky keys rotate kr-desk\n"
    "  clearsky keys rotate kr-desk --overlap-hours 0",
)
@click.argument("name")
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, 720),
    default=OVERLAP,
    show_default=True,
    help="For how many hours the key before works beside the new one.",
)
@_expires_in_days
def rotate_key(name: str, **given: Any) -> None:
    """Issue another key under NAME and print it, alone; the one before works on for a while."""
    with _refusing("key rotated") as session:
        key = rotate(session, OPERATOR, name, **given)
    click.echo(key)


@keys.command("revoke", epilog="\b\nExample:\n  clearsky keys revoke kr-desk")
@click.argument("name")
def revoke_key(name: str) -> None:
    """Revoke the key NAME, and the one before it, at once and for good."""
    with _refusing("key revoked") as session:
        revoke(session, OPERATOR, name)
    click.echo(f"Revoked {name}.")


def _published_hash(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> str | None:
    if value is None:
        return None
    if not re.fullmatch("[0-9a-f]{64}", value):
        raise click.BadParameter(f"{value!r} is not 64 hexadecimal digits", context, parameter)
    if not context.params.get("since"):
        raise click.BadParameter("it needs --since, the revision that has it", context, parameter)
    return value


@cli.command("verify", epilog="\b\nExamples:\n  clearsky verify\n  clearsky verify --since 1")
@click.option(
    "--since", type=click.IntRange(min=0), default=0, is_eager=True, help="Trust it up to here."
)
@click.argument("published", metavar="[HASH]", required=False, callback=_published_hash)
def verify_command(since: int, published: str | None) -> None:
    """Recompute the journal's hash chain, and compare every record with its last change.

    With --since N and HASH, a head that was published, prove that the chain extends it. The exit
    status is 1 where something does not fit.
    """
    with opened() as database, database.reading(OPERATOR) as session:
        try:
            result = verify(session, since, published)
        except Problem as problem:
            raise Refused(problem.detail) from None
    if result.fault is None:
        extended = f" and extend revision {since} as it was published" if published else ""
        redacted = f", with {result.redacted} changes redacted" if result.redacted else ""
        click.echo(
            f"{result.revisions} revisions hold{extended}{redacted}; the head is "
            f"{result.head.revision} {result.head.hash}"
        )
        return
    fault = result.fault
    record = f", {fault.kind} {fault.id}" if fault.kind else ""
    click.echo(f"Altered: revision {fault.revision}{record}: {fault.detail}", err=True)
    sys.exit(1)


def _why(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not (value.strip() and value.isprintable()):
        raise click.BadParameter(f"{value!r} is no printable text", context, parameter)
    return value


@cli.command(
    "redact",
    epilog="\b\nExamples:\n"
    '  clearsky redact person zhou-guomei --reason "Asked for by the person"\n'
    '  clearsky redact person zhou-guomei --revision 1 --reason "Asked for by the person"',
)
@click.argument(
    "kind", metavar="KIND", type=click.Choice(sorted({*COLLECTIONS.values()} - {"redaction"}))
)
@click.argument("record_id", metavar="ID")
@click.option(
    "--revision",
    "revisions",
    type=click.IntRange(min=1),
    multiple=True,
    help="Only what this revision says of it; can be repeated. Without it, all that is past.",
)
@click.option("--reason", required=True, callback=_why, help="Why, for the journal; all see it.")
def redact_command(kind: str, record_id: str, revisions: tuple[int, ...], reason: str) -> None:
    """Take what past changes say of the record ID of a KIND out of the journal, for good.

    The hash chain still holds, and the journal says when this was done, by whom and why. What the
    record says now is not taken away: change or delete it first.
    """
    with opened() as database, database.writing(_operator(reason)) as session:
        try:
            made = redact(session, kind, record_id, reason, revisions)
        except Problem as problem:
            raise Refused(problem.detail.rstrip(".") + ".") from None
        numbers = sorted(number for redaction in made for number in redaction.revisions)
        ids = ", ".join(redaction.id for redaction in made)
    click.echo(
        f"Redacted in revisions {', '.join(map(str, numbers))}; the journal has it as {ids}."
    )


@cli.command("backup", epilog="\b\nExample:\n  clearsky backup before-upgrade")
@click.argument("target", type=click.Path(path_type=Path))
def backup_command(target: Path) -> None:
    """Write everything to the new folder TARGET, as of one revision, while writes go on."""
    with opened() as database:
        manifest = _kept(backup, database, target)
    click.echo(f"{target}: revision {manifest.revision} {manifest.hash}")


@cli.command("restore", epilog="\b\nExample:\n  clearsky restore before-upgrade")
@click.argument("source", type=click.Path(path_type=Path))
def restore_command(source: Path) -> None:
    """Fill an empty database from the backup SOURCE, verify it, and say which revision it is at.

    It overwrites nothing; where anything is wrong the database stays empty. A backup of either
    engine can be restored on the other.
    """
    with opened(migrated=False) as database:
        manifest = _kept(restore, database.engine, source)
    click.echo(
        f"Restored and verified: revision {manifest.revision} {manifest.hash}, as of "
        f"{manifest.made_at:%Y-%m-%dT%H:%M:%SZ}"
    )


def _kept(step: Callable[[B, Path], Manifest], database: B, folder: Path) -> Manifest:
    try:
        return step(database, folder)
    except BackupError as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(f"{error.filename or folder}: {error.strerror}.") from None


@cli.command("openapi", epilog="\b\nExample:\n  clearsky openapi > openapi.json")
def openapi_command() -> None:
    """Print the OpenAPI document of this version."""
    with TemporaryDirectory() as folder:
        app = create_app(load_settings(database_url=f"sqlite:///{folder}/none.db"))
        click.echo(json.dumps(app.openapi(), ensure_ascii=False, indent=2))


def _operator(reason: str | None) -> Author:
    return Author(OPERATOR, reason=reason)


def _told(loaded: Loaded) -> str:
    created, changed = sum(loaded.created.values()), sum(loaded.changed.values())
    same = sum(loaded.same.values())
    end = f"revision {loaded.revision}" if loaded.revision else "no revision"
    return f"{created} records created, {changed} changed, {same} as they were; {end}"


@contextmanager
def _reading() -> Iterator[Session]:
    with opened() as database, database.reading(OPERATOR) as session:
        yield session


cli.add_command(webhooks_group(_reading, partial(_refusing, "webhooks")))


def main() -> NoReturn:
    """The program `clearsky`."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        hint = f" See `{error.ctx.command_path} --help`." if error.ctx else ""
        # Click breaks a list of choices into lines; a refusal is one sentence.
        message = " ".join(error.format_message().split()).rstrip(".")
        click.echo(f"clearsky: {message}.{hint}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    sys.exit(0)


if __name__ == "__main__":
    main()
