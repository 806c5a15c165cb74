"""The way of a packet: hops in a row, with the interface, the direction, the TTL and the route of each. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from bgpkit_node.diagnosis.hop import Hop

POD_INTERFACE = "eth0"
"""The name of a pod's interface, as Kubernetes has it."""
POD_ROUTE = "default via 169.254.1.1 dev eth0"
"""A pod's way out; no interface has the gateway, the node's permanent neighbour entry answers for it."""
POD_ROUTE6 = "default via fe80::ecee:eeff:feee:eeee dev eth0"
_TTL = 64


class End(Enum):
    """How a walk ends."""

    DELIVERED = "delivered"
    DROPPED = "dropped"
    OUTSIDE = "outside"
    """It has left the cluster, and what follows is not known."""
    UNKNOWN = "unknown"
    """A node on the way does not tell."""
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a walk ends, and where, in a sentence."""

    end: End
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A packet on one interface, as a capture there shows it; the addresses stay as they are on the whole way."""

    place: str
    """A node, or a pod as ``pod NAMESPACE/NAME``."""
    interface: str
    direction: str
    """``in`` or ``out``."""
    ttl: int
    route: str = ""
    """The route by which it leaves, where it does."""
    next_hop: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A whole walk; ``sender`` and ``receiver`` are pods, or empty for the nodes themselves and for others."""

    source: str
    destination: str
    sender: str
    receiver: str
    hops: tuple[Hop, ...]
    ending: Ending


def steps(walk: Walk) -> tuple[Step, ...]:
    """Return the walk interface by interface. Every node but the sender takes one off the TTL as it passes it on."""
    return tuple(_steps(walk.sender, walk.receiver, walk.hops, six=":" in walk.destination))


def _steps(sender: str, receiver: str, hops: Sequence[Hop], *, six: bool) -> Iterator[Step]:
    ttl = _TTL if sender or not hops else hops[0].ttl
    if sender:
        route = POD_ROUTE6 if six else POD_ROUTE
        gateway = route.split()[2]
        yield Step(place=sender, interface=POD_INTERFACE, direction="out", ttl=ttl, route=route, next_hop=gateway)
    for number, hop in enumerate(hops):
        forwards = bool(sender) or number > 0
        if forwards:
            yield Step(place=hop.node, interface=hop.arrives_by or "?", direction="in", ttl=ttl)
        if hop.own or not hop.device:
            return
        ttl -= forwards
        yield Step(
            place=hop.node, interface=hop.device, direction="out", ttl=ttl, route=hop.route, next_hop=hop.gateway
        )
    if hops and hops[-1].to_pod:
        yield Step(place=receiver or "a pod", interface=POD_INTERFACE, direction="in", ttl=ttl)
