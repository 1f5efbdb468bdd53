"""The program `clearsky`: the commands of app.commands, gathered, and how each ends."""

import sys
from typing import NoReturn

import click

from app import __version__
from app.commands.backups import backup_command, restore_command
from app.commands.calendars import calendars
from app.commands.drafting import draft_command
from app.commands.exchange import export_command, load_command, template_command
from app.commands.keys import keys
from app.commands.migrate import migrate
from app.commands.openapi import openapi_command
from app.commands.redact import redact_command
from app.commands.refusing import tell_refusal
from app.commands.serve import serve
from app.commands.verify import verify_command
from app.commands.webhooks import webhooks
from app.kernel.private_files import make_files_private

EXAMPLES_OF_MAIN = """\b
Examples:
  clearsky serve
  clearsky keys create kr-desk --role reporter --party KR
  clearsky verify
  clearsky backup before-upgrade
"""


@click.group(epilog=EXAMPLES_OF_MAIN)
@click.version_option(__version__, prog_name="clearsky")
def cli() -> None:
    """The shared record of environmental cooperation between Korea and China.

    Settings are environment variables named CLEARSKY_…, or the same in a file .env;
    CLEARSKY_DATABASE_URL says where the record is (default: sqlite:///var/clearsky.db).
    """


for command in (
    serve,
    migrate,
    load_command,
    export_command,
    draft_command,
    template_command,
    keys,
    webhooks,
    calendars,
    verify_command,
    redact_command,
    backup_command,
    restore_command,
    openapi_command,
):
    cli.add_command(command)


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
        tell_refusal(f"{message}.{hint}")
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    sys.exit(0)


if __name__ == "__main__":
    make_files_private()
    main()
