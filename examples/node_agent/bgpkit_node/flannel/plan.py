"""What a migration of this node does, in which order, and who does not reach whom meanwhile. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bgpkit_node.flannel.machine import Machine
from bgpkit_node.flannel.remains import Device, Remains, route_text
from bgpkit_node.flannel.settings import Settings
from bgpkit_node.kernel import Address, ForeignRoute, Network


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing that is removed, and what it is."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Who does not reach whom, and until when."""

    who: str
    whom: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beyond this machine; empty without a datastore."""

    node: str
    """The name of this node."""
    nodes: Mapping[Address, str]
    """The nodes by their addresses."""
    pools: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it."""

    node: str
    removals: tuple[Removal, ...]
    losses: tuple[Loss, ...]
    order: tuple[str, ...]
    warnings: tuple[str, ...]


def plan_of(
    remains: Remains, machine: Machine, settings: Settings | None, known: Known, files: tuple[Path, Path]
) -> Plan:
    """Return the plan; ``files`` are our configuration, and the record that undoing needs."""
    return Plan(
        node=known.node,
        removals=tuple(_removals(remains, machine)),
        losses=tuple(_losses(remains, machine, known)),
        order=() if remains.nothing else tuple(_order(remains, machine, known, *files)),
        warnings=tuple(_warnings(remains, machine, settings, known)),
    )


def removal_of_device(device: Device, pods: int | None = None) -> str:
    """Return what an interface is, in words."""
    link = device.link
    words = [link.kind if link.vxlan is None else f"vxlan {link.vxlan.identifier}, UDP port {link.vxlan.port}"]
    words += map(str, device.addresses)
    if pods is not None:
        words.append("1 pod" if pods == 1 else f"{pods} pods")
    return f"{link.name} ({', '.join(words)})"


def _removals(remains: Remains, machine: Machine) -> Iterator[Removal]:
    for conflist in remains.conflists:
        yield Removal("configuration", str(conflist.path))
    for route in remains.routes:
        yield Removal("route", route_text(route, machine))
    for tunnel in remains.tunnels:
        yield Removal("interface", removal_of_device(tunnel))
    if remains.bridge is not None:
        yield Removal("interface", removal_of_device(remains.bridge, len(remains.pods)))
    for rules in remains.rules:
        yield Removal("rules", str(rules))


def other_node(route: ForeignRoute, machine: Machine, known: Known) -> str:
    """Return the node that a route of flannel leads to: its name, else its address as far as that is known."""
    address = route.gateway
    if route.onlink and address is not None:  # over a tunnel the gateway is the first address of the other's range
        address = machine.machine_behind(address, route.link)
    if address is None:
        return f"the node of {route.destination}"
    return known.nodes.get(address, str(address))


def _losses(remains: Remains, machine: Machine, known: Known) -> Iterator[Loss]:
    here = known.node
    if remains.pods:
        pods = "the pod on flannel" if len(remains.pods) == 1 else f"the {len(remains.pods)} pods on flannel"
        yield Loss(f"{pods} on {here}", f"each other, {here} and everybody else", "they are created anew")
    for route in remains.routes:
        other = other_node(route, machine, known)
        yield Loss(
            f"{here} and its pods", f"pods on flannel in {route.destination} on {other}", "those are created anew"
        )
        if remains.pods:
            yield Loss(f"pods of {other}", f"pods on flannel on {here}", "these are created anew")


def _order(remains: Remains, machine: Machine, known: Known, conflist: Path, record: Path) -> Iterator[str]:
    yield "the agents run on all nodes, with their sessions up, before the first node is migrated"
    yield "flannel's daemon is ended on all nodes: it would put back what is removed"
    yield f"{record} is written: what is there now, for --undo"
    yield f"our executable and {conflist} are written, then flannel's configuration is removed: new pods are on BGP"
    if remains.routes:
        yield "the routes to other nodes are removed"
    devices = [device.link.name for device in (*remains.tunnels, *([remains.bridge] if remains.bridge else []))]
    if devices:
        yield f"{' and then '.join(devices)} {'is' if len(devices) == 1 else 'are'} removed"
    if remains.rules:
        yield "flannel's rules of the packet filter are removed, by the programs that they were found with"
    if remains.pods:
        yield f"the pods of {known.node} are created anew: {', '.join(map(str, remains.pods))}"
    others = dict.fromkeys(other_node(route, machine, known) for route in remains.routes)
    if others:
        yield f"then the other nodes, one after the other, in the same way: {', '.join(others)}"


def _warnings(remains: Remains, machine: Machine, settings: Settings | None, known: Known) -> Iterator[str]:
    if machine.rules_unknown:
        yield machine.rules_unknown
    if remains.nothing:
        return
    accepting = {rules.program for rules in remains.rules if rules.table == "filter"}
    for program in accepting & set(machine.drops_forwarded):
        yield (
            f"the policy of FORWARD is DROP, and flannel's rules are what accepts packets of pods: {program} "
            "-P FORWARD ACCEPT, or rules of your own, before they go"
        )
    for route in remains.routes:
        if known.nodes and route.gateway is not None and not route.onlink and route.gateway not in known.nodes:
            text = route_text(route, machine)
            yield f"route {text}: no node of the datastore has this address; if the route is not flannel's, --keep it"
    for pool in known.pools:
        for network in () if settings is None else settings.networks:
            if pool.version == network.version and pool.overlaps(network):
                yield (
                    f"the pool {pool} has flannel's {network} in common: until the last node is migrated a new pod may "
                    "get the address of a pod that is still on flannel elsewhere, and draw its packets"
                )
