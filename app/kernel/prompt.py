"""Answering a read in the event loop by one statement, before FastAPI works out its parameters.

An endpoint may have a prompt answerer beside it, which knows the plain form of its question. What
it cannot answer (another form, a record that is not there, a database out of reach) goes the
ordinary way, so that every refusal is told in one place.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from app.kernel.access import ANONYMOUS, Principal
from app.kernel.asked_format import FORMAT
from app.kernel.conditional import etag_of
from app.kernel.recent import TouchedBy
from app.kernel.rendering import REVISION, rendered
from app.kernel.sessions import Database
from app.kernel.statements import Found, OneStatement
from app.kernel.transactions import reading_headers

E = TypeVar("E", bound=Callable[..., Any])
_ATTRIBUTE = "answered_promptly_by"
ANSWERED = "clearsky.answered"


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks, and for whom."""

    request: Request
    database: Database
    principal: Principal
    at_least: int

    @property
    def path(self) -> Mapping[str, str]:
        """The parameters in the path."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters in the query."""
        return self.request.query_params

    async def ask(self, statement: OneStatement, **parameters: Any) -> Found | None:
        """What a statement finds, new enough for the caller; None where it cannot be asked."""
        return await self.database.ask(
            statement, statement.parameters(self.principal, **parameters), self.at_least
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """What answers a question: the body, its ETag, and the newest revision that it reflects."""

    body: bytes
    etag: str
    revision: int
    headers: Mapping[str, str] = field(default_factory=dict)
    # Which changes may alter it; without it, any.
    touched_by: TouchedBy | None = None
    # Where the body names the revision, if it does.
    place: int | None = None
    media_type: str = "application/json"


def computed(answer: Mapping[str, Any], touched_by: TouchedBy | None = None) -> Answered:
    """An answer that names the revision it reflects, as Transaction.computed() would render it."""
    body, said, place = rendered(answer)
    etag = etag_of(said, weak=True)
    return Answered(body, etag, answer[REVISION], touched_by=touched_by, place=place)


Answerer = Callable[[Question], Awaitable[Answered | None]]


def answered_promptly(answerer: Answerer) -> Callable[[E], E]:
    """Puts `answerer` beside an endpoint: it gives the same answer, or None."""

    def mark(endpoint: E) -> E:
        setattr(endpoint, _ATTRIBUTE, answerer)
        return endpoint

    return mark


def answerer_of(endpoint: Callable[..., Any]) -> Answerer | None:
    """The endpoint's prompt answerer, if it has one."""
    found: Answerer | None = getattr(endpoint, _ATTRIBUTE, None)
    return found


async def prompt_answer(answerer: Answerer, request: Request) -> Response | None:
    """The answer to a request, if it can be given promptly."""
    wanted = request.headers.get("min-revision", "0")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 16):
        return None
    principal = _known_caller(request)
    if principal is None:
        return None
    database: Database = request.app.state.database
    answer = await answerer(Question(request, database, principal, int(wanted)))
    return None if answer is None else response_of(request, answer)


def response_of(request: Request, answer: Answered) -> Response:
    """The answer as a response; whoever keeps it is told what it rests on."""
    request.scope[ANSWERED] = answer
    negotiated = FORMAT in request.scope
    reading = reading_headers(answer.revision, answer.etag, negotiated=negotiated)
    return Response(answer.body, 200, {**reading, **answer.headers}, answer.media_type)


def _known_caller(request: Request) -> Principal | None:
    authorization = request.headers.get("authorization")
    if authorization is None:
        return ANONYMOUS if request.app.state.settings.anonymous_reads else None
    database: Database = request.app.state.database
    return database.principals.find(authorization.encode("latin-1"))
