"""Content codings (RFC 9110, section 8.4.1): which one a client takes, and encoding in it."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache

import zstandard

# What is shorter than a packet gains nothing.
SHORTEST = 1000
_ZSTD_LEVEL, _GZIP_LEVEL = 3, 5
# zlib's own format is deflate; so much more makes it gzip.
_GZIP_FORMAT = zlib.MAX_WBITS + 16


class Coding(StrEnum):
    """The codings that answers are given in, the best first (RFC 8878, RFC 1952)."""

    ZSTD = "zstd"
    GZIP = "gzip"
    IDENTITY = "identity"


@lru_cache(maxsize=256)
def accepted(accept_encoding: bytes) -> Coding:
    """The coding for a client that sends this Accept-Encoding (RFC 9110, section 12.5.3).

    The best of those that it likes most; identity where it takes none of ours.
    """
    weights: dict[str, float] = {}
    for choice in accept_encoding.decode("latin-1").lower().split(","):
        name, *parameters = (part.strip() for part in choice.split(";"))
        weight = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            weights[name] = float(weight)
        except ValueError:
            weights[name] = 0.0
    others = weights.get("*", 0.0)
    coded = {coding: weights.get(coding, others) for coding in (Coding.ZSTD, Coding.GZIP)}
    best = max(coded, key=coded.__getitem__)
    if coded[best] <= 0 or weights.get(Coding.IDENTITY, 0.0) > coded[best]:
        return Coding.IDENTITY
    return best


def encoded(body: bytes, coding: Coding) -> bytes:
    """A body in a coding; the same bytes each time."""
    if coding is Coding.ZSTD:
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    if coding is Coding.GZIP:
        return gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)
    return body


def encoded_blocks(blocks: Iterable[bytes], coding: Coding) -> Iterator[bytes]:
    """A body that comes block by block, in a coding."""
    if coding is Coding.IDENTITY:
        yield from blocks
        return
    encoder = (
        zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
        if coding is Coding.ZSTD
        else zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_FORMAT)
    )
    for block in blocks:
        yield encoder.compress(block)
    yield encoder.flush()
