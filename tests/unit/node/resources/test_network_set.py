"""NetworkSets and GlobalNetworkSets."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.global_network_set import GLOBAL_NETWORK_SET, GlobalNetworkSet
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.network_set import NetworkSet, NetworkSetSpec, check_network_set


def _loaded(kind: str, labels: dict[str, str], nets: list[Any]) -> NetworkSet | GlobalNetworkSet:
    metadata = {"name": "office", "labels": labels}
    whole = {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": {"nets": nets}}
    resource = load_documents(json.dumps(whole), "set.yaml")[0].resource
    assert isinstance(resource, NetworkSet | GlobalNetworkSet)
    return resource


@pytest.mark.parametrize("kind", ["NetworkSet", "GlobalNetworkSet"])
def test_a_set_has_networks_and_addresses_of_both_versions(kind: str) -> None:
    """Bits behind a prefix are passed over."""
    one = _loaded(kind, {"role": "office"}, ["10.0.0.1", "11.0.0.7/8", "dead:beef::/96"])
    assert [str(network) for network in one.spec.networks] == ["10.0.0.1/32", "11.0.0.0/8", "dead:beef::/96"]


@pytest.mark.parametrize("kind", ["NetworkSet", "GlobalNetworkSet"])
@pytest.mark.parametrize(
    ("labels", "nets", "field"),
    [
        ({"projectcalico.org/namespace": "a"}, [], "metadata.labels.projectcalico.org/namespace"),
        ({"a b": "c"}, [], "metadata.labels"),
        ({}, ["10.0.0.0/40"], "spec.nets[0]"),
        ({}, ["10.0.0.1", ""], "spec.nets[1]"),
        ({}, [10], "spec.nets[0]"),
    ],
)
def test_what_a_set_cannot_be_is_refused_by_field(
    kind: str, labels: dict[str, str], nets: list[Any], field: str
) -> None:
    """Labels that the system gives, above all."""
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded(kind, labels, nets)
    assert [error.field for error in caught.value.errors] == [field]


def test_a_set_belongs_to_a_namespace_or_to_none() -> None:
    """As its kind says."""
    metadata = Metadata(name="a", namespace="b")
    assert not list(check_network_set(metadata, NetworkSetSpec(), namespaced=True))
    assert [fault.field for fault in check_network_set(metadata, NetworkSetSpec(), namespaced=False)] == [
        "metadata.namespace"
    ]


def test_the_columns_of_a_set() -> None:
    """The networks are shown wide."""
    one = _loaded("GlobalNetworkSet", {}, ["10.0.0.1", "10.0.0.2"])
    assert isinstance(one, GlobalNetworkSet)
    assert [column.cell(one, 0) for column in GLOBAL_NETWORK_SET.wide] == ["office", "10.0.0.1,10.0.0.2"]
