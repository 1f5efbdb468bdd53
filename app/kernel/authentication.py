"""Who calls: the principal behind a request's credentials, and what their role lets them do."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.kernel.access import ANONYMOUS, Principal, Role
from app.kernel.journal import head
from app.kernel.keys import principal_of
from app.kernel.problems import Forbidden, ProblemError, Unauthenticated
from app.kernel.sessions import Database
from app.kernel.transactions import available

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
    database: Database = request.app.state.database
    authorization = request.headers["authorization"].encode("latin-1")
    known = database.principals.find(authorization)
    if known is None:
        known, access = await run_in_threadpool(
            _principal_of_key, database, credentials.credentials
        )
        if known is None:
            raise Unauthenticated("The key is unknown or revoked.", headers=challenge)
        database.principals.keep(authorization, known, access)
    # For whom requests are counted (app.kernel.limiting).
    request.state.principal = known.name
    return known


def _principal_of_key(database: Database, key: str) -> tuple[Principal | None, int]:
    # A replica may not have heard yet that the key is revoked, or that there is such a key.
    with available(), database.reading(ANONYMOUS, on_primary=True) as session:
        return principal_of(session, key), head(session).access


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]


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
