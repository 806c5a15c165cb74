"""The routes of a node in the fields of a CalicoNodeStatus: those of BGP and its own, then those of the kernel."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from ipaddress import ip_address
from typing import Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Prefix, Route
from bgpkit.fib import FibStatus, PresentRoute
from bgpkit_node.bird_socket.counts import in_slices
from bgpkit_node.peering import PeeringKind
from bgpkit_node.resources.node_status import LearnedFrom, RouteOrigin, RoutesStatus, RouteStatus, RouteUse
from bgpkit_node.running import Serving

MOST: Final = 2500
"""Routes of one IP version that are reported; of more, only how many there are."""
_NOTHING: Final = "N/A"
"""What Calico writes where there is no gateway."""
_DEVICE: Final = re.compile(r"\bdev (\S+)")
_GATEWAY: Final = re.compile(r"\bvia (\S+)")
_BIRD: Final = "bird"
_WIDTHS: Final = {32: "routesV4", 128: "routesV6"}


async def routes_status(serving: Serving | None, *, most: int = MOST) -> tuple[RoutesStatus, str]:
    """Return at most ``most`` routes of each IP version, and one sentence about what was left out, or nothing."""
    rows: dict[int, list[RouteStatus]] = {width: [] for width in _WIDTHS}
    found = dict.fromkeys(_WIDTHS, 0)
    if serving is not None:
        async with aclosing(_rows(serving)) as told:
            async for prefix, row in told:
                found[prefix.width] += 1
                if len(rows[prefix.width]) < most:
                    rows[prefix.width].append(row)
    cut = [f"{_WIDTHS[width]}: {most} of {count} routes" for width, count in found.items() if count > most]
    return RoutesStatus(routes_v4=tuple(rows[32]), routes_v6=tuple(rows[128])), "; ".join(cut)


async def _rows(serving: Serving) -> AsyncGenerator[tuple[Prefix, RouteStatus], None]:
    kernel: dict[Prefix, PresentRoute] = {}
    others: list[PresentRoute] = []
    async with aclosing(serving.fib.present()) as routes:
        async for present in routes:
            if present.protocol_name == _BIRD:
                kernel[present.prefix] = present
            else:
                others.append(present)
    for family in (IPV4_UNICAST, IPV6_UNICAST):
        if family in serving.speaker.families:
            async for best in in_slices(serving.speaker.routes(family)):
                for route in serving.speaker.paths(best.prefix, family):
                    if route.eligible:
                        yield route.prefix, _learned(serving, route, kernel.get(route.prefix))
    for other in others:
        yield other.prefix, _of_kernel(other)


def _learned(serving: Serving, route: Route, present: PresentRoute | None) -> RouteStatus:
    """Return a route of the speaker's, with the interface by which the kernel has it."""
    peering = serving.peerings.get(route.peer)
    state = serving.fib.state(route.prefix)
    forwards = route.best and state.status in {FibStatus.INSTALLED, FibStatus.REDUCED}
    words = "" if present is None else present.words
    if route.peer == "local":
        return RouteStatus(
            type=RouteUse.FIB if forwards else RouteUse.RIB,
            destination=str(route.prefix),
            gateway=_NOTHING,
            interface=_interface(words or state.wanted_words),
            learned_from=LearnedFrom(source_type=RouteOrigin.STATIC),
        )
    origin = RouteOrigin.MESH if peering is not None and peering.kind is PeeringKind.MESH else RouteOrigin.PEER
    gateway = str(ip_address(route.path.next_hop[:16]))
    return RouteStatus(
        type=RouteUse.FIB if forwards else RouteUse.RIB,
        destination=str(route.prefix),
        gateway=gateway,
        interface=_interface(words) if forwards else "",
        learned_from=LearnedFrom(source_type=origin, peer_ip=route.peer),
    )


def _of_kernel(present: PresentRoute) -> RouteStatus:
    """Return a route that others have put into the kernel; the kernel's own are those of attached networks."""
    gateway = _GATEWAY.search(present.words)
    direct = present.protocol_name == "kernel"
    return RouteStatus(
        type=RouteUse.FIB,
        destination=str(present.prefix),
        gateway=gateway[1] if gateway else _NOTHING,
        interface=_interface(present.words),
        learned_from=LearnedFrom(source_type=RouteOrigin.DIRECT if direct else RouteOrigin.KERNEL),
    )


def _interface(words: str) -> str:
    """Return the interface in the words of ip-route(8), or what is there instead, such as ``blackhole``."""
    device = _DEVICE.search(words)
    return device[1] if device else words.partition(" ")[0]
