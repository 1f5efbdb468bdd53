"""Commands that import what they do when they run: neither help nor a wrong call waits for it."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from app.kernel.importing import importing


def handled_by(reference: str) -> Callable[[Callable[[], None]], Callable[..., None]]:
    """What a command does: the function `module:function`, which is given the parameters by name.

    The decorated function gives the command its name and its help, and does nothing.
    """
    module, _, name = reference.partition(":")

    def decorate(declared: Callable[[], None]) -> Callable[..., None]:
        @wraps(declared)
        def run(**parameters: Any) -> None:
            with importing():
                handler = getattr(import_module(module), name)
            handler(**parameters)

        return run

    return decorate
