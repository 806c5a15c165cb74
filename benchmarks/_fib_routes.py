"""The routes that every program is to bring into the kernel, and what is to be there after each step."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from benchmarks._peers_feed import distinct_prefixes
from benchmarks._peers_octets import IPV4

NEXT_HOPS: Final = 20
"""BGP next hops; a twentieth of the routes has each."""
MOVED: Final = 3
"""The next hop that moves."""
_BLOCK: Final = 5
"""Prefixes in a row that share a next hop, about as in the Internet table."""


@dataclass(frozen=True, eq=False)
class Routes:
    """Distinct IPv4 prefixes, as they stand in a message, and the next hop of each."""

    keys: Sequence[bytes]

    @cached_property
    def texts(self) -> list[str]:
        """The prefixes as `ip` writes them."""
        return [_text(key) for key in self.keys]

    def next_hop_of(self, place: int, *, shifted: bool) -> int:
        """Return the number of a route's next hop; ``shifted``: every route has another one than before."""
        return (place // _BLOCK + shifted) % NEXT_HOPS

    def wanted(self, *, shifted: bool = False, moved: bool = False) -> Mapping[str, str]:
        """Return what is to be in the kernel: prefix to gateway."""
        ways = [gateway(number, moved=moved and number == MOVED) for number in range(NEXT_HOPS)]
        return {text: ways[self.next_hop_of(place, shifted=shifted)] for place, text in enumerate(self.texts)}

    def with_next_hop(self, number: int, *, shifted: bool) -> list[int]:
        """Return the places of the routes that have a next hop."""
        return [place for place in range(len(self.keys)) if self.next_hop_of(place, shifted=shifted) == number]

    def head(self, count: int) -> "Routes":
        """Return the first routes."""
        return Routes(self.keys[:count])


def make_routes(count: int) -> Routes:
    """Return as many routes, the same in every run; none of them is in 10.0.0.0/8."""
    return Routes(distinct_prefixes(IPV4, count))


def address(number: int) -> str:
    """Return a BGP next hop: nobody's link has it, a route leads to it."""
    return f"10.255.0.{number + 1}"


def gateway(number: int, *, moved: bool = False) -> str:
    """Return where the way to a BGP next hop begins: a host on the link."""
    return f"10.0.{int(moved)}.{number + 2}"


def _text(key: bytes) -> str:
    return f"{socket.inet_ntoa(key[1:].ljust(4, bytes(1)))}/{key[0]}"
