"""NetworkPolicies of Kubernetes as policies."""

from collections.abc import Iterator, Sequence
from typing import Final

from bgpkit_node.policy import scope
from bgpkit_node.policy.model import ANYWHERE, Direction, Match, Policy, PolicyId, PortRange, Rule
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.resources import (
    KubernetesNetworkPolicy,
    LabelSelector,
    PolicyPeer,
    PolicyPort,
    Selector,
    StagedKubernetesNetworkPolicy,
)

ORDER: Final = 1000.0
"""Where all of them stand among the policies of the default tier."""


def policy_of_kubernetes(resource: KubernetesNetworkPolicy | StagedKubernetesNetworkPolicy) -> Policy:
    """Return what a NetworkPolicy says: whatever it does not allow is denied the pods that it selects."""
    spec, namespace = resource.spec, resource.namespace
    return Policy(
        id=PolicyId(resource.kind, namespace, resource.name),
        selector=_pods(spec.pod_selector, namespace),
        directions=frozenset(Direction(each.value) for each in spec.policy_types),
        order=ORDER,
        ingress=tuple(
            rule
            for index, incoming in enumerate(spec.ingress)
            for rule in _rules(f"ingress[{index}]", "from", incoming.peers, incoming.ports, namespace)
        ),
        egress=tuple(
            rule
            for index, outgoing in enumerate(spec.egress)
            for rule in _rules(f"egress[{index}]", "to", outgoing.peers, outgoing.ports, namespace)
        ),
        staged=isinstance(resource, StagedKubernetesNetworkPolicy),
    )


def _pods(selector: LabelSelector, namespace: str) -> Selector:
    return scope.pods(scope.both(scope.in_namespace(namespace), selector.selector))


def _rules(
    name: str, word: str, peers: Sequence[PolicyPeer], ports: Sequence[PolicyPort], namespace: str
) -> Iterator[Rule]:
    """Yield a rule for each peer and protocol."""
    ways = _ports_by_protocol(ports)
    named = [(f"{name}.{word}[{index}]", _match(peer, namespace)) for index, peer in enumerate(peers)]
    for title, peer in named or [(name, ANYWHERE)]:
        for protocol, ranges in ways.items():
            there = Match(ports=ranges)
            yield Rule(
                name=title if len(ways) == 1 else f"{title} {protocol}",
                protocol=protocol_number(protocol) if protocol else None,
                source=peer if word == "from" else ANYWHERE,
                destination=there if word == "from" else _with_ports(peer, ranges),
            )


def _ports_by_protocol(ports: Sequence[PolicyPort]) -> dict[str, tuple[PortRange | str, ...]]:
    """Return the ports of each protocol, none where all are meant; without any, all ports of all protocols."""
    if not ports:
        return {"": ()}
    chosen: dict[str, list[PortRange | str]] = {}
    everything: set[str] = set()
    for port in ports:
        protocol = port.protocol.value
        ranges = chosen.setdefault(protocol, [])
        if port.port is None:
            everything.add(protocol)
        elif isinstance(port.port, str):
            ranges.append(port.port)
        else:
            ranges.append(PortRange(port.port, port.end_port or port.port))
    return {protocol: () if protocol in everything else tuple(ranges) for protocol, ranges in chosen.items()}


def _match(peer: PolicyPeer, namespace: str) -> Match:
    if peer.ip_block is not None:
        return Match(nets=(peer.ip_block.network,), not_nets=peer.ip_block.excepted_networks)
    selected = (peer.pod_selector or LabelSelector()).selector
    if peer.namespace_selector is None:
        where = scope.in_namespace(namespace)
    else:
        where = scope.in_namespaces(peer.namespace_selector.selector)
    return Match(selector=scope.pods(scope.both(where, selected)))


def _with_ports(match: Match, ports: tuple[PortRange | str, ...]) -> Match:
    return Match(nets=match.nets, not_nets=match.not_nets, selector=match.selector, ports=ports)
