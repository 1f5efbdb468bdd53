"""Setting an empty database up, then serving the API."""

import os
import shlex
import signal
import socket
import sys
from contextlib import suppress

import click
import structlog
import uvicorn
from sqlalchemy import Engine, func, select
from uvicorn.supervisors import Multiprocess

from app.commands.handlers.database import opened, settings_in_force
from app.commands.refusing import Refused
from app.exchange.load import REFERENCE, load, read_folders
from app.kernel.access import OPERATOR, Role
from app.kernel.database import files_of
from app.kernel.journal import Author, head
from app.kernel.keys import ApiKey, issue_key
from app.kernel.logs import configure_logs
from app.kernel.migrating import upgrade
from app.kernel.migration_state import database_migration, is_migrated
from app.kernel.private_files import open_to_others
from app.kernel.sessions import Database
from app.operations.listening import bound, shared_out
from app.serving import configuration
from app.settings import Settings, current_settings, files_with_secrets

log = structlog.get_logger("clearsky.files")


def serve_api(**options: object) -> None:
    """Serves until SIGTERM or Ctrl-C; `options` that are given go before the settings."""
    given = {name: value for name, value in options.items() if value is not None}
    settings = settings_in_force(**given)
    configure_logs(settings.log_level, settings.log_format)
    # From the first word on, a stop is a clean one. Uvicorn takes the signals once it runs, and
    # repeats after its own clean stop the one that came.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with opened(migrated=False) as database:
        _prepare(database)
        _warn_of_open_files(database.engine)
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
        loaded = load(
            database, Author(OPERATOR, reason="reference record"), read_folders([REFERENCE])
        )
        click.echo(f"Loaded the reference record: {loaded.summary()}.", err=True)
    if keyless:
        with database.writing(Author(OPERATOR, reason="first key")) as session:
            key = issue_key(session, "administrator", Role.ADMIN, None, None)
        click.echo("The administrator's key, shown this once:", err=True)
        click.echo(key)


def _warn_of_open_files(engine: Engine) -> None:
    """Says which files and folders of the record others may read, once, before any worker starts.

    They stay as they are: an operator may mean it.
    """
    for path, mode in open_to_others([*files_of(engine), *files_with_secrets()]):
        advice = f"chmod {700 if path.is_dir() else 600} {shlex.quote(str(path))}"
        log.warning("open to others", file=str(path), mode=f"{mode:04o}", advice=advice)
        click.echo(
            f"Warning: {path} is open to others on this machine (mode {mode:04o}). "
            f"Unless that is meant: {advice}",
            err=True,
        )


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
    config = configuration(settings)
    with suppress(KeyboardInterrupt):
        if settings.workers > 1:
            Multiprocess(config, sockets=shared_out(listener)).run()
            return
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
        if not server.started:
            raise Refused("The server could not start; its logs say why.")
