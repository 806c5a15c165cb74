"""What a BGP next hop is to the kernel: an address to look up, a neighbour on an interface, a gateway. Pure."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from bgpkit.fib.route import NextHop, is_gateway
from bgpkit_rib import Path

_WITH_LINK_LOCAL = 32


def gateway_of(path: Path) -> NextHop | None:
    """Return the path's BGP next hop as a gateway on whichever interface the kernel finds; None where it is no host's.

    RFC 4271, section 6.3: a route whose NEXT_HOP is semantically incorrect is ignored, here for forwarding.
    Of a next hop of 32 octets the global address, the first, is taken (RFC 2545, section 3); from a peer on an
    interface, such as ``fe80::1%eth0``, the link-local one on that interface.
    """
    return _gateway(path.next_hop, path.source.name.partition("%")[2])


def neighbor_of(path: Path) -> NextHop | None:
    """Return the link-local next hop of a path, on the interface of its peer; None for a next hop to look up.

    A link-local address says nothing where the interface is not known: it is passed on as it is, for the kernel to
    refuse.
    """
    if len(path.next_hop) <= 4:
        return None
    gateway = _gateway(path.next_hop, path.source.name.partition("%")[2])
    link_local = gateway is not None and gateway.gateway is not None and gateway.gateway.is_link_local
    return gateway if link_local else None


def address_of(next_hop: bytes) -> bytes:
    """Return the address of a BGP next hop that is looked up: the global one, the first of two, if it is any."""
    if len(next_hop) == _WITH_LINK_LOCAL and not any(next_hop[:16]):
        return next_hop[16:]
    return next_hop[:16]


@lru_cache(maxsize=4096)
def _gateway(octets: bytes, interface: str) -> NextHop | None:
    if len(octets) == 4:
        return NextHop(IPv4Address(octets)) if is_gateway(octets) else None
    addresses = [IPv6Address(octets[start : start + 16]) for start in range(0, len(octets), 16)]
    link_local = [address for address in addresses if address.is_link_local]
    if interface and link_local:
        return NextHop(link_local[-1], interface)
    address = address_of(octets)
    return NextHop(IPv6Address(address)) if is_gateway(address) else None
