"""Routes for operators, and the pages that problem types point to."""

import hmac
from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from app.kernel.addresses import AddressList
from app.kernel.migration_state import is_migrated
from app.kernel.problems import (
    Forbidden,
    InvalidRequest,
    NotFound,
    Unauthenticated,
    Unavailable,
    all_problems,
    responses,
)
from app.kernel.record_route import RecordRoute
from app.kernel.schemas import Schema

router = APIRouter(tags=["operations"], route_class=RecordRoute)


async def operators_only(request: Request) -> None:
    """Lets in who shows the operator's token, or asks from an address that the operator lists.

    Raises Unauthenticated for another token, Forbidden without one from elsewhere.
    """
    token = request.app.state.settings.metrics_token
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if token is not None and scheme.lower() == "bearer":
        right = token.get_secret_value().encode()
        if not hmac.compare_digest(shown.strip().encode("latin-1"), right):
            raise Unauthenticated(
                "That is not the token of CLEARSKY_METRICS_TOKEN.",
                headers={"WWW-Authenticate": 'Bearer realm="clearsky-metrics"'},
            )
        return
    operators: AddressList = request.app.state.operators
    if not operators.holds(request.scope):
        raise Forbidden("The figures are for operators: CLEARSKY_METRICS_FROM says for whom.")


class Health(Schema):
    """That the process answers."""

    status: Literal["ok"]


class ProblemType(Schema):
    """A kind of refusal."""

    type: str
    title: str
    status: int
    meaning: str


class ProblemTypes(Schema):
    """Every kind of refusal."""

    items: list[ProblemType]


@router.get("/healthz", operation_id="getHealth")
def get_health() -> Health:
    """Whether the process answers; it asks nothing of the database."""
    return Health(status="ok")


@router.get("/readyz", operation_id="getReadiness", responses=responses(Unavailable))
def get_readiness(request: Request) -> Health:
    """Whether the database answers and has this version's tables."""
    try:
        ready = is_migrated(request.app.state.database.engine)
    except SQLAlchemyError as error:
        raise Unavailable("The database cannot be reached.", retry_after=5) from error
    if not ready:
        raise Unavailable("The database is not migrated: run `clearsky migrate`.", retry_after=30)
    return Health(status="ok")


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    dependencies=[Depends(operators_only)],
    responses=responses(Unauthenticated, Forbidden)
    | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def get_metrics(request: Request) -> Response:
    """The process's figures, in Prometheus's text format.

    For the machine itself, unless the operator lists other addresses or sets a bearer token.
    """
    return Response(
        generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST
    )


@router.get("/problems", operation_id="listProblemTypes", responses=responses(InvalidRequest))
def list_problem_types() -> ProblemTypes:
    """Every kind of problem that the API answers with."""
    return ProblemTypes(items=[_described(problem.slug()) for problem in all_problems()])


@router.get(
    "/problems/{name}", operation_id="getProblemType", responses=responses(NotFound, InvalidRequest)
)
def get_problem_type(name: str) -> ProblemType:
    """What a problem's `type` means."""
    return _described(name)


def _described(name: str) -> ProblemType:
    for problem in all_problems():
        if problem.slug() == name:
            return ProblemType(
                type=problem.type_uri(),
                title=problem.title,
                status=problem.status,
                meaning=problem.meaning(),
            )
    raise NotFound("There is no such type of problem.")
