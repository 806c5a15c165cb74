"""What is given back is given back whole, and from nobody else."""

from ipaddress import IPv4Address

import pytest

from bgpkit_node.errors import IpamError
from bgpkit_node.ipam.address import IPAddress
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
