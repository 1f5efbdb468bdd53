"""Taking out of the journal what past changes say."""

import click

from app.commands.handlers.database import writing
from app.feed.redaction import redact


def redact_record(kind: str, record_id: str, revisions: tuple[int, ...], reason: str) -> None:
    """Redacts a record in these revisions, or in all that are past."""
    with writing(reason) as session:
        made = redact(session, kind, record_id, reason, revisions)
        numbers = sorted(number for redaction in made for number in redaction.revisions)
        ids = ", ".join(redaction.id for redaction in made)
    click.echo(
        f"Redacted in revisions {', '.join(map(str, numbers))}; the journal has it as {ids}."
    )
