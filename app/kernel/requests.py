"""A request's principal and transaction, as endpoints receive them.

An endpoint that takes a Reading, Creating or Changing runs inside one transaction: the answer is
rendered, its ETag compared and the write committed before the first byte is sent.
"""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Annotated, Any, TypeVar, get_type_hints
from urllib.parse import unquote

from fastapi import Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.kernel.access import ANONYMOUS, Principal, Role
from app.kernel.bodies import parse_json
from app.kernel.conditional import etag_of, not_modified
from app.kernel.constraints import conflict_of
from app.kernel.database import is_busy, is_unreachable
from app.kernel.dates import utc_now
from app.kernel.idempotency import KeptAnswer, keep_answer, kept_answer, request_digest
from app.kernel.journal import Author, head, recorder
from app.kernel.keys import principal_of
from app.kernel.problems import (
    Forbidden,
    InvalidRequest,
    Problem,
    ProblemError,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    shown,
)
from app.kernel.records import Record
from app.kernel.schemas import LARGEST
from app.kernel.sessions import Database, RecordSession

M = TypeVar("M", bound=BaseModel)

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    description="An API key from `clearsky keys create`, as `Authorization: Bearer clearsky_…`.",
)


async def current_principal(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    """Who calls. Raises Unauthenticated for credentials that are malformed, unknown or revoked."""
    challenge = {"WWW-Authenticate": 'Bearer realm="clearsky"'}
    if credentials is None:
        if "authorization" in request.headers:
            raise Unauthenticated("Authorization must be `Bearer KEY`.", headers=challenge)
        if not request.app.state.settings.anonymous_reads:
            raise Unauthenticated("This server answers only with a key.", headers=challenge)
        return ANONYMOUS
    principal = await run_in_threadpool(
        _principal_of_key, request.app.state.database, credentials.credentials
    )
    if principal is None:
        raise Unauthenticated("The key is unknown or revoked.", headers=challenge)
    return principal


def _principal_of_key(database: Database, key: str) -> Principal | None:
    with available(), database.reading(ANONYMOUS) as session:
        return principal_of(session, key)


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]


@contextmanager
def available() -> Iterator[None]:
    """Turns what the database refuses, or that it is busy or out of reach, into a problem."""
    try:
        yield
    except IntegrityError as error:
        raise conflict_of(error) from error
    except PoolTimeoutError as error:
        raise Unavailable("All database connections are in use.") from error
    except DBAPIError as error:
        if is_busy(error):
            raise Unavailable("Another write holds the database.") from error
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
    min_revision: int | None = None
    if_none_match: str | None = None
    if_match: str | None = None
    idempotency_key: str | None = None
    reason: str | None = None
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    # What the ETag is a digest of where that is not the whole answer.
    etag_source: bytes | None = None
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

    def computed(self, answer: M) -> M:
        """An answer that names the revision it reflects, which its ETag leaves out."""
        self.etag_source = answer.model_dump_json(exclude={"revision"}).encode()
        return answer

    def answer(
        self, endpoint: Callable[[], Any], adapter: TypeAdapter[Any], status: int
    ) -> Response:
        """Runs the endpoint in the transaction and renders what it returns."""
        with available():
            if self.writes:
                return self._write(endpoint, adapter, status)
            return self._read(endpoint, adapter, status)

    def _read(
        self, endpoint: Callable[[], Any], adapter: TypeAdapter[Any], status: int
    ) -> Response:
        with self.database.reading(self.principal) as session:
            self._session = session
            try:
                self._require_min_revision()
                body = adapter.dump_json(endpoint())
            except Problem as problem:
                problem.headers = {"Revision": str(self.revision), **(problem.headers or {})}
                raise
            headers = {"Revision": str(self.revision), **self.headers}
        if self.etag_source is None:
            headers["ETag"] = etag_of(body)
        else:
            headers["ETag"] = etag_of(self.etag_source, weak=True)
        headers |= {"Cache-Control": "no-cache", "Vary": "Authorization"}
        if not_modified(self.if_none_match, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, status, headers, "application/json")

    def _write(
        self, endpoint: Callable[[], Any], adapter: TypeAdapter[Any], status: int
    ) -> Response:
        author = Author(self.principal, self.request.state.request_id, self.reason)
        with self.database.writing(author) as session:
            self._session = session
            digest = request_digest(
                self.request.method, str(self.request.url.include_query_params()), self.body
            )
            if self.idempotency_key is not None:
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
            body = b"" if result is None else adapter.dump_json(result)
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


MinRevision = Annotated[
    int | None,
    Header(
        ge=0,
        le=LARGEST,
        description="Answer with nothing older than this revision, or with 503.",
    ),
]
Reason = Annotated[
    str | None,
    Header(
        alias="Revision-Reason",
        max_length=2000,
        pattern=r"^[\x20-\x7e]+$",
        description="Why this is written, kept in the journal; percent-encoded UTF-8.",
        examples=["Minutes%20received"],
    ),
]


async def reading(
    request: Request,
    principal: CurrentPrincipal,
    if_none_match: Annotated[
        str | None, Header(description="An ETag; 304 where the answer still has it.")
    ] = None,
    min_revision: MinRevision = None,
) -> Transaction:
    """A transaction that reads, for any caller."""
    return Transaction(
        database=request.app.state.database,
        principal=principal,
        request=request,
        if_none_match=if_none_match,
        min_revision=min_revision,
    )


def creating(role: Role) -> Callable[..., Coroutine[Any, Any, Transaction]]:
    """A transaction that adds to the record, for callers in `role` or above."""

    async def dependency(
        request: Request,
        principal: CurrentPrincipal,
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=255,
                pattern=r"^[\x21-\x7e]+$",
                description="Repeats of one request under one key are answered once and alike.",
            ),
        ] = None,
        min_revision: MinRevision = None,
        reason: Reason = None,
    ) -> Transaction:
        require_role(principal, role)
        return Transaction(
            database=request.app.state.database,
            principal=principal,
            request=request,
            writes=True,
            idempotency_key=idempotency_key,
            min_revision=min_revision,
            reason=_decoded(reason),
            body=await request.body(),
        )

    return dependency


def changing(role: Role) -> Callable[..., Coroutine[Any, Any, Transaction]]:
    """A transaction that changes a record which the caller has read, for `role` or above."""

    async def dependency(
        request: Request,
        principal: CurrentPrincipal,
        if_match: Annotated[
            str | None,
            Header(description="The record's ETag as read; 428 without, 412 when it has changed."),
        ] = None,
        min_revision: MinRevision = None,
        reason: Reason = None,
    ) -> Transaction:
        require_role(principal, role)
        return Transaction(
            database=request.app.state.database,
            principal=principal,
            request=request,
            writes=True,
            if_match=if_match,
            min_revision=min_revision,
            reason=_decoded(reason),
        )

    return dependency


Reading = Annotated[Transaction, Depends(reading)]
Creating = Annotated[Transaction, Depends(creating(Role.EDITOR))]
Changing = Annotated[Transaction, Depends(changing(Role.EDITOR))]
Reporting = Annotated[Transaction, Depends(creating(Role.REPORTER))]


def require_role(principal: Principal, role: Role) -> None:
    """Raises Unauthenticated for an anonymous caller, Forbidden for one below `role`."""
    if principal.role is None:
        raise Unauthenticated(
            f"This needs a key with the role {role} or above.",
            headers={"WWW-Authenticate": 'Bearer realm="clearsky"'},
        )
    if not principal.role.covers(role):
        raise Forbidden(
            f"This needs the role {role}; {principal.name} is a {principal.role}.",
            errors=[
                ProblemError(
                    header="Authorization",
                    rule="role",
                    detail=f"The role must be {role} or above.",
                    value=principal.role.value,
                )
            ],
        )


def _decoded(reason: str | None) -> str | None:
    if reason is None:
        return None
    try:
        text = unquote(reason, errors="strict")
    except UnicodeDecodeError:
        text = ""
    if not text.strip() or not text.isprintable():
        detail = "Revision-Reason is printable text, percent-encoded as UTF-8."
        raise InvalidRequest(
            detail,
            errors=[
                ProblemError(
                    header="Revision-Reason", rule="text", detail=detail, value=shown(reason)
                )
            ],
        )
    return text


class StrictRequest(Request):
    """A request whose JSON body is read by the project's own strict rules."""

    async def json(self) -> Any:
        """The body's JSON value. Raises what parse_json raises."""
        return parse_json(await self.body())


class RecordRoute(APIRoute):
    """A route whose endpoint runs in one transaction and whose parameters are all declared."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_transaction(endpoint, options.get("status_code")), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind checks that FastAPI leaves out."""
        handler = super().get_route_handler()
        known = _query_parameters(self.dependant)
        takes_body = self.body_field is not None

        async def handle(request: Request) -> Response:
            _refuse_unknown_parameters(request, known)
            if takes_body:
                _require_json(request)
            return await handler(StrictRequest(request.scope, request.receive))

        return handle


def _in_transaction(endpoint: Callable[..., Any], status: int | None) -> Callable[..., Any]:
    hints = get_type_hints(endpoint)
    name = next((name for name, hint in hints.items() if hint is Transaction), None)
    if name is None:
        return endpoint
    adapter: TypeAdapter[Any] = TypeAdapter(hints["return"])

    @wraps(endpoint)
    def run(**arguments: Any) -> Response:
        transaction: Transaction = arguments[name]
        return transaction.answer(lambda: endpoint(**arguments), adapter, status or 200)

    return run


def _query_parameters(dependant: Dependant) -> frozenset[str]:
    names: set[str] = set()
    for parameter in dependant.query_params:
        declared = parameter.field_info.annotation
        if isinstance(declared, type) and issubclass(declared, BaseModel):
            names |= declared.model_fields.keys()
        else:
            names.add(parameter.alias)
    return frozenset(names.union(*map(_query_parameters, dependant.dependencies)))


def _refuse_unknown_parameters(request: Request, known: frozenset[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        offered = ", ".join(sorted(known)) or "none"
        raise InvalidRequest(
            f"This route takes no parameter {shown(unknown[0])}; it takes: {offered}.",
            errors=[
                ProblemError(
                    parameter=str(shown(name)),
                    rule="unknown_parameter",
                    detail="The route takes no such parameter.",
                    value=shown(request.query_params[name]),
                )
                for name in unknown
            ],
        )


def _has_body(request: Request) -> bool:
    # RFC 9112, section 6.3: a request has a body where one of these says so.
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers


def _require_json(request: Request) -> None:
    given = request.headers.get("content-type")
    if given is None and not _has_body(request):
        return
    given = given or "none"
    media_type = given.partition(";")[0].strip().lower()
    main, _, sub = media_type.partition("/")
    if main != "application" or not (sub == "json" or sub.endswith("+json")):
        detail = "The body must be application/json (or application/merge-patch+json for PATCH)."
        raise UnsupportedMediaType(
            detail,
            errors=[
                ProblemError(
                    header="Content-Type", rule="media_type", detail=detail, value=shown(given)
                )
            ],
        )
