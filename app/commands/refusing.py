"""Refusing in one sentence what a command cannot do."""

from typing import Any

import click

from app.kernel.reasons import fault_in_reason
from app.kernel.secrets import without_secrets


def tell_refusal(sentence: str, file: Any = None) -> None:
    """Prints why something is refused on standard error, without any key or token."""
    click.echo(f"clearsky: {without_secrets(sentence)}", err=True, file=file)


class Refused(click.ClickException):
    """Something that the command cannot do; told in one sentence, with exit status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Prints the sentence on standard error."""
        tell_refusal(self.format_message(), file)


def fit_reason(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """The callback of an option: a reason that the journal can keep, or a refusal."""
    fault = None if value is None else fault_in_reason(value)
    if fault is not None:
        raise click.BadParameter(f"{value!r} {fault.words}", context, parameter)
    return value
