"""What a change cuts off: pairs that had a path and would have none, by sessions or by what those let pass."""

from ipaddress import ip_network

import pytest

from bgpkit_node.command.reachability import announced, cluster_resources, in_use, named, refuse_cut, refuse_shared
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import AffinityState, Snapshot
from bgpkit_node.ipam.block import Owner
from bgpkit_node.peering import Cluster, Originated
from bgpkit_node.resources import BGPFilter, BGPPeerSpec, IPPool, IPPoolSpec, Metadata, Resource, ResourceStore
from bgpkit_node.resources.bgp_filter import BGPFilterRule, BGPFilterSpec, FilterAction, MatchOperator
from tests.support.clusters import all_with_reflectors, cluster, configuration, identified, node, peer, reflector
from tests.support.ipam_cluster import host
from tests.support.memory_datastore import MemoryDatastore

A, B, C = (node(name, f"10.4.7.{number}/24") for number, name in enumerate("abc", 1))
RR = reflector("r", "10.4.7.9/24", "244.0.0.1")
ON, OFF = configuration(mesh=True), configuration(mesh=False)
POOL = IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.244.0.0/16"))
FILTERED = peer(
    "with-reflectors", BGPPeerSpec(node_selector="all()", peer_selector="route-reflector == 'true'", filters=("f",))
)
OF_A, OF_B = ip_network("10.244.1.0/26"), ip_network("10.244.2.0/26")


def rejecting(*cidrs: str) -> BGPFilter:
    """Make the filter f, which lets prefixes in these ranges not out, or none at all."""
    refused = BGPFilterRule(action=FilterAction.REJECT)
    rules = [BGPFilterRule(cidr=each, match_operator=MatchOperator.IN, action=FilterAction.REJECT) for each in cidrs]
    return BGPFilter(metadata=Metadata(name="f"), spec=BGPFilterSpec(export_v4=tuple(rules) or (refused,)))


def refused(
    before: list[Resource], after: list[Resource], originated: Originated | None = None, *, nothing: str = ""
) -> None:
    """Have a change refused, or not."""
    refuse_cut(cluster(*before), cluster(*after), originated or {}, nothing=nothing)


def test_pairs_that_lose_their_path_are_named() -> None:
    """In the order of their names, with what was not done."""
    with pytest.raises(
        NodeError, match=r"^nothing done: no session would carry routes between a - b, a - c, b - c; add"
    ):
        refused([A, B, C, ON], [C, B, A, OFF], nothing="nothing done")


def test_what_is_left_without_effect_is_named_as_well() -> None:
    """Reflectors that lose their labels and keep their cluster IDs; what was so before is not told. walkthrough 23."""
    one, other = reflector("r1", "10.4.7.11/24", "244.0.0.1"), reflector("r2", "10.4.7.12/24", "244.0.0.1")
    idle = peer("idle", BGPPeerSpec(node_selector="has(x)", peer_selector="has(x)"))
    stripped = [node(f"r{number}", f"10.4.7.1{number}/24", cluster_id="244.0.0.1") for number in (1, 2)]
    rest: list[Resource] = [A, OFF, all_with_reflectors(), idle]
    with pytest.raises(NodeError) as raised:
        refused([*rest, one, other], [*rest, *stripped], nothing="nothing labelled")
    assert str(raised.value).split("; ") == [
        "nothing labelled: no session would carry routes between a - r1, a - r2, r1 - r2",
        "BGPPeer(peer-with-route-reflectors): peerSelector \"route-reflector == 'true'\" matches no node",
        "Node(r1) has routeReflectorClusterID 244.0.0.1, and no BGPPeer makes it a reflector: it reflects nothing",
        "Node(r2) has routeReflectorClusterID 244.0.0.1, and no BGPPeer makes it a reflector: it reflects nothing",
        "add peerings to the same call of apply, or say --yes to cut them off",
    ]


def test_a_reflector_may_lose_its_label_alone_or_its_cluster_id_alone() -> None:
    """As long as another one is left. walkthrough 23."""
    one, other = reflector("r1", "10.4.7.11/24", "244.0.0.1"), reflector("r2", "10.4.7.12/24", "244.0.0.1")
    rest: list[Resource] = [A, B, OFF, all_with_reflectors(), one]
    for stripped in (
        node("r2", "10.4.7.12/24", cluster_id="244.0.0.1"),
        node("r2", "10.4.7.12/24", route_reflector="true"),
        node("r2", "10.4.7.12/24"),
    ):
        refused([*rest, other], [*rest, stripped])


def test_what_was_cut_before_or_comes_or_goes_is_let_be() -> None:
    """A node without an address is not there yet."""
    refused([A, B, OFF], [A, B, C, OFF])
    refused([A, B, ON], [A, ON])
    refused([A, B, C, ON], [A, OFF])
    refused([A, node("b"), ON], [A, B, OFF])


def test_a_filter_that_lets_nothing_pass_cuts_off() -> None:
    """Whether nodes have blocks or not yet; one that lets another block of theirs pass does not."""
    before: list[Resource] = [A, B, RR, POOL, OFF, all_with_reflectors()]
    after: list[Resource] = [A, B, RR, POOL, OFF, FILTERED]
    for originated in ({}, {"a": (OF_A,), "b": (OF_B,)}):
        with pytest.raises(NodeError) as raised:
            refused(before, [*after, rejecting()], originated, nothing="nothing applied")
        assert str(raised.value).split("; ")[0] == (
            "nothing applied: BGPFilter(f) would let no route pass between a - b, a - r, b - r"
        )
    refused(before, [*after, rejecting("10.244.1.0/24")])
    refused(before, [*after, rejecting("10.244.1.0/24")], {"a": (OF_A, ip_network("10.244.3.0/26"))})
    with pytest.raises(NodeError, match=r"BGPFilter\(f\) would let no route pass between a - b, a - r; "):
        refused(before, [*after, rejecting("10.244.1.0/24")], {"a": (OF_A,), "b": (OF_B,)})
    refused([*after, rejecting()], [*after, rejecting(), C], {"a": (OF_A,)})


def test_a_filter_for_a_router_outside_has_no_say() -> None:
    """Only those of sessions between nodes have."""
    office = peer("office", BGPPeerSpec(peer_ip="10.4.9.1", as_number=65000))
    filtered = peer("office", BGPPeerSpec(peer_ip="10.4.9.1", as_number=65000, filters=("f",)))
    refused([A, B, POOL, office], [A, B, POOL, filtered, rejecting()])
    with pytest.raises(NodeError, match="between a - b; "):
        refused([A, B, POOL], [A, B, POOL, rejecting(), peer("b", BGPPeerSpec(peer_ip="10.4.7.2", filters=("f",)))])


def test_a_pool_that_is_exported_no_more_cuts_off_whoever_has_a_block_of_it() -> None:
    """A disabled one keeps its routes: it may still have pods, and gives no new addresses only."""
    hidden, disabled = (
        IPPool(
            metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.244.0.0/16", disabled=not on, disable_bgp_export=on)
        )
        for on in (True, False)
    )
    used = {"a": (OF_A,)}
    with pytest.raises(NodeError, match="IPPools that are not exported would let no route pass between a - b; "):
        refused([A, B, POOL], [A, B, hidden], used)
    refused([A, B, POOL], [A, B, disabled], used)
    refused([A, B, POOL], [A, B, hidden])


def test_nodes_that_come_to_share_an_identifier_are_refused() -> None:
    """In one AS; what was so before is let be. RFC 6286, section 2.1."""
    other = identified(node("b", "10.4.7.2/24", asn=65001), "10.4.7.1")
    apart, together = cluster(A, other), cluster(A, other, configuration(asn=65001))
    refuse_shared(apart, apart, nothing="")
    refuse_shared(together, together, nothing="")
    with pytest.raises(NodeError, match=r"^nothing done: Node\(a\) and Node\(b\) of AS 65001 have one BGP Identifier"):
        refuse_shared(apart, together, nothing="nothing done")


def test_of_many_pairs_some_are_named() -> None:
    """And the others counted."""
    pairs = [("a", f"b{number}") for number in range(12)]
    assert named(pairs[:2]) == "a - b0, a - b1"
    assert named(pairs).endswith("a - b9 and 2 more")


def test_a_block_without_an_address_in_use_is_announced_and_missed_by_nobody() -> None:
    """A borrowed address is in use."""
    lent, _ = host(OF_A, "a").assign(1, Owner.of("h", {"node": "b"}))
    snapshot = Snapshot(
        revision=1,
        blocks={OF_A: lent, OF_B: host(OF_B, "b")},
        affinities={("a", OF_A): AffinityState.CONFIRMED, ("b", OF_B): AffinityState.CONFIRMED},
        handles={},
        unreadable=(),
    )
    borrowed = ip_network("10.244.1.0/32")
    assert announced(snapshot, [A, B]) == {"a": (OF_A,), "b": (OF_B, borrowed)}
    assert announced(snapshot, [A, B], used=True) == {"a": (OF_A,), "b": (borrowed,)}


async def test_all_kinds_are_read() -> None:
    """By kind and name; a cluster without addresses announces nothing."""
    store = ResourceStore(MemoryDatastore())
    await store.apply([A, ON])
    assert set(await cluster_resources(store)) == {("Node", "a"), ("BGPConfiguration", "default")}
    assert await in_use(store) == {"a": ()}
    assert Cluster() == cluster()
