"""Which pools a node and a request may use."""

from ipaddress import ip_address, ip_network

from bgpkit_node.ipam.pools import Pool, pool_of, requested_pools, usable_pools
from bgpkit_node.resources import PoolUse

PODS = Pool(name="pods", network=ip_network("10.1.0.0/24"), block_length=26)
TUNNELS = Pool(name="tunnels", network=ip_network("10.2.0.0/24"), block_length=26, uses=frozenset({PoolUse.TUNNEL}))
MANUAL = Pool(name="manual", network=ip_network("10.3.0.0/24"), block_length=26, manual=True)
SIX = Pool(name="six", network=ip_network("fd00::/64"), block_length=122)
OFF = Pool(name="off", network=ip_network("10.4.0.0/24"), block_length=26, disabled=True)
RACK = Pool(name="rack", network=ip_network("10.5.0.0/24"), block_length=26, selects=lambda labels: "rack" in labels)
ALL = (PODS, TUNNELS, MANUAL, SIX, OFF, RACK)


def test_a_node_may_use_the_enabled_pools_that_select_it() -> None:
    """Disabled pools are nobody's, and labels decide about the others."""
    assert usable_pools(ALL, {}) == (PODS, TUNNELS, MANUAL, SIX)
    assert usable_pools(ALL, {"rack": ""}) == (PODS, TUNNELS, MANUAL, SIX, RACK)


def test_a_request_gets_pools_of_its_family_and_use_that_are_not_manual() -> None:
    """The order of the pools is kept."""
    assert requested_pools(ALL[:4], version=4, use=PoolUse.WORKLOAD) == (PODS,)
    assert requested_pools(ALL[:4], version=4, use=PoolUse.TUNNEL) == (PODS, TUNNELS)
    assert requested_pools(ALL[:4], version=6, use=PoolUse.WORKLOAD) == (SIX,)
    assert requested_pools(ALL[:4], version=4, use=PoolUse.LOAD_BALANCER) == ()


def test_a_named_pool_is_the_only_one_and_may_be_manual() -> None:
    """Names and CIDRs mean the same; a pool for another use stays out."""
    assert requested_pools(ALL, version=4, use=PoolUse.WORKLOAD, names=["manual"]) == (MANUAL,)
    assert requested_pools(ALL, version=4, use=PoolUse.WORKLOAD, names=["10.1.0.0/24", "tunnels"]) == (PODS,)


def test_the_pool_of_an_address_or_a_block_is_the_one_around_it() -> None:
    """Of either family."""
    assert pool_of(ALL, ip_address("10.4.0.255")) is OFF
    assert pool_of(ALL, ip_network("10.2.0.64/26")) is TUNNELS
    assert pool_of(ALL, ip_network("fd00::40/122")) is SIX
    assert pool_of(ALL, ip_address("192.0.2.1")) is None
