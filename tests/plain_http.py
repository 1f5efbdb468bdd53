"""Asking servers that speak plain HTTP, without reading the certificates that httpx begins with.

To read them takes longer than most questions, and each client would do it anew.
"""

import ssl
from typing import Any

import httpx

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(**options: Any) -> httpx.Client:
    """As httpx.Client, for plain HTTP."""
    return httpx.Client(verify=_NO_CERTIFICATES, **options)


def get(url: str, **options: Any) -> httpx.Response:
    """As httpx.get, for plain HTTP."""
    with client() as asking:
        return asking.get(url, **options)


def post(url: str, **options: Any) -> httpx.Response:
    """As httpx.post, for plain HTTP."""
    with client() as asking:
        return asking.post(url, **options)
