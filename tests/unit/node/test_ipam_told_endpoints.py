"""Endpoints by the node in their names: what is read of them, and what is only looked at."""

from ipaddress import ip_address

import pytest

from bgpkit_node.ipam.told_endpoints import ToldEndpoints
from bgpkit_node.resources import (
    Metadata,
    ResourceStore,
    WorkloadEndpoint,
    WorkloadEndpointSpec,
    endpoint_name,
    kind_of,
)
from bgpkit_node.resources.workload_endpoint import node_in_name
from tests.support.memory_datastore import MemoryDatastore


@pytest.mark.parametrize("node", ["a", "a-b", "k8s-node1", "a--b", "node.example.org"])
def test_the_name_of_an_endpoint_tells_its_node(node: str) -> None:
    """Whatever hyphens it has."""
    spec = WorkloadEndpointSpec(orchestrator="k8s", node=node, pod="web-1", endpoint="eth0")
    assert node_in_name(endpoint_name(spec)) == node


async def test_endpoints_are_read_by_node_and_addresses_found_in_all() -> None:
    """One that cannot be read is left out, and yet the addresses in it count; part of an address is none."""
    store = ResourceStore(MemoryDatastore())
    for node, address in (("a", "10.244.0.1"), ("a-b", "10.244.0.12"), ("gone", "10.244.0.3")):
        spec = WorkloadEndpointSpec(
            orchestrator="k8s", node=node, pod="web", endpoint="eth0", ip_networks=(f"{address}/32",)
        )
        metadata = Metadata(name=endpoint_name(spec), namespace="default")
        await store.create(WorkloadEndpoint(metadata=metadata, spec=spec))
    broken = kind_of(WorkloadEndpoint).key("a-k8s-broken-eth0", "default")
    await store.datastore.create(broken, b'{"spec": {"ipNetworks": ["10.244.0.4"]}}')
    told = await ToldEndpoints.load(store.datastore)
    assert told.nodes == {"a", "a-b", "gone"}
    assert [one.name for one in told.on(lambda node: node == "a")] == ["a-k8s-web-eth0"]
    asked = [ip_address(f"10.244.0.{number}") for number in (1, 2, 3, 4, 12)]
    found = told.named(asked, lambda node: node != "gone")
    assert sorted(map(str, found)) == ["10.244.0.1", "10.244.0.12", "10.244.0.4"]
