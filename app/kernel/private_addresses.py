"""Addresses that hold their own credentials: whatever asks with them can send no header.

The secret is a segment of the path. It is remembered apart from keys, so that neither passes for
the other.
"""

from app.kernel.secrets import CALENDAR_FOLDER as FOLDER
from app.kernel.secrets import MASK

__all__ = ["FOLDER", "credentials_in", "credentials_of", "is_private", "masked"]


def is_private(path: str) -> bool:
    """Whether a path holds its own credentials."""
    return path.startswith(FOLDER)


def credentials_in(path: str) -> bytes:
    """What a private path is known by, good or not."""
    return credentials_of(path.removeprefix(FOLDER).partition("/")[0])


def credentials_of(secret: str) -> bytes:
    """The same, of a secret; never what an Authorization header says."""
    # In hexadecimal: a scheme is in either case, and space around credentials means nothing.
    return b"address " + secret.encode("utf-8", "surrogateescape").hex().encode()


def masked(path: str) -> str:
    """A path as it may be told, and kept: a private one with a mask in the place of its secret.

    Of what stands there nothing is told, good or not: it may be a secret that was copied wrongly.
    """
    if not is_private(path):
        return path
    _, slash, rest = path.removeprefix(FOLDER).partition("/")
    return f"{FOLDER}{MASK}{slash}{rest}"
