"""Webhooks, listed, paused and resumed by the operator."""

from collections.abc import Callable
from functools import partial

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.handlers.database import reading, writing
from app.kernel.access import OPERATOR
from app.kernel.journal import head
from app.kernel.problems import Conflict
from app.webhooks import managing
from app.webhooks.models import Webhook

Step = Callable[[Session, Webhook], None]


def list_webhooks() -> None:
    """Prints the webhooks, oldest first."""
    with reading() as session:
        newest = head(session).number
        for found in session.scalars(select(Webhook).order_by(Webhook.id)):
            pause = found.pause
            columns = (
                found.id,
                found.key,
                found.url,
                found.state.value,
                "-" if pause is None else pause.reason.value,
                str(found.failures),
                str(found.revision),
                str(newest - found.revision),
            )
            click.echo("\t".join(columns))


def pause(webhook_id: str | None, every: bool) -> None:
    """Pauses one webhook, or every one."""
    _step(webhook_id, every, managing.pause, "Paused")


def resume(webhook_id: str | None, every: bool) -> None:
    """Resumes one webhook, or every one."""
    _step(webhook_id, every, managing.resume, "Resumed")


def _step(webhook_id: str | None, every: bool, step: Step, told: str) -> None:
    if every == (webhook_id is not None):
        raise click.UsageError("Name one webhook, or say --all.")
    with writing("webhooks") as session:
        found = (
            list(session.scalars(managing.looked_after_by(OPERATOR)))
            if webhook_id is None
            else [managing.webhook_of(session, OPERATOR, webhook_id)]
        )
        lines = [_told(each, partial(step, session), told, every) for each in found]
    for line in lines:
        click.echo(line)


def _told(webhook: Webhook, step: Callable[[Webhook], None], told: str, every: bool) -> str:
    """Takes a step, and says so; of many, one that cannot be taken hinders no other."""
    try:
        step(webhook)
    except Conflict as refusal:
        if not every:
            raise
        return f"Left {webhook.id}: {refusal.detail}"
    return f"{told} {webhook.id}."
