"""Who has which block, from one change to the next: the same as reading everything anew."""

from bgpkit_node.agent.block_owners import BlockOwners
from bgpkit_node.datastore import WatchEvent
from bgpkit_node.datastore.port import Put
from bgpkit_node.ipam import Ipam, load_snapshot
from tests.support.ipam_cluster import FixedPools, pool
from tests.support.memory_datastore import MemoryDatastore
from tests.unit.node.agent.test_node_blocks import BLOCKS, affinity, block, claim

CIDR = "10.244.0.0/26"
KEY = BLOCKS + CIDR.replace("/", "-")


def event(write: Put) -> WatchEvent:
    """Return what a watch tells of a write."""
    return WatchEvent(key=write.key, value=write.value, revision=1)


def gone(key: str) -> WatchEvent:
    """Return what a watch tells of something deleted."""
    return WatchEvent(key=key, value=None, revision=1)


async def nothing() -> BlockOwners:
    """Begin with an empty datastore."""
    return BlockOwners(await load_snapshot(MemoryDatastore()))


def told(owners: BlockOwners) -> dict[str, str]:
    """Return the owners with prefixes as texts."""
    return {str(prefix): node for prefix, node in owners.owners().items()}


async def test_a_block_is_its_nodes_once_claim_and_block_agree() -> None:
    """In whichever order they are told; a claim that is not confirmed, or of another node, does not count."""
    owners = await nothing()
    assert not owners.take([event(block("a"))])
    assert not owners.take([event(claim("a", "pending"))])
    assert not owners.take([event(claim("b"))])
    assert told(owners) == {}
    assert owners.take([event(claim("a"))])
    assert told(owners) == {CIDR: "a"}
    assert not owners.take([event(block("a"))])
    assert owners.take([event(block("b"))])
    assert told(owners) == {CIDR: "b"}
    assert owners.take([gone(affinity("b"))])
    assert told(owners) == {}


async def test_what_cannot_be_read_and_what_is_something_else_changes_nothing() -> None:
    """The pods of a block whose document is broken are still there."""
    owners = await nothing()
    owners.take([event(block("a")), event(claim("a"))])
    broken = [event(Put(KEY, b"{")), event(Put(affinity("a"), b"[]")), event(Put(BLOCKS + "frob", b""))]
    assert not owners.take([*broken, event(Put("/calico/ipam/v2/config", b"{}"))])
    assert told(owners) == {CIDR: "a"}
    assert owners.take([gone(KEY)])
    assert told(owners) == {}


async def test_changes_come_to_the_same_as_a_fresh_look() -> None:
    """An address on another node than its block's is that node's, a route of its own."""
    datastore = MemoryDatastore()
    ipam = Ipam(datastore, FixedPools(pool("10.244.0.0/16", 26), nodes=("a", "b")))
    owners = BlockOwners(await load_snapshot(datastore))
    events = aiter(datastore.watch("/calico/ipam/v2/", 0))
    given = await ipam.auto_assign(node="a", handle="h", attributes={})
    borrowed = given[0].address + 9
    await ipam.assign_address(borrowed, node="b", handle="k", attributes={})
    await ipam.auto_assign(node="b", handle="l", attributes={})
    for _ in range(3):
        owners.take(await anext(events))
    fresh = BlockOwners(await load_snapshot(datastore))
    assert told(owners) == told(fresh)
    assert told(fresh)[f"{borrowed}/32"] == "b"
    assert sorted(set(told(fresh).values())) == ["a", "b"]
