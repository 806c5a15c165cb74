"""What is read of this machine to find flannel on it; blocks.

It works without rights but for the runtime's cache and the rules of the packet filter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bgpkit_node.flannel.cached_pods import CachedPod
from bgpkit_node.flannel.rule_programs import read_rules
from bgpkit_node.flannel.rules import Rules
from bgpkit_node.kernel import Address, Foreign, ForeignRoute, Forwarding, Interface, Link, Neighbour, Netlink

Told: TypeAlias = tuple[tuple[Neighbour, ...], tuple[Forwarding, ...]]
"""What a tunnel knows of other nodes: neighbours, and to which machine frames go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Interfaces, routes and neighbours of the network namespace, as they were read."""

    links: tuple[Link, ...] = ()
    addresses: Mapping[int, tuple[Interface, ...]] = field(default_factory=dict[int, tuple[Interface, ...]])
    """By the index of the interface."""
    routes: tuple[ForeignRoute, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    """Those on the bridges."""
    learned: Mapping[str, int] = field(default_factory=dict[str, int])
    """Behind which port, by index, the bridges have seen a MAC address."""
    cached: Mapping[str, CachedPod] = field(default_factory=dict[str, CachedPod])
    """What the runtime keeps of pods, by the name of the interface at the node's side."""
    tunnels: Mapping[int, Told] = field(default_factory=dict[int, Told])
    """By the index of each VXLAN device."""
    rules: tuple[Rules, ...] = ()
    """What flannel has in the packet filter."""
    drops_forwarded: tuple[str, ...] = ()
    """The programs by whose rules nothing is forwarded that none of them accepts."""
    rules_unknown: str = ""
    """Why the packet filter's rules are not known; empty when they are."""

    def link(self, name: str) -> Link | None:
        """Return the interface called ``name``."""
        return next((link for link in self.links if link.name == name), None)

    def name(self, index: int) -> str:
        """Return the name of the interface with an index, empty when there is none."""
        return next((link.name for link in self.links if link.index == index), "")

    def machine_behind(self, gateway: Address, tunnel: int) -> Address | None:
        """Return to which machine a tunnel, by index, sends what goes to ``gateway``; None when it does not know."""
        neighbours, forwarding = self.tunnels.get(tunnel, ((), ()))
        mac = next((entry.mac for entry in neighbours if entry.address == gateway), "")
        return next((entry.remote for entry in forwarding if entry.mac == mac), None)


def read_machine(cached: Mapping[str, CachedPod]) -> Machine:
    """Read it all, and set ``cached`` beside it; raises KernelError when the kernel does not tell."""
    with Netlink() as netlink:
        links = netlink.links()
        bridges = [link.index for link in links if link.kind == "bridge"]
        addresses = {link.index: netlink.addresses(link.index) for link in links}
        neighbours = tuple(entry for bridge in bridges for entry in netlink.neighbours(bridge) if entry.mac)
        vxlans = [link.index for link in links if link.vxlan is not None]
        tunnels = {index: (netlink.neighbours(index), netlink.forwarding(index)) for index in vxlans}
    with Foreign() as foreign:
        routes = foreign.routes()
        learned = {mac: port for bridge in bridges for mac, port in foreign.learned(bridge).items()}
    found = read_rules()
    return Machine(
        rules=tuple(found.rules),
        drops_forwarded=tuple(found.drops_forwarded),
        rules_unknown=found.unknown,
        links=links,
        addresses=addresses,
        routes=routes,
        neighbours=neighbours,
        learned=learned,
        cached=cached,
        tunnels=tunnels,
    )
