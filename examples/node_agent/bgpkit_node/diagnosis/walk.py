"""The way of a packet: hops in a row, with the interface, the direction, the TTL and the route of each. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from bgpkit_node.diagnosis.hop import Hop
from bgpkit_node.diagnosis.outer_header import OuterHeader

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
    """A packet on one interface, as a capture there shows it."""

    place: str
    """A node, or a pod as ``pod NAMESPACE/NAME``."""
    interface: str
    direction: str
    """``in`` or ``out``."""
    ttl: int | None
    """That of the outermost header; None: it is as many less as there are routers, which nobody tells of."""
    route: str = ""
    """The route by which it leaves, where it does."""
    next_hop: str = ""
    outer: OuterHeader | None = None
    """What is around it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """What a node puts in the place of a packet's source as it leaves by an interface; nothing else changes it."""

    node: str
    interface: str
    address: str
    """Empty: the one that the node has on the interface, which is not known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A whole walk; ``sender`` and ``receiver`` are pods, or empty for the nodes themselves and for others."""

    source: str
    destination: str
    sender: str
    receiver: str
    hops: tuple[Hop, ...]
    ending: Ending
    translation: Translation | None = None
    """None: the packet's own addresses stay as they are on the whole way."""
    service: str = ""
    """The Service whose address the destination is; empty: it is of none that is known."""


def steps(walk: Walk) -> tuple[Step, ...]:
    """Return the walk interface by interface. Every node but the sender takes one off the TTL as it passes it on."""
    return tuple(_steps(walk.sender, walk.receiver, walk.hops, six=":" in walk.destination))


def _steps(sender: str, receiver: str, hops: Sequence[Hop], *, six: bool) -> Iterator[Step]:
    ttl = _TTL if sender or not hops else hops[0].ttl
    if sender:
        route = POD_ROUTE6 if six else POD_ROUTE
        gateway = route.split()[2]
        yield Step(place=sender, interface=POD_INTERFACE, direction="out", ttl=ttl, route=route, next_hop=gateway)
    before: Hop | None = None
    for hop in hops:
        forwards = bool(sender) or before is not None
        if forwards:
            yield from _arriving(hop, before, ttl)
        if hop.own or not hop.device:
            return
        ttl -= forwards
        yield from _leaving(hop, ttl)
        before = hop
    if hops and hops[-1].to_pod:
        yield Step(place=receiver or "a pod", interface=POD_INTERFACE, direction="in", ttl=ttl)


def _arriving(hop: Hop, before: Hop | None, ttl: int) -> Iterator[Step]:
    """Yield how a packet comes in; one that is wrapped comes in twice, the second time without its outer header."""
    outer = None if before is None else before.outer
    interface = hop.arrives_by or "?"
    if before is not None and outer is not None:
        arriving = None if outer.gateway else outer.ttl or ttl
        yield Step(place=hop.node, interface=interface, direction="in", ttl=arriving, outer=outer)
        interface = before.device
    yield Step(place=hop.node, interface=interface, direction="in", ttl=ttl)


def _leaving(hop: Hop, ttl: int) -> Iterator[Step]:
    """Yield how a packet leaves; one that is wrapped leaves twice, the second time with its outer header."""
    yield Step(place=hop.node, interface=hop.device, direction="out", ttl=ttl, route=hop.route, next_hop=hop.gateway)
    outer = hop.outer
    if outer is not None and outer.device:
        yield Step(
            place=hop.node,
            interface=outer.device,
            direction="out",
            ttl=outer.ttl or ttl,
            route=outer.route,
            next_hop=outer.gateway,
            outer=outer,
        )
