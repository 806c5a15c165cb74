"""What nodes learn of each other: one forecast for the dry run, for refusals, and for looks at the topology."""

from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit_node.peering import Cluster, Forecast, Obstacle, Originated, keepers, pairs_without_path
from bgpkit_node.resources import BGPFilter, BGPPeerSpec, IPPool, IPPoolSpec, Metadata, Resource
from bgpkit_node.resources.bgp_filter import BGPFilterRule, BGPFilterSpec, FilterAction, MatchOperator
from tests.support.clusters import cluster, configuration, node, peer
from tests.unit.node.peering.test_plan import clusters

A, B, C = node("a", "10.4.7.1/24", "fd00::1/64"), node("b", "10.4.7.2/24", "fd00::2/64"), node("c", "10.4.7.3/24")
OFF = configuration(mesh=False)
ALL = peer("all", BGPPeerSpec(peer_selector="all()", filters=("f",)))
OF_A, OF_B = ip_network("10.244.1.0/26"), ip_network("10.244.2.0/26")
SIX = ip_network("fd00:10::/122")


def pool(cidr: str, *, disabled: bool = False, hidden: bool = False) -> IPPool:
    """Make a pool."""
    spec = IPPoolSpec(cidr=cidr, disabled=disabled, disable_bgp_export=hidden)
    return IPPool(metadata=Metadata(name=cidr.replace("/", "-").replace(":", "-")), spec=spec)


def rejecting(*cidrs: str, but: str = "") -> BGPFilter:
    """Make the filter f, which lets these ranges not out, or lets nothing out ``but`` one."""
    rules = [BGPFilterRule(cidr=each, match_operator=MatchOperator.IN, action=FilterAction.REJECT) for each in cidrs]
    if but:
        rules = [
            BGPFilterRule(cidr=but, match_operator=MatchOperator.IN, action=FilterAction.ACCEPT),
            BGPFilterRule(action=FilterAction.REJECT),
        ]
    return BGPFilter(metadata=Metadata(name="f"), spec=BGPFilterSpec(export_v4=tuple(rules)))


POOL = pool("10.244.0.0/16")


def test_a_prefix_goes_where_sessions_and_policies_let_it() -> None:
    """What no pool exports stays where it is; a filter has a say where it is named."""
    meshed = Forecast(cluster(A, B, C, POOL))
    assert meshed.learners("a", OF_A) == {"a", "b", "c"}
    assert meshed.learners("a", ip_network("10.9.0.0/26")) == {"a"}
    filtered = Forecast(cluster(A, B, C, POOL, ALL, rejecting(str(OF_A))))
    assert filtered.learners("a", OF_A) == {"a"}
    assert filtered.learners("a", OF_B) == {"a", "b", "c"}
    assert Forecast(cluster(A, B, C, POOL, rejecting(str(OF_A)))).learners("a", OF_A) == {"a", "b", "c"}


def test_routes_lead_to_the_node_that_announces() -> None:
    """In the version of the prefix, at the nodes that have it."""
    state = cluster(A, B, C, POOL, pool("fd00:10::/64"))
    assert Forecast(state).routes({"a": (OF_A, SIX), "c": (SIX,), "gone": (OF_B,)}) == {
        ("b", OF_A): "10.4.7.1",
        ("c", OF_A): "10.4.7.1",
        ("b", SIX): "fd00::1",
    }


def test_a_pair_without_a_session_is_told_from_one_whose_routes_are_kept_back() -> None:
    """And of both the sessions are named."""
    lone = peer("p", BGPPeerSpec(node="a", peer_selector="all()", filters=("f",)))
    found = Forecast(cluster(A, B, C, POOL, OFF, lone, rejecting("0.0.0.0/0"))).unreached({})
    assert found == {("a", "b"): Obstacle.POLICIES, ("a", "c"): Obstacle.POLICIES, ("b", "c"): Obstacle.SESSIONS}


@pytest.mark.parametrize(
    ("kept_back", "originated", "cut"),
    [
        (rejecting("10.244.0.0/16"), {}, True),
        (rejecting("10.244.0.0/17"), {}, False),
        (rejecting("10.244.1.0/24"), {"a": (OF_A,), "b": (OF_B,)}, True),
        (rejecting("10.244.1.0/24"), {"a": (OF_A, OF_B)}, False),
        (rejecting(but="10.244.2.0/24"), {"a": (OF_A, OF_B), "b": (OF_B,)}, False),
        (rejecting(but="10.244.2.0/24"), {"a": (OF_A,), "b": (OF_B,)}, True),
    ],
)
def test_one_prefix_that_arrives_is_a_path(kept_back: BGPFilter, originated: Originated, cut: bool) -> None:
    """Without any block yet it is the ends of the pools that are looked at."""
    state = cluster(A, B, POOL, ALL, kept_back)
    assert (("a", "b") in Forecast(state).unreached(originated)) is cut


def test_each_version_is_looked_at() -> None:
    """A filter of IPv4 alone cuts that; a version of which there is no pool has sessions alone."""
    six = pool("fd00:10::/64")
    assert Forecast(cluster(A, B, six, ALL, rejecting("0.0.0.0/0"))).unreached({}) == {}
    assert Forecast(cluster(A, B, POOL, six, ALL, rejecting("0.0.0.0/0"))).unreached({}) == {
        ("a", "b"): Obstacle.POLICIES
    }


def test_a_pool_that_gives_no_addresses_stands_for_no_block() -> None:
    """What is announced from it counts all the same."""
    state = cluster(A, B, pool("10.244.0.0/16", disabled=True), pool("10.245.0.0/16", hidden=True))
    assert Forecast(state).unreached({}) == {}
    assert Forecast(state).learners("a", OF_A) == {"a", "b"}
    assert Forecast(state).learners("a", ip_network("10.245.1.0/26")) == {"a"}
    closed = cluster(A, B, pool("10.244.0.0/16", disabled=True), ALL, rejecting("0.0.0.0/0"))
    assert Forecast(closed).unreached({}) == {}
    assert Forecast(closed).unreached({"a": (OF_A,)}) == {("a", "b"): Obstacle.POLICIES}


def test_what_has_a_say_is_named() -> None:
    """The filters of sessions between nodes, and else the pools."""
    office = peer("office", BGPPeerSpec(peer_ip="10.4.9.1", as_number=65000, filters=("g",)))
    assert keepers(cluster(A, B, ALL, office)) == "BGPFilter(f)"
    assert keepers(cluster(A, B, office)) == "IPPools that are not exported"
    by_address = peer("b", BGPPeerSpec(peer_ip="10.4.7.2", filters=("h", "e")))
    assert keepers(cluster(A, B, by_address)) == "BGPFilter(e), BGPFilter(h)"


@settings(max_examples=60, deadline=None)
@given(clusters(), st.booleans())
def test_a_filter_without_rules_changes_nothing(state: Cluster, six: bool) -> None:
    """With policies asked at every session the same is found as by sessions and pools alone."""
    prefix = SIX if six else OF_A
    empty = BGPFilter(metadata=Metadata(name="empty"), spec=BGPFilterSpec())
    resources: list[Resource] = [*state.nodes, *state.configurations, POOL, pool("fd00:10::/64"), empty]
    plain = cluster(*resources, *state.peers)
    extra = peer("zz", BGPPeerSpec(node="nobody", peer_selector="all()", filters=("empty",)))
    asked = cluster(*resources, *state.peers, extra)
    for one in state.nodes:
        if prefix.version in {own.version for own in one.interfaces}:
            assert Forecast(asked).learners(one.name, prefix) == Forecast(plain).learners(one.name, prefix)
    assert Forecast(asked).unreached({}) == Forecast(plain).unreached({})
    assert tuple(Forecast(plain).unreached({})) == pairs_without_path(plain)
