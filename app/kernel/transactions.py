"""One request's transaction: rendered, compared by its ETag and committed before it is answered."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.access import Principal
from app.kernel.asked_format import FORMAT
from app.kernel.conditional import etag_of
from app.kernel.constraints import conflict_of
from app.kernel.database import (
    BusyError,
    CommitInDoubtError,
    is_busy,
    is_full,
    is_given_up,
    is_unreachable,
)
from app.kernel.dates import utc_now
from app.kernel.idempotency import KeptAnswer, keep_answer, kept_answer, request_digest
from app.kernel.journal import Author, head
from app.kernel.problems import Problem, Unavailable
from app.kernel.recording import recorder
from app.kernel.records import Record, canonical
from app.kernel.rendering import rendered
from app.kernel.room import needing_room
from app.kernel.sessions import Database, RecordSession
from app.kernel.tabular.formats import Format

M = TypeVar("M", bound=BaseModel)
C = TypeVar("C", bound=BaseModel | Mapping[str, Any])
# How often an endpoint is run, in all, where the database gives its transaction up.
ATTEMPTS = 4
log = structlog.get_logger("clearsky.database")


def reading_headers(revision: int, etag: str, *, negotiated: bool = False) -> dict[str, str]:
    """The headers that every answer to a read has; `negotiated`: its format is chosen by Accept."""
    vary = "Authorization, Accept-Encoding"
    return {
        "Revision": str(revision),
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Vary": f"Accept, {vary}" if negotiated else vary,
    }


@contextmanager
def available() -> Iterator[None]:
    """Turns what the database refuses, or that it is busy or out of reach, into a problem.

    What large writes keep on disk meanwhile needs room too.
    """
    try:
        with needing_room("There is no room for what is kept of the write meanwhile."):
            yield
    except IntegrityError as error:
        raise conflict_of(error) from error
    except BusyError as error:
        raise Unavailable("Other writes hold the database.") from error
    except CommitInDoubtError as error:
        detail = (
            "The database broke off in the commit: the write is there whole or not at all. Send it"
            " again with the same Idempotency-Key, or read the record first."
        )
        raise Unavailable(detail, retry_after=5) from error
    except PoolTimeoutError as error:
        raise Unavailable("All database connections are in use.") from error
    except DBAPIError as error:
        if is_busy(error):
            raise Unavailable("Another write holds the database.") from error
        if is_given_up(error):
            raise Unavailable("Other transactions stand in the way.") from error
        if is_full(error):
            raise Unavailable("The database has no room to write.", retry_after=5) from error
        if is_unreachable(error):
            raise Unavailable("The database cannot be reached.", retry_after=5) from error
        raise


@dataclass
class Transaction:
    """One request's transaction: its session, and what its answer carries."""

    database: Database
    principal: Principal
    request: Request
    writes: bool = False
    # Whether it reads what no revision tells of, and so no replica can say how new it is there.
    on_primary: bool = False
    min_revision: int | None = None
    if_match: str | None = None
    idempotency_key: str | None = None
    reason: str | None = None
    body: bytes = b""
    # The format in which a list is asked for.
    format: Format = Format.JSON
    # Since when the caller waits, for a thread first of all.
    asked_at: float = field(default_factory=time.monotonic)
    headers: dict[str, str] = field(default_factory=dict)
    # What the ETag is a digest of where that is not the whole answer; and that answer, rendered.
    etag_source: bytes | None = None
    _body: bytes | None = None
    _session: RecordSession | None = None
    _revision: int | None = None

    @property
    def session(self) -> RecordSession:
        """The open session; only inside the endpoint."""
        if self._session is None:
            raise RuntimeError("the transaction is not open")
        return self._session

    @property
    def revision(self) -> int:
        """The newest revision that this transaction sees, its own included."""
        if self._revision is None:
            if self.writes:
                mine = recorder(self.session)
                self._revision = mine.number if mine.changed else mine.number - 1
            else:
                self._revision = head(self.session).number
        return self._revision

    def created(self, record: Record, schema: type[M], *, location: str | None = None) -> M:
        """The answer to a request that added `record`: as its GET would give it, with Location."""
        self.session.flush()
        self.headers["Location"] = location or f"{self.request.url.path}/{record.id}"
        return schema.model_validate(record)

    def changed(self, record: Record, schema: type[M]) -> M:
        """The answer to a request that changed `record`: as its GET would give it now."""
        self.session.flush()
        return schema.model_validate(record)

    def computed(self, answer: C) -> C:
        """An answer that names the revision it reflects, which its ETag leaves out."""
        if self.format is not Format.JSON:
            return answer
        said = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer
        self._body, self.etag_source, _ = rendered(said)
        return answer

    def answer(
        self, endpoint: Callable[[], Any], adapter: TypeAdapter[Any], status: int
    ) -> Response:
        """Runs the endpoint in the transaction and renders what it returns.

        A read may return an answer of its own. What the database gives up is run again from the
        start, a bounded number of times.
        """
        run = self._write if self.writes else self._read
        given = dict(self.headers)
        with available():
            for left in reversed(range(ATTEMPTS)):
                try:
                    return run(endpoint, adapter, status)
                except DBAPIError as error:
                    if not (left and self._may_run_again(error)):
                        raise
                    reason = str(error.orig).partition("\n")[0]
                    log.warning("transaction given up", error=reason, attempts_left=left)
                self._forget(given)
        raise AssertionError("not reached")

    def _may_run_again(self, error: DBAPIError) -> bool:
        replica = self.database.has_replica and not self.writes and not self.on_primary
        return is_given_up(error) or (replica and is_unreachable(error))

    def _forget(self, headers: dict[str, str]) -> None:
        """Makes it as it was before the endpoint ran, but for where it is to read next."""
        self.headers = dict(headers)
        self._body = self.etag_source = self._session = self._revision = None
        self.on_primary = True

    def _read(
        self, endpoint: Callable[[], Any], adapter: TypeAdapter[Any], status: int
    ) -> Response:
        at_least, on_primary = self.min_revision or 0, self.on_primary
        with self.database.reading(self.principal, at_least, on_primary=on_primary) as session:
            self._session = session
            try:
                self._require_min_revision()
                result = endpoint()
                if isinstance(result, Response):
                    return result
                body = self._body or canonical(adapter.dump_python(result, mode="json"))
            except Problem as problem:
                problem.headers = {"Revision": str(self.revision), **(problem.headers or {})}
                raise
            revision = self.revision
        etag = etag_of(body) if self.etag_source is None else etag_of(self.etag_source, weak=True)
        negotiated = FORMAT in self.request.scope
        headers = {**reading_headers(revision, etag, negotiated=negotiated), **self.headers}
        return Response(body, status, headers, "application/json")

    def _write(
        self, endpoint: Callable[[], Any], adapter: TypeAdapter[Any], status: int
    ) -> Response:
        author = Author(self.principal, self.request.state.request_id, self.reason)
        with self.database.writing(author, asked_at=self.asked_at) as session:
            self._session = session
            self.request.state.require_still_known(session)
            if self.idempotency_key is not None:
                # Not the host: the same record may be served at several.
                url = self.request.url
                digest = request_digest(self.request.method, f"{url.path}?{url.query}", self.body)
                kept = kept_answer(session, self.principal.name, self.idempotency_key, digest)
                if kept is not None:
                    headers = {**kept.headers, "Idempotent-Replayed": "true"}
                    return Response(kept.body, kept.status, headers, "application/json")
            try:
                self._require_min_revision()
                result = endpoint()
                session.flush()
            except Problem as problem:
                before = recorder(session).number - 1
                problem.headers = {"Revision": str(before), **(problem.headers or {})}
                raise
            self._revision = None
            body = b""
            if result is not None:
                body = self._body or canonical(adapter.dump_python(result, mode="json"))
            headers = {"Revision": str(self.revision), **self.headers}
            if body:
                headers["ETag"] = etag_of(body)
            if self.idempotency_key is not None:
                keep_answer(
                    session,
                    KeptAnswer(
                        principal=self.principal.name,
                        key=self.idempotency_key,
                        request_digest=digest,
                        status=status,
                        headers=headers,
                        body=body,
                        created_at=utc_now(),
                    ),
                    self.request.app.state.settings.idempotency_days,
                )
        return Response(body, status, headers, "application/json" if body else None)

    def _require_min_revision(self) -> None:
        if self.min_revision is not None:
            seen = recorder(self.session).number - 1 if self.writes else self.revision
            if seen < self.min_revision:
                raise Unavailable(
                    f"Revision {self.min_revision} is not here yet; the newest is {seen}."
                )
