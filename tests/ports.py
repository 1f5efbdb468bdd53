"""Ports of this machine that a test names before anybody listens on them."""

import socket

# For as long as the process runs: a port that was let go may be anybody's when it is wanted.
_kept: list[socket.socket] = []


def unused_port() -> int:
    """A loopback port that nobody listens on, or gets without naming it.

    Whoever is told it may listen on it, stop and listen again, as servers do: with SO_REUSEADDR.
    Until then a connection is refused.
    """
    keeping = socket.socket()
    # Two sockets may have one address as long as both say this and not both listen.
    keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeping.bind(("127.0.0.1", 0))
    _kept.append(keeping)
    return int(keeping.getsockname()[1])
