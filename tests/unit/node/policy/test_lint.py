"""Policies that do not do what they seem to."""

from typing import Any

import pytest
import yaml

from bgpkit_node.policy import CaseDocument, cluster_of, converted
from bgpkit_node.policy.lint import findings_of
from tests.support.policy_reach import cluster_state, manifests
from tests.unit.node.policy.test_from_kubernetes import ACCESS_OR, FULL, ISOLATED, policy

PODS: dict[str, dict[str, str]] = {"default/nginx": {"app": "nginx"}, "default/client1": {"run": "client1"}}
DNS: dict[str, dict[str, str]] = {"kube-system/client3": {}}


def found(*policies: dict[str, Any], pods: dict[str, dict[str, str]] = PODS) -> list[str]:
    """Return the findings about some policies."""
    names = sorted({name.split("/")[0] for name in pods})
    state = cluster_state(*policies, namespaces={name: {} for name in names}, pods=pods)
    return [str(each) for each in findings_of(cluster_of(converted(state, CaseDocument)))]


def test_walkthrough_36_a_selector_that_finds_nothing() -> None:
    """A policy for pods that carry another label protects nothing, and its author is told."""
    (finding, peer) = found(policy(ACCESS_OR.replace("app: nginx", "run: nginx")))
    assert finding.startswith("KubernetesNetworkPolicy(default/access): is for no endpoint now, and protects nothing: ")
    assert 'run == "nginx"' in finding
    assert "ingress[0].from[0]: the selector of its source finds nothing now" in peer


def test_walkthrough_37_name_resolution_is_cut() -> None:
    """Isolation both ways cuts pods off from the DNS server in kube-system; of ingress alone it does not."""
    text = "cuts default/nginx off from name resolution: no rule lets UDP 53 out to a DNS server"
    assert found(policy(ISOLATED), pods=PODS | DNS) == [f"KubernetesNetworkPolicy(default/isolated): {text}"]
    closed = policy(ISOLATED.replace("{to: [{podSelector: {}}]}", "{ports: [{port: 443}]}"))
    assert found(closed) == [f"KubernetesNetworkPolicy(default/isolated): {text}"]
    ingress = policy(ISOLATED)
    ingress["spec"] |= {"policyTypes": ["Ingress"], "egress": []}
    assert found(ingress, pods=PODS | DNS) == []


def test_walkthrough_37_name_resolution_is_cut_where_no_server_is_known() -> None:
    """Their own pods are no DNS servers, unless the port is named; those of all namespaces may be, all but some not."""
    text = "cuts default/nginx off from name resolution: no rule lets UDP 53 out to a DNS server"
    cut = [f"KubernetesNetworkPolicy(default/isolated): {text}"]
    assert found(policy(ISOLATED)) == cut
    for egress, findings in (
        ("{to: [{podSelector: {}}], ports: [{protocol: UDP, port: 53}]}", []),
        ("{to: [{namespaceSelector: {}}]}", []),
        ("{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]}", []),
        ("{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}}]}", cut),
        ("{to: [{ipBlock: {cidr: 10.0.0.0/24}}]}", []),
    ):
        told = found(policy(ISOLATED.replace("{to: [{podSelector: {}}]}", egress)))
        assert [each for each in told if " finds nothing now" not in each] == findings, egress
    calico = """
kind: NetworkPolicy
metadata: {name: default.p, namespace: default}
spec: {selector: all(), types: [Egress], egress: [{action: Allow, destination: {notSelector: has(k8s-app)}}]}
"""
    assert f"NetworkPolicy(default/p): {text}" in found(*manifests(calico))


def test_dns_that_is_let_out_is_not_cut() -> None:
    """Whether the servers are known, or only the port."""
    opened = policy(ISOLATED)
    opened["spec"]["egress"].append({"ports": [{"protocol": "UDP", "port": 53}]})
    assert found(opened, pods=PODS | DNS) == []
    assert found(opened, pods=PODS) == []
    labelled = PODS | {"kube-system/other": {}, "kube-system/dns": {"k8s-app": "kube-dns"}}
    opened["spec"]["egress"][1]["to"] = [{"podSelector": {}, "namespaceSelector": {}}]
    assert found(opened, pods=labelled) == []


def test_directions_that_are_forgotten() -> None:
    """Rules of a direction that the types do not name are never asked."""
    forgotten = policy(FULL)
    forgotten["spec"]["policyTypes"] = ["Ingress"]
    sentence = "has rules for egress that are never asked: its types do not name Egress"
    assert f"KubernetesNetworkPolicy(default/test-network-policy): {sentence}" in found(forgotten)


@pytest.mark.parametrize(
    ("earlier", "later", "shadowed"),
    [
        ("{action: Allow}", "{action: Deny, protocol: TCP}", True),
        ("{action: Allow, protocol: TCP}", "{action: Deny, protocol: UDP}", False),
        ("{action: Allow, protocol: TCP}", "{action: Deny}", False),
        ("{action: Log}", "{action: Deny}", False),
        ("{action: Deny, source: {nets: [10.0.0.0/8]}}", "{action: Allow, source: {nets: [10.1.0.0/16]}}", True),
        ("{action: Deny, source: {nets: [10.1.0.0/16]}}", "{action: Allow, source: {nets: [10.0.0.0/8]}}", False),
        (
            "{action: Deny, source: {nets: [10.0.0.0/8], notNets: [10.2.0.0/16]}}",
            "{action: Allow, source: {nets: [10.0.0.0/8], notNets: [10.0.0.0/9]}}",
            True,
        ),
        (
            "{action: Deny, source: {nets: [10.0.0.0/8], notNets: [10.2.0.0/16]}}",
            "{action: Allow, source: {nets: [10.0.0.0/8]}}",
            False,
        ),
        (
            "{action: Allow, protocol: TCP, destination: {ports: ['80:90', web]}}",
            "{action: Allow, protocol: TCP, destination: {ports: [81, web]}}",
            True,
        ),
        (
            "{action: Allow, protocol: TCP, destination: {ports: ['80:90']}}",
            "{action: Allow, protocol: TCP, destination: {ports: [91]}}",
            False,
        ),
        (
            "{action: Allow, protocol: TCP, destination: {notPorts: [80]}}",
            "{action: Allow, protocol: TCP, destination: {notPorts: [81]}}",
            False,
        ),
        ("{action: Allow, source: {selector: has(app)}}", "{action: Deny, source: {selector: has(app)}}", True),
        ("{action: Allow, source: {selector: has(app)}}", "{action: Deny}", False),
    ],
)
def test_rules_that_never_decide(earlier: str, later: str, shadowed: bool) -> None:
    """A rule is shadowed when an earlier one of its policy that decides is about all it is about."""
    text = f"""
kind: NetworkPolicy
metadata: {{name: default.p, namespace: default}}
spec: {{selector: all(), ingress: [{earlier}, {later}]}}
"""
    sentence = "NetworkPolicy(default/p) ingress[1]: never decides: ingress[0] matches all that it would"
    assert (sentence in found(*manifests(text))) is shadowed


def test_what_a_policy_refers_to_and_is_not_there() -> None:
    """Tiers, services and the names of ports."""
    text = """
kind: GlobalNetworkPolicy
metadata: {name: gone.p}
spec:
  tier: gone
  selector: all()
  types: [Ingress, Egress]
  ingress: [{action: Allow, protocol: TCP, destination: {ports: [nobody]}}]
  egress: [{action: Allow, destination: {services: {name: s, namespace: n}}}, {action: Allow, protocol: UDP}]
"""
    assert found(*yaml.safe_load_all(f"apiVersion: projectcalico.org/v3\n{text.strip()}")) == [
        "GlobalNetworkPolicy(gone.p): is in tier gone, which does not exist: all others are asked before it",
        "GlobalNetworkPolicy(gone.p) ingress[0]: no endpoint calls a port nobody now",
        "GlobalNetworkPolicy(gone.p) egress[0]: service n/s is not known, and so matches nothing",
    ]
