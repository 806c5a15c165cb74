"""Cluster: what a node's AS number and port are, and whether there is a mesh."""

import pytest

from bgpkit_node.peering import Cluster
from bgpkit_node.resources import IPPool, IPPoolSpec, Metadata
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
