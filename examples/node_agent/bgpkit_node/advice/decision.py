"""The decision, an answer at a time, each with its reason. Pure."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from bgpkit_node.advice.facts import MESH_MOST, Facts, Maintainer, mesh_sessions, reflected_sessions
from bgpkit_node.resources import EncapsulationMode

_MANY: Final = 500
"""Nodes from which a third reflector is worth its sessions."""


class Sessions(Enum):
    """Who peers with whom."""

    NONE = "no BGP"
    MESH = "mesh"
    REFLECTORS = "reflectors"


@dataclass(frozen=True, slots=True)
class Reason:
    """One question, its answer, and what follows from it."""

    question: str
    answer: str
    consequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to set: the modes of the pool, and the sessions."""

    ipip: EncapsulationMode
    vxlan: EncapsulationMode
    sessions: Sessions
    reflectors: int = 0
    peer_with_routers: bool = False
    """Whether the routers between the nodes' subnets have to learn the blocks by BGP."""
    reasons: tuple[Reason, ...]


def advise(facts: Facts) -> Advice:
    """Return the advice for these facts."""
    ipip, vxlan, routers = _mode(facts)
    sessions, reflectors = _sessions(facts)
    return Advice(
        ipip=ipip,
        vxlan=vxlan,
        sessions=sessions,
        reflectors=reflectors,
        peer_with_routers=routers,
        reasons=(
            _policy(facts),
            _throughput(facts, routers=routers),
            _bgp(facts),
            _subnets(facts, routers=routers),
            _nodes(facts, sessions, reflectors),
            _maintainer(facts, routers=routers),
        ),
    )


def _mode(facts: Facts) -> tuple[EncapsulationMode, EncapsulationMode, bool]:
    """Return the modes for IPIP and VXLAN, and whether the routers have to peer."""
    never = EncapsulationMode.NEVER
    if not facts.bgp:
        return never, EncapsulationMode.ALWAYS, False
    if facts.subnets == 1:
        return never, never, False
    if facts.throughput and facts.maintainer is Maintainer.NETWORK:
        return never, never, True
    cross = EncapsulationMode.CROSS_SUBNET
    return (cross, never, False) if facts.ipip else (never, cross, False)


def _sessions(facts: Facts) -> tuple[Sessions, int]:
    if not facts.bgp:
        return Sessions.NONE, 0
    if facts.nodes <= MESH_MOST:
        return Sessions.MESH, 0
    return Sessions.REFLECTORS, 3 if facts.nodes >= _MANY else 2


def _policy(facts: Facts) -> Reason:
    if facts.policy:
        said = "the agent enforces policies on every node, in any mode; flannel alone has none"
    else:
        said = "it decides nothing: policies can be applied later, in any mode"
    return Reason("network policy", _word(facts.policy), said)


def _throughput(facts: Facts, *, routers: bool) -> Reason:
    if not facts.throughput:
        said = "what encapsulation costs, where there has to be some, is no matter"
    elif not facts.bgp:
        said = "it cannot be had: without routes in the underlay each packet between nodes is wrapped (50 octets more)"
    elif facts.subnets == 1 or routers:
        said = "no packet is wrapped"
    else:
        octets = 20 if facts.ipip else 50
        said = f"packets are wrapped between subnets only ({octets} octets more), not within one"
    return Reason("throughput", _word(facts.throughput), said)


def _bgp(facts: Facts) -> Reason:
    if facts.bgp:
        return Reason("BGP in the underlay", "yes", "nodes tell each other their blocks by BGP")
    said = "VXLAN with BGP off: routes come from the blocks in the datastore, and UDP port 4789 is all that has to pass"
    return Reason("BGP in the underlay", "no", said)


def _subnets(facts: Facts, *, routers: bool) -> Reason:
    if not facts.bgp:
        said = "it decides nothing: all packets between nodes are wrapped"
    elif facts.subnets == 1:
        said = "no router stands between nodes, so that none has to know the pods: Never"
    elif routers:
        said = "the routers between them learn the blocks by BGP: Never"
    else:
        kind = "IPIP" if facts.ipip else "VXLAN, for this kernel has no IPIP"
        said = f"the routers between them know no pods: CrossSubnet, with {kind}"
    return Reason("subnets of nodes", str(facts.subnets), said)


def _nodes(facts: Facts, sessions: Sessions, reflectors: int) -> Reason:
    mesh = mesh_sessions(facts.nodes)
    match sessions:
        case Sessions.NONE:
            said = "it decides nothing: there are no sessions"
        case Sessions.MESH:
            said = f"a mesh of {mesh} sessions is no burden up to {MESH_MOST} nodes, and nothing has to be configured"
        case Sessions.REFLECTORS:
            fewer = reflected_sessions(facts.nodes, reflectors)
            said = f"a mesh has {mesh} sessions; {reflectors} reflectors make {fewer} of it, and one may be away"
    return Reason("nodes", str(facts.nodes), said)


def _maintainer(facts: Facts, *, routers: bool) -> Reason:
    if routers:
        said = "they peer the routers with the nodes, or with the reflectors"
    elif facts.maintainer is Maintainer.CLUSTER:
        said = "nothing is asked of the routers"
    else:
        said = "the routers may peer with the nodes when pods are to be reached from outside; nothing here needs it"
    return Reason("who maintains it", facts.maintainer.value, said)


def _word(answer: bool) -> str:
    return "yes" if answer else "no"
