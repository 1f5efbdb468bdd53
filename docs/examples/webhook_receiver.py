"""A receiver of Clear Sky's webhooks: it verifies each message, and takes each once.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_… python webhook_receiver.py 9000 received.db

What it has taken stands in the table `message` of the file, in the order in which it came. Put a
proxy that speaks TLS before it: Clear Sky sends to https addresses.
"""

import os
import sqlite3
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from standardwebhooks import Webhook, WebhookVerificationError

LONGEST = 4 * 1024 * 1024


class Received:
    """The messages that were taken, in a file."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._lock = Lock()
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS message"
            " (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)"
        )

    def take(self, message_id: str, body: str) -> None:
        """Takes a message, unless it was taken before: a message may come twice, with one id."""
        with self._lock, self._database:
            self._database.execute(
                "INSERT INTO message (id, body) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                (message_id, body),
            )


class Receiver(ThreadingHTTPServer):
    """Listens on this machine for messages that are signed with a secret."""

    daemon_threads = True

    def __init__(self, port: int, secret: str, received: Received) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.verifier = Webhook(secret)
        self.received = received


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        """Takes a message, and answers 204 only once it is kept; anything else is sent again."""
        length = int(self.headers.get("Content-Length", 0))
        if length > LONGEST:
            self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(length)
        try:
            # The very bytes that came: JSON that is written anew may have another signature.
            self.server.verifier.verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.answer(HTTPStatus.UNAUTHORIZED)
            return
        self.server.received.take(self.headers["webhook-id"], body.decode())
        self.answer(HTTPStatus.NO_CONTENT)

    def answer(self, status: HTTPStatus) -> None:
        """Answers with a status alone."""
        self.close_connection = status >= HTTPStatus.BAD_REQUEST
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing of each request."""


if __name__ == "__main__":
    listen, file = int(sys.argv[1]), sys.argv[2]
    Receiver(listen, os.environ["WEBHOOK_SECRET"], Received(file)).serve_forever()
