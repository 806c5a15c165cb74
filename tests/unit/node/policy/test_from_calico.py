"""Calico's policies: namespaces, service accounts, IP versions, orders, and staged ones."""

from math import inf
from typing import Any

import pytest

from bgpkit_node import resources
from bgpkit_node.policy.from_calico import (
    network_set_of_calico,
    policy_of_calico,
    profile_of_calico,
    tier_of_calico,
)
from bgpkit_node.policy.model import Action, Direction, IcmpMatch, PortRange, ServiceId
from bgpkit_node.resources import load_documents
from tests.support.policy_reach import allowed, cluster_state, manifests

PODS = {"a/web": {"app": "web"}, "a/client": {"role": "client"}, "b/client": {"role": "client"}}


def converted(kind: str, spec: str, *, metadata: str = "{name: default.p, namespace: a}") -> Any:
    """Return what a policy is turned into."""
    text = f"apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {metadata}\nspec: {spec}"
    (document,) = load_documents(text, "test")
    resource = document.resource
    assert isinstance(
        resource,
        resources.NetworkPolicy
        | resources.GlobalNetworkPolicy
        | resources.StagedNetworkPolicy
        | resources.StagedGlobalNetworkPolicy,
    )
    return policy_of_calico(resource)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{selector: role == 'client'}", [True, False, False]),
        ("{namespaceSelector: all()}", [True, True, False]),
        ("{namespaceSelector: team == 'b', selector: role == 'client'}", [False, True, False]),
        ("{namespaceSelector: team != 'b'}", [True, False, False]),
        ("{notSelector: role == 'other'}", [True, False, False]),
        ("{nets: [203.0.113.0/24]}", [False, False, True]),
        ("{notNets: [203.0.113.0/24]}", [True, True, False]),
    ],
)
def test_namespaced_rules_look_in_their_namespace(source: str, expected: list[bool]) -> None:
    """Without a namespaceSelector a rule finds what is in the policy's namespace; networks are of no namespace."""
    text = (
        "{kind: NetworkPolicy, metadata: {name: default.p, namespace: a},"
        f" spec: {{selector: app == 'web', ingress: [{{action: Allow, source: {source}}}]}}}}"
    )
    state = cluster_state(*manifests(text), namespaces={"a": {}, "b": {"team": "b"}}, pods=PODS)
    sources = ("a/client", "b/client", "ext/internet")
    assert allowed(state, *((each, "a/web", 80, "TCP") for each in sources)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{selector: role == 'client'}", [True, True, False]),
        ("{notSelector: role == 'client'}", [False, False, True]),
        ("{namespaceSelector: global()}", [False, False, False]),
        ("{namespaceSelector: team == 'b'}", [False, True, False]),
    ],
)
def test_global_rules_look_everywhere(source: str, expected: list[bool]) -> None:
    """A rule of a global policy finds pods of all namespaces; notSelector holds of other addresses, too."""
    text = (
        "{kind: GlobalNetworkPolicy, metadata: {name: default.p},"
        f" spec: {{selector: app == 'web', ingress: [{{action: Allow, source: {source}}}]}}}}"
    )
    state = cluster_state(*manifests(text), namespaces={"a": {}, "b": {"team": "b"}}, pods=PODS)
    sources = ("a/client", "b/client", "ext/internet")
    assert allowed(state, *((each, "a/web", 80, "TCP") for each in sources)) == expected


def test_network_sets_are_found_by_their_labels() -> None:
    """A set of the namespace, and a global one by global(), stand for their networks."""
    text = """
kind: GlobalNetworkSet
metadata: {name: partners, labels: {who: partner}}
spec: {nets: [203.0.113.9]}
---
kind: NetworkSet
metadata: {name: offices, namespace: a, labels: {who: office}}
spec: {nets: [172.17.9.0/24]}
---
kind: NetworkPolicy
metadata: {name: default.p, namespace: a}
spec:
  selector: app == 'web'
  ingress:
  - {action: Allow, source: {selector: who == 'office'}}
  - {action: Allow, source: {namespaceSelector: global(), selector: who == 'partner'}}
"""
    state = cluster_state(*manifests(text), namespaces={"a": {}, "b": {}}, pods=PODS)
    sources = ("ext/office", "ext/internet", "ext/store", "a/client")
    assert allowed(state, *((each, "a/web", 80, "TCP") for each in sources)) == [True, True, False, False]


def test_tiers_are_asked_in_their_order() -> None:
    """A tier of its own decides first, passes on what it is told to, and denies the rest."""
    text = """
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
kind: GlobalNetworkPolicy
metadata: {name: security.quarantine}
spec:
  tier: security
  selector: app == 'web'
  ingress:
  - {action: Deny, source: {namespaceSelector: team == 'b'}}
  - {action: Pass, protocol: TCP}
---
kind: NetworkPolicy
metadata: {name: default.p, namespace: a}
spec: {selector: all(), ingress: [{action: Allow}]}
"""
    state = cluster_state(*manifests(text), namespaces={"a": {}, "b": {"team": "b"}}, pods=PODS)
    asked = [("a/client", "TCP"), ("b/client", "TCP"), ("a/client", "UDP")]
    assert allowed(state, *((each, "a/web", 80, protocol) for each, protocol in asked)) == [True, False, False]


def test_service_accounts_are_labels() -> None:
    """Names and labels of service accounts, in rules and of the policy itself."""
    found = converted(
        "NetworkPolicy",
        "{serviceAccountSelector: tier == 'x', selector: all(),"
        " ingress: [{action: Allow, source: {serviceAccounts: {names: [s], selector: has(y)}}}]}",
    )
    assert str(found.selector) == '(projectcalico.org/namespace == "a" && pcsa.tier == "x")'
    wanted = '(projectcalico.org/namespace == "a" && projectcalico.org/serviceaccount in {"s"} && has(pcsa.y))'
    assert str(found.ingress[0].source.selector) == wanted


def test_a_rule_is_for_the_ip_version_of_its_networks() -> None:
    """Networks of one version, those left out too, make a rule for that version alone."""
    found = converted(
        "GlobalNetworkPolicy",
        "{ingress: [{action: Allow, source: {notNets: [10.0.0.0/8]}}, {action: Allow}, {action: Allow, ipVersion: 6}]}",
        metadata="{name: default.p}",
    )
    assert [rule.ip_version for rule in found.ingress] == [4, None, 6]


def test_fields_are_carried_over() -> None:
    """Orders, types, ports, protocols, messages, services and what is for nodes."""
    found = converted(
        "GlobalNetworkPolicy",
        "{order: 5, types: [Ingress, Egress], doNotTrack: true, applyOnForward: true, ingress: ["
        "{action: Deny, protocol: TCP, destination: {ports: [80, '90:99', web]}},"
        "{action: Pass, protocol: ICMP, icmp: {type: 8, code: 0}},"
        "{action: Log, notProtocol: 132}]}",
        metadata="{name: default.p}",
    )
    assert (found.order, found.do_not_track, found.apply_on_forward, found.pre_dnat) == (5.0, True, True, False)
    assert found.directions == set(Direction)
    assert [rule.action for rule in found.ingress] == [Action.DENY, Action.NEXT_TIER, Action.LOG]
    assert found.ingress[0].destination.ports == (PortRange(80, 80), PortRange(90, 99), "web")
    assert (found.ingress[1].protocol, found.ingress[1].icmp) == (1, IcmpMatch(8, 0))
    assert (found.ingress[2].protocol, found.ingress[2].not_protocol) == (None, 132)
    assert converted("NetworkPolicy", "{}").order == inf
    egress = converted("NetworkPolicy", "{egress: [{action: Allow, destination: {services: {name: s}}}]}").egress
    assert egress[0].destination.service == ServiceId("a", "s")


def test_staged_policies_are_counted_or_left_out() -> None:
    """One that stands for a policy to come is staged; one that speaks of another policy is nothing."""
    assert converted("StagedNetworkPolicy", "{selector: all()}").staged
    assert converted("StagedNetworkPolicy", "{stagedAction: Delete}") is None


def test_profiles_tiers_and_sets() -> None:
    """The other kinds, field by field."""
    text = """
kind: Profile
metadata: {name: p}
spec: {ingress: [{action: Allow}], labelsToApply: {a: b}}
---
kind: Tier
metadata: {name: t}
spec: {order: 7, defaultAction: Pass}
---
kind: NetworkSet
metadata: {name: n, namespace: a, labels: {x: y}}
spec: {nets: [10.0.0.1]}
"""
    profile, tier, nets = (load_documents(str(each), "test")[0].resource for each in manifests(text))
    assert isinstance(profile, resources.Profile)
    assert isinstance(tier, resources.Tier)
    assert isinstance(nets, resources.NetworkSet)
    assert profile_of_calico(profile).labels == (("a", "b"),)
    assert (tier_of_calico(tier).order, tier_of_calico(tier).default) == (7.0, Action.NEXT_TIER)
    found = network_set_of_calico(nets, {"team": "t"})
    assert found.key == "a/n"
    assert dict(found.labels).items() >= {"x": "y", "pcns.team": "t", "projectcalico.org/namespace": "a"}.items()
