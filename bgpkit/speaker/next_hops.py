"""Whether next hops can be reached, and how far they are: asked of the embedder, remembered until told otherwise.

RFC 4271, section 9.1.2.1 (route resolvability) and 5.1.3 (NEXT_HOP).
"""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final, NamedTuple, Protocol

REMEMBERED: Final = 65_536
"""Next hops whose resolution is kept; more than that and the memory starts afresh."""
_WITH_LINK_LOCAL: Final = 32
_WITH_ROUTE_DISTINGUISHER: Final = frozenset({12, 24, 48})
_OWN: Final = "the next hop is our own address"


class Resolution(NamedTuple):
    """Where a next hop is."""

    reachable: bool
    metric: int = 0
    """The interior cost of the way to it, 0 to 4,294,967,295; lower is better. RFC 4271, section 9.1.2.2 (e)."""


class NextHopResolver(Protocol):
    """Who knows the ways inside our own network: an IGP, the kernel, a controller."""

    def resolve(self, address: bytes) -> tuple[bool, int]:
        """Return where ``address`` is, packed in 4 or 16 octets: a `Resolution`, or what says the same in its order.

        It is called once, until a change is reported.
        """
        ...


class NextHops:
    """The next hops in use."""

    def __init__(self, resolver: NextHopResolver | None = None) -> None:
        """Ask ``resolver``; without one every next hop but our own can be reached, at no cost."""
        self._resolver = resolver
        self._own: set[bytes] = set()
        self.known: dict[bytes, tuple[int, str]] = {}
        """What `resolve` gave for each next hop in use."""

    def resolve(self, next_hop: bytes) -> tuple[int, str]:
        """Return the metric of ``next_hop``, as MP_REACH_NLRI has it, and why it cannot be used, or nothing."""
        known = self.known.get(next_hop)
        if known is None:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            known = self.known[next_hop] = self._resolve(address_of(next_hop))
        return known

    def own(self, addresses: Iterable[bytes]) -> frozenset[bytes]:
        """Take note of addresses of our own; return the next hops in use whose resolution changed."""
        fresh = set(addresses) - self._own
        self._own |= fresh
        return self.changed() if fresh else frozenset()

    def use(self, resolver: NextHopResolver | None) -> frozenset[bytes]:
        """Ask ``resolver`` from now on; return the next hops in use whose resolution changed."""
        self._resolver = resolver
        return self.changed()

    def changed(self) -> frozenset[bytes]:
        """Ask again for all next hops in use; return those whose resolution changed."""
        former, self.known = self.known, {}
        return frozenset(next_hop for next_hop, known in former.items() if self.resolve(next_hop) != known)

    def _resolve(self, address: bytes) -> tuple[int, str]:
        if address in self._own:
            return 0, _OWN
        if self._resolver is None or not address:
            return 0, ""
        try:
            reachable, metric = self._resolver.resolve(address)
        except Exception as error:  # somebody else's fault must end no session
            return 0, f"the next hop {ip_address(address)} could not be resolved: {type(error).__name__}: {error}"
        if reachable:
            return metric, ""
        return 0, f"the next hop {ip_address(address)} cannot be reached"


def address_of(next_hop: bytes) -> bytes:
    """Return the one address of a next hop that counts, 4 or 16 octets; none where a family has no use for one.

    A route distinguisher before it says nothing (RFC 4364, section 4.3.2; RFC 4659, section 3.2.1); of two IPv6
    addresses the first counts, the global one (RFC 2545, section 3), unless it says nothing.
    """
    if len(next_hop) in _WITH_ROUTE_DISTINGUISHER:
        next_hop = next_hop[8:]
    if len(next_hop) == _WITH_LINK_LOCAL and not any(next_hop[:16]):
        return next_hop[16:]
    return next_hop[:16]
