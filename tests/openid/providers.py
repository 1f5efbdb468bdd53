"""Providers of tokens: one whose documents and keys a test makes itself, and a real one."""

import base64
import hmac
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from tests import plain_http
from tests.cli.running import DEADLINE
from tests.waiting import wait_until

AUDIENCE = "clearsky"
Claims = dict[str, Any]


def rsa_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


def ec_key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


class Provider:
    """What a provider publishes, on a loopback port; each part of it can be changed."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        # How often its keys were asked for.
        self.asked = 0
        self.is_away = False
        self.about: dict[str, Any] = {}
        self.published: Any = None
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = provider._document(self.path)
                self.send_response(503 if body is None else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def _document(self, path: str) -> bytes | None:
        if self.is_away:
            return None
        if path == "/.well-known/openid-configuration":
            said = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"} | self.about
            return json.dumps(said).encode()
        self.asked += 1
        if isinstance(self.published, bytes):
            return self.published
        public = [key.as_dict(private=False) for key in self.keys]
        return json.dumps(self.published or {"keys": public}).encode()

    def claims(self, **changes: Any) -> Claims:
        """What a token of a reporter of Korea's says; None takes a claim away."""
        now = int(time.time())
        said = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "desk-officer",
            "iat": now,
            "exp": now + 3600,
            "clearsky_role": "reporter",
            "clearsky_party": "KR",
            **changes,
        }
        return {name: value for name, value in said.items() if value is not None}

    def token(self, key: Key | None = None, **changes: Any) -> str:
        """A token, signed with a key of its own or another."""
        return signed(key or self.keys[0], self.claims(**changes))

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def signed(key: Key | bytes, claims: Any, algorithm: str | None = None, **header: Any) -> str:
    """A token in the compact form, its header as given; by a secret, where `key` is one."""
    if isinstance(key, bytes):
        said = {"typ": "JWT", "alg": "HS256"} | header
    else:
        of_key = "ES256" if isinstance(key, ECKey) else "RS256"
        said = {"typ": "JWT", "alg": algorithm or of_key, "kid": key.kid} | header
    said = {name: value for name, value in said.items() if value is not None}
    message = f"{encoded(said)}.{encoded(claims)}"
    if isinstance(key, bytes):
        signature = hmac.digest(key, message.encode(), "sha256")
    else:
        signature = jws.JWSRegistry.algorithms[said["alg"]].sign(message.encode(), key)
    return f"{message}.{encoded(signature)}"


def encoded(value: Any) -> str:
    """A part of a token: bytes as they are, anything else as JSON."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


class RealProvider:
    """A process of oidc-provider-mock, on a loopback port of its own."""

    def __init__(self, port: int, folder: Path) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self._port, self._folder = port, folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it: with keys that it has just made, and without users."""
        with (self._folder / "provider.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "oidc_provider_mock", "--port", str(self._port)],
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, seconds=DEADLINE)

    def _answers(self) -> bool:
        try:
            return plain_http.get(f"{self.issuer}/.well-known/openid-configuration").is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(DEADLINE)
            self._process = None

    def token(self, subject: str, **claims: Any) -> str:
        """The token that a user gets who logs in for Clear Sky, by the authorization code flow."""
        back = "http://127.0.0.1/back"
        with plain_http.client(base_url=self.issuer) as client:
            client.put(f"/users/{subject}", json=claims).raise_for_status()
            asked = {
                "client_id": AUDIENCE,
                "redirect_uri": back,
                "response_type": "code",
                "scope": "openid",
                "nonce": "once",
                "state": "any",
            }
            sent = client.post("/oauth2/authorize", params=asked, data={"sub": subject})
            (code,) = parse_qs(urlsplit(sent.headers["location"]).query)["code"]
            given = client.post(
                "/oauth2/token",
                data={"grant_type": "authorization_code", "code": code, "redirect_uri": back},
                auth=(AUDIENCE, "any"),
            )
            return str(given.raise_for_status().json()["id_token"])


@contextmanager
def real_provider(port: int, folder: Path) -> Iterator[RealProvider]:
    """A real provider that has started, and is gone afterwards."""
    provider = RealProvider(port, folder)
    try:
        provider.start()
        yield provider
    finally:
        provider.stop()
