"""AdminNetworkPolicy: its place, and whom it is for."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.admin_network_policy import (
    ADMIN_NETWORK_POLICY,
    AdminNetworkPolicy,
    check_admin_network_policy,
)
from bgpkit_node.resources.admin_policy_fields import AdminAction
from bgpkit_node.resources.documents import load_documents

_ADMIN: dict[str, Any] = {"priority": 5, "subject": {"namespaces": {}}}


def _loaded(name: str, spec: dict[str, Any]) -> AdminNetworkPolicy:
    version = "policy.networking.k8s.io/v1alpha1"
    whole = {"apiVersion": version, "kind": "AdminNetworkPolicy", "metadata": {"name": name}, "spec": spec}
    resource = load_documents(json.dumps(whole), "policy.yaml")[0].resource
    assert isinstance(resource, AdminNetworkPolicy)
    return resource


def _fields(name: str, spec: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded(name, spec)
    return [error.field for error in caught.value.errors]


def test_a_policy_has_a_priority_and_a_subject() -> None:
    """The priority is at most 1000."""
    assert _fields("p", {}) == ["spec.priority", "spec.subject"]
    assert _fields("p", {**_ADMIN, "priority": 1001}) == ["spec.priority"]
    assert _fields("p", {**_ADMIN, "subject": {}}) == ["spec.subject"]
    egress: list[dict[str, Any]] = [{"action": "Allow", "to": [{"namespaces": {}}], "ports": [{"namedPort": "web"}]}]
    policy = _loaded("p", {**_ADMIN, "egress": egress})
    assert not list(check_admin_network_policy(policy))
    assert policy.spec.egress[0].action is AdminAction.ALLOW
    assert [column.cell(policy, 0) for column in ADMIN_NETWORK_POLICY.wide] == ["p", "5"]
