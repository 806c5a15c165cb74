"""What is done with packets to the addresses of a pool."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit import Prefix
from bgpkit_node.resources import IPPool
from bgpkit_node.tunnels.encapsulation import DIRECT, Encapsulation, PoolEncapsulations, encapsulation_of
from bgpkit_node.tunnels.tunnel import IPIP, VXLAN, VXLAN6
from tests.unit.node.tunnels.clusters import ALWAYS, CROSS, pool

POOLS = [
    pool("10.244.0.0/17", ipip=ALWAYS),
    pool("10.244.128.0/18", vxlan=CROSS),
    pool("10.244.192.0/18"),
    pool("10.9.0.64/26", ipip=CROSS),
    pool("fd00:244::/60", vxlan=ALWAYS),
]


@pytest.mark.parametrize(
    ("each", "encapsulation"),
    [
        (pool(), DIRECT),
        (pool(ipip=ALWAYS), Encapsulation(IPIP)),
        (pool(ipip=CROSS), Encapsulation(IPIP, cross_subnet=True)),
        (pool(vxlan=CROSS), Encapsulation(VXLAN, cross_subnet=True)),
        (pool("fd00:244::/48", vxlan=ALWAYS), Encapsulation(VXLAN6)),
        (pool(vxlan=ALWAYS, disabled=True), Encapsulation(VXLAN)),
    ],
)
def test_the_mode_of_the_pool_says_it(each: IPPool, encapsulation: Encapsulation) -> None:
    """A disabled pool may still have pods."""
    assert encapsulation_of(each) == encapsulation


@given(
    st.one_of(
        st.tuples(
            st.sampled_from(["10.244.0.0", "10.244.127.255", "10.244.128.0", "10.9.0.64", "10.9.0.1"]), st.just(4)
        ),
        st.tuples(st.ip_addresses(v=4, network="10.244.0.0/15").map(str), st.just(4)),
        st.tuples(st.ip_addresses(v=6, network="fd00:244::/56").map(str), st.just(6)),
    ),
    st.integers(0, 128),
)
def test_prefixes_are_sorted_as_the_networks_say(address: tuple[str, int], length: int) -> None:
    """A prefix has the encapsulation of the pool that all of it is in; one that is larger than a pool has none."""
    text, version = address
    network = ip_network(f"{text}/{min(length, 32 if version == 4 else 128)}", strict=False)
    within = [each for each in POOLS if network[0] in each.network and network[-1] in each.network]
    key = Prefix.from_network(network).key
    pools = PoolEncapsulations(POOLS)
    wanted = encapsulation_of(within[0]) if within else DIRECT
    assert pools.of(key, version) == wanted
    assert pools.sorted([key], version) == {wanted: [key]}


def test_they_are_equal_when_all_prefixes_are_sorted_alike() -> None:
    """Pools that wrap nothing make no difference; the order of pools makes none."""
    assert PoolEncapsulations(POOLS) == PoolEncapsulations([*reversed(POOLS), pool("10.7.0.0/16")])
    assert hash(PoolEncapsulations(POOLS)) == hash(PoolEncapsulations(reversed(POOLS)))
    assert PoolEncapsulations(POOLS) != PoolEncapsulations(POOLS[1:])
