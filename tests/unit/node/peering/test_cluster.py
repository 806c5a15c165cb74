"""Cluster: what a node's AS number and port are, and whether there is a mesh."""

import pytest

from bgpkit_node.peering import CLUSTER_KINDS, Cluster
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPFilter,
    BGPPeerSpec,
    IPPool,
    IPPoolSpec,
    Metadata,
    WorkloadEndpoint,
)
from bgpkit_node.resources.bgp_configuration import NamedCommunity, PrefixAdvertisement
from tests.support.clusters import all_with_reflectors, cluster, configuration, node


def test_each_resource_finds_its_place_in_the_order_of_names() -> None:
    """The order in which resources were told does not matter, so that two agents cannot disagree."""
    pool = IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.244.0.0/16"))
    one, two, settings, peering = node("a"), node("b"), configuration(), all_with_reflectors()
    expected = Cluster(nodes=(one, two), pools=(pool,), configurations=(settings,), peers=(peering,))
    assert cluster(one, pool, two, settings, peering) == expected
    assert cluster(peering, two, settings, pool, one) == expected


def test_a_node_is_found_by_its_name() -> None:
    """A name that no node has finds none."""
    found = cluster(node("a"), node("b"))
    assert found.node("b") == node("b")
    assert found.node("c") is None


@pytest.mark.parametrize(("said", "mesh"), [(None, True), (True, True), (False, False)])
def test_the_mesh_is_on_unless_said_otherwise(said: bool | None, mesh: bool) -> None:
    """The default of nodeToNodeMeshEnabled is true."""
    assert cluster(configuration(mesh=said)).mesh is mesh


def test_without_a_configuration_the_defaults_hold() -> None:
    """AS 64512, port 179 and a mesh."""
    bare = cluster()
    assert (bare.mesh, bare.asn(node("a")), bare.port(node("a")), bare.default_asn) == (True, 64512, 179, None)


def test_a_nodes_own_as_number_comes_before_the_clusters() -> None:
    """The AS number of a Node, else that of the default configuration."""
    found = cluster(configuration(asn=63400))
    assert (found.asn(node("a", asn=65001)), found.asn(node("b"))) == (65001, 63400)


def test_a_nodes_own_port_comes_before_the_clusters() -> None:
    """The configuration node.<name> overrules the default one for its node only."""
    found = cluster(configuration(port=177), configuration("node.a", port=180))
    assert (found.port(node("a")), found.port(node("b"))) == (180, 177)


def test_prefixes_are_advertised_with_the_nodes_own_communities_or_those_of_all() -> None:
    """Names stand for their values; a node's own configuration takes the place of the default one."""
    default = BGPConfiguration(
        metadata=Metadata(name="default"),
        spec=BGPConfigurationSpec(
            communities=(NamedCommunity(name="office", value="64512:100"),),
            prefix_advertisements=(
                PrefixAdvertisement(cidr="10.244.0.0/16", communities=("office", "64512:1:2")),
                PrefixAdvertisement(cidr="10.96.0.0/12"),
            ),
        ),
    )
    own = BGPConfiguration(
        metadata=Metadata(name="node.a"),
        spec=BGPConfigurationSpec(
            prefix_advertisements=(PrefixAdvertisement(cidr="10.244.0.0/16", communities=("1:1",)),)
        ),
    )
    found = cluster(default, own, configuration("node.c", port=180))
    assert found.advertised(node("a")) == (("10.244.0.0/16", ("1:1",)),)
    everywhere = (("10.244.0.0/16", ("64512:100", "64512:1:2")), ("10.96.0.0/12", ()))
    assert found.advertised(node("b")) == found.advertised(node("c")) == everywhere
    assert cluster().advertised(node("a")) == ()


def test_the_mesh_is_kept_as_the_default_configuration_says() -> None:
    """In the words of a BGPPeer."""
    spec = BGPConfigurationSpec(node_mesh_max_restart_time="90s")
    found = cluster(BGPConfiguration(metadata=Metadata(name="default"), spec=spec))
    assert found.mesh_terms == BGPPeerSpec(max_restart_time="90s")
    assert cluster().mesh_terms == BGPPeerSpec()


def test_the_kinds_of_a_cluster_are_those_that_it_holds() -> None:
    """What is followed for peering is what peering is decided from: pods that come and go are none of it."""
    samples = (
        node("a"),
        IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.244.0.0/16")),
        configuration(),
        all_with_reflectors(),
        BGPFilter(metadata=Metadata(name="f")),
    )
    assert tuple(type(sample) for sample in samples) == CLUSTER_KINDS
    found = cluster(*samples)
    assert all(len(getattr(found, field)) == 1 for field in Cluster.__dataclass_fields__)
    pod = WorkloadEndpoint(metadata=Metadata(name="a", namespace="default"))
    assert cluster(*samples, pod) == found
