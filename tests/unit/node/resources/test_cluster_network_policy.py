"""Policies for a whole cluster: what the API refuses, and what nothing here enforces, is one sentence."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.cluster_network_policy import (
    CLUSTER_NETWORK_POLICY,
    ClusterAction,
    ClusterNetworkPolicy,
    ClusterTier,
    check_cluster_network_policy,
)
from bgpkit_node.resources.documents import load_documents

_ALL: dict[str, Any] = {"namespaces": {}}
_PODS: dict[str, Any] = {"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}}


def _loaded(**changes: Any) -> ClusterNetworkPolicy:
    spec = {"tier": "Admin", "priority": 10, "subject": _ALL, **changes}
    whole = {
        "apiVersion": "policy.networking.k8s.io/v1alpha2",
        "kind": "ClusterNetworkPolicy",
        "metadata": {"name": "p"},
        "spec": {name: value for name, value in spec.items() if value is not None},
    }
    resource = load_documents(json.dumps(whole), "policy.yaml")[0].resource
    assert isinstance(resource, ClusterNetworkPolicy)
    return resource


def _out(*peers: dict[str, Any], **rule: Any) -> list[dict[str, Any]]:
    return [{"action": "Deny", "to": list(peers) or [_ALL], **rule}]


def _tcp(port: dict[str, Any]) -> list[dict[str, Any]]:
    return _out(protocols=[{"tcp": {"destinationPort": port}}])


_TO = "spec.egress[0].to[0]"
_PROTOCOL = "spec.egress[0].protocols[0]"


_REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"tier": "Baselin"}, "spec.tier", "must be one of Admin, Baseline, not 'Baselin'"),
    ({"tier": None}, "spec.tier", "is required"),
    ({"priority": None}, "spec.priority", "is required"),
    ({"priority": 1001}, "spec.priority", "must be between 0 and 1000, not 1001"),
    ({"subject": None}, "spec.subject", "is required"),
    ({"subject": {}}, "spec.subject", "takes exactly one of namespaces and pods, and none is set"),
    ({"subject": {**_ALL, **_PODS}}, "spec.subject", "one of namespaces and pods, not namespaces and pods"),
    ({"subject": {"pods": {"podSelector": {}}}}, "spec.subject.pods.namespaceSelector", "is required"),
    (
        {"subject": {"namespaces": {"matchLabels": {"a b": "c"}}}},
        "spec.subject.namespaces.matchLabels",
        "not the key",
    ),
    ({"ingress": [{"action": "Allow", "from": [_ALL]}]}, "spec.ingress[0].action", "one of Accept, Deny, Pass"),
    ({"ingress": [{"action": "Accept"}]}, "spec.ingress[0].from", "is required"),
    ({"ingress": [{"action": "Accept", "from": []}]}, "spec.ingress[0].from", "needs at least one peer"),
    ({"ingress": [{"action": "Accept", "from": [{}]}]}, "spec.ingress[0].from[0]", "takes exactly one of"),
    (
        {"ingress": [{"action": "Accept", "from": [{"networks": []}]}]},
        "spec.ingress[0].from[0].networks",
        "unknown",
    ),
    ({"egress": _out({})}, _TO, "takes exactly one of namespaces, pods and networks, and none is set"),
    ({"egress": _out({"networks": []})}, _TO, "takes exactly one of"),
    ({"egress": _out({"networks": ["10.0.0.1"]})}, f"{_TO}.networks[0]", "'10.0.0.1' is not a network"),
    ({"egress": _out({"networks": ["10.0.0.0/8"] * 26})}, f"{_TO}.networks", "takes at most 25 items"),
    ({"egress": _out({"nodes": {}})}, f"{_TO}.nodes", "cannot be enforced: write the addresses of the nodes"),
    ({"egress": _out({"domainNames": ["a.org"]})}, f"{_TO}.domainNames", "cannot be enforced: a packet does not"),
    (
        {"egress": _out({"pods": {"namespaceSelector": {"a": 1}, "podSelector": {}}})},
        f"{_TO}.pods.namespaceSelector.a",
        "unknown",
    ),
    ({"egress": _out(name="x" * 101)}, "spec.egress[0].name", "takes at most 100 characters"),
    ({"egress": _out() * 26}, "spec.egress", "takes at most 25 items, not 26"),
    ({"egress": _out(protocols=[{}])}, _PROTOCOL, "one of tcp, udp, sctp and destinationNamedPort, and none"),
    ({"egress": _out(protocols=[{"destinationNamedPort": "80"}])}, f"{_PROTOCOL}.destinationNamedPort", "a text"),
    ({"egress": _out(protocols=[{"tcp": {}}])}, f"{_PROTOCOL}.tcp.destinationPort", "is required"),
    ({"egress": _out(protocols=[{"icmp": {}}])}, f"{_PROTOCOL}.icmp", "unknown field"),
    ({"egress": _tcp({})}, f"{_PROTOCOL}.tcp.destinationPort", "takes exactly one of number and range"),
    ({"egress": _tcp({"number": 0})}, f"{_PROTOCOL}.tcp.destinationPort.number", "must be between 1 and 65535"),
    (
        {"egress": _tcp({"range": {"start": 80, "end": 80}})},
        f"{_PROTOCOL}.tcp.destinationPort.range.end",
        "must be greater than the start 80, not 80",
    ),
]


@pytest.mark.parametrize(("changes", "field", "text"), _REFUSED)
def test_what_cannot_be_said_or_enforced_is_refused_by_field(changes: dict[str, Any], field: str, text: str) -> None:
    """The policy as a whole, never a part of it."""
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded(**changes)
    assert [error.field for error in caught.value.errors] in ([field], [field, _PROTOCOL])
    assert text in str(caught.value.errors[0])


def test_the_parts_of_a_policy_are_read() -> None:
    """All kinds of peers and protocols."""
    networks = {"networks": ["10.0.0.0/8", "2001:db8::/32"]}
    protocols = [
        {"tcp": {"destinationPort": {"number": 80}}},
        {"udp": {"destinationPort": {"range": {"start": 53, "end": 54}}}},
        {"sctp": {"destinationPort": {"number": 9}}},
        {"destinationNamedPort": "web"},
    ]
    policy = _loaded(
        subject=_PODS, tier="Baseline", egress=_out(_ALL, _PODS, networks, name="out", protocols=protocols)
    )
    assert not list(check_cluster_network_policy(policy))
    (rule,) = policy.spec.egress
    assert (policy.spec.tier, rule.action, rule.name) == (ClusterTier.BASELINE, ClusterAction.DENY, "out")
    assert rule.peers[2].networks == ("10.0.0.0/8", "2001:db8::/32")
    udp = rule.protocols[1].udp
    assert udp is not None
    assert udp.destination_port.range is not None
    assert (udp.destination_port.range.start, udp.destination_port.range.end) == (53, 54)
    assert [column.cell(policy, 0) for column in CLUSTER_NETWORK_POLICY.wide] == ["p", "Baseline", "10"]
