"""The route class of the API: strict bodies, no unknown parameters, one transaction an endpoint."""

from collections import Counter
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, get_type_hints

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter

from app.kernel.answered_rows import Rows, rows_of
from app.kernel.asked_format import FORMAT, PARAMETER, format_asked
from app.kernel.authentication import require_principal
from app.kernel.bodies import parse_json
from app.kernel.problems import InvalidRequest, ProblemError, UnsupportedMediaType, shown
from app.kernel.table_answers import table_answer, table_of_answer
from app.kernel.tabular.formats import Format
from app.kernel.transactions import Transaction

# Of one query: as many as one filter takes, and its neighbours.
MOST_PARAMETERS = 200
# Bytes of a body from which on reading it as JSON takes milliseconds.
_LARGE = 64 * 1024


class StrictRequest(Request):
    """A request whose JSON body is read by the project's own strict rules."""

    async def json(self) -> Any:
        """The body's JSON value. Raises what parse_json raises."""
        body = await self.body()
        if len(body) < _LARGE:
            return parse_json(body)
        # It takes a moment, in which others are answered.
        return await run_in_threadpool(parse_json, body)


class RecordRoute(APIRoute):
    """A route whose endpoint runs in one transaction and whose parameters are all declared."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        # What a list is made of, which is then given in every format; None where it is no list.
        reads = "GET" in (options.get("methods") or ("GET",))
        self.rows = rows_of(endpoint) if reads else None
        self.transaction = _transaction_of(endpoint)
        run = endpoint
        if self.transaction is not None:
            run = _in_transaction(endpoint, self.transaction, self.rows, options.get("status_code"))
        super().__init__(path, run, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind checks that FastAPI leaves out."""
        handler = super().get_route_handler()
        own = _query_parameters(self.dependant)
        known = own if self.rows is None else own | {PARAMETER}
        takes_body = self.body_field is not None

        async def handle(request: Request) -> Response:
            _refuse_many_parameters(request)
            _refuse_unknown_parameters(request, known)
            if takes_body:
                _require_json(request)
                await require_principal(request)
            if self.rows is None:
                return await handler(StrictRequest(request.scope, request.receive))
            wanted = format_asked(request, has_own=PARAMETER in own)
            request.scope[FORMAT] = wanted
            answer = await handler(StrictRequest(request.scope, request.receive))
            if self.transaction is None:
                # Of an answer to a read of the record its transaction says so.
                answer.headers["Vary"] = "Accept"
                if wanted is not Format.JSON:
                    return table_of_answer(request, wanted, self.rows, answer)
            return answer

        return handle


def _transaction_of(endpoint: Callable[..., Any]) -> str | None:
    """The name of the parameter by which an endpoint is given its transaction, if it has one."""
    hints = get_type_hints(endpoint)
    return next((name for name, hint in hints.items() if hint is Transaction), None)


def _in_transaction(
    endpoint: Callable[..., Any], name: str, rows: Rows | None, status: int | None
) -> Callable[..., Any]:
    returned = get_type_hints(endpoint)["return"]
    own_answer = isinstance(returned, type) and issubclass(returned, Response)
    adapter: TypeAdapter[Any] = TypeAdapter(Any if own_answer else returned)

    @wraps(endpoint)
    def run(**arguments: Any) -> Response:
        tx: Transaction = arguments[name]
        wanted = tx.request.scope.get(FORMAT, Format.JSON)
        if rows is None or wanted is Format.JSON:
            return tx.answer(lambda: endpoint(**arguments), adapter, status or 200)
        tx.format = wanted
        return tx.answer(lambda: table_answer(tx, wanted, rows, endpoint, arguments), adapter, 200)

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


def _refuse_many_parameters(request: Request) -> None:
    # Counted before they are read.
    given = request.scope["query_string"].split(b"&")
    if len(given) > MOST_PARAMETERS:
        names = Counter(parameter.partition(b"=")[0] for parameter in given)
        detail = f"A query has at most {MOST_PARAMETERS} parameters, repeated ones included."
        raise InvalidRequest(
            detail,
            errors=[
                ProblemError(
                    parameter=str(shown(names.most_common(1)[0][0].decode("latin-1"))),
                    rule="too_many_parameters",
                    detail=detail,
                    value=len(given),
                )
            ],
        )


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
