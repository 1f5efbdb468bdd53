"""Whom credentials speak for, remembered for as long as they hold and none are changed."""

import hashlib
import os
from datetime import datetime
from time import time
from typing import TypeAlias

from app.kernel.access import Principal, Role
from app.kernel.freshness import Freshness

_MOST = 10_000
# Nobody else can work out what credentials are remembered by, nor learn it by how long that takes.
_OWN = os.urandom(32)

# Of what callers see alike. Whatever a read depends on, of who asks, is in it.
Audience: TypeAlias = tuple[Role, str | None, str | None] | None


def audience_of_caller(principal: Principal) -> Audience:
    """The audience that a caller is in; None for those without a key."""
    if principal.role is None:
        return None
    return principal.role, principal.party, principal.organization


class KnownPrincipals:
    """The principals of credentials that were good when they were last looked up."""

    def __init__(self, freshness: Freshness) -> None:
        self._freshness = freshness
        self._credentials_version: str | None = None
        self._history = 0
        # Each with the time from which it must be asked again.
        self._known: dict[bytes, tuple[Principal, float]] = {}

    @property
    def credentials_version(self) -> str | None:
        """The version of all credentials when those that are remembered were looked up."""
        return self._credentials_version

    def find(self, authorization: bytes) -> Principal | None:
        """Whom the value of an Authorization header speaks for; None where it must be asked."""
        if not self._known:
            return None
        newest = self._freshness.newest()
        if newest is None or newest.credentials_version is None:
            return None
        if (
            newest.credentials_version != self._credentials_version
            or newest.history != self._history
        ):
            self._known.clear()
            self._history = newest.history
            return None
        found = self._known.get(_digest(authorization))
        if found is None:
            return None
        principal, until = found
        return principal if time() < until else None

    def keep(
        self, authorization: bytes, principal: Principal, credentials_version: str, until: datetime
    ) -> None:
        """Remembers a principal that was looked up under this version of all credentials.

        From `until` on it must be looked up again.
        """
        if credentials_version != self._credentials_version or len(self._known) >= _MOST:
            self._known.clear()
            self._credentials_version = credentials_version
        self._known[_digest(authorization)] = principal, until.timestamp()


def one_spelling(authorization: bytes) -> bytes:
    """The value of an Authorization header as everybody's with the same credentials.

    The scheme is in either case, and more than one space may follow it (RFC 9110, section 11.4):
    so a key could be shown in ways without end, each as if it were another.
    """
    # Of what stands around it FastAPI takes away all that Python knows as space.
    scheme, _, shown = authorization.decode("latin-1").partition(" ")
    return f"{scheme.lower()} {shown.strip()}".encode("latin-1")


def _digest(authorization: bytes) -> bytes:
    # No key itself is kept in memory.
    return hashlib.blake2b(one_spelling(authorization), key=_OWN, digest_size=32).digest()
