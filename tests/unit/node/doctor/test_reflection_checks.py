"""Routes from outside that stop at a reflector, by the resources."""

from bgpkit_node.doctor import reflection_findings
from bgpkit_node.peering import cluster_of
from tests.support.commands import document
from tests.unit.node.doctor.scenery import lines, node, resources

OFF = document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: false, asNumber: 63400}")
REFLECTOR = node("a", 11, ", routeReflectorClusterID: 244.0.0.1", labels='{rr: "yes"}')
OFFICE = document("BGPPeer", "office", "{nodeSelector: has(rr), peerIP: 172.17.0.1, asNumber: 65010}")
BASE = (OFF, REFLECTOR, node("b", 12), node("c", 13), OFFICE)
ACCEPTING = document("BGPFilter", "f", "{exportV4: [{action: Accept, matchOperator: In, cidr: 192.168.1.0/24}]}")
REJECTING = document("BGPFilter", "f", "{exportV4: [{action: Reject, matchOperator: In, cidr: 192.168.1.0/24}]}")


def peer(more: str = "") -> str:
    """Return the BGPPeer of all nodes with the reflector."""
    return document("BGPPeer", "rr", f"{{nodeSelector: all(), peerSelector: has(rr){more}}}")


def test_clients_without_the_routes_of_a_reflectors_external_peer_are_named() -> None:
    """With the peer, the clients and the BGPPeer that needs a filter; a filter that rejects opens nothing."""
    for more in ((peer(),), (peer(", filters: [f]"), REJECTING), (peer(", filters: [f]"),)):
        (told,) = reflection_findings(cluster_of(resources(*BASE, *more)))
        (line,) = lines([told])
        assert line.startswith("warning: reflector a what 172.17.0.1 (AS 65010) announces outside of the pools stays ")
        assert line.endswith(": b, c will not get it")
        assert told.cure.endswith("named in filters of BGPPeer(rr)")


def test_a_filter_that_accepts_is_well_and_without_an_external_peer_nothing_is_said() -> None:
    """One line, that it is well; none where there is nobody outside, or he is of our own AS."""
    opened = cluster_of(resources(*BASE, peer(", filters: [f]"), ACCEPTING))
    assert [one.verdict.value for one in reflection_findings(opened)] == ["ok"]
    inside = OFFICE.replace("65010", "63400")
    for documents in ((OFF, REFLECTOR, node("b", 12), peer()), (OFF, REFLECTOR, node("b", 12), inside, peer())):
        assert list(reflection_findings(cluster_of(resources(*documents)))) == []
