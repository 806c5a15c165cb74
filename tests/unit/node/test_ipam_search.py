"""Blocks are found where they should be, and claims that others left half done are brought in order."""

from ipaddress import IPv4Address, IPv4Network, ip_network

import pytest

from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import Block, Owner, Pool
from bgpkit_node.ipam.block_codec import encode_block
from bgpkit_node.ipam.keys import affinity_key, block_key
from tests.support.ipam_cluster import Cluster, host, pool
from tests.support.ipam_documents import affinities, assert_affinities_agree


async def test_an_empty_block_is_taken_over_when_its_claim_is_older_than_a_minute() -> None:
    """Better than borrowing: the node then has a block of its own, and the other's affinity is gone."""
    cluster = Cluster(pool("10.0.0.0/30", 30))
    (given,) = await cluster.give("a")
    await cluster.ipam.release_by_handle("pod1")
    cluster.now += 59
    (borrowed,) = await cluster.give("b")
    assert borrowed.borrowed
    await cluster.ipam.release_by_handle("pod2")
    cluster.now += 2
    (mine,) = await cluster.give("b")
    assert (mine.block, mine.borrowed) == (given.block, False)
    assert await cluster.ipam.blocks_of("a") == ()
    cluster.assert_in_order()


async def test_a_block_of_a_load_balancer_is_never_taken_over() -> None:
    """An affinity that is not a host's is somebody's all the same."""
    cluster = Cluster(pool("10.0.0.0/30", 30))
    network = IPv4Network("10.0.0.0/30")
    block = Block(network=network, affinity="virtual:lb", slots=(None,) * 4, unallocated=(0, 1, 2, 3), sequence=1)
    await cluster.store({block_key(network): encode_block(block)})
    cluster.now += 3600
    (given,) = await cluster.give("a")
    assert given.borrowed


async def test_an_empty_block_of_a_pool_that_no_longer_selects_the_node_is_given_up() -> None:
    """It happens on the way to the next address; a block in use stays."""
    cluster = Cluster(pool("10.0.0.0/29", 30, "old"), pool("10.1.0.0/29", 30, "new"))
    (old,) = await cluster.give("a", pools=["old"])
    cluster.pools.all[0] = Pool(name="old", network=ip_network("10.0.0.0/29"), block_length=30, disabled=True)
    (new,) = await cluster.give("a")
    assert set(await cluster.ipam.blocks_of("a")) == {old.block, new.block}
    await cluster.ipam.release_by_handle("pod1")
    await cluster.give("a")
    assert await cluster.ipam.blocks_of("a") == (new.block,)
    assert str(old.block) not in {cidr for _, cidr in affinities(cluster.datastore.entries)}


@pytest.mark.parametrize(
    ("state", "owner", "kept"),
    [
        (b'{"state":"pending"}', "a", True),
        (b'{"state":"pending"}', None, False),
        (b'{"state":"pending"}', "b", False),
        (b'{"state":"confirmed"}', "b", False),
        (b'{"state":"confirmed"}', None, False),
        (b"", "a", True),
        (b'{"state":"pendingDeletion"}', "a", True),
    ],
)
async def test_what_others_left_half_done_is_announced_by_nobody_until_it_is_settled(
    state: bytes, owner: str | None, kept: bool
) -> None:
    """Only a confirmed affinity whose block names the node counts; settling finishes the claim or drops it."""
    cluster = Cluster(pool("10.0.0.0/30", 30))
    network = IPv4Network("10.0.0.0/30")
    documents = {affinity_key("a", network): state}
    if owner is not None:
        documents[block_key(network)] = encode_block(host(network, owner))
    await cluster.store(documents)
    confirmed = owner == "a" and state == b""
    assert await cluster.ipam.blocks_of("a") == ((network,) if confirmed else ())
    settled = await cluster.ipam.settle_node("a")
    assert await cluster.ipam.blocks_of("a") == settled
    assert settled == ((network,) if kept or owner is None else ())
    if owner == "b":
        assert affinities(cluster.datastore.entries) == {}


async def test_of_two_nodes_with_one_block_only_the_one_that_it_names_has_it() -> None:
    """Two confirmed affinities to one block give one announcement, and the loser gets another block."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    network = IPv4Network("10.0.0.0/30")
    await cluster.store(
        {
            affinity_key("a", network): b'{"state":"confirmed"}',
            affinity_key("b", network): b'{"state":"confirmed"}',
            block_key(network): encode_block(host(network, "b")),
        }
    )
    assert (await cluster.ipam.blocks_of("a"), await cluster.ipam.blocks_of("b")) == ((), (network,))
    (given,) = await cluster.give("a")
    assert given.block != network
    cluster.assert_in_order()


async def test_a_claim_does_not_overlap_blocks_of_another_size() -> None:
    """When a pool was made anew with other blocks, no address comes to be in two."""
    cluster = Cluster(pool("10.0.0.0/28", 30))
    odd = IPv4Network("10.0.0.0/29")
    block, _ = host(odd, "c").assign(1, Owner.of("old", {"node": "c"}))
    await cluster.store({block_key(odd): encode_block(block), affinity_key("c", odd): b""})
    await cluster.store({affinity_key("a", IPv4Network("10.0.0.4/30")): b""})
    given = await cluster.give("a", 8)
    assert {address for one in given if not one.borrowed for address in one.block}.isdisjoint(odd)
    with pytest.raises(IpamError, match=r"^10\.0\.0\.0 is taken by handle old, node c$"):
        await cluster.ipam.assign_address(IPv4Address("10.0.0.0"), node="a", handle="h", attributes={})
    assert_affinities_agree(cluster.datastore.entries)


async def test_a_block_that_cannot_be_read_stops_nothing_else() -> None:
    """The node claims another block, and the check names the broken one."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    (first,) = await cluster.give("a")
    await cluster.store({block_key(first.block): b"broken", "/calico/ipam/v2/assignment/ipv4/block/x": b"broken"})
    (second,) = await cluster.give("a")
    assert second.block != first.block
    assert await cluster.ipam.blocks_of("a") == (second.block,)
    assert len(await cluster.give("b", 3)) == 3
    keys = [finding.subject for finding in await cluster.ipam.check() if finding.verdict.value == "unreadable"]
    assert keys == [block_key(first.block), "/calico/ipam/v2/assignment/ipv4/block/x"]
