"""What there is to say of one prefix: what is wanted of it, what the kernel has, and what stands between."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from typing import Final

from bgpkit.fib.form import Form
from bgpkit.fib.resolve import NUMBER_OF_KIND
from bgpkit.fib.route import KernelRoute, NextHop, RouteKind
from bgpkit_rib import Prefix

_KINDS: Final = {number: kind.value for kind, number in NUMBER_OF_KIND.items()}


class FibStatus(Enum):
    """How far a prefix has come."""

    ABSENT = "absent"
    """Neither there nor about to be: it is not wanted, or there is no way to its next hop."""
    INSTALLED = "installed"
    """In the kernel as wanted."""
    REDUCED = "reduced"
    """In the kernel without those of several next hops that cannot be used now; they rejoin as soon as they can."""
    PENDING = "pending"
    """About to be written, or removed."""
    CONFLICT = "conflict"
    """Wanted, but another program's route has its place."""
    FAILED = "failed"
    """Wanted, but the kernel refused it; it is tried again."""
    ADOPTED = "adopted"
    """Found at the start, and not asked for yet: it stays until the sweep."""
    MISSING = "missing"
    """Wanted and not there; nothing is about to be done, for the table is only read, or the loss is not known yet."""
    ALTERED = "altered"
    """Likewise, but there is a route of ours, another one."""
    UNWANTED = "unwanted"
    """Likewise a route of ours that nobody wants."""
    FOREIGN = "foreign"
    """Another program's; nothing of ours is wanted there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FibState:
    """One prefix in the kernel's table; its text is for people, such as ``installed: via 10.0.0.2 dev eth0``."""

    prefix: Prefix
    status: FibStatus
    wanted: KernelRoute | None
    present: tuple[str, ...]
    """Our routes in the kernel in the words of ip-route(8), nearly always one."""
    reason: str = ""
    """Why it is not as wanted: whose route is in the way, or what the kernel says."""

    @property
    def installed(self) -> bool:
        """Whether the kernel forwards by a route of ours, be it the one wanted or not."""
        return bool(self.present)

    @property
    def wanted_words(self) -> str:
        """What is wanted, in the words of ip-route(8); empty for nothing."""
        return "" if self.wanted is None else words_of_route(self.wanted)

    def __str__(self) -> str:
        """Return the state in one line, without the prefix."""
        parts: list[str] = []
        if self.status is not FibStatus.INSTALLED and self.wanted is not None:
            parts.append(f"wanted {self.wanted_words}")
        if self.present:
            parts.append(f"the kernel has {' and '.join(self.present)}")
        if self.reason:
            parts.append(self.reason)
        return f"{self.status.value}{': ' if parts else ''}{', '.join(parts)}"


def words_of_route(route: KernelRoute) -> str:
    """Return a wanted route without its prefix in the words of ip-route(8)."""
    hops = [
        (str(hop.encap or ""), str(hop.gateway or ""), hop.device or "", hop.onlink, hop.weight)
        for hop in route.next_hops
    ]
    return _words(route.kind.value, hops, route.metric, str(route.source or ""), route.mtu)


def words_of_left_out(next_hops: tuple[NextHop, ...]) -> str:
    """Return why next hops are left out of a route."""
    hops = [_hop(str(hop.encap or ""), str(hop.gateway or ""), hop.device or "", hop.onlink, 1) for hop in next_hops]
    names = " and ".join(" ".join(hop) for hop in hops)
    return f"without {names}: interface down or gateway not on its network"


def words_of_form(form: Form, name_of: Callable[[int], str]) -> str:
    """Return a route of the kernel's likewise; ``name_of`` gives the name of an interface by its index."""
    hops = [
        (
            str(hop.encap or ""),
            _text(hop.gateway),
            name_of(hop.ifindex) if hop.ifindex else "",
            hop.onlink,
            hop.weight,
        )
        for hop in form.hops
    ]
    words = _words(_KINDS.get(form.kind, f"type {form.kind}"), hops, form.metric, _text(form.source), form.mtu)
    words += f" expires {max(form.expires, 0)}sec" if form.expires else ""
    return f"nhid {form.nhid} {words}".rstrip() if form.nhid else words


def _words(kind: str, hops: list[tuple[str, str, str, bool, int]], metric: int, source: str, mtu: int) -> str:
    parts = [] if kind == RouteKind.UNICAST.value else [kind]
    for hop in hops:
        parts += ["nexthop"] if len(hops) > 1 else []
        parts += _hop(*hop)
    parts += [f"src {source}"] if source else []
    parts += [f"metric {metric}"] if metric else []
    parts += [f"mtu {mtu}"] if mtu else []
    return " ".join(parts)


def _hop(encap: str, gateway: str, device: str, onlink: bool, weight: int) -> Iterator[str]:
    if encap:
        yield encap
    if gateway:
        yield f"via {gateway}"
    if device:
        yield f"dev {device}"
    if onlink:
        yield "onlink"
    if weight > 1:
        yield f"weight {weight}"


def _text(packed: bytes) -> str:
    return str(ip_address(packed)) if packed else ""
