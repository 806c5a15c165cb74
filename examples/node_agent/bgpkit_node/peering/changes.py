"""What a change of resources does to the sessions of all nodes, told before it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from ipaddress import IPv4Address
from typing import Final

from bgpkit import ChangePlan, PeerConfig, TransportOptions, plan_change
from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.passwords import stand_in
from bgpkit_node.peering.plan import Peering, plan_peerings
from bgpkit_node.peering.session_config import Terms, peer_config
from bgpkit_node.resources import Node

_UNSPOKEN: Final = frozenset({"description"})


@dataclass(frozen=True, slots=True)
class SessionChange:
    """One end of a session that changes: what it costs, and why.

    A session that is removed closes when every prefix has another path.
    """

    node: str
    peering: Peering
    change: ChangePlan
    why: tuple[str, ...]


def session_changes(before: Cluster, after: Cluster) -> tuple[SessionChange, ...]:
    """Return what changes, for each end of a session of each node that is there; what stays as it is is left out."""
    changes: list[SessionChange] = []
    for node in after.nodes:
        former = before.node(node.name)
        old: Mapping[str, SessionEnd] = {} if former is None else session_ends(before, former)
        new = session_ends(after, node)
        own = () if former is None else tuple(_speaker(before, former, after, node))
        for address in (*new, *(address for address in old if address not in new)):
            changes += _change(node.name, old.get(address), new.get(address), own)
    return tuple(changes)


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """One end of a session: why it is there, and what the speaker is told of it."""

    peering: Peering
    config: PeerConfig


def session_ends(cluster: Cluster, node: Node) -> Mapping[str, SessionEnd]:
    """Return the sessions that ``node`` should have, by address."""
    if not node.interfaces:
        return {}
    terms = Terms.of(cluster, node, stand_in)
    return {
        peering.address: SessionEnd(peering, peer_config(peering, terms)) for peering in plan_peerings(cluster, node)
    }


def _change(node: str, old: SessionEnd | None, new: SessionEnd | None, own: tuple[str, ...]) -> Iterator[SessionChange]:
    match old, new:
        case SessionEnd(), None:
            yield SessionChange(node, old.peering, ChangePlan.REMOVE, ("no longer asked for",))
        case None, SessionEnd():
            yield SessionChange(node, new.peering, ChangePlan.ADD, (_origin(new.peering),))
        case SessionEnd(), SessionEnd():
            why = (*own, *_differences(old.config, new.config), *_origins(old.peering, new.peering))
            if why:
                cost = ChangePlan.RESET if own else plan_change(old.config, new.config)
                yield SessionChange(node, new.peering, cost, why)
        case _:
            pass


def _origins(old: Peering, new: Peering) -> Iterator[str]:
    if (old.kind, old.resource) != (new.kind, new.resource):
        yield f"{_origin(old)} -> {_origin(new)}"


def _origin(peering: Peering) -> str:
    return f"{peering.kind.value} by BGPPeer({peering.resource})" if peering.resource else peering.kind.value


def _differences(old: PeerConfig, new: PeerConfig) -> Iterator[str]:
    """Yield the fields that differ, with both values where a few letters say them."""
    for field in fields(PeerConfig):
        was, becomes = getattr(old, field.name), getattr(new, field.name)
        if was != becomes and field.name == "transport":
            yield from _transport(old.transport, new.transport)
        elif was != becomes and field.name not in _UNSPOKEN:
            title = field.name.replace("_", " ")
            words = _word(was), _word(becomes)
            yield f"{title} {words[0]} -> {words[1]}" if all(words) else title


def _transport(old: TransportOptions, new: TransportOptions) -> Iterator[str]:
    """Yield what differs of the TCP connection; of a password no more than that."""
    if old.md5_key != new.md5_key:
        yield "password"
    if old.ttl_security != new.ttl_security:
        yield f"ttl security {_word(old.ttl_security)} -> {_word(new.ttl_security)}"


def _word(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case int() | str() | IPv4Address():
            return str(value)
        case _:
            return ""


def _speaker(before: Cluster, old: Node, after: Cluster, new: Node) -> Iterator[str]:
    """Yield what makes a node's agent start another speaker, so that all its sessions begin anew."""
    for title, was, becomes in (
        ("own AS", before.asn(old), after.asn(new)),
        ("own port", before.port(old), after.port(new)),
        ("own address", old.ipv4, new.ipv4),
        ("own IPv6 address", old.ipv6, new.ipv6),
        ("listens at", _listening(before), _listening(after)),
        ("BFD", _word(bool(before.watched)), _word(bool(after.watched))),
    ):
        if was != becomes:
            yield f"{title} {was or 'none'} -> {becomes or 'none'}"


def _listening(cluster: Cluster) -> str:
    return "its own address" if cluster.binds_node_address else "all addresses"
