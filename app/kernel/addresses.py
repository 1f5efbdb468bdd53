"""Where a request comes from: the peer's address, or the one that a trusted proxy tells."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

# What a proxy adds to say for whom it asks.
_PASSED_ON = (b"x-forwarded-for", b"forwarded")
# A network of this size is given to one home or office; an address in it is taken at will.
_ONE_CALLER = 64


def address_of(scope: Scope) -> str:
    """The address that a request comes from; "" where the server tells none."""
    client = scope.get("client")
    return client[0] if client else ""


@lru_cache(maxsize=4096)
def caller_at(address: str) -> str:
    """Whom an address is counted for: itself, or the IPv6 network that one caller has."""
    if ":" not in address:
        return address
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), _ONE_CALLER), strict=False))


class AddressList:
    """Addresses and networks, `everything` among them; asked with requests."""

    def __init__(self, listed: Iterable[str], *, proxies_are_known: bool) -> None:
        names = list(listed)
        self._everything = "*" in names
        self._networks = [ip_network(name) for name in names if name != "*"]
        self._proxies_are_known = proxies_are_known
        self._holds = lru_cache(maxsize=4096)(self._found)

    def holds(self, scope: Scope) -> bool:
        """Whether the request comes from one of them.

        While no proxy is trusted, what some proxy has passed on comes from nobody knows where.
        """
        if self._everything:
            return True
        if not self._holds(address_of(scope)):
            return False
        if not self._proxies_are_known:
            for name, _ in scope["headers"]:
                if name in _PASSED_ON:
                    return False
        return True

    def _found(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)
