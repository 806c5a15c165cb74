"""Addresses and networks of either family, as the allocation data use them."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, collapse_addresses
from typing import Final, TypeAlias

IPAddress: TypeAlias = IPv4Address | IPv6Address
IPNetwork: TypeAlias = IPv4Network | IPv6Network

DEFAULT_BLOCK_LENGTH: Final = {4: 26, 6: 122}
"""Prefix length of a block when its pool does not say: 64 addresses in either family."""


def in_order(network: IPNetwork) -> tuple[int, int, int]:
    """Return what networks are sorted by: their version, their first address, their length."""
    return network.version, int(network.network_address), network.prefixlen


def contains(outer: IPNetwork, inner: IPNetwork) -> bool:
    """Say whether ``inner`` lies in ``outer``; networks of two families never do."""
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)


def joined(networks: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    """Return ``networks`` with those that lie in another left out, and halves made one."""
    found = tuple(networks)
    first = collapse_addresses(network for network in found if isinstance(network, IPv4Network))
    second = collapse_addresses(network for network in found if isinstance(network, IPv6Network))
    return (*first, *second)


def block_around(address: IPAddress, length: int) -> IPNetwork:
    """Return the block of prefix length ``length`` that holds ``address``."""
    shift = address.max_prefixlen - length
    start = (int(address) >> shift) << shift
    return IPv4Network((start, length)) if isinstance(address, IPv4Address) else IPv6Network((start, length))


def as_host(address: IPAddress) -> IPNetwork:
    """Return the /32 or /128 of one address."""
    return block_around(address, address.max_prefixlen)
