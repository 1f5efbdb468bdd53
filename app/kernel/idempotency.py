"""Idempotency-Key: the answer to a write is kept with the write, in its transaction.

After draft-ietf-httpapi-idempotency-key-header: the same key with the same request gives the same
answer; with another request it is refused.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.columns import Document, KeyText, UtcDateTime
from app.kernel.dates import utc_now
from app.kernel.journal import INFRASTRUCTURE
from app.kernel.problems import IdempotencyKeyReused, ProblemError
from app.kernel.records import Base


class KeptAnswer(Base):
    """The answer to one request that carried an Idempotency-Key."""

    __tablename__ = "kept_answer"

    principal: Mapped[str] = mapped_column(KeyText, primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    request_digest: Mapped[str] = mapped_column(KeyText)
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(Document)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


INFRASTRUCTURE.add(KeptAnswer)


def request_digest(method: str, target: str, body: bytes) -> str:
    """What two requests must share to be the same request."""
    return hashlib.sha256(b"\n".join((method.encode(), target.encode(), body))).hexdigest()


def kept_answer(session: Session, principal: str, key: str, digest: str) -> KeptAnswer | None:
    """The answer given to this request before, if any.

    Raises IdempotencyKeyReused when the key came with another request.
    """
    kept = session.scalars(
        select(KeptAnswer).where(KeptAnswer.principal == principal, KeptAnswer.key == key)
    ).first()
    if kept is not None and kept.request_digest != digest:
        detail = "This Idempotency-Key came with another request; take a new key."
        raise IdempotencyKeyReused(
            detail,
            errors=[
                ProblemError(
                    header="Idempotency-Key", rule="one_request_per_key", detail=detail, value=key
                )
            ],
        )
    return kept


def forget_answers(session: Session, record_id: str, said: Sequence[range]) -> None:
    """Lets go of the answers that tell what a record said in these revisions.

    That is of the writes that made it say so, and of later ones, until it said something else,
    whose answers name it.
    """
    kept = session.execute(select(KeptAnswer.principal, KeptAnswer.key, KeptAnswer.headers)).all()
    for principal, key, headers in kept:
        revision = int(headers["Revision"])
        if not any(revision in those for those in said):
            continue
        this = (KeptAnswer.principal == principal, KeptAnswer.key == key)
        body = session.scalars(select(KeptAnswer.body).where(*this)).one()
        made_it = any(revision == those.start for those in said)
        if made_it or f'"{record_id}"'.encode() in body:
            session.execute(
                delete(KeptAnswer).where(*this).execution_options(synchronize_session=False)
            )


def keep_answer(session: Session, answer: KeptAnswer, days: int) -> None:
    """Keeps an answer with the write, and lets go of those older than `days`."""
    session.execute(
        delete(KeptAnswer)
        .where(KeptAnswer.created_at < utc_now() - timedelta(days=days))
        .execution_options(synchronize_session=False)
    )
    session.add(answer)
