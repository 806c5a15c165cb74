"""Cluster: what a node's AS number and port are, and whether there is a mesh."""

import msgspec
import pytest

from bgpkit_node.peering import CLUSTER_KINDS, Cluster
from bgpkit_node.peering.cluster import NO_SERVICES, WATCHED, advertises_services
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPFilter,
    BGPPeer,
    BGPPeerSpec,
    IPPool,
    IPPoolSpec,
    Metadata,
    WorkloadEndpoint,
)
from bgpkit_node.resources.bgp_configuration import (
    BindMode,
    NamedCommunity,
    PrefixAdvertisement,
    ServiceBlock,
)
from bgpkit_node.services import NO_BLOCKS, ServiceBlocks
from tests.support.clusters import all_with_reflectors, cluster, configuration, drained, node, reflector


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


def test_a_nodes_own_log_severity_comes_before_the_clusters() -> None:
    """Without either it is information."""
    debug, error = (BGPConfigurationSpec(log_severity_screen=word) for word in ("debug", "Error"))
    named = zip(("default", "node.a"), (debug, error), strict=True)
    found = cluster(*(BGPConfiguration(metadata=Metadata(name=name), spec=spec) for name, spec in named))
    assert [found.log_severity(name) for name in "ab"] == ["Error", "Debug"]
    assert cluster().log_severity("a") == "Info"


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
    assert found == Cluster(
        nodes=samples[:1], pools=samples[1:2], configurations=samples[2:3], peers=samples[3:4], filters=samples[4:]
    )
    pod = WorkloadEndpoint(metadata=Metadata(name="a", namespace="default"))
    assert cluster(*samples, pod) == found


def test_service_blocks_are_those_of_the_default_configuration() -> None:
    """Those of a node's own configuration are passed over."""
    spec = BGPConfigurationSpec(service_cluster_ips=(ServiceBlock(cidr="10.96.0.0/12"),))
    default = BGPConfiguration(metadata=Metadata(name="default"), spec=spec)
    assert cluster(default).service_blocks == ServiceBlocks.of(spec)
    assert cluster(BGPConfiguration(metadata=Metadata(name="node.a"), spec=spec)).service_blocks == NO_BLOCKS


def test_a_label_keeps_a_node_from_drawing_service_traffic() -> None:
    """As the load balancers of clouds read it."""
    assert advertises_services(node("a"))
    labelled = msgspec.structs.replace(node("a"), metadata=Metadata(name="a", labels={NO_SERVICES: "true"}))
    assert not advertises_services(labelled)


def test_where_nodes_listen_and_pods_reach_them_is_said_for_all() -> None:
    """By the default configuration."""
    spec = BGPConfigurationSpec(bind_mode=BindMode.NODE_IP, local_workload_peering_ipv4="169.254.1.2")
    for name, says in (("default", True), ("node.a", False)):
        state = cluster(BGPConfiguration(metadata=Metadata(name=name), spec=spec))
        assert state.binds_node_address is says
        assert [state.workload_peering_address(version) for version in (4, 6)] == ["169.254.1.2" * says, ""]


def test_paths_are_watched_where_an_annotation_says_so() -> None:
    """That of a BGPPeer, or for the mesh, while there is one, that of the default configuration."""
    asking = Metadata(name="office", annotations={WATCHED: "true"})
    assert cluster(BGPPeer(metadata=asking), all_with_reflectors()).watched == {"office"}
    default = msgspec.structs.replace(asking, name="default")
    assert cluster(msgspec.structs.replace(configuration(), metadata=default)).watched == {""}
    assert cluster(msgspec.structs.replace(configuration(mesh=False), metadata=default)).watched == set()


def test_a_drained_reflector_has_no_cluster_id() -> None:
    """It is known by its name; the annotation on another node says nothing."""
    state = cluster(drained(reflector("r", "10.4.7.1/24", "1.1.1.1")), drained(node("a", "10.4.7.2/24")))
    assert state.drained == {"r"}
    assert [one.cluster_id for one in state.nodes] == [None, None]
