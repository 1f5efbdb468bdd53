"""The two ways into a process: the command line, and the application that a server serves."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from app.kernel.private_files import make_files_private

if TYPE_CHECKING:
    from fastapi import FastAPI


@contextmanager
def _importing() -> Iterator[None]:
    """Around the imports of a whole process: what they make stays as long as the process does.

    To look through it for garbage takes a fifth of the start, and later a part of each answer.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def served_app() -> "FastAPI":
    """The application in a process of its own: with its logs set up first.

    What the process makes from here on is its owner's alone.
    """
    make_files_private()
    with _importing():
        from app.kernel.logs import configure_logs  # noqa: PLC0415 (imported where it is timed)
        from app.main import create_app  # noqa: PLC0415
        from app.settings import current_settings  # noqa: PLC0415

        settings = current_settings()
        configure_logs(settings.log_level, settings.log_format)
        return create_app(settings)


def command() -> NoReturn:
    """The program `clearsky`."""
    make_files_private()
    with _importing():
        from app.cli import main  # noqa: PLC0415
    main()
