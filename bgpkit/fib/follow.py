"""From a speaker's best paths to kernel routes."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Protocol, runtime_checkable

from bgpkit.fib.multipath import Specs
from bgpkit.fib.route import NextHop
from bgpkit.fib.wanted import Wanted
from bgpkit_fsm import Family
from bgpkit_rib import Entry, Path

WIDTH_OF_FAMILY: Final = {Family(1, 1): 32, Family(2, 1): 128}
"""Bits of an address, for the families whose routes a kernel table can hold."""


class Speaker(Protocol):
    """What following needs of a speaker."""

    def subscribe(
        self, family: Family, consumer: Callable[[list[bytes], Entry | None, Entry | None], None], /
    ) -> Callable[[], None]:
        """Call ``consumer`` for the present table, then for each block of changes; return how to end it."""
        ...


@runtime_checkable
class Replaying(Protocol):
    """A subscription that tells of the present table bit by bit."""

    async def replayed(self) -> None:
        """Wait until all of it has been told."""
        ...


def gateway_of(path: Path) -> NextHop:
    """Return the path's BGP next hop as a gateway on whichever interface the kernel finds.

    Of a next hop of 32 octets the global address, the first, is taken (RFC 2545, section 3); from a peer on an
    interface, such as ``fe80::1%eth0``, the link-local one on that interface.
    """
    return _gateway(path.next_hop, path.source.name.partition("%")[2])


@lru_cache(maxsize=4096)
def _gateway(octets: bytes, interface: str) -> NextHop:
    if len(octets) == 4:
        return NextHop(IPv4Address(octets))
    addresses = [IPv6Address(octets[start : start + 16]) for start in range(0, len(octets), 16)]
    link_local = [address for address in addresses if address.is_link_local]
    return NextHop(link_local[-1], interface) if interface and link_local else NextHop(addresses[0])


class Follower:
    """A consumer of change blocks: what a prefix's entry stands for, unless it is our own, is its route."""

    def __init__(self, wanted: Wanted, specs: Specs, wake: Callable[[], None]) -> None:
        """Pass the routes that ``specs`` makes on to ``wanted``, and ``wake`` the writer."""
        self._wanted = wanted
        self._specs = specs
        self._wake = wake

    def consume(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        """Take in one block of changes: ``keys`` had the entry ``old`` and have ``new``."""
        before, paths = self._specs.paths(old), self._specs.paths(new)
        if paths == before:
            return
        spec = self._specs.spec(paths)
        if spec is not None or before:  # what `via` said of those before does not count: it may say otherwise by now
            self._wanted.follow(keys, spec)
        self._wake()
