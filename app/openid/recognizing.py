"""Verifying a provider's tokens, and telling whom they speak for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.concurrency import run_in_threadpool
from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet

from app.directory.models import Organization, Party
from app.kernel.access import ANONYMOUS, Principal
from app.kernel.authentication import Recognized, refused_credentials
from app.kernel.dates import utc_now
from app.kernel.journal import head
from app.kernel.problems import Unauthenticated
from app.kernel.sessions import Database, RecordSession
from app.kernel.transactions import available
from app.openid.claims import ClaimsMapping, UnfitClaimsError, principal_of
from app.openid.provider_keys import ProviderKeys

# A token that was good is verified again after so long, by the keys that the provider has then.
REMEMBERED = timedelta(minutes=5)
# Tokens for other ends (logging out, proving a key) have a type of their own (RFC 8725, 3.11).
_TYPES = (None, "jwt", "at+jwt", "application/at+jwt")
_LONGEST_HEADER, _LONGEST_PAYLOAD = 8_192, 65_536
# What is raised of a token that cannot be read; by JSON that is nested deep, RecursionError.
_UNREADABLE = (JoseError, ValueError, TypeError, RecursionError)


class OpenId:
    """Recognizes whom the tokens of one provider speak for."""

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        algorithms: Sequence[str],
        clock_skew: int,
        mapping: ClaimsMapping,
    ) -> None:
        if not algorithms or any(name.startswith(("HS", "none")) for name in algorithms):
            raise ValueError("tokens are verified by asymmetric algorithms only")
        self.keys = ProviderKeys(issuer)
        self._issuer = issuer
        self._mapping = mapping
        self._algorithms = frozenset(algorithms)
        self._registry = jws.JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
        self._registry.max_header_length = _LONGEST_HEADER
        self._registry.max_payload_length = _LONGEST_PAYLOAD
        self._required = jwt.JWTClaimsRegistry(
            now=lambda: int(utc_now().timestamp()),
            leeway=clock_skew,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def recognized(self, database: Database, token: str) -> Recognized:
        """Whom a token speaks for. Raises Unauthenticated, and Unavailable without its keys."""
        key_id = self._key_id(token)
        keys = await self.keys.holding(key_id)
        if key_id is None and not await run_in_threadpool(self._fits, token, keys):
            # No name tells that the provider has another key by now.
            keys = await self.keys.anew()
        return await run_in_threadpool(self._recognized, database, token, keys)

    def _key_id(self, token: str) -> str | None:
        """The key that a token names, if what it says of itself can be at all."""
        try:
            header = jws.extract_compact(token.encode(), registry=self._registry).headers()
            self._registry.check_header(header)
        except _UNREADABLE as error:
            raise _refused(_reason(error)) from None
        kind = header.get("typ")
        if header.get("alg") not in self._algorithms:
            raise _refused("its algorithm is not accepted")
        if not (kind is None or isinstance(kind, str)) or (kind and kind.lower()) not in _TYPES:
            raise _refused("it is a token of another type")
        return header.get("kid")

    def _fits(self, token: str, keys: KeySet) -> bool:
        try:
            jwt.decode(token, keys, registry=self._registry)
        except _UNREADABLE:
            return False
        return True

    def _recognized(self, database: Database, token: str, keys: KeySet) -> Recognized:
        claims = self._verified(token, keys)
        try:
            principal = principal_of(claims, self._mapping)
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        except UnfitClaimsError as error:
            raise _refused(str(error)) from None
        except (ValueError, OverflowError, OSError):
            raise _refused("its claim exp is no time") from None
        with available(), database.reading(ANONYMOUS, on_primary=True) as session:
            _require_known(session, principal)
            version = head(session).credentials_version
        return Recognized(principal, version, min(expires_at, utc_now() + REMEMBERED))

    def _verified(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        try:
            claims = jwt.decode(token, keys, registry=self._registry).claims
            if not isinstance(claims, dict) or claims.get("iss") != self._issuer:
                raise InvalidClaimError("iss")
            self._required.validate(claims)
        except _UNREADABLE as error:
            raise _refused(_reason(error)) from None
        return claims


def _require_known(session: RecordSession, principal: Principal) -> None:
    if principal.party is not None and session.get(Party, principal.party) is None:
        raise _refused("it names a party that the record does not have")
    if principal.organization is not None:
        found = session.get(Organization, principal.organization)
        if found is None or found.party != principal.party:
            raise _refused("it names an organization that is none of its party")


def _reason(error: Exception) -> str:
    """Why a token is refused, in words that repeat nothing of it."""
    if isinstance(error, ExpiredTokenError):
        return "it has expired"
    if isinstance(error, MissingClaimError | InvalidClaimError):
        verb = "is missing" if isinstance(error, MissingClaimError) else "is wrong"
        return f"its claim {error.claim} {verb}"
    if isinstance(error, InvalidKeyIdError):
        return "it names a key that the provider does not have"
    if isinstance(error, BadSignatureError):
        return "its signature does not fit"
    if isinstance(error, UnsupportedAlgorithmError):
        return "its algorithm is not accepted"
    return "it cannot be read"


def _refused(reason: str) -> Unauthenticated:
    return refused_credentials(f"The token is not accepted: {reason}.")
