"""NetworkPolicies of Kubernetes on trial follow the same rules."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.policy_fields import PolicyType, StagedAction
from bgpkit_node.resources.staged_kubernetes_network_policy import (
    STAGED_KUBERNETES_NETWORK_POLICY,
    StagedKubernetesNetworkPolicy,
    check_staged_kubernetes_network_policy,
)


def _loaded(spec: dict[str, Any]) -> StagedKubernetesNetworkPolicy:
    kind = "StagedKubernetesNetworkPolicy"
    whole = {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": {"name": "p"}, "spec": spec}
    resource = load_documents(json.dumps(whole), "policy.yaml")[0].resource
    assert isinstance(resource, StagedKubernetesNetworkPolicy)
    return resource


def test_a_policy_on_trial_is_one_that_says_what_it_stands_for() -> None:
    """Set unless it says otherwise; its types are filled in."""
    policy = _loaded({"podSelector": {"matchLabels": {"app": "web"}}, "egress": [{}]})
    assert policy.spec.staged_action is StagedAction.SET
    assert policy.spec.policy_types == (PolicyType.INGRESS, PolicyType.EGRESS)
    assert _loaded({"stagedAction": "Delete"}).spec.staged_action is StagedAction.DELETE
    assert not list(check_staged_kubernetes_network_policy(policy))
    assert [column.cell(policy, 0) for column in STAGED_KUBERNETES_NETWORK_POLICY.wide] == ["p", "app=web"]


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"stagedAction": "Now"}, "spec.stagedAction"),
    ({"ingress": [{"from": [{}]}]}, "spec.ingress[0].from[0]"),
    ({"egress": [{"ports": [{"endPort": 1}]}]}, "spec.egress[0].ports[0].endPort"),
]


@pytest.mark.parametrize(("spec", "field"), _REFUSED)
def test_what_it_cannot_say_is_refused_by_field(spec: dict[str, Any], field: str) -> None:
    """As of the policy that is enforced."""
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded(spec)
    assert [error.field for error in caught.value.errors] == [field]
