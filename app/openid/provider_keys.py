"""The public keys that a provider signs with: discovered, kept, and asked for anew when needed."""

import asyncio
import json
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from app.kernel.problems import Unavailable

# After so many seconds keys are asked for anew: what the provider has withdrawn is then forgotten.
FRESH = 600.0
# Where that fails they are believed for so long.
BELIEVED = 24 * 3600.0
# So often, at most, the provider is asked, whatever tokens name and whether it answers or not.
PAUSE = 10.0
_PATIENCE = 5.0
# The most bytes that are read of what it says: keys and their certificates take a few thousand.
LONGEST = 512 * 1024
# Never a symmetric key: everybody knows what is published.
_ASYMMETRIC = ("RSA", "EC", "OKP")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
log = structlog.get_logger("clearsky.openid")


class ProviderError(Exception):
    """What a provider says of itself cannot be used."""


class ProviderKeys:
    """The keys of one provider. Used in one event loop."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._keys: KeySet | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def holding(self, key_id: str | None) -> KeySet:
        """The keys, among them the one named `key_id`, if the provider has it.

        Raises Unavailable where that cannot be said.
        """
        # Nobody waits for newer keys, who is served by those at hand.
        believed = BELIEVED if self._fetching.locked() else FRESH
        if self._has(key_id) and self._age() <= believed:
            return self._keys or KeySet([])
        async with self._fetching:
            will_do = self._has(key_id) and self._age() <= FRESH
            if not will_do and time.monotonic() - self._tried_at >= PAUSE:
                await self._fetch()
        out_of_reach = self._fetched_at < self._tried_at
        if self._age() > BELIEVED or (out_of_reach and not self._has(key_id)):
            raise Unavailable("The OpenID Connect provider cannot be reached.", retry_after=5)
        return self._keys or KeySet([])

    async def anew(self) -> KeySet:
        """The keys as the provider has them now, unless it was asked just before."""
        async with self._fetching:
            if time.monotonic() - self._tried_at >= PAUSE:
                await self._fetch()
        return self._keys or KeySet([])

    def _age(self) -> float:
        return time.monotonic() - self._fetched_at

    def _has(self, key_id: str | None) -> bool:
        if self._keys is None:
            return False
        return key_id is None or any(key.kid == key_id for key in self._keys)

    async def _fetch(self) -> None:
        self._tried_at = time.monotonic()
        try:
            async with (
                asyncio.timeout(_PATIENCE),
                httpx.AsyncClient(timeout=_PATIENCE, verify=_trusted()) as client,
            ):
                keys = await self._asked(client)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ProviderError) as error:
            log.warning("provider out of reach", issuer=self._issuer, error=str(error) or "late")
            return
        self._keys = keys
        self._fetched_at = self._tried_at = time.monotonic()

    async def _asked(self, client: httpx.AsyncClient) -> KeySet:
        well_known = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        about = await _document(client, well_known)
        if about.get("issuer") != self._issuer:
            raise ProviderError(f"{well_known} is about another issuer")
        address = about.get("jwks_uri")
        if not isinstance(address, str) or not is_safe(address):
            raise ProviderError(f"{well_known} names no safe address of keys")
        keys = _usable(await _document(client, address))
        if not keys:
            raise ProviderError(f"{address} has no key to verify signatures with")
        return KeySet(keys)


def is_safe(address: str) -> bool:
    """Whether nobody between can change what is read at a web address: https, or this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (parts.scheme == "https" and bool(parts.hostname)) or (
        parts.scheme == "http" and parts.hostname in _LOOPBACK
    )


@cache
def _trusted() -> ssl.SSLContext:
    # To read all certificates takes tens of milliseconds, for which the event loop waits.
    return httpx.create_ssl_context()


async def _document(client: httpx.AsyncClient, address: str) -> Mapping[str, Any]:
    body = b""
    # Not compressed: what is short on the way could be long without end.
    async with client.stream("GET", address, headers={"Accept-Encoding": "identity"}) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > LONGEST:
                raise ProviderError(f"{address} says more than {LONGEST} bytes")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ProviderError(f"{address} is no JSON object")
    return document


def _usable(document: Mapping[str, Any]) -> list[Key]:
    """The keys of a set that are for signatures; what is of no known kind is left out."""
    listed = document.get("keys")
    keys: list[Key] = []
    for data in listed if isinstance(listed, list) else []:
        if not isinstance(data, dict) or data.get("kty") not in _ASYMMETRIC:
            continue
        if data.get("use", "sig") != "sig":
            continue
        try:
            keys.append(JWKRegistry.import_key(data))
        except (JoseError, ValueError, KeyError, TypeError):
            log.warning("key of the provider left out", kid=data.get("kid"))
    return keys
