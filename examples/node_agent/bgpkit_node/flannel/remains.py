"""What of a machine is flannel's, and nothing else: its bridge, tunnels, routes, configurations and pods. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from bgpkit_node.flannel.conflists import Conflist, Conflists
from bgpkit_node.flannel.machine import Machine
from bgpkit_node.flannel.rules import Rules
from bgpkit_node.flannel.settings import Backend, Settings
from bgpkit_node.kernel import Address, ForeignRoute, Interface, Link, Network

_TUNNEL: Final = re.compile(r"flannel(?:-v6)?\.(\d+)")
_BOOT: Final = 3
_KERNEL: Final = 2
_NOT_BY_HAND: Final = frozenset({_KERNEL, 12})
"""Routes of the kernel itself, and those that BGP has brought."""
_METRICS: Final = {4: 0, 6: 1024}
"""What the kernel makes of a route whose metric was not said."""


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod that is still on flannel: its interface at the node's side, and what can be known of it."""

    interface: str
    namespace: str = ""
    name: str = ""
    addresses: tuple[Address, ...] = ()

    def __str__(self) -> str:
        """Return what a person calls it."""
        return f"{self.namespace}/{self.name}" if self.name else self.interface


@dataclass(frozen=True, slots=True)
class Spared:
    """Something that looks like flannel's and is not touched, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Device:
    """An interface of flannel and its addresses."""

    link: Link
    addresses: tuple[Interface, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What flannel has on this machine, in the order in which it is removed."""

    conflists: tuple[Conflist, ...] = ()
    routes: tuple[ForeignRoute, ...] = ()
    tunnels: tuple[Device, ...] = ()
    bridge: Device | None = None
    rules: tuple[Rules, ...] = ()
    pods: tuple[Pod, ...] = ()
    spared: tuple[Spared, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to remove."""
        return not (self.conflists or self.routes or self.tunnels or self.bridge or self.rules)


def recognise(
    machine: Machine, settings: Settings | None, conflists: Conflists, keep: Collection[Network] = ()
) -> Remains:
    """Return what is flannel's; routes to one of ``keep`` are not, whatever they look like."""
    tunnels = tuple(link for link in machine.links if _is_tunnel(link))
    bridge, spared = _bridge(machine, settings, conflists)
    if settings is None and (conflists.flannel or tunnels):
        why = "neither subnet.env nor net-conf.json of flannel tells the range of its pods: they are not looked for"
        spared.append(Spared("routes by way of other nodes", why))
    routes: list[ForeignRoute] = []
    devices = {link.index for link in (*tunnels, *([bridge] if bridge else []))}
    for route in machine.routes:
        if route.link in devices:
            if route.protocol != _KERNEL:
                routes.append(route)  # it goes with the interface, whoever has made it
        elif settings is not None and settings.network_of(route.destination):
            reason = _why_not(route, machine, settings, keep)
            if reason is None:
                routes.append(route)
            elif reason:
                spared.append(Spared(f"route {route_text(route, machine)}", reason))
    return Remains(
        conflists=conflists.flannel,
        routes=tuple(routes),
        tunnels=tuple(Device(link, machine.addresses.get(link.index, ())) for link in tunnels),
        bridge=None if bridge is None else Device(bridge, machine.addresses.get(bridge.index, ())),
        rules=machine.rules,
        pods=() if bridge is None else pods_on(bridge, machine),
        spared=tuple(spared),
    )


def route_text(route: ForeignRoute, machine: Machine) -> str:
    """Return a route in the words of ip(8)."""
    way = f" via {route.gateway}" if route.gateway is not None else ""
    device = machine.name(route.link)
    words = f"{route.destination}{way}{f' dev {device}' if device else ''}"
    return f"{words} onlink" if route.onlink else words


def _is_tunnel(link: Link) -> bool:
    """Tell a tunnel of flannel, which has its identifier in its name."""
    match = _TUNNEL.fullmatch(link.name)
    return match is not None and link.vxlan is not None and link.vxlan.identifier == int(match[1])


def _bridge(machine: Machine, settings: Settings | None, conflists: Conflists) -> tuple[Link | None, list[Spared]]:
    """Return flannel's bridge, and the one that has only its name."""
    link = machine.link(conflists.bridge)
    if link is None or link.kind != "bridge":
        return None, []
    other = conflists.claimed_by(link.name)
    if other is not None:
        return None, [Spared(f"interface {link.name}", f"it is the bridge of another plugin: {other} says so")]
    own = () if settings is None else settings.subnets
    addresses = machine.addresses.get(link.index, ())
    if own and not set(own) & set(addresses):
        wanted = ", ".join(map(str, own))
        return None, [Spared(f"interface {link.name}", f"it has not the address of flannel's bridge, {wanted}")]
    if not own and not conflists.flannel:
        return None, [Spared(f"interface {link.name}", "nothing of flannel's is there to tell that it is its bridge")]
    return link, []


def _why_not(route: ForeignRoute, machine: Machine, settings: Settings, keep: Collection[Network]) -> str | None:
    """Return why a route into flannel's range is not the way to another node; None: it is. Empty: it is well known."""
    length = settings.subnet_length(route.destination.version)
    ours = {subnet.network for subnet in settings.subnets}
    if route.protocol in _NOT_BY_HAND or route.destination in ours:
        return ""
    rules = (
        (route.destination in keep, "it is to be kept (--keep)"),
        (route.protocol != _BOOT, f"its protocol is {route.protocol}: whoever made it is another program"),
        (route.destination.prefixlen != length, f"the part of a node is a /{length}"),
        (
            settings.backend is Backend.VXLAN and not settings.direct_routing,
            "flannel's backend is vxlan, whose routes lead over its tunnel",
        ),
        (route.gateway is None or route.onlink, "it does not lead by way of another node"),
        (route.metric != _METRICS[route.destination.version], f"it has a metric, {route.metric}"),
        (not _is_beside(route, machine), "its gateway is on none of the networks of its interface"),
    )
    return next((why for holds, why in rules if holds), None)


def _is_beside(route: ForeignRoute, machine: Machine) -> bool:
    """Tell whether the gateway is on a network of the interface; that of IPv6 may be link-local."""
    gateway = route.gateway
    if gateway is None or gateway.is_link_local:
        return gateway is not None
    return any(gateway in address.network for address in machine.addresses.get(route.link, ()))


def pods_on(bridge: Link, machine: Machine) -> tuple[Pod, ...]:
    """Return the pods on a bridge, by what the runtime keeps of them, else by the neighbours behind its ports."""
    ports = [link for link in machine.links if link.kind == "veth" and link.master == bridge.index]
    return tuple(_pod(link, machine) for link in sorted(ports, key=lambda link: link.name))


def _pod(link: Link, machine: Machine) -> Pod:
    cached = machine.cached.get(link.name)
    if cached is not None:
        return Pod(link.name, cached.namespace, cached.name, cached.addresses)
    macs = {mac for mac, port in machine.learned.items() if port == link.index}
    seen = {entry.address for entry in machine.neighbours if entry.mac in macs and not entry.address.is_link_local}
    return Pod(link.name, addresses=tuple(sorted(seen, key=lambda address: (address.version, int(address)))))
