"""`clearsky serve`: an empty database is set up first, then the API is served."""

import click

from app.commands.lazy import handled_by


@click.command(
    epilog="\b\nExamples:\n  clearsky serve\n  clearsky serve --port 8080 --workers 2\n"
    "  CLEARSKY_DATABASE_URL=postgresql://localhost/clearsky clearsky serve"
)
@click.option("--host", help="The address to listen on (default: CLEARSKY_HOST, or 127.0.0.1).")
@click.option("--port", type=int, help="The port to listen on (default: CLEARSKY_PORT, or 8000).")
@click.option("--workers", type=int, help="How many processes serve (default: 1).")
@handled_by("app.commands.handlers.serve:serve_api")
def serve() -> None:
    """Serve the API until SIGTERM or Ctrl-C.

    An empty database is migrated first, the Clear Sky reference record is loaded, and an
    administrator's key is printed, once.
    """
