"""Which addresses a message may go to: public ones, and those of networks that are listed.

The registries are those of IANA for special purposes (RFC 6890); what leads on to an IPv4 address
is judged by that.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
_Address: TypeAlias = IPv4Address | IPv6Address

# All that is given out for use between networks.
_UNICAST = IPv6Network("2000::/3")
# Within it: for protocols, among them Teredo; for examples; and the way to IPv4 of old.
_SPECIAL = [IPv6Network(name) for name in ("2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16")]
_NAT64 = IPv6Network("64:ff9b::/96")
# For protocols, and the relays of 6to4, of which is_global lets some or all pass.
_SPECIAL_OF_4 = [IPv4Network(name) for name in ("192.0.0.0/24", "192.88.99.0/24")]


class AddressError(Exception):
    """A host that no message may go to."""


class ForbiddenAddressError(AddressError):
    """The host has an address that messages may not go to."""


class UnresolvedError(AddressError):
    """The host has no address."""


async def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system finds them. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Addresses:
    """The addresses that messages may go to; `networks` are allowed beside the public ones."""

    def __init__(self, networks: Iterable[str], resolve: Resolve = resolved) -> None:
        names = list(networks)
        self.resolve = resolve
        self._everything = "*" in names
        self._networks = [ip_network(name) for name in names if name != "*"]

    async def of(self, host: str, port: int, *, listed: bool = False) -> list[str]:
        """The addresses of a host, each of which messages may go to; `listed`: each of them listed.

        Raises UnresolvedError, or ForbiddenAddressError where there is one that is not allowed.
        """
        try:
            found = await self.resolve(host, port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise UnresolvedError(host)
        for name in found:
            if not self._allows(name, listed):
                raise ForbiddenAddressError(host)
        return found

    def _allows(self, name: str, listed: bool) -> bool:
        try:
            address = ip_address(name)
        except ValueError:
            return False
        given = _given(address)
        is_listed = any(given in network for network in self._networks)
        return self._everything or is_listed or (not listed and is_public(address))


def is_public(address: _Address) -> bool:
    """Whether an address is one of the open network, reached by no detour."""
    address = _given(address)
    if isinstance(address, IPv4Address):
        special = address.is_multicast or any(address in network for network in _SPECIAL_OF_4)
        return address.is_global and not special
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return (
        address in _UNICAST
        and address.is_global
        and address.scope_id is None
        and not any(address in network for network in _SPECIAL)
    )


def _given(address: _Address) -> _Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
