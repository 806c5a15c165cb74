"""What a rule of Calico cannot say is refused by field; a rule with a field that nothing enforces is refused whole."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.policy_rule import PolicyRule, RuleAction
from bgpkit_node.resources.policy_rule_checks import RuleScope, check_rules

_SERVICE = {"services": {"name": "dns", "namespace": "kube-system"}}


def _fields(spec: dict[str, Any], kind: str = "GlobalNetworkPolicy") -> list[str]:
    whole = {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": {"name": "p"}, "spec": spec}
    try:
        load_documents(json.dumps(whole), "policy.yaml")
    except InvalidResourcesError as error:
        return [each.field for each in error.errors]
    return []


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"action": "allow"}, "action"),
    ({"action": "Allow", "ipVersion": 5}, "ipVersion"),
    ({"action": "Allow", "protocol": "tcp"}, "protocol"),
    ({"action": "Allow", "protocol": 0}, "protocol"),
    ({"action": "Allow", "protocol": 256}, "protocol"),
    ({"action": "Allow", "notProtocol": "all"}, "notProtocol"),
    ({"action": "Allow", "protocol": "ICMPv6", "ipVersion": 4}, "ipVersion"),
    ({"action": "Allow", "protocol": 58, "ipVersion": 4}, "ipVersion"),
    ({"action": "Allow", "notProtocol": "ICMP", "ipVersion": 6}, "ipVersion"),
    ({"action": "Allow", "icmp": {"type": 8}}, "icmp"),
    ({"action": "Allow", "protocol": "TCP", "icmp": {"type": 8}}, "icmp"),
    ({"action": "Allow", "protocol": "TCP", "notICMP": {"type": 8}}, "notICMP"),
    ({"action": "Allow", "protocol": "ICMP", "icmp": {"code": 0}}, "icmp.type"),
    ({"action": "Allow", "protocol": "ICMP", "icmp": {"type": 255}}, "icmp.type"),
    ({"action": "Allow", "protocol": "ICMP", "notICMP": {"type": 8, "code": 256}}, "notICMP.code"),
    ({"action": "Allow", "source": {"nets": ["10.0.0.0/8", "fd00::/8"]}}, "source.nets[1]"),
    (
        {"action": "Allow", "source": {"nets": ["10.0.0.0/8"]}, "destination": {"notNets": ["::1"]}},
        "destination.notNets[0]",
    ),
    ({"action": "Allow", "ipVersion": 6, "source": {"notNets": ["10.0.0.0/8"]}}, "source.notNets[0]"),
    ({"action": "Allow", "source": {"nets": ["10.0.0.0/40"]}}, "source.nets[0]"),
    ({"action": "Allow", "source": {"notNets": [""]}}, "source.notNets[0]"),
    ({"action": "Allow", "source": {"nets": ["10.0.0.1"] * 257}}, "source.nets"),
    ({"action": "Allow", "source": {"selector": "a ="}}, "source.selector"),
    ({"action": "Allow", "source": {"selector": "global()"}}, "source.selector"),
    ({"action": "Allow", "source": {"notSelector": "global()"}}, "source.notSelector"),
    ({"action": "Allow", "source": {"namespaceSelector": "global() || a == 'b'"}}, "source.namespaceSelector"),
    ({"action": "Allow", "source": {"namespaceSelector": "("}}, "source.namespaceSelector"),
    ({"action": "Allow", "source": {"serviceAccounts": {"selector": "!"}}}, "source.serviceAccounts.selector"),
    ({"action": "Allow", "source": {"serviceAccounts": {"names": ["A"]}}}, "source.serviceAccounts.names[0]"),
    ({"action": "Allow", "destination": {"ports": [80]}}, "destination.ports"),
    ({"action": "Allow", "protocol": "ICMP", "destination": {"ports": ["web"]}}, "destination.ports"),
    ({"action": "Allow", "protocol": 47, "source": {"notPorts": [1]}}, "source.notPorts"),
    ({"action": "Allow", "protocol": "TCP", "source": {"ports": ["90:80"]}}, "source.ports[0]"),
    ({"action": "Allow", "protocol": "TCP", "source": {"ports": [1] * 51}}, "source.ports"),
    ({"action": "Allow", "http": {"methods": ["GET"]}}, "http"),
    ({"action": "Allow", "metadata": {"annotations": {"a b": "c"}}}, "metadata.annotations"),
    ({"action": "Allow", "order": 1}, "order"),
    ({"action": "Allow", "destination": {"domains": ["a.org"]}}, "destination.domains"),
    ({"action": "Allow", "destination": {"services": {"namespace": "a"}}}, "destination.services.name"),
    ({"action": "Allow", "destination": {"services": {"name": "A", "namespace": "a"}}}, "destination.services.name"),
    ({"action": "Allow", "destination": {"services": {"name": "a"}}}, "destination.services.namespace"),
    ({"action": "Allow", "source": _SERVICE}, "source.services"),
    ({"action": "Allow", "destination": {**_SERVICE, "nets": ["10.0.0.1"]}}, "destination.nets"),
    ({"action": "Allow", "destination": {**_SERVICE, "notNets": ["10.0.0.1"]}}, "destination.notNets"),
    ({"action": "Allow", "destination": {**_SERVICE, "selector": "all()"}}, "destination.selector"),
    ({"action": "Allow", "destination": {**_SERVICE, "notSelector": "all()"}}, "destination.notSelector"),
    ({"action": "Allow", "destination": {**_SERVICE, "namespaceSelector": "all()"}}, "destination.namespaceSelector"),
    (
        {"action": "Allow", "destination": {**_SERVICE, "serviceAccounts": {"names": ["a"]}}},
        "destination.serviceAccounts",
    ),
    ({"action": "Allow", "protocol": "TCP", "destination": {**_SERVICE, "ports": [1]}}, "destination.ports"),
    ({"action": "Allow", "protocol": "TCP", "destination": {**_SERVICE, "notPorts": [1]}}, "destination.notPorts"),
]


@pytest.mark.parametrize(("rule", "field"), _REFUSED)
def test_what_a_rule_cannot_say_is_refused_by_field(rule: dict[str, Any], field: str) -> None:
    """One fault each, with the place of the rule; the good rule beside it does not save the policy."""
    assert _fields({"egress": [{"action": "Deny"}, rule]}) == [f"spec.egress[1].{field}"]


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "Log"},
        {"action": "Pass", "ipVersion": 6, "protocol": "ICMPv6", "icmp": {"type": 0, "code": 0}},
        {"action": "Deny", "protocol": 1, "notICMP": {"type": 8}},
        {"action": "Allow", "protocol": "1", "icmp": {}},
        {"action": "Allow", "protocol": "UDP", "source": {"ports": [1, "2:3", "dns", "65535"]}},
        {"action": "Allow", "destination": {"notPorts": ["web"]}},
        {"action": "Allow", "source": {"nets": ["10.0.0.1", "10.1.2.3/8"], "notNets": ["10.1.0.0/16"]}},
        {"action": "Allow", "source": {"namespaceSelector": " global() ", "selector": "a == 'b'"}},
        {"action": "Allow", "source": {"serviceAccounts": {"names": ["a.b"], "selector": "x in {'y'}"}}},
        {"action": "Allow", "destination": _SERVICE},
        {"action": "Deny", "destination": _SERVICE},
        {"action": "Pass", "destination": _SERVICE},
        {"action": "Allow", "metadata": {"annotations": {"a.org/note": "Any text!"}}},
    ],
)
def test_what_a_rule_can_say_is_taken(rule: dict[str, Any]) -> None:
    """In a policy and, but for services, in a profile."""
    assert _fields({"egress": [rule]}) == []
    assert _fields({"egress": [rule]}, "Profile") == []


def test_a_service_stands_at_the_far_side() -> None:
    """The source of what comes in; the policy's own namespace need not be named."""
    side = {"services": {"name": "dns"}}
    assert _fields({"ingress": [{"action": "Allow", "source": side}]}, "NetworkPolicy") == []
    assert _fields({"ingress": [{"action": "Allow", "destination": side}]}, "NetworkPolicy") == [
        "spec.ingress[0].destination.services"
    ]


def test_a_rule_cannot_be_enforced_where_it_asks_for_more_than_packets_tell() -> None:
    """The sentence says what to write instead."""
    whole = {"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "metadata": {"name": "p"}}
    rule = {"action": "Allow", "http": {"paths": [{"exact": "/"}]}}
    with pytest.raises(InvalidResourcesError, match=r"http: cannot be enforced: .*; write protocol and ports instead"):
        load_documents(json.dumps({**whole, "spec": {"ingress": [rule]}}), "policy.yaml")


def test_rules_are_checked_where_they_stand() -> None:
    """Nothing is wrong with a rule that only acts."""
    assert not list(check_rules("spec.ingress", [PolicyRule(action=RuleAction.DENY)], RuleScope.NAMESPACE))
