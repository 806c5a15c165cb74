"""What the demonstration applies is what the walkthrough's operator writes."""

from bgpkit_node.demo import manifests
from bgpkit_node.demo.cluster import MACHINES
from bgpkit_node.resources import BGPConfiguration, BGPPeer, IPPool, Node, load_documents


def test_the_first_documents_are_the_pool_and_the_mesh() -> None:
    """Pool 10.244.0.0/16 in blocks of 26, AS 63400, mesh on."""
    pool, configuration = (document.resource for document in load_documents(manifests.FIRST, "first"))
    assert isinstance(pool, IPPool)
    assert (str(pool.spec.cidr), pool.spec.block_size) == ("10.244.0.0/16", 26)
    assert isinstance(configuration, BGPConfiguration)
    assert (configuration.spec.as_number, configuration.spec.node_to_node_mesh_enabled) == (63400, True)


def test_the_change_to_reflectors_is_one_stream_of_documents() -> None:
    """Walkthrough 20: label and cluster ID, BGPPeer for all nodes, mesh off."""
    text = "---\n".join((manifests.reflector(MACHINES[1]), manifests.PEER_WITH_REFLECTORS, manifests.MESH_OFF))
    node, peer, configuration = (document.resource for document in load_documents(text, "change"))
    assert isinstance(node, Node)
    assert (node.name, node.labels, str(node.cluster_id)) == ("k8s-node1", {"route-reflector": "true"}, "244.0.0.1")
    assert str(node.ipv4) == "10.4.7.12/24"
    assert isinstance(peer, BGPPeer)
    assert (peer.spec.node_selector, peer.spec.peer_selector) == ("all()", "route-reflector == 'true'")
    assert isinstance(configuration, BGPConfiguration)
    assert configuration.spec.node_to_node_mesh_enabled is False
