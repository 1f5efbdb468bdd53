"""The two ways into a process: the command line, and the application that a server serves."""

from typing import TYPE_CHECKING, NoReturn

from app.kernel.importing import importing
from app.kernel.private_files import make_files_private

if TYPE_CHECKING:
    from fastapi import FastAPI


def served_app() -> "FastAPI":
    """The application in a process of its own: with its logs set up first.

    What the process makes from here on is its owner's alone.
    """
    make_files_private()
    with importing():
        from app.kernel.logs import configure_logs  # noqa: PLC0415 (imported where it is timed)
        from app.main import create_app  # noqa: PLC0415
        from app.settings import current_settings  # noqa: PLC0415

        settings = current_settings()
        configure_logs(settings.log_level, settings.log_format)
        return create_app(settings)


def command() -> NoReturn:
    """The program `clearsky`."""
    make_files_private()
    with importing():
        from app.cli import main  # noqa: PLC0415
    main()
