"""BGPPeer: which fields go together, and what they mean."""

from ipaddress import IPv4Address

import pytest

from bgpkit_node.resources.bgp_peer import BGP_PEER, BGPPeer, BGPPeerSpec, NextHopMode, check_bgp_peer
from bgpkit_node.resources.metadata import Metadata


def _peer(spec: BGPPeerSpec) -> BGPPeer:
    return BGPPeer(metadata=Metadata(name="peer"), spec=spec)


@pytest.mark.parametrize(
    ("spec", "field", "words"),
    [
        (BGPPeerSpec(node="a", node_selector="all()"), "nodeSelector", "together with spec.node"),
        (BGPPeerSpec(peer_ip="10.0.0.1", peer_selector="all()"), "peerSelector", "together with spec.peerIP"),
        (BGPPeerSpec(peer_selector="all()", as_number=1), "asNumber", "together with spec.peerSelector"),
        (
            BGPPeerSpec(peer_ip="10.0.0.1", local_workload_selector="all()", as_number=1),
            "localWorkloadSelector",
            "together with spec.peerIP",
        ),
        (BGPPeerSpec(local_workload_selector="all()"), "asNumber", "is required with"),
        (BGPPeerSpec(peer_ip="10.0.0.256"), "peerIP", "is not an IP address"),
        (BGPPeerSpec(peer_ip="10.0.0.1:0"), "peerIP", "is not between 1 and 65535"),
        (BGPPeerSpec(peer_ip="10.0.0.1", reachable_by="x"), "reachableBy", "is not an IP address"),
        (BGPPeerSpec(peer_ip="10.0.0.1:179", reachable_by="::1"), "reachableBy", "must be an IPv4 address"),
        (BGPPeerSpec(peer_ip="10.0.0.1", reachable_by="0.0.0.0"), "reachableBy", "must be the address of a router"),
        (BGPPeerSpec(peer_ip="2001:db8::1", reachable_by="ff02::1"), "reachableBy", "must be the address of a router"),
        (BGPPeerSpec(reachable_by="10.0.0.1"), "reachableBy", "only be set together with spec.peerIP"),
        (
            BGPPeerSpec(keep_original_next_hop=True, next_hop_mode=NextHopMode.SELF),
            "keepOriginalNextHop",
            "together with spec.nextHopMode",
        ),
        (BGPPeerSpec(node_selector="all("), "nodeSelector", "at position 5"),
        (BGPPeerSpec(peer_selector="global()"), "peerSelector", "global() cannot be used here"),
        (BGPPeerSpec(max_restart_time="2h"), "maxRestartTime", "must be between 0 and 4095 seconds, not 2h"),
        (BGPPeerSpec(keepalive_time="0s"), "keepaliveTime", "must be between 1 and 21845 seconds, not 0s"),
        (BGPPeerSpec(keepalive_time="90"), "keepaliveTime", "is not a time"),
    ],
)
def test_what_does_not_go_together_is_refused(spec: BGPPeerSpec, field: str, words: str) -> None:
    """One fault for each rule, at the field that is too much or missing."""
    (fault,) = check_bgp_peer(_peer(spec))
    assert fault.field == f"spec.{field}"
    assert words in fault.text


def test_the_peering_with_route_reflectors_is_fine() -> None:
    """The file of the tutorials, and its line in calicoctl get bgppeer."""
    peer = _peer(BGPPeerSpec(node_selector="all()", peer_selector="route-reflector == 'true'"))
    assert list(check_bgp_peer(peer)) == []
    assert list(BGP_PEER.warn(peer)) == []
    assert [column.header for column in BGP_PEER.narrow] == ["NAME", "PEERIP", "NODE", "ASN"]
    assert [column.cell(peer, 63400) for column in BGP_PEER.narrow] == ["peer", "", "all()", "0"]


def test_a_global_peer_is_printed_as_such() -> None:
    """Neither node nor nodeSelector."""
    peer = _peer(BGPPeerSpec(peer_ip="10.4.7.254", as_number=65010))
    assert peer.is_global
    assert [column.cell(peer, 63400) for column in BGP_PEER.wide] == ["peer", "10.4.7.254", "(global)", "65010"]
    assert not _peer(BGPPeerSpec(node="k8s-node1")).is_global


def test_address_port_and_times_are_told() -> None:
    """Each is None when not given."""
    peer = _peer(BGPPeerSpec(peer_ip="10.4.7.254:1790", keepalive_time="1s", max_restart_time="2m"))
    assert (peer.peer_address, peer.peer_port) == (IPv4Address("10.4.7.254"), 1790)
    assert (peer.keepalive_seconds, peer.restart_seconds) == (1.0, 120.0)
    empty = _peer(BGPPeerSpec())
    assert (empty.peer_address, empty.peer_port, empty.keepalive_seconds, empty.restart_seconds) == (None,) * 4


def test_a_peer_that_points_at_nothing_is_warned_of() -> None:
    """It is allowed, and makes no session."""
    (warning,) = BGP_PEER.warn(_peer(BGPPeerSpec(node="a")))
    assert warning.startswith("BGPPeer(peer) makes no session")
