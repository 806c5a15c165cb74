"""Policies for a whole cluster, those of policy.networking.k8s.io, in the tiers before and after all others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from bgpkit_node.policy import scope
from bgpkit_node.policy.model import ANYWHERE, Action, Direction, Match, Policy, PolicyId, PortRange, Rule
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.resources import ADMIN_TIER, BASELINE_TIER, Selector
from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.admin_network_policy import AdminNetworkPolicy
from bgpkit_node.resources.admin_policy_fields import AdminEgressRule, AdminIngressRule, AdminPort
from bgpkit_node.resources.baseline_admin_network_policy import BaselineAdminNetworkPolicy
from bgpkit_node.resources.cluster_network_policy import (
    ClusterEgressRule,
    ClusterIngressRule,
    ClusterNetworkPolicy,
    ClusterProtocol,
    ClusterTier,
    ProtocolMatch,
)
from bgpkit_node.resources.cluster_policy_fields import (
    ClusterEgressPeer,
    ClusterIngressPeer,
    NamespacedPods,
    PolicySubject,
)

ClusterPolicy: TypeAlias = ClusterNetworkPolicy | AdminNetworkPolicy | BaselineAdminNetworkPolicy
_AnyRule: TypeAlias = ClusterIngressRule | ClusterEgressRule | AdminIngressRule | AdminEgressRule
_AnyPeer: TypeAlias = ClusterIngressPeer | ClusterEgressPeer
_Way: TypeAlias = tuple[int | None, PortRange | str]
"""A protocol, or any; and ports of it."""

_ACTIONS: Final = {"Accept": Action.ALLOW, "Allow": Action.ALLOW, "Deny": Action.DENY, "Pass": Action.NEXT_TIER}


def policy_of_cluster(resource: ClusterPolicy) -> Policy:
    """Return what a policy says; it decides those directions that it has rules for."""
    tier, order = _place(resource)
    spec = resource.spec
    ingress: Sequence[_AnyRule] = spec.ingress
    egress: Sequence[_AnyRule] = spec.egress
    ways = {Direction.INGRESS: ingress, Direction.EGRESS: egress}
    return Policy(
        id=PolicyId(resource.kind, "", resource.name),
        selector=_subject(spec.subject),
        directions=frozenset(direction for direction, rules in ways.items() if rules),
        tier=tier,
        order=order,
        ingress=tuple(rule for index, each in enumerate(ingress) for rule in _rules(f"ingress[{index}]", each)),
        egress=tuple(rule for index, each in enumerate(egress) for rule in _rules(f"egress[{index}]", each)),
    )


def _place(resource: ClusterPolicy) -> tuple[str, float]:
    match resource:
        case ClusterNetworkPolicy():
            is_admin = resource.spec.tier is ClusterTier.ADMIN
            return ADMIN_TIER if is_admin else BASELINE_TIER, float(resource.spec.priority)
        case AdminNetworkPolicy():
            return ADMIN_TIER, float(resource.spec.priority)
        case BaselineAdminNetworkPolicy():
            return BASELINE_TIER, 0.0


def _rules(name: str, rule: _AnyRule) -> Iterator[Rule]:
    """Yield a rule for each peer and protocol."""
    is_ingress = isinstance(rule, ClusterIngressRule | AdminIngressRule)
    ways = _merged(_ways(rule))
    given: Sequence[_AnyPeer] = rule.peers
    peers = [(index, match) for index, peer in enumerate(given) for match in _matches(peer)]
    for index, peer in peers:
        for protocol, ports in ways.items():
            there = replace(ANYWHERE if is_ingress else peer, ports=ports)
            title = f"{name}.{'from' if is_ingress else 'to'}[{index}]"
            yield Rule(
                name=title if len(ways) == 1 else f"{title} {protocol or 'any'}",
                action=_ACTIONS[rule.action.value],
                protocol=protocol,
                source=peer if is_ingress else ANYWHERE,
                destination=there,
            )


def _merged(ways: Sequence[_Way]) -> dict[int | None, tuple[PortRange | str, ...]]:
    """Return the ports of each protocol; where there is none at all, all of all protocols."""
    merged: dict[int | None, tuple[PortRange | str, ...]] = {}
    for protocol, port in ways:
        merged[protocol] = (*merged.get(protocol, ()), port)
    return merged or {None: ()}


def _ways(rule: _AnyRule) -> list[_Way]:
    if isinstance(rule, ClusterIngressRule | ClusterEgressRule):
        return [way for protocol in rule.protocols for way in _cluster_ways(protocol)]
    return [way for port in rule.ports for way in _admin_ways(port)]


def _cluster_ways(protocol: ClusterProtocol) -> Iterator[_Way]:
    named: dict[str, ProtocolMatch | None] = {"TCP": protocol.tcp, "UDP": protocol.udp, "SCTP": protocol.sctp}
    for name, match in named.items():
        if match is not None:
            port = match.destination_port
            if port.number is not None:
                yield protocol_number(name), PortRange(port.number, port.number)
            if port.range is not None:
                yield protocol_number(name), PortRange(port.range.start, port.range.end)
    if protocol.destination_named_port:
        yield None, protocol.destination_named_port


def _admin_ways(port: AdminPort) -> Iterator[_Way]:
    if port.port_number is not None:
        number = port.port_number.port
        yield protocol_number(port.port_number.protocol.value), PortRange(number, number)
    if port.port_range is not None:
        yield protocol_number(port.port_range.protocol.value), PortRange(port.port_range.start, port.port_range.end)
    if port.named_port is not None:
        yield None, port.named_port


def _matches(peer: _AnyPeer) -> Iterator[Match]:
    if peer.namespaces is not None:
        yield Match(selector=scope.pods(scope.in_namespaces(peer.namespaces.selector)))
    if peer.pods is not None:
        yield Match(selector=_pods(peer.pods))
    if isinstance(peer, ClusterEgressPeer) and peer.networks:
        yield Match(nets=tuple(parse_interface(text).network for text in peer.networks))


def _subject(subject: PolicySubject) -> Selector:
    if subject.pods is not None:
        return _pods(subject.pods)
    if subject.namespaces is not None:
        return scope.pods(scope.in_namespaces(subject.namespaces.selector))
    return scope.nobody()


def _pods(pods: NamespacedPods) -> Selector:
    return scope.pods(scope.both(scope.in_namespaces(pods.namespace_selector.selector), pods.pod_selector.selector))
