"""The sockets that a server listens on: one, or one for each of its workers."""

import socket
import sys


def bound(host: str, port: int) -> socket.socket:
    """A socket at an address that nobody else has; port 0 takes a free one. Raises OSError."""
    listener = _socket_for(host)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


class EachItsOwn:
    """Stands for a socket until a worker is handed it, and becomes one of the worker's own there.

    Linux shares connections out among the sockets of one address. Of a single one that workers
    have in common, asyncio takes all connections that are waiting: one worker got those that came
    together, and the other none.
    """

    def __init__(self, listener: socket.socket) -> None:
        """`listener` keeps the address for as long as it is open, and is not listened on."""
        # Only now: somebody else's socket at this address would have been taken for a worker's.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._address: tuple[str, int] = listener.getsockname()[:2]

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return _bound_beside_others, self._address


def shared_out(listener: socket.socket) -> list[socket.socket]:
    """What each worker is handed to listen on."""
    if sys.platform != "linux":
        return [listener]
    # Uvicorn pickles its sockets for each worker that it starts, and does nothing else with them.
    return [EachItsOwn(listener)]  # type: ignore[list-item]


def _bound_beside_others(host: str, port: int) -> socket.socket:
    listener = _socket_for(host)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    return listener


def _socket_for(host: str) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made
