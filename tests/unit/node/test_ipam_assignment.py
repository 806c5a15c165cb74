"""Nodes get addresses from blocks of their own first, then new ones, then forsaken ones, then those of others."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest

from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import Pool
from bgpkit_node.resources import PoolUse
from tests.support.ipam_cluster import Cluster, pool
from tests.support.ipam_documents import Taken, handles, taken


async def test_the_first_address_claims_a_block_in_the_same_transaction() -> None:
    """Block, affinity and handle appear at one revision, so that a death in between leaves nothing."""
    cluster = Cluster(pool("10.244.0.0/16", 26, "default-ipv4-ippool"))
    (given,) = await cluster.ipam.auto_assign(node="a", handle="net.1", attributes={"pod": "nginx"})
    assert cluster.datastore.revision == 1
    assert given.block.prefixlen == 26
    assert (given.address, given.pool, given.borrowed) == (given.block[0], "default-ipv4-ippool", False)
    assert given.host == ip_network(f"{given.address}/32")
    assert taken(cluster.datastore.entries) == {str(given.address): Taken("net.1", "a")}
    assert handles(cluster.datastore.entries) == {"net.1": {str(given.block): 1}}
    assert await cluster.ipam.blocks_of("a") == (given.block,)
    assert await cluster.ipam.addresses_of("net.1") == (given.address,)
    cluster.assert_in_order()


async def test_a_node_fills_its_block_before_it_claims_another() -> None:
    """64 addresses share the first block, the 65th comes from the next."""
    cluster = Cluster(pool("10.244.0.0/16", 26))
    given = [one for _ in range(65) for one in await cluster.give("a")]
    assert len({one.block for one in given[:64]}) == 1
    assert given[64].block != given[0].block
    assert set(await cluster.ipam.blocks_of("a")) == {one.block for one in given}


async def test_one_request_may_span_blocks() -> None:
    """What one block does not have comes from the next, in one transaction; the handle counts both."""
    cluster = Cluster(pool("10.0.0.0/28", 30))
    given = await cluster.give("a", 7)
    assert sorted(handles(cluster.datastore.entries)["pod1"].values()) == [3, 4]
    assert len({one.address for one in given}) == 7
    assert await cluster.ipam.addresses_of("pod1") == tuple(one.address for one in given)
    assert cluster.datastore.revision == 1


async def test_two_nodes_have_blocks_of_their_own() -> None:
    """Pods of different nodes never share a block while there are others."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    (first,), (second,) = await cluster.give("a"), await cluster.give("b")
    assert first.block != second.block
    assert await cluster.ipam.blocks_of("b") == (second.block,)


async def test_addresses_are_borrowed_only_when_no_block_is_left() -> None:
    """The borrowed one is told apart, since it must be announced by itself."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    await cluster.give("a")
    own = await cluster.give("b", 4)
    (borrowed,) = await cluster.give("b")
    assert [one.borrowed for one in own] == [False] * 4
    assert (borrowed.borrowed, await cluster.ipam.blocks_of("a")) == (True, (borrowed.block,))
    assert await cluster.ipam.borrowed_of("b") == (borrowed.address,)
    assert await cluster.ipam.borrowed_of("a") == ()
    assert [finding.verdict.value for finding in await cluster.ipam.check()] == ["borrowed"]


async def test_strict_affinity_refuses_instead_of_borrowing() -> None:
    """The sentence says why, and nothing is stored."""
    cluster = Cluster(pool("10.0.0.0/29", 30, "small"))
    await cluster.configure(strict=True)
    await cluster.give("a")
    await cluster.give("b", 4)
    text = (
        r"^there is not a free address for node b in small \(10\.0\.0\.0/29\): affinity is strict and no block is left"
    )
    with pytest.raises(IpamError, match=text):
        await cluster.give("b")
    assert len(taken(cluster.datastore.entries)) == 5


async def test_a_request_that_cannot_be_met_whole_takes_nothing() -> None:
    """No half of a request is ever stored."""
    cluster = Cluster(pool("10.0.0.0/29", 30, "small"))
    with pytest.raises(
        IpamError, match=r"^there is not 9 free addresses for node a in small \(10\.0\.0\.0/29\): full$"
    ):
        await cluster.give("a", 9)
    assert cluster.datastore.entries == {}


async def test_a_node_has_no_more_blocks_than_it_may() -> None:
    """Beyond the limit it borrows, and under strict affinity it is refused."""
    cluster = Cluster(pool("10.0.0.0/28", 30))
    await cluster.configure(most=1)
    await cluster.give("b")
    await cluster.give("a", 4)
    assert [one.borrowed for one in await cluster.give("a")] == [True]
    await cluster.configure(strict=True, most=1)
    with pytest.raises(IpamError, match="the node has 1 blocks, the most it may have"):
        await cluster.give("a")


async def test_without_automatic_blocks_only_existing_ones_are_used() -> None:
    """A stored document without the flag means that as well."""
    cluster = Cluster(pool("10.0.0.0/28", 30))
    await cluster.store({"/calico/ipam/v2/config": b"{}"})
    with pytest.raises(IpamError, match="blocks are not allocated automatically"):
        await cluster.give("a")


async def test_a_certain_address_is_given_once() -> None:
    """Its block is claimed for the node when there is none; the second asker is told who has it."""
    cluster = Cluster(pool("10.0.0.0/28", 30))
    wanted = IPv4Address("10.0.0.9")
    given = await cluster.ipam.assign_address(wanted, node="a", handle="h", attributes={"pod": "web"})
    assert (given.address, str(given.block), given.borrowed) == (wanted, "10.0.0.8/30", False)
    with pytest.raises(IpamError, match=r"^10\.0\.0\.9 is taken by handle h, pod web, node a$"):
        await cluster.ipam.assign_address(wanted, node="b", handle="other", attributes={})
    beside = await cluster.ipam.assign_address(IPv4Address("10.0.0.8"), node="b", handle="other", attributes={})
    assert beside.borrowed
    await cluster.configure(strict=True)
    with pytest.raises(IpamError, match=r"^10\.0\.0\.10 is in block 10\.0\.0\.8/30 of a, and affinity is strict$"):
        await cluster.ipam.assign_address(IPv4Address("10.0.0.10"), node="b", handle="third", attributes={})
    with pytest.raises(IpamError, match=r"^192\.0\.2\.1 is in no IPPool$"):
        await cluster.ipam.assign_address(IPv4Address("192.0.2.1"), node="b", handle="third", attributes={})
    cluster.assert_in_order()


async def test_pools_are_chosen_by_use_state_selector_name_and_family() -> None:
    """A manual pool is used only when it is named, a disabled one and one for other nodes never."""
    cluster = Cluster(
        pool("10.1.0.0/28", 30, "off"),
        Pool(name="racks", network=ip_network("10.2.0.0/28"), block_length=30, selects=lambda labels: "rack" in labels),
        Pool(name="manual", network=ip_network("10.3.0.0/28"), block_length=30, manual=True),
        Pool(name="pods", network=ip_network("10.4.0.0/28"), block_length=30, uses=frozenset({PoolUse.WORKLOAD})),
        pool("fd00::/120", 122, "six"),
    )
    cluster.pools.all[0] = Pool(name="off", network=ip_network("10.1.0.0/28"), block_length=30, disabled=True)
    cluster.pools.labels["b"] = {"rack": "1"}
    assert [(await cluster.give(node))[0].pool for node in ("a", "b")] == ["pods", "racks"]
    assert (await cluster.give("a", pools=["manual"]))[0].pool == "manual"
    assert (await cluster.give("a", pools=["10.4.0.0/28"]))[0].pool == "pods"
    text = "^no enabled IPPool among off gives IPv4 addresses for Workload to node a$"
    with pytest.raises(IpamError, match=text):
        await cluster.give("a", pools=["off"])
    with pytest.raises(IpamError, match=r"^no enabled IPPool gives IPv4 addresses for Tunnel to node a$"):
        await cluster.ipam.auto_assign(node="a", handle="tunnel", attributes={}, use=PoolUse.TUNNEL)
    (six,) = await cluster.ipam.auto_assign(node="a", handle="six", attributes={}, version=6)
    assert isinstance(six.address, IPv6Address)
    assert six.block.prefixlen == 122
    cluster.assert_in_order()


async def test_reserved_addresses_go_only_to_who_names_them() -> None:
    """A block that is reserved as a whole is not claimed, and the refusal says what keeps the rest."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    cluster.pools.kept = [ip_network("10.0.0.0/31"), ip_network("10.0.0.2/31"), ip_network("10.0.0.5/32")]
    given = await cluster.give("a", 3)
    assert sorted(str(one.address) for one in given) == ["10.0.0.4", "10.0.0.6", "10.0.0.7"]
    with pytest.raises(IpamError, match=r"there is not a free address for node b .*: full, but for what is reserved$"):
        await cluster.give("b")
    assert await cluster.ipam.blocks_of("b") == ()
    named = await cluster.ipam.assign_address(IPv4Address("10.0.0.5"), node="a", handle="named", attributes={})
    assert named.address == IPv4Address("10.0.0.5")
    cluster.assert_in_order()


async def test_a_reserved_block_that_is_forsaken_is_not_taken_over() -> None:
    """Nothing could be given out of it."""
    cluster = Cluster(pool("10.0.0.0/30", 30))
    (given,) = await cluster.give("a")
    await cluster.ipam.release_address(given.address)
    cluster.now += 61
    cluster.pools.kept = [ip_network("10.0.0.0/24")]
    with pytest.raises(IpamError, match="reserved"):
        await cluster.give("b")
    assert await cluster.ipam.blocks_of("a") == (given.block,)


async def test_a_released_address_cools_as_long_as_is_configured() -> None:
    """By address and by handle; meanwhile the pool counts as full."""
    cluster = Cluster(pool("10.0.0.0/31", 31))
    await cluster.configure(cooldown=30)
    first, second = [one for _ in range(2) for one in await cluster.give("a")]
    await cluster.ipam.release_address(first.address)
    cluster.now += 10
    await cluster.ipam.release_by_handle("pod2")
    cluster.now += 19
    with pytest.raises(IpamError, match="full"):
        await cluster.give("a")
    cluster.now += 1
    assert [one.address for one in await cluster.give("a")] == [first.address]
    cluster.now += 10
    assert [one.address for one in await cluster.give("a")] == [second.address]
    cluster.assert_in_order()
