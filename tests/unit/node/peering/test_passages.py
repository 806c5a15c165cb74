"""Who learns a prefix where BGPFilters have a say."""

from ipaddress import ip_network

import msgspec
import pytest

from bgpkit_node.peering.passages import Passages
from bgpkit_node.resources import BGPFilter, BGPPeerSpec, IPPool, IPPoolSpec, Metadata, Resource
from bgpkit_node.resources.bgp_filter import (
    BGPFilterRule,
    BGPFilterSpec,
    FilterAction,
    FilterSource,
    MatchOperator,
    PeerType,
)
from tests.support.clusters import cluster, configuration, node, peer, reflector

A, B, C = node("a", "10.4.7.1/24"), node("b", "10.4.7.2/24"), node("c", "10.4.7.3/24")
R = reflector("r", "10.4.7.9/24", "244.0.0.1")
POOL = IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.244.0.0/16"))
OFF = configuration(mesh=False)
ONE, OTHER, OUTSIDE = "10.244.1.0/26", "10.244.2.0/26", "10.9.0.0/26"
NOT_ONE = BGPFilterRule(cidr="10.244.1.0/24", match_operator=MatchOperator.IN, action=FilterAction.REJECT)


def filtered(name: str, **rules: tuple[BGPFilterRule, ...]) -> BGPFilter:
    """Make a BGPFilter."""
    return BGPFilter(metadata=Metadata(name=name), spec=BGPFilterSpec(**rules))


def learners(prefix: str, *resources: Resource) -> str:
    """Return the nodes that learn a prefix of node a."""
    return "".join(sorted(Passages(cluster(A, B, C, R, POOL, *resources), 4).learners("a", ip_network(prefix))))


def through_reflector(*filters: str) -> tuple[Resource, ...]:
    """Turn the mesh off; every node has a session with the reflector, filtered."""
    spec = BGPPeerSpec(node_selector="all()", peer_selector="route-reflector == 'true'", filters=filters)
    return OFF, peer("with-reflectors", spec)


def test_without_filters_the_pools_decide() -> None:
    """What lies in one that is exported goes to everybody."""
    assert learners(ONE) == learners(ONE, *through_reflector()) == "abcr"
    assert learners(OUTSIDE) == "a"


@pytest.mark.parametrize("field", ["export_v4", "import_v4"])
def test_what_one_direction_keeps_back_nobody_learns(field: str) -> None:
    """A reflector that does not get it, or does not tell it; other prefixes go their way."""
    rules = filtered("f", **{field: (NOT_ONE,)})
    assert learners(ONE, rules, *through_reflector("f")) == "a"
    assert learners(OTHER, rules, *through_reflector("f")) == "abcr"
    assert learners(ONE, rules) == "abcr", "a filter that nobody names"


def test_a_rule_about_learned_routes_stops_the_reflector_only() -> None:
    """The node's own goes to the reflector, and no further."""
    learned = BGPFilterRule(source=FilterSource.REMOTE_PEERS, action=FilterAction.REJECT)
    assert learners(ONE, filtered("f", export_v4=(learned,)), *through_reflector("f")) == "ar"


def test_a_filter_lets_out_what_no_pool_does() -> None:
    """And a rule for external peers has no say inside of an AS."""
    out = BGPFilterRule(cidr=OUTSIDE, match_operator=MatchOperator.EQUAL, action=FilterAction.ACCEPT)
    assert learners(OUTSIDE, filtered("f", export_v4=(out,)), *through_reflector("f")) == "abcr"
    external = filtered("f", export_v4=(msgspec.structs.replace(out, peer_type=PeerType.EBGP),))
    assert learners(OUTSIDE, external, *through_reflector("f")) == "a"


def test_a_filter_that_is_missing_closes_the_peering() -> None:
    """As it does in the agent: what it was to keep away is not known."""
    assert learners(ONE, *through_reflector("gone")) == "a"
