"""What the scenarios with a router apply can be read, and says what it is to."""

from typing import Any

from bgpkit_node.demo import routed_manifests as manifests
from bgpkit_node.demo.cluster import Pod
from bgpkit_node.demo.cross_subnet import FAR, NEAR
from bgpkit_node.demo.manifests import pool
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPFilter,
    BGPPeer,
    EndpointSlice,
    IPPool,
    Node,
    Resource,
    Service,
    load_documents,
)
from bgpkit_node.resources.bgp_peer import NextHopMode


def read(*texts: str) -> tuple[Any, ...]:
    """Return the resources of documents."""
    return tuple[Resource, ...](each.resource for each in load_documents("---\n".join(texts), "test"))


def test_pools_nodes_and_configurations() -> None:
    """Modes, labels, reflection and services only where they are asked for."""
    plain, wrapped, exempt = read(
        pool({}),
        pool({"vxlanMode": "Always"}).replace("default-", "other-"),
        manifests.not_translated("o", "192.168.1.0/24"),
    )
    assert [isinstance(each, IPPool) for each in (plain, wrapped, exempt)] == [True] * 3
    assert [each.spec.vxlan_mode.value for each in (plain, wrapped)] == ["Never", "Always"]
    assert (exempt.spec.disabled, exempt.spec.nat_outgoing, plain.spec.nat_outgoing) == (True, False, True)
    node, other = read(manifests.node(NEAR, {"subnet": "north"}), manifests.node(FAR, {"rr": "true"}, reflects=True))
    assert isinstance(node, Node)
    assert (node.labels, node.cluster_id, str(node.ipv4)) == ({"subnet": "north"}, None, "10.4.7.11/24")
    assert str(other.cluster_id) == "244.0.0.1"
    (mesh,) = read(manifests.configuration(mesh=True))
    (services,) = read(manifests.configuration(mesh=False, services="10.0.0.0/24"))
    assert isinstance(mesh, BGPConfiguration)
    assert (mesh.spec.node_to_node_mesh_enabled, mesh.spec.service_cluster_ips) == (True, ())
    assert [block.cidr for block in services.spec.service_cluster_ips] == ["10.0.0.0/24"]


def test_peerings_filters_and_services() -> None:
    """The router keeps next hops; reflectors pass on what the filter names; the service is for traffic that stays."""
    router, reflectors, named, passed = read(
        manifests.peering_with_router("router", "all()", "10.4.7.1"),
        manifests.peering_with_reflectors(),
        manifests.peering_with_reflectors("office").replace("peer-with-route-reflectors", "named"),
        manifests.passed_on("192.168.1.0/24"),
    )
    assert isinstance(router, BGPPeer)
    assert (router.spec.next_hop_mode, router.spec.as_number, router.spec.peer_ip) == (
        NextHopMode.KEEP,
        65010,
        "10.4.7.1",
    )
    assert (reflectors.spec.filters, named.spec.filters) == ((), ("office",))
    assert isinstance(passed, BGPFilter)
    assert [rule.cidr for rule in passed.spec.export_v4] == ["192.168.1.0/24"]
    service, slices = read(manifests.local_service("registry", "10.0.0.80", Pod("p", NEAR, "10.244.0.1")))
    assert isinstance(service, Service)
    assert isinstance(slices, EndpointSlice)
    assert (service.spec.external_traffic_policy.value, slices.service) == ("Local", "registry")
    assert [endpoint.node_name for endpoint in slices.endpoints] == ["k8s-master1"]


def test_the_routers_configuration_names_its_peers_and_what_it_announces() -> None:
    """An address of its own for each segment, once; without anything to announce there is no announcement."""
    text = manifests.router("10.4.7.1", {"10.4.7.11": "10.4.7.1", "10.4.7.12": "10.4.7.1", "10.4.8.21": "10.4.8.1"})
    assert 'listen = ["10.4.7.1", "10.4.8.1"]' in text
    assert [line for line in text.splitlines() if line.startswith("address")] == [
        f'address = "{address}"' for address in ("10.4.7.11", "10.4.7.12", "10.4.8.21")
    ]
    assert "announcements" not in text
    assert 'prefixes = ["192.168.1.0/24"]' in manifests.router("10.4.7.1", {}, "192.168.1.0/24")
