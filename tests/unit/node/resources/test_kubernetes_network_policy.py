"""NetworkPolicies of Kubernetes beside those of Calico: told apart by apiVersion, defaults as of the API server."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import ResourceError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.kind import Resource
from bgpkit_node.resources.kubernetes_network_policy import KUBERNETES_NETWORK_POLICY, KubernetesNetworkPolicy
from bgpkit_node.resources.kubernetes_policy_fields import TransportProtocol
from bgpkit_node.resources.network_policy import NetworkPolicy
from bgpkit_node.resources.output import decode, encode, to_document
from bgpkit_node.resources.part import is_mapping, is_sequence
from bgpkit_node.resources.policy_fields import PolicyType

_DATA = Path(__file__).parents[3] / "data" / "netpol"
_CASES = sorted((_DATA / "cases").glob("*.yaml"))
_BOTH = """
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}}
"""


def _loaded(text: str) -> list[Resource]:
    return [document.resource for document in load_documents(text, "file")]


def _policy(spec: dict[str, Any]) -> KubernetesNetworkPolicy:
    whole = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": spec}
    (resource,) = _loaded(json.dumps(whole))
    assert isinstance(resource, KubernetesNetworkPolicy)
    return resource


def test_two_policies_of_one_name_and_kind_differ_by_api_version() -> None:
    """Neither is taken for the other, nor for a second one; each is written as it was read."""
    calico, kubernetes = _loaded(_BOTH)
    assert isinstance(calico, NetworkPolicy)
    assert isinstance(kubernetes, KubernetesNetworkPolicy)
    assert [str(calico), str(kubernetes)] == ["NetworkPolicy(shop/web)", "KubernetesNetworkPolicy(shop/web)"]
    written = [to_document(calico), to_document(kubernetes)]
    assert [each["kind"] for each in written] == ["NetworkPolicy", "NetworkPolicy"]
    assert [each["apiVersion"] for each in written] == ["projectcalico.org/v3", "networking.k8s.io/v1"]


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_the_manifests_of_a_case_are_accepted(path: Path) -> None:
    """All policies and all changes of them, and the namespaces; each keeps every word after the store."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    changes: list[dict[str, Any]] = [change for step in case.get("steps", []) for change in step["do"]]
    manifests: list[dict[str, Any]] = [
        *(case.get("policies") or []),
        *(change["apply"] for change in changes if "apply" in change),
    ]
    for manifest in manifests:
        (resource,) = _loaded(yaml.safe_dump(manifest))
        assert isinstance(resource, KubernetesNetworkPolicy)
        key = KUBERNETES_NETWORK_POLICY.key(resource.name, resource.namespace)
        stored = decode(KUBERNETES_NETWORK_POLICY, KeyValue(key, encode(resource), 7))
        assert _without_defaults(to_document(stored)["spec"]) == _without_defaults(manifest["spec"])
    for namespace in case["namespaces"]:
        whole = {"apiVersion": "v1", "kind": "Namespace", "metadata": namespace}
        (resource,) = _loaded(yaml.safe_dump(whole))
        assert resource.metadata.labels == {**namespace.get("labels", {}), "kubernetes.io/metadata.name": resource.name}


def test_there_are_55_cases() -> None:
    """The test above asks for something."""
    assert len(_CASES) == 55


@pytest.mark.parametrize("path", sorted((_DATA / "samples").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_manifests_of_others_are_accepted(path: Path) -> None:
    """Lists of any kind, too."""
    resources = _loaded(path.read_text(encoding="utf-8"))
    assert resources
    assert all(isinstance(resource, KubernetesNetworkPolicy) for resource in resources)


def test_the_recipes_are_accepted() -> None:
    """As JSON."""
    rows = [json.loads(line) for line in (_DATA / "samples" / "recipes.jsonl").read_text(encoding="utf-8").splitlines()]
    policies = [policy for row in rows for policy in row["policies"]]
    assert len(policies) >= 7
    for policy in policies:
        (resource,) = _loaded(json.dumps(policy))
        assert isinstance(resource, KubernetesNetworkPolicy)


_TYPES: list[tuple[dict[str, Any], list[PolicyType]]] = [
    ({}, [PolicyType.INGRESS]),
    ({"ingress": [{}]}, [PolicyType.INGRESS]),
    ({"egress": []}, [PolicyType.INGRESS]),
    ({"egress": [{}]}, [PolicyType.INGRESS, PolicyType.EGRESS]),
    ({"policyTypes": ["Egress"], "ingress": [{}]}, [PolicyType.EGRESS]),
]


@pytest.mark.parametrize(("spec", "types"), _TYPES)
def test_the_types_are_filled_in_as_by_the_api_server(spec: dict[str, Any], types: list[PolicyType]) -> None:
    """Ingress always, Egress only when there is a rule for it."""
    assert list(_policy({"podSelector": {}, **spec}).spec.policy_types) == types


def test_the_parts_of_a_policy_are_read() -> None:
    """The whole example of the walkthrough, with every kind of peer."""
    spec = _policy(
        {
            "podSelector": {"matchLabels": {"role": "db"}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    "from": [
                        {"ipBlock": {"cidr": "172.17.0.0/16", "except": ["172.17.1.0/24"]}},
                        {"namespaceSelector": {"matchLabels": {"project": "myproject"}}},
                        {"podSelector": {"matchLabels": {"role": "frontend"}}},
                    ],
                    "ports": [{"protocol": "TCP", "port": 6379}],
                }
            ],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/24"}}], "ports": [{"port": 5978, "endPort": 5980}]}],
        }
    ).spec
    block, namespace, pod = spec.ingress[0].peers
    assert block.ip_block is not None
    assert [str(block.ip_block.network), *map(str, block.ip_block.excepted_networks)] == [
        "172.17.0.0/16",
        "172.17.1.0/24",
    ]
    assert namespace.namespace_selector is not None
    assert namespace.pod_selector is None
    assert namespace.namespace_selector.selector.canonical == 'project == "myproject"'
    assert pod.pod_selector is not None
    assert pod.pod_selector.text == "role=frontend"
    assert spec.ingress[0].ports[0].port == 6379
    port = spec.egress[0].ports[0]
    assert (port.protocol, port.port, port.end_port) == (TransportProtocol.TCP, 5978, 5980)


def test_a_field_of_a_later_version_makes_a_stored_policy_unreadable() -> None:
    """It may restrict what passes: half a policy is none. What is unknown of its metadata is passed over."""
    policy = _policy({"podSelector": {}, "ingress": [{}]})
    stored = encode(policy)
    key = KUBERNETES_NETWORK_POLICY.key("p")
    later = stored.replace(b'"ingress":[{', b'"ingress":[{"hours":"9-17"')
    assert later != stored
    with pytest.raises(ResourceError, match="hours"):
        decode(KUBERNETES_NETWORK_POLICY, KeyValue(key, later, 1))
    noted = stored.replace(b'"metadata":{', b'"metadata":{"note":"x",')
    assert noted != stored
    assert decode(KUBERNETES_NETWORK_POLICY, KeyValue(key, noted, 0)).spec == policy.spec


def _without_defaults(value: object) -> object:
    """Leave out what the API server fills in, and what is empty."""
    if is_sequence(value):
        return [_without_defaults(item) for item in value]
    if not is_mapping(value):
        return value
    plain = {key: _without_defaults(item) for key, item in value.items() if key != "policyTypes"}
    return {key: item for key, item in plain.items() if item not in ([], None, "TCP")}
