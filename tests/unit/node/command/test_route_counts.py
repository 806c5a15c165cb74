"""How many routes a node should have: its pods, its blocks, and what the others announce."""

from ipaddress import ip_network

import msgspec

from bgpkit_node.command.route_counts import wanted_routes
from bgpkit_node.ipam import AffinityState, Snapshot
from bgpkit_node.ipam.block import Owner
from bgpkit_node.resources import IPPool, IPPoolSpec, Metadata
from tests.support.ipam_cluster import host

FIRST, SECOND, THIRD = (ip_network(f"10.0.0.{n}/26") for n in (0, 64, 128))
POOL = IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.0.0.0/24"))


def snapshot() -> Snapshot:
    """Return two blocks of a (a pod of a in one, a pod of b borrowed in the other), one of b, one only claimed by b."""
    first, _ = host(FIRST, "a").assign(1, Owner.of("h", {"node": "a", "pod": "x"}))
    second, _ = host(SECOND, "a").assign(1, Owner.of("k", {"node": "b", "pod": "y"}))
    third, _ = host(THIRD, "b").assign(1, Owner.of("t", {"node": "b", "type": "ipipTunnelAddress"}))
    affinities = {
        ("a", FIRST): AffinityState.CONFIRMED,
        ("a", SECOND): AffinityState.CONFIRMED,
        ("b", THIRD): AffinityState.CONFIRMED,
        ("b", ip_network("10.0.0.192/26")): AffinityState.PENDING,
    }
    return Snapshot(
        revision=1,
        blocks={FIRST: first, SECOND: second, THIRD: third},
        affinities=affinities,
        handles={},
        unreadable=(),
    )


def test_each_kind_is_counted() -> None:
    """A pending claim announces nothing, a tunnel is no pod, and a borrowed address is a route for the others."""
    assert wanted_routes(snapshot(), ["a", "b", "c"], [POOL]) == {
        "a": {"pod": 1, "own block": 2, "remote block": 1, "borrowed": 1, "external": None},
        "b": {"pod": 1, "own block": 1, "remote block": 2, "borrowed": 0, "external": None},
        "c": {"pod": 0, "own block": 0, "remote block": 3, "borrowed": 1, "external": None},
    }


def test_what_a_pool_does_not_let_out_reaches_nobody() -> None:
    """One that is disabled may still have pods, and gives no new addresses only."""
    for closed, told in ({"disabled": True}, (2, 1)), ({"disable_bgp_export": True}, (0, 0)):
        pool = msgspec.structs.replace(POOL, spec=msgspec.structs.replace(POOL.spec, **closed))
        counts = wanted_routes(snapshot(), ["a", "b"], [pool])
        assert (counts["b"]["remote block"], counts["a"]["borrowed"], counts["a"]["own block"]) == (*told, 2)
