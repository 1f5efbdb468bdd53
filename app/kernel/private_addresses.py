"""Addresses that hold their own credentials: whatever asks with them can send no header.

The secret is a segment of the path. It is remembered apart from keys, so that neither passes for
the other.
"""

from app.kernel.secrets import CALENDAR_PREFIX

# The segment after it is the secret.
FOLDER = "/v1/calendars/"


def is_private(path: str) -> bool:
    """Whether a path holds its own credentials."""
    return path.startswith(FOLDER)


def credentials_in(path: str) -> bytes:
    """What a private path is known by, good or not."""
    return credentials_of(path[len(FOLDER) :].partition("/")[0])


def credentials_of(secret: str) -> bytes:
    """The same, of a secret; never what an Authorization header says."""
    # In hexadecimal: a scheme is in either case, and space around credentials means nothing.
    return b"address " + secret.encode("utf-8", "surrogateescape").hex().encode()


def unsaid(path: str) -> str:
    """A private path, with nothing in the place of its secret."""
    return f"{FOLDER}{CALENDAR_PREFIX}/{path[len(FOLDER) :].partition('/')[2]}"
