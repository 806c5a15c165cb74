"""Pools and labels come from the resources as they are at the moment."""

import pytest

from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import (
    AssignmentMode,
    IPPool,
    IPPoolSpec,
    IPReservation,
    IPReservationSpec,
    Metadata,
    Node,
    PoolUse,
    ResourceStore,
)
from tests.support.memory_datastore import MemoryDatastore


async def test_every_field_that_matters_is_taken_over() -> None:
    """A pool for certain namespaces must be asked for by name."""
    store = ResourceStore(MemoryDatastore())
    plain = IPPoolSpec(cidr="10.1.0.0/16", node_selector="rack == '1'", disabled=True)
    manual = IPPoolSpec(cidr="10.2.0.0/16", block_size=28, assignment_mode=AssignmentMode.MANUAL)
    some = IPPoolSpec(cidr="10.3.0.0/16", namespace_selector="team == 'a'")
    specs = {"plain": plain, "manual": manual, "some": some}
    await store.apply([IPPool(metadata=Metadata(name=name), spec=spec) for name, spec in specs.items()])
    pools = {pool.name: pool for pool in await StoredPools(store).pools()}
    assert list(pools) == ["manual", "plain", "some"]
    assert [pools[name].manual for name in specs] == [False, True, True]
    assert [pools[name].block_length for name in specs] == [26, 28, 26]
    assert (pools["plain"].disabled, str(pools["plain"].network)) == (True, "10.1.0.0/16")
    assert pools["plain"].uses == {PoolUse.WORKLOAD, PoolUse.TUNNEL}
    assert [pools["plain"].selects({"rack": rack}) for rack in "12"] == [True, False]


async def test_addresses_come_from_the_pool_that_selects_the_node() -> None:
    """A label that is changed counts at the next address."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    specs = {"one": "10.1.0.0/24", "two": "10.2.0.0/24"}
    await store.apply(
        [
            Node(metadata=Metadata(name="a", labels={"rack": "one"})),
            *(
                IPPool(metadata=Metadata(name=name), spec=IPPoolSpec(cidr=cidr, node_selector=f"rack == '{name}'"))
                for name, cidr in specs.items()
            ),
        ]
    )
    ipam = Ipam(datastore, StoredPools(store))
    (first,) = await ipam.auto_assign(node="a", handle="1", attributes={})
    await store.label(Node, "a", {"rack": "two"})
    (second,) = await ipam.auto_assign(node="a", handle="2", attributes={})
    assert (first.pool, second.pool) == ("one", "two")
    with pytest.raises(IpamError, match="node b does not exist"):
        await ipam.auto_assign(node="b", handle="3", attributes={})


async def test_reservations_keep_addresses_back() -> None:
    """Of both families, networks and single addresses, in any number of resources."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    ranges = {"first": ("10.1.0.0/31", "fd00::/64"), "second": ("10.1.0.2",)}
    await store.apply(
        [
            Node(metadata=Metadata(name="a")),
            IPPool(metadata=Metadata(name="pool"), spec=IPPoolSpec(cidr="10.1.0.0/26")),
            *(
                IPReservation(metadata=Metadata(name=name), spec=IPReservationSpec(reserved_cidrs=cidrs))
                for name, cidrs in ranges.items()
            ),
        ]
    )
    pools = StoredPools(store)
    assert [str(network) for network in await pools.reserved()] == ["10.1.0.0/31", "fd00::/64", "10.1.0.2/32"]
    (given,) = await Ipam(datastore, pools).auto_assign(node="a", handle="1", attributes={})
    assert str(given.address) == "10.1.0.3"
