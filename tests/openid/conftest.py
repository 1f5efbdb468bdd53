"""Fixtures of the tests with tokens: the server trusts a provider that the test has in hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc.jwk import Key

from app.openid.claims import ClaimsMapping
from app.openid.recognizing import OpenId
from tests import plain_http
from tests.clock import Clock
from tests.conftest import Server
from tests.openid.providers import AUDIENCE, Provider, ec_key, rsa_key

OWN_CLAIMS = {
    "role_claim": "clearsky_role",
    "party_claim": "clearsky_party",
    "organization_claim": "clearsky_organization",
    "roles": {},
    "parties": {},
    "organizations": {},
}


@pytest.fixture(scope="session")
def keys() -> dict[str, Key]:
    """Keys, which take long to make: `first` and `second` of the provider, and another's."""
    return {name: rsa_key(name) for name in ("first", "second", "other")} | {"ec": ec_key("ec")}


@pytest.fixture
def provider(keys: dict[str, Key]) -> Iterator[Provider]:
    made = Provider()
    made.keys = [keys["first"]]
    yield made
    made.stop()


@dataclass
class Trusting:
    """The server, and how it comes to trust the provider."""

    server: Server
    provider: Provider

    def __call__(self, mapping: dict[str, Any] | None = None, **options: Any) -> None:
        given = {
            "issuer": self.provider.issuer,
            "audience": AUDIENCE,
            "algorithms": ["RS256", "ES256"],
            "clock_skew": 60,
            **options,
        }
        claims = ClaimsMapping(**(OWN_CLAIMS | (mapping or {})))
        self.server.app.state.openid = OpenId(**given, mapping=claims)


@pytest.fixture
def trusts(server: Server, provider: Provider) -> Iterator[Trusting]:
    """Has the server trust the provider, from now on or with other options: trusts(…)."""
    trusting = Trusting(server, provider)
    trusting()
    yield trusting
    server.app.state.openid = None


class As:
    """Requests with a token."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, token: str, path: str = "/v1/parties") -> httpx.Response:
        return self._client.get(path, headers={"Authorization": f"Bearer {token}"})

    def post(self, token: str, path: str, json: object) -> httpx.Response:
        return self._client.post(path, json=json, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def as_(server: Server, trusts: Trusting) -> Iterator[As]:  # noqa: ARG001 (whose tokens it takes)
    with plain_http.client(base_url=server.address, timeout=30) as client:
        yield As(client)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)
