"""A route's form: all that the kernel holds of a route but its prefix, table and protocol.

Many routes share one form (a million routes have as many forms as next hops), so forms are interned by
whoever makes them and passed on as one-element tuples.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from bgpkit.fib.encap import Encap
from bgpkit.fib.netlink import uapi

IPV6_DEFAULT_METRIC: Final = 1024
"""The kernel's metric for an IPv6 route that was given none."""


class Hop(NamedTuple):
    """One next hop as the kernel holds it."""

    gateway: bytes
    """Packed address: 4 or 16 octets, empty for a route straight to the device."""
    ifindex: int
    """Index of the outgoing interface; 0 where the kernel is to choose."""
    onlink: bool
    weight: int
    """1 to 256; 1 for a single next hop."""
    encap: Encap | None = None
    """What packets are wrapped in."""


class Form(NamedTuple):
    """What the kernel does with packets for a prefix, and the metric it is kept under."""

    kind: int
    """``RTN_UNICAST``, ``RTN_BLACKHOLE`` and so on."""
    hops: tuple[Hop, ...]
    """Sorted; empty for all but unicast."""
    metric: int
    source: bytes = b""
    """Packed source address hint; empty for none."""
    mtu: int = 0
    """Route MTU in octets; 0 for none."""
    unread: tuple[int, ...] = ()
    """Numbers of attributes found in the kernel that this library neither writes nor understands."""
    nhid: int = 0
    """Number of the next-hop object that decides instead of ``hops``; these show what it has at present, if anything.
    0 for none."""
    expires: int = 0
    """Seconds until the kernel stops using an IPv6 route, when it was told or shown; 0: never, -1: it has."""


Forms = tuple[Form, ...]
"""The forms that one prefix has in the kernel, one for each metric; nearly always one."""


def make_form(kind: int, hops: Iterable[Hop], metric: int, source: bytes = b"", mtu: int = 0) -> Form:
    """Return the form in which equal routes are equal: hops sorted, no hops but for unicast, no lone weight."""
    if kind != uapi.RTN_UNICAST:
        return Form(kind, (), metric, source, mtu)
    ordered = tuple(sorted(hops, key=_order))
    if len(ordered) == 1:
        ordered = (ordered[0]._replace(weight=1),)
    return Form(kind, ordered, metric, source, mtu)


@lru_cache(maxsize=4096)
def matches(wanted: Form, found: Form) -> bool:
    """Tell whether ``found`` is what the kernel makes of ``wanted``.

    They are equal but for one thing: where ``wanted`` leaves the interface to the kernel, any will do. Routes of the
    same next-hop object have the same next hops, whatever was shown of them.
    """
    if wanted == found:
        return True
    if wanted.nhid:
        return wanted._replace(hops=()) == found._replace(hops=())
    if wanted._replace(hops=()) != found._replace(hops=()) or len(wanted.hops) != len(found.hops):
        return False
    left = list(found.hops)
    for hop in sorted(wanted.hops, key=lambda each: each.ifindex == 0):
        twin = next((each for each in left if each == hop or (not hop.ifindex and _alike(hop, each))), None)
        if twin is None:
            return False
        left.remove(twin)
    return True


def _order(hop: Hop) -> tuple[bytes, int, bool, int, str]:
    """Return by what next hops are sorted: all they have, encapsulations by their words."""
    return (*hop[:4], str(hop.encap or ""))


def _alike(hop: Hop, other: Hop) -> bool:
    """Tell whether two next hops differ in the interface at most."""
    return hop == other._replace(ifindex=hop.ifindex)
