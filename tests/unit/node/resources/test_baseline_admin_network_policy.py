"""BaselineAdminNetworkPolicy: the last word of a cluster."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.baseline_admin_network_policy import (
    BaselineAdminNetworkPolicy,
    check_baseline_admin_network_policy,
)
from bgpkit_node.resources.documents import load_documents

_ALL: dict[str, Any] = {"namespaces": {}}
_BASELINE: dict[str, Any] = {"subject": _ALL}


def _loaded(name: str, spec: dict[str, Any]) -> BaselineAdminNetworkPolicy:
    version = "policy.networking.k8s.io/v1alpha1"
    whole = {"apiVersion": version, "kind": "BaselineAdminNetworkPolicy", "metadata": {"name": name}, "spec": spec}
    resource = load_documents(json.dumps(whole), "policy.yaml")[0].resource
    assert isinstance(resource, BaselineAdminNetworkPolicy)
    return resource


def _fields(name: str, spec: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded(name, spec)
    return [error.field for error in caught.value.errors]


def test_the_baseline_is_one_and_passes_nothing_on() -> None:
    """No priority, one name, and no policy after it."""
    passing = {"ingress": [{"action": "Pass", "from": [_ALL]}], "egress": [{"action": "Pass", "to": [_ALL]}]}
    assert _fields("other", _BASELINE) == ["metadata.name"]
    assert _fields("default", {**_BASELINE, "priority": 5}) == ["spec.priority"]
    assert _fields("default", {**_BASELINE, **passing}) == ["spec.ingress[0].action", "spec.egress[0].action"]
    assert not list(check_baseline_admin_network_policy(_loaded("default", _BASELINE)))
