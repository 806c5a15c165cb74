"""Policies for a whole cluster: before and after those of namespaces."""

from typing import Any

import yaml

from tests.support.policy_reach import allowed, cluster_state

NAMESPACES: dict[str, dict[str, str]] = {"a": {"team": "a"}, "b": {"team": "b"}, "c": {}}
PODS = {"a/web": {"app": "web"}, "a/client": {}, "b/client": {}, "c/client": {}}


def policies(text: str) -> list[dict[str, Any]]:
    """Read manifests."""
    return list(yaml.safe_load_all(text))


def reached(text: str, *, port: int = 80) -> list[bool]:
    """Return which of the clients reach the web server."""
    state = cluster_state(*policies(text), namespaces=NAMESPACES, pods=PODS)
    return allowed(state, *((f"{each}/client", "a/web", port, "TCP") for each in "abc"))


ADMIN = """
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: first}
spec:
  priority: 10
  subject: {namespaces: {matchLabels: {team: a}}}
  ingress:
  - {name: pass-c, action: Pass, from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: c}}}]}
  - {name: deny-b, action: Deny, from: [{namespaces: {matchLabels: {team: b}}}]}
"""
ALLOWS_ALL = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: a}
spec: {podSelector: {}, ingress: [{}]}
"""
DENIES_ALL = ALLOWS_ALL.replace("ingress: [{}]", "ingress: []")


def test_admin_policies_come_before_those_of_namespaces() -> None:
    """What an administrator denies no namespace allows; what is passed on it decides."""
    assert reached(ADMIN) == [True, False, True]
    assert reached(f"{ADMIN}---{ALLOWS_ALL}") == [True, False, True]
    assert reached(f"{ADMIN}---{DENIES_ALL}") == [False, False, False]
    assert reached(f"{ADMIN.replace('Deny', 'Allow')}---{DENIES_ALL}") == [False, True, False]


def test_the_lower_priority_number_decides() -> None:
    """Policies of a tier are asked by priority, whatever their names."""
    second = ADMIN.replace("name: first", "name: a").replace("priority: 10", "priority: 5").replace("Deny", "Allow")
    assert reached(f"{ADMIN}---{second}") == [True, True, True]


def test_the_baseline_comes_after_those_of_namespaces() -> None:
    """A namespace with a policy of its own is not asked for the baseline."""
    baseline = """
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec:
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {matchLabels: {team: b}}}], ports: [{portNumber: {port: 80}}]}]
"""
    assert reached(baseline) == [True, False, True]
    assert reached(baseline, port=81) == [True, True, True]
    assert reached(f"{baseline}---{ALLOWS_ALL}") == [True, True, True]


def test_ports_of_admin_policies() -> None:
    """Ports by number, by range and by the name that the pod gives them."""
    ports = "[{portRange: {start: 90, end: 99}}, {namedPort: web}, {portNumber: {protocol: TCP, port: 443}}]"
    text = ADMIN.replace("matchLabels: {team: b}}}]", f"matchLabels: {{team: b}}}}}}], ports: {ports}")
    asked = {port: reached(text, port=port)[1] for port in (89, 90, 99, 100, 443, 8080)}
    assert asked == {89: True, 90: False, 99: False, 100: True, 443: False, 8080: False}


def test_cluster_network_policy_is_in_the_tier_it_names() -> None:
    """The newer kind, in both tiers, with pods as subject, networks and protocols."""
    text = """
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: c}
spec:
  tier: Admin
  priority: 1
  subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}
  ingress:
  - action: Accept
    from: [{pods: {namespaceSelector: {matchLabels: {team: b}}, podSelector: {}}}]
    protocols: [{tcp: {destinationPort: {number: 80}}}, {destinationNamedPort: web}]
  - {action: Deny, from: [{namespaces: {}}]}
  egress: [{action: Deny, to: [{networks: [203.0.113.0/24]}]}]
"""
    assert reached(text) == [False, True, False]
    assert reached(text, port=8080) == [False, True, False]
    assert reached(text, port=81) == [False, False, False]
    assert reached(f"{text.replace('Admin', 'Baseline')}---{ALLOWS_ALL}") == [True, True, True]
    state = cluster_state(*policies(text), namespaces=NAMESPACES, pods=PODS)
    assert allowed(state, ("a/web", "ext/internet", 80, "TCP"), ("a/web", "ext/store", 80, "TCP")) == [False, True]
