"""What is given back is given back whole, and from nobody else."""

from ipaddress import IPv4Address

import pytest

from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.ipam.address import IPAddress
from bgpkit_node.ipam.leaks import Holding
from bgpkit_node.ipam.leaks import Taken as Leaked
from tests.support.ipam_cluster import Cluster, pool
from tests.support.ipam_documents import Taken, affinities, handles, taken


async def test_a_freed_address_comes_again_only_after_the_others() -> None:
    """The next three pods get other addresses than the one that was just freed."""
    cluster = Cluster(pool("10.0.0.0/30", 30))
    (first,) = await cluster.give("a")
    assert await cluster.ipam.release_by_handle("pod1") == (first.address,)
    again = [(await cluster.give("a"))[0].address for _ in range(4)]
    assert again.index(first.address) == 3


async def test_releasing_twice_or_something_unknown_is_no_error() -> None:
    """A runtime may repeat DEL as often as it likes, and nothing is written."""
    cluster = Cluster(pool("10.0.0.0/30", 30))
    (given,) = await cluster.give("a")
    await cluster.ipam.release_by_handle("pod1")
    revision = cluster.datastore.revision
    assert await cluster.ipam.release_by_handle("pod1") == ()
    assert not await cluster.ipam.release_address(given.address)
    assert not await cluster.ipam.release_address(IPv4Address("192.0.2.1"))
    assert cluster.datastore.revision == revision
    assert handles(cluster.datastore.entries) == {}


async def test_an_address_is_released_only_from_the_owner_that_is_meant() -> None:
    """Another handle or an older allocation is not touched."""
    cluster = Cluster(pool("10.0.0.0/30", 30))
    (given,) = await cluster.ipam.auto_assign(node="a", handle="h", attributes={"namespace": "default", "pod": "web"})
    with pytest.raises(IpamError, match=r"belongs to handle h, pod default/web, node a, not to handle other$"):
        await cluster.ipam.release_address(given.address, handle="other")
    with pytest.raises(IpamError, match="it was given anew, sequence"):
        await cluster.ipam.release_address(given.address, handle="h", sequence=1)
    assert await cluster.ipam.release_address(given.address, handle="h")


async def test_a_node_that_leaves_gives_all_back_and_takes_nothing_of_others() -> None:
    """A block in which another node has an address stays until that is freed, as nobody's."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    (first,) = await cluster.give("a")
    await cluster.give("b", 4)
    (borrowed,) = await cluster.give("b")
    assert borrowed.block == first.block
    await cluster.ipam.release_node("a")
    assert set(taken(cluster.datastore.entries).values()) == {Taken("pod2", "b"), Taken("pod3", "b")}
    assert await cluster.ipam.borrowed_of("b") == (borrowed.address,)
    cluster.assert_in_order()
    await cluster.ipam.release_by_handle("pod3")
    assert [cidr for _, cidr in affinities(cluster.datastore.entries)] == [
        str(one) for one in await cluster.ipam.blocks_of("b")
    ]
    await cluster.ipam.release_node("b")
    assert cluster.datastore.entries == {}


async def test_a_node_may_give_up_its_blocks_and_keep_its_addresses() -> None:
    """Then they are announced one by one."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    (given,) = await cluster.give("a")
    await cluster.ipam.release_node("a", addresses=False)
    assert await cluster.ipam.blocks_of("a") == ()
    assert await cluster.ipam.borrowed_of("a") == (given.address,)


async def test_one_and_the_same_handle_may_have_several_addresses_on_several_nodes() -> None:
    """All are freed together, whichever block they stand in."""
    cluster = Cluster(pool("10.0.0.0/26", 27))
    given: list[IPAddress] = []
    for node in ("a", "b", "a"):
        given += [one.address for one in await cluster.ipam.auto_assign(node=node, handle="h", attributes={})]
    assert set(await cluster.ipam.release_by_handle("h")) == set(given)
    assert handles(cluster.datastore.entries) == {}


async def leak_of(cluster: Cluster, handle: str) -> Holding:
    """Return what a handle has now, as a leak."""
    found: list[Leaked] = []
    for network, block in (await load_snapshot(cluster.datastore)).blocks.items():
        owned = ((address, a.sequence) for address, a in block.allocations() if a.owner.handle == handle)
        found += (Leaked(network, address, sequence) for address, sequence in owned)
    return Holding(handle, tuple(found), frozenset({"a"}))


async def test_a_leak_is_released_whole_and_by_the_first_who_comes() -> None:
    """In all its blocks; who comes second, or comes with old news, changes nothing."""
    cluster = Cluster(pool("10.0.0.0/24", 30))
    await cluster.give("a", count=6)
    leak = await leak_of(cluster, "pod1")
    assert len(leak.counts()) == 2
    assert await cluster.ipam.release_leak(leak)
    revision = cluster.datastore.revision
    assert not await cluster.ipam.release_leak(leak)
    assert (taken(cluster.datastore.entries), handles(cluster.datastore.entries)) == ({}, {})
    assert cluster.datastore.revision == revision
    cluster.assert_in_order()


async def test_a_leak_that_has_changed_is_not_released() -> None:
    """The same address given anew to the same handle, and one address more, in the same block or in another one."""
    full = Cluster(pool("10.0.0.0/24", 30))
    await full.give("a")
    old = await leak_of(full, "pod1")
    await full.give("a", count=3)
    await full.ipam.auto_assign(node="a", handle="pod1", attributes={})
    assert not await full.ipam.release_leak(old)
    halves = Cluster(pool("10.0.0.0/24", 30))
    first, *_ = await halves.give("a", count=6)
    both = await leak_of(halves, "pod1")
    (gone,) = [one for one in both.taken[::-1] if one.block != first.block][:1]
    await halves.ipam.release_address(gone.address)
    assert not await halves.ipam.release_leak(both)
    assert len(taken(halves.datastore.entries)) == 5
    cluster = Cluster(pool("10.0.0.0/24", 30))
    (given,) = await cluster.give("a")
    leak = await leak_of(cluster, "pod1")
    for count in (1, 4):
        await cluster.ipam.auto_assign(node="a", handle="pod1", attributes={}, count=count)
        assert not await cluster.ipam.release_leak(leak)
    await cluster.ipam.release_by_handle("pod1")
    await cluster.ipam.assign_address(given.address, node="a", handle="pod1", attributes={})
    assert not await cluster.ipam.release_leak(leak)
    assert await cluster.ipam.addresses_of("pod1") == (given.address,)
    cluster.assert_in_order()


async def test_a_block_is_given_up_only_while_nothing_happens_in_it() -> None:
    """Not when an address was given and taken back meanwhile, when one is taken, or when it is another node's."""
    cluster = Cluster(pool("10.0.0.0/24", 30))
    (given,) = await cluster.give("a")
    taken_at = (await load_snapshot(cluster.datastore)).blocks[given.block].sequence
    assert not await cluster.ipam.give_up_empty("a", given.block, taken_at)
    await cluster.ipam.release_by_handle("pod1")
    empty_at = (await load_snapshot(cluster.datastore)).blocks[given.block].sequence
    assert not await cluster.ipam.give_up_empty("a", given.block, taken_at)
    assert not await cluster.ipam.give_up_empty("b", given.block, empty_at)
    assert await cluster.ipam.give_up_empty("a", given.block, empty_at)
    assert not await cluster.ipam.give_up_empty("a", given.block, empty_at)
    assert affinities(cluster.datastore.entries) == {}
    cluster.assert_in_order()
