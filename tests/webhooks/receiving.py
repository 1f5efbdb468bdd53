"""The receiver of docs/examples, made to fail as a test wants it to, and what it has received."""

import importlib.util
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.engines import folder_for_databases

_FILE = Path(__file__).parents[2] / "docs" / "examples" / "webhook_receiver.py"
_spec = importlib.util.spec_from_file_location("webhook_receiver", _FILE)
assert _spec is not None
assert _spec.loader is not None
webhook_receiver = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(webhook_receiver)


@dataclass(frozen=True)
class Arrived:
    """A request as it came, and what was answered."""

    headers: dict[str, str]
    body: str
    status: int

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """Where messages arrive: all of them in `arrived`, and each once in `taken`.

    The next answers are those in `planned`, each a status with headers; without any, what the
    receiver of docs/examples answers. While `held` is clear it answers nothing.
    """

    port: int
    received: Any
    planned: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    server: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/changes"

    @property
    def taken(self) -> list[dict[str, Any]]:
        """What was verified and kept, each message once, in the order in which it came."""
        rows = self.received._database.execute("SELECT body FROM message ORDER BY number")
        return [json.loads(body) for (body,) in rows.fetchall()]

    @property
    def delivered(self) -> list[Arrived]:
        """All that was answered well, repeats among them."""
        return [each for each in self.arrived if each.status == 204]

    def plan(self, *statuses: int, **headers: str) -> None:
        """Has the next messages answered by these statuses."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.planned += [(status, named) for status in statuses]

    def verify_with(self, secret: str) -> None:
        """Verifies from now on by this secret."""
        self.server.verifier = webhook_receiver.Webhook(secret)


class _Handler(webhook_receiver.Handler):  # type: ignore[misc, name-defined]
    def do_POST(self) -> None:  # noqa: N802 (as the base class has it)
        receiver: Receiver = self.server.test
        receiver.held.wait()
        self.body = b""
        if receiver.planned:
            status, headers = receiver.planned.pop(0)
            self.body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.note(status)
            return
        rfile, self.rfile = self.rfile, _Noting(self.rfile, self)
        try:
            super().do_POST()
        finally:
            self.rfile = rfile

    def answer(self, status: int) -> None:
        # Noted before it is answered: whoever knows of the answer finds it noted.
        self.note(int(status))
        super().answer(status)

    def note(self, status: int) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.test.arrived.append(Arrived(headers, self.body.decode(), status))


class _Noting:
    """Reads a body, and lets the handler know what it was."""

    def __init__(self, file: Any, handler: _Handler) -> None:
        self._file, self._handler = file, handler

    def read(self, length: int) -> bytes:
        self._handler.body = self._file.read(length)
        return self._handler.body

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine.

    It commits each message before it answers: in memory, or a busy disk decides how long that is.
    """
    with folder_for_databases("clearsky-receiver-") as folder:
        received = webhook_receiver.Received(str(folder / "received.db"))
        with _listening(received) as receiver:
            yield receiver
        received._database.close()


@contextmanager
def _listening(received: Any) -> Iterator[Receiver]:
    server = webhook_receiver.Receiver(0, "whsec_bm90IHlldCBzZXQgYnkgdGhlIHRlc3Q=", received)
    server.RequestHandlerClass = _Handler
    receiver = Receiver(server.server_address[1], received, server=server)
    receiver.held.set()
    server.test = receiver
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.held.set()
        server.shutdown()
        thread.join()
        server.server_close()
