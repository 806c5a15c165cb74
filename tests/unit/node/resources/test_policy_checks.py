"""Policies of Calico as a whole: tier, order, types, and what only some of them can be."""

import json
import math
from typing import Any

import pytest

from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.network_policy import NETWORK_POLICY, NetworkPolicy
from bgpkit_node.resources.output import decode
from bgpkit_node.resources.policy_checks import (
    check_global_policy,
    check_namespaced_policy,
    check_order,
    check_policy_name,
)
from bgpkit_node.resources.registry import kind_named

_KINDS = ("NetworkPolicy", "StagedNetworkPolicy", "GlobalNetworkPolicy", "StagedGlobalNetworkPolicy")
_GLOBAL = _KINDS[2:]


def _whole(kind: str, spec: dict[str, Any], name: str = "p") -> str:
    return json.dumps({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": {"name": name}, "spec": spec})


def _fields(kind: str, spec: dict[str, Any], name: str = "p") -> list[str]:
    try:
        load_documents(_whole(kind, spec, name), "policy.yaml")
    except InvalidResourcesError as error:
        return [each.field for each in error.errors]
    return []


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"tier": "A"}, "spec.tier"),
        ({"order": "first"}, "spec.order"),
        ({"order": "100"}, "spec.order"),
        ({"selector": "a = b"}, "spec.selector"),
        ({"selector": "global()"}, "spec.selector"),
        ({"serviceAccountSelector": "global()"}, "spec.serviceAccountSelector"),
        ({"types": ["Ingress", "Ingress"]}, "spec.types"),
        ({"types": ["Both"]}, "spec.types[0]"),
        ({"performanceHints": ["Fast"]}, "spec.performanceHints[0]"),
        ({"selector": "has(a)" + " " * 1024}, "spec.selector"),
        ({"podSelector": {}}, "spec.podSelector"),
        ({"ingress": [{"action": "Allow"}] * 1025}, "spec.ingress"),
        ({"egress": [{"action": "Stop"}]}, "spec.egress[0].action"),
    ],
)
def test_what_no_policy_can_say_is_refused_by_field(kind: str, spec: dict[str, Any], field: str) -> None:
    """In each of the kinds."""
    assert _fields(kind, spec) == [field]


@pytest.mark.parametrize("kind", _GLOBAL)
@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"namespaceSelector": "global()"}, "spec.namespaceSelector"),
        ({"doNotTrack": True}, "spec.applyOnForward"),
        ({"preDNAT": True}, "spec.applyOnForward"),
        ({"preDNAT": True, "doNotTrack": True, "applyOnForward": True}, "spec.doNotTrack"),
        ({"preDNAT": True, "applyOnForward": True, "egress": [{"action": "Deny"}]}, "spec.egress"),
        ({"preDNAT": True, "applyOnForward": True, "types": ["Ingress", "Egress"]}, "spec.types"),
    ],
)
def test_what_no_policy_for_nodes_can_say_is_refused_by_field(kind: str, spec: dict[str, Any], field: str) -> None:
    """It is for packets before or without connection tracking, which have no other side."""
    assert _fields(kind, spec) == [field]


@pytest.mark.parametrize("field", ["doNotTrack", "preDNAT", "applyOnForward", "namespaceSelector"])
def test_a_policy_of_a_namespace_is_for_pods_alone(field: str) -> None:
    """The fields for interfaces of nodes are unknown to it."""
    assert _fields("NetworkPolicy", {field: True}) == [f"spec.{field}"]


@pytest.mark.parametrize("kind", _KINDS)
def test_the_name_of_a_policy_that_kubernetes_made_is_read_and_not_written(kind: str) -> None:
    """Calico keeps such policies in etcd; they are enforced, and changed by who made them."""
    assert _fields(kind, {}, "knp.default.web") == ["metadata.name"]
    row = kind_named(kind)
    key = row.key("knp.default.web")
    whole = json.loads(_whole(kind, {}, "knp.default.web"))
    if row.namespaced:
        whole["metadata"]["namespace"] = "default"
    assert decode(row, KeyValue(key, json.dumps(whole).encode(), 1)).name == "knp.default.web"


def test_a_staged_policy_says_what_it_stands_for() -> None:
    """Set when it says nothing, or an empty word."""
    for spec in (
        {},
        {"stagedAction": ""},
        {"stagedAction": "Set"},
        {"stagedAction": "Delete"},
        {"stagedAction": "Learn"},
    ):
        assert _fields("StagedNetworkPolicy", spec) == []
    assert _fields("StagedNetworkPolicy", {"stagedAction": "Stop"}) == ["spec.stagedAction"]
    assert _fields("NetworkPolicy", {"stagedAction": "Set"}) == ["spec.stagedAction"]


def test_an_order_is_a_number() -> None:
    """With a fraction or without, below zero, too."""
    for order in (None, 0, -1, 10.5, 1e300):
        assert not list(check_order("spec.order", order))
    for order in (math.inf, math.nan):
        assert [fault.field for fault in check_order("spec.order", order)] == ["spec.order"]
    assert _fields("NetworkPolicy", {"order": 10.5}) == []


def test_the_checks_are_those_of_the_rows() -> None:
    """A policy that says nothing is right."""
    policy = load_documents(_whole("NetworkPolicy", {}), "policy.yaml")[0].resource
    assert isinstance(policy, NetworkPolicy)
    assert not [*check_namespaced_policy(policy), *check_policy_name(policy)]
    assert NETWORK_POLICY.check is check_namespaced_policy
    assert kind_named("GlobalNetworkPolicy").check is check_global_policy
