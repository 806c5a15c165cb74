"""From a speaker's best paths to kernel routes."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Protocol

from bgpkit.fib.route import NextHop, RouteKind, Spec
from bgpkit.fib.wanted import Wanted
from bgpkit_fsm import Family
from bgpkit_rib import Entry, Path, SourceKind, best_of

WIDTH_OF_FAMILY: Final = {Family(1, 1): 32, Family(2, 1): 128}
"""Bits of an address, for the families whose routes a kernel table can hold."""

_REMEMBERED: Final = 65_536


class Speaker(Protocol):
    """What following needs of a speaker."""

    def subscribe(
        self, family: Family, consumer: Callable[[list[bytes], Entry | None, Entry | None], None], /
    ) -> Callable[[], None]:
        """Call ``consumer`` for the present table, then for each block of changes; return how to end it."""
        ...


def gateway_of(path: Path) -> NextHop:
    """Return the path's BGP next hop as a gateway on whichever interface the kernel finds.

    Of a next hop of 32 octets the global address, the first, is taken. RFC 2545, section 3.
    """
    return _gateway(path.next_hop)


@lru_cache(maxsize=4096)
def _gateway(octets: bytes) -> NextHop:
    return NextHop(IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets[:16]))


class Follower:
    """A consumer of change blocks: the best path of a prefix, unless it is our own, is its route."""

    def __init__(
        self, wanted: Wanted, via: Callable[[Path], NextHop | None], metric: int, wake: Callable[[], None]
    ) -> None:
        """Pass routes on to ``wanted`` and ``wake`` the writer; ``via`` gives a path's next hop, None to skip it."""
        self._wanted = wanted
        self._via = via
        self._metric = metric
        self._wake = wake
        self._specs: dict[NextHop, Spec] = {}

    def consume(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        """Take in one block of changes: ``keys`` had the entry ``old`` and have ``new``."""
        before, best = best_of(old), best_of(new)
        if best is before:
            return
        spec = self._spec(best)
        if spec is not None:
            self._wanted.follow(keys, spec)
        elif before is not None and before.kind is not SourceKind.LOCAL:
            self._wanted.follow(keys, None)
        self._wake()

    def _spec(self, path: Path | None) -> Spec | None:
        if path is None or path.kind is SourceKind.LOCAL or not path.next_hop:
            return None
        next_hop = self._via(path)
        if next_hop is None:
            return None
        spec = self._specs.get(next_hop)
        if spec is None:
            if len(self._specs) >= _REMEMBERED:
                self._specs.clear()
            spec = self._specs[next_hop] = Spec(RouteKind.UNICAST, (next_hop,), self._metric)
        return spec
