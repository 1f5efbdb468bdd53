"""Asking servers that speak plain HTTP, without reading the certificates that httpx begins with.

To read them takes longer than most questions, and each client would do it anew.
"""

import ssl
from typing import Any

import httpx

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# Uvicorn closes a connection on which nothing is asked for 5 seconds: who lets go of it sooner
# never asks on one that is just being closed.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.5)


def client(**options: Any) -> httpx.Client:
    """As httpx.Client, for plain HTTP."""
    return httpx.Client(verify=_NO_CERTIFICATES, limits=_LIMITS, **options)


def get(url: str, **options: Any) -> httpx.Response:
    """As httpx.get, for plain HTTP."""
    with client() as asking:
        return asking.get(url, **options)


def post(url: str, **options: Any) -> httpx.Response:
    """As httpx.post, for plain HTTP."""
    with client() as asking:
        return asking.post(url, **options)
