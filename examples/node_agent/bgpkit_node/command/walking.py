"""The way of a packet from one address to another, asked hop by hop from the agents that it passes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from typing import Final

import click
import msgspec

from bgpkit_node.command.address_facts import addresses_of
from bgpkit_node.command.asking import read_from
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.tables import aligned
from bgpkit_node.command.walk_nat import translation_at
from bgpkit_node.command.walk_policy import WalkPolicy
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.diagnosis.hop import Hop
from bgpkit_node.diagnosis.outer_header import ECHO_LENGTHS, OuterHeader
from bgpkit_node.diagnosis.walk import End, Ending, Walk, steps
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Allocation, IPAddress, Snapshot, load_snapshot
from bgpkit_node.node_status import ask_nodes
from bgpkit_node.resources import Node, ResourceStore, Service

_LONGEST: Final = 16
"""Nodes that a packet passes before it is said to run in circles."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An address and whose it is: a pod's (``pod NAMESPACE/NAME``) on a node, a node's own, or nobody's."""

    address: IPAddress
    pod: str
    node: str


async def walk_between(source: str, destination: str, datastore: DatastoreSettings, seconds: float) -> Walk:
    """Ask the agents on the way; NodeError when one of the two ends is nothing, or not of the same IP version."""
    async with opened_store(datastore) as store:
        snapshot, nodes = await load_snapshot(store.datastore), await store.list(Node)
        one, other = _ends(_places(source, snapshot, nodes), _places(destination, snapshot, nodes), source, destination)
        if not one.node:
            raise NodeError(f"{source} is neither a pod nor a node: where a packet from there comes in is not known")
        hops: list[Hop] = []
        ending = await _follow(store, one, other, nodes, hops, seconds)
        changed = await translation_at(hops[0], one.address, other.address, nodes, store) if hops else None
        service = next((each for each in await store.list(Service) if other.address in _addresses_of(each)), None)
        return Walk(
            source=str(one.address),
            destination=str(other.address),
            sender=one.pod,
            receiver=other.pod,
            hops=tuple(hops),
            ending=ending,
            translation=changed,
            service="" if service is None else str(service),
        )


def _addresses_of(service: Service) -> tuple[IPAddress, ...]:
    return (*service.cluster_addresses, *service.external_addresses, *service.load_balancer_addresses)


async def _follow(
    store: ResourceStore, one: _Place, other: _Place, nodes: Sequence[Node], hops: list[Hop], seconds: float
) -> Ending:
    """Fill ``hops`` from node to node, and return how it ends."""
    node, before = one.node, one.address
    for _ in range(_LONGEST):
        question = {"request": "hop", "from": str(before), "to": str(other.address)}
        told = await ask_nodes(store, [node], question, seconds=seconds)
        if node in told.silent:
            return Ending(End.UNKNOWN, f"what {node} does is not known: {told.silent[node]}")
        hop = read_from(node, told.answers[node], Hop)
        hops.append(hop)
        ending = _end(hop, other)
        if ending is not None:
            return ending
        gateway = hop.gateway if hop.outer is None else hop.outer.destination
        towards = ip_address(gateway) if gateway else other.address
        own = next((each for each in nodes if towards in _own(each)), None)
        if own is None:
            what = "what it does with the packet is not known here" if hop.gateway else "it is on that network itself"
            return Ending(End.OUTSIDE, f"{node} hands it to {towards}, which is no node of the cluster: {what}")
        here = next((each for each in nodes if each.name == node), None)
        addresses = () if here is None else _own(here)
        before = next((address for address in addresses if address.version == before.version), before)
        node = own.name
    return Ending(End.LOOP, f"it runs in circles: {' -> '.join(hop.node for hop in hops[-4:])}")


def _end(hop: Hop, other: _Place) -> Ending | None:
    """Return how the walk ends at ``hop``; None when it goes on."""
    if hop.own:
        return Ending(End.DELIVERED, f"{hop.node} has {other.address} itself")
    if not hop.device:
        why = f"by its route {hop.route}" if hop.route else "it has no route to there"
        return Ending(End.DROPPED, f"{hop.node} drops it: {why}")
    if hop.outer is not None and not (hop.outer.destination and hop.outer.device):
        unknown = f"{hop.device} does not know at which node {hop.gateway} is"
        why = f"it has no route to {hop.outer.destination}" if hop.outer.destination else unknown
        return Ending(End.DROPPED, f"{hop.node} drops it: {why}")
    if not hop.to_pod:
        return None
    if not other.pod:
        return Ending(End.DROPPED, f"{hop.node} has a route to an interface of a pod, but no pod has {other.address}")
    return Ending(End.DELIVERED, f"{hop.node} hands it to {other.pod}")


def _places(what: str, snapshot: Snapshot, nodes: Sequence[Node]) -> list[_Place]:
    named = next((node for node in nodes if node.name == what), None)
    addresses = list(_own(named)) if named is not None else addresses_of(what, snapshot)
    return [_place(address, snapshot, nodes) for address in addresses]


def _place(address: IPAddress, snapshot: Snapshot, nodes: Sequence[Node]) -> _Place:
    node = next((node for node in nodes if address in _own(node)), None)
    if node is not None:
        return _Place(address, "", node.name)
    block = next((block for network, block in snapshot.blocks.items() if address in network), None)
    allocation = None if block is None else block.allocation_of(address)
    return _Place(address, _pod(allocation), "" if allocation is None else allocation.owner.node or "")


def _pod(allocation: Allocation | None) -> str:
    attributes = {} if allocation is None else dict(allocation.owner.attributes)
    name = "/".join(attributes[key] for key in ("namespace", "pod") if key in attributes)
    return f"pod {name}" if "pod" in attributes else ""


def _own(node: Node) -> tuple[IPAddress, ...]:
    return tuple(address.ip for address in (node.ipv4, node.ipv6) if address is not None)


def _ends(ones: Sequence[_Place], others: Sequence[_Place], source: str, destination: str) -> tuple[_Place, _Place]:
    """Return the first two places of the same IP version."""
    for one in ones:
        for other in others:
            if one.address.version == other.address.version:
                return one, other
    raise NodeError(f"{source} and {destination} have no addresses of the same IP version")


def print_walk(walk: Walk, policy: WalkPolicy, *, as_json: bool) -> None:
    """Print a walk, and what policies say of it, for people or for machines."""
    click.echo(json.dumps(as_plain(walk, policy), indent=2) if as_json else rendered(walk, policy))


def as_plain(walk: Walk, policy: WalkPolicy) -> dict[str, object]:
    """Return a walk for machines."""
    return {
        "from": walk.source,
        "to": walk.destination,
        "sender": walk.sender,
        "receiver": walk.receiver,
        "steps": [msgspec.to_builtins(step) for step in steps(walk)],
        "service": walk.service,
        "translation": None if walk.translation is None else asdict(walk.translation),
        "encapsulation": _encapsulation(walk),
        "wrapped": [_lengths(walk, outer) for outer in _outers(walk)],
        "policy": policy.values,
        "end": walk.ending.end.value,
        "sentence": walk.ending.sentence,
    }


def rendered(walk: Walk, policy: WalkPolicy) -> str:
    """Return a walk as a table of what captures show, with sentences round it."""
    encapsulation = _encapsulation(walk)
    wrapped = f"it is wrapped on the way ({encapsulation})" if encapsulation else "it is not encapsulated"
    ends = f"from {walk.source} ({walk.sender or 'the node'}) to {walk.destination}"
    return "\n".join(
        [
            f"{ends}; {wrapped}, and {_addresses(walk)}",
            "",
            _table(walk),
            "",
            *(_told(walk, outer) for outer in _outers(walk)),
            f"{walk.ending.end.value}: {walk.ending.sentence}",
            *_services(walk),
            f"policy: {policy.text}",
        ]
    )


def _addresses(walk: Walk) -> str:
    """Tell whose addresses it has on its way."""
    changed = walk.translation
    if changed is None:
        return "these addresses stay in it on the whole way"
    own = changed.address or f"the address of {changed.interface}"
    return f"{changed.node} puts {own} in the place of {walk.source} as it leaves by {changed.interface} (natOutgoing)"


def _services(walk: Walk) -> Iterator[str]:
    """Tell that others than the routes decide where a packet to a service goes."""
    if walk.service:
        yield (
            f"service: {walk.destination} is that of {walk.service}: where service addresses are translated, as by "
            "kube-proxy, the packet goes to a pod of it; this is the way of one that is not"
        )


def _table(walk: Walk) -> str:
    """Return the steps as a table; one of the columns is only there where packets are wrapped."""
    wraps = bool(_outers(walk))
    header = ["HOP", "WHERE", "INTERFACE", "TTL", *["OUTER HEADER"][:wraps], "ROUTE MATCHED"]
    rows: list[list[str]] = []
    for number, step in enumerate(steps(walk), 1):
        outer = "-" if step.outer is None else f"{step.outer.source} > {step.outer.destination}"
        ttl = "?" if step.ttl is None else str(step.ttl)
        interface = f"{step.interface} {step.direction}"
        rows.append([str(number), step.place, interface, ttl, *[outer][:wraps], step.route or "-"])
    return aligned(header, rows)


def _outers(walk: Walk) -> list[OuterHeader]:
    return [hop.outer for hop in walk.hops if hop.outer is not None]


def _lengths(walk: Walk, outer: OuterHeader) -> dict[str, object]:
    """Return an outer header for machines, with the length of a packet of ping in it and outside."""
    inner = ECHO_LENGTHS[ip_address(walk.destination).version]
    return {**msgspec.structs.asdict(outer), "echo": inner, "echo_wrapped": inner + outer.overhead}


def _told(walk: Walk, outer: OuterHeader) -> str:
    """Return an outer header for people."""
    inner = ECHO_LENGTHS[ip_address(walk.destination).version]
    first = f" by the router {outer.gateway}" if outer.gateway else ""
    limit = f", for {outer.device} takes {outer.device_mtu}" if outer.device else ""
    return (
        f"outer header: {outer.source} to {outer.destination or 'no node'}{first}, {outer.what}\n"
        f"  {outer.overhead} octets: a ping of {inner} is {inner + outer.overhead} long outside; "
        f"at most {outer.mtu} fit in{limit}\n"
    )


def _encapsulation(walk: Walk) -> str:
    return next((outer.tunnel for outer in _outers(walk)), "")
