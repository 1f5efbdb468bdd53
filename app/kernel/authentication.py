"""Who calls: the principal behind a request's credentials, and what their role lets them do."""

from datetime import datetime
from functools import partial
from typing import Annotated, NamedTuple, Protocol

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from app.kernel.access import ANONYMOUS, Principal, Role
from app.kernel.dates import utc_now
from app.kernel.journal import head
from app.kernel.keys import known_key, note_use
from app.kernel.problems import Forbidden, ProblemError, Unauthenticated
from app.kernel.recording import recorder
from app.kernel.secrets import PREFIX
from app.kernel.sessions import Database
from app.kernel.transactions import available

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    description="An API key, as `Authorization: Bearer clearsky_…`; or, where the server is set up "
    "for a provider of OpenID Connect, a token of that provider.",
)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="clearsky"'}


class Recognized(NamedTuple):
    """Whom credentials speak for, and until when that may be remembered.

    `credentials_version` is that of all credentials when they were looked up.
    """

    principal: Principal
    credentials_version: str
    until: datetime


class Recognizer(Protocol):
    """Knows whom credentials speak for that are no keys."""

    async def recognized(self, database: Database, token: str) -> Recognized:
        """Whom a token speaks for. Raises Unauthenticated, or Unavailable."""


def refused_credentials(detail: str) -> Unauthenticated:
    """The refusal of a key or token that is not accepted (RFC 6750, section 3.1)."""
    challenge = f'{_CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'
    return Unauthenticated(detail, headers={"WWW-Authenticate": challenge})


async def current_principal(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    """Who calls.

    Raises Unauthenticated for credentials that are malformed, unknown, expired or revoked.
    """
    if credentials is None:
        if "authorization" in request.headers:
            raise Unauthenticated("Authorization must be `Bearer KEY`.", headers=_CHALLENGE)
        if not request.app.state.settings.anonymous_reads:
            raise Unauthenticated("This server answers only with a key.", headers=_CHALLENGE)
        return ANONYMOUS
    known = await principal_of(request.app, request.headers["authorization"].encode("latin-1"))
    # For whom requests are counted (app.kernel.limiting).
    request.state.principal = known.name
    # Of this caller, too: nothing was awaited since they were found among those.
    version = request.app.state.database.principals.credentials_version
    request.state.require_still_known = partial(_still_known, credentials.credentials, version)
    return known


def _still_known(given: str, version: str | None, session: Session) -> None:
    """In a transaction that writes: asks again for a key where `version` is not that of now.

    So none writes once it was revoked, however late this process hears of that, and none that the
    database does not have, whichever server has taken the place of another. Raises Unauthenticated.
    """
    if not given.startswith(PREFIX) or recorder(session).credentials_version == version:
        return
    if known_key(session, given, utc_now()) is None:
        raise _refused_key()


async def require_principal(request: Request) -> None:
    """Raises Unauthenticated where nobody is known to ask; before a body is read, which costs."""
    principal = await current_principal(request, await _bearer(request))
    if principal.is_anonymous:
        raise Unauthenticated("This needs a key.", headers=_CHALLENGE)


async def refuse_bad_credentials(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Raises Unauthenticated, where nobody need be known, for credentials that are no good."""
    if credentials is not None or "authorization" in request.headers:
        await current_principal(request, credentials)


async def principal_of(app: Starlette, authorization: bytes) -> Principal:
    """Whom an Authorization header, `Bearer …`, speaks for; looked up unless it is remembered.

    Raises Unauthenticated, or Unavailable.
    """
    database: Database = app.state.database
    known = database.principals.find(authorization)
    if known is None:
        _, _, given = authorization.decode("latin-1").partition(" ")
        found = await _found(app.state.openid, database, given.strip())
        database.principals.keep(authorization, *found)
        known = found.principal
    return known


async def _found(recognizer: Recognizer | None, database: Database, given: str) -> Recognized:
    if recognizer is None or given.startswith(PREFIX):
        return await run_in_threadpool(_owner_of_key, database, given)
    return await recognizer.recognized(database, given)


def _refused_key() -> Unauthenticated:
    return refused_credentials("The key is unknown, has expired or was revoked.")


def _owner_of_key(database: Database, key: str) -> Recognized:
    now = utc_now()
    # A replica may not have heard yet that the key is revoked, or that there is such a key.
    with available(), database.reading(ANONYMOUS, on_primary=True) as session:
        known, version = known_key(session, key, now), head(session).credentials_version
    if known is None:
        raise _refused_key()
    return Recognized(known.principal, version, note_use(database.engine, known, now))


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]


def require_role(principal: Principal, role: Role) -> None:
    """Raises Unauthenticated for an anonymous caller, Forbidden for one below `role`."""
    if principal.role is None:
        raise Unauthenticated(
            f"This needs a key with the role {role} or above.",
            headers=_CHALLENGE,
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
