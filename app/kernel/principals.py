"""Whom keys speak for, remembered for as long as no key is changed."""

import hashlib
from typing import TypeAlias

from app.kernel.access import Principal, Role
from app.kernel.freshness import Freshness

_MOST = 10_000

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
        self._access = -1
        self._known: dict[bytes, Principal] = {}

    def find(self, authorization: bytes) -> Principal | None:
        """Whom the value of an Authorization header speaks for; None where it must be asked."""
        if not self._known:
            return None
        newest = self._freshness.newest()
        if newest is None:
            return None
        if newest.access != self._access:
            self._known.clear()
            return None
        return self._known.get(_digest(authorization))

    def keep(self, authorization: bytes, principal: Principal, access: int) -> None:
        """Remembers a principal that was looked up when keys had been changed `access` times."""
        if access != self._access or len(self._known) >= _MOST:
            self._known.clear()
            self._access = access
        self._known[_digest(authorization)] = principal


def _digest(authorization: bytes) -> bytes:
    # No key itself is kept in memory.
    return hashlib.sha256(authorization).digest()
