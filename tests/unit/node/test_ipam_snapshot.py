"""A snapshot shows what each node has at one revision."""

from bgpkit_node.ipam import load_snapshot
from bgpkit_node.ipam.keys import affinity_key
from tests.support.ipam_cluster import Cluster, pool


async def test_a_snapshot_and_the_calls_agree_on_what_a_node_has() -> None:
    """Whoever follows the documents sees what the calls say."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    for node, count in (("a", 1), ("b", 5), ("c", 1)):
        await cluster.give(node, count)
    snapshot = await load_snapshot(cluster.datastore)
    assert snapshot.revision == cluster.datastore.revision
    for node in ("a", "b", "c"):
        assert set(snapshot.blocks_of(node)) == set(await cluster.ipam.blocks_of(node))
        assert snapshot.borrowed_of(node) == await cluster.ipam.borrowed_of(node)
    assert {len(snapshot.borrowed_of(node)) for node in "ab"} == {0, 1}


async def test_an_address_in_a_block_that_is_not_confirmed_is_announced_by_itself() -> None:
    """While a claim is pending, the node's addresses in the block are reached one by one, and no address is lost."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    (given,) = await cluster.give("a")
    await cluster.store({affinity_key("a", given.block): b'{"state":"pending"}'})
    snapshot = await load_snapshot(cluster.datastore)
    assert (snapshot.blocks_of("a"), snapshot.borrowed_of("a")) == ((), (given.address,))


async def test_handles_are_those_of_the_node_and_the_beginning() -> None:
    """Neither another node's nor another network's."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    for node, handle in (("a", "net.2"), ("a", "net.1"), ("a", "other.1"), ("b", "net.3")):
        await cluster.ipam.auto_assign(node=node, handle=handle, attributes={})
    snapshot = await load_snapshot(cluster.datastore)
    assert snapshot.handles_of("a", "net.") == ("net.1", "net.2")
    assert snapshot.handles_of("b") == ("net.3",)
    assert set(snapshot.handles) == {"net.1", "net.2", "net.3", "other.1"}


async def test_what_cannot_be_read_is_set_aside_with_its_reason() -> None:
    """Broken keys and documents are listed; everything else is there."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    (given,) = await cluster.give("a")
    key = "/calico/ipam/v2/assignment/ipv4/block/10.0.0.1-30"
    await cluster.store({key: b"{}", "/calico/ipam/v2/handle/x": b"[]"})
    snapshot = await load_snapshot(cluster.datastore)
    assert [name for name, _ in snapshot.unreadable] == [key, "/calico/ipam/v2/handle/x"]
    assert list(snapshot.blocks) == [given.block]
