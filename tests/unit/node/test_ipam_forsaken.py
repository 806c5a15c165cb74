"""The blocks of a range that is no pool any more: the empty ones go, the others are nobody's."""

from ipaddress import ip_network

from bgpkit_node.ipam import load_snapshot
from bgpkit_node.ipam.forsaken import give_up_range
from tests.support.ipam_cluster import Cluster, pool


async def test_empty_blocks_go_and_others_lose_their_node() -> None:
    """In the range only, with every affinity to them; a second time there is nothing to do."""
    made = Cluster(pool("10.0.0.0/26", 28), pool("10.1.0.0/26", 28))
    (gone,) = await made.give("a", pools=["10.0.0.0/26"])
    (stays,) = await made.give("b", pools=["10.0.0.0/26"])
    (other,) = await made.give("c", pools=["10.1.0.0/26"])
    await made.ipam.release_address(gone.address)
    await made.store({"/calico/ipam/v2/host/c/ipv4/block/10.0.0.48-28": b'{"state":"pending","deleted":false}'})
    kept = await give_up_range(made.datastore, ip_network("10.0.0.0/26"))
    assert [stays.address in block for block in kept] == [True]
    snapshot = await load_snapshot(made.datastore)
    assert [(block.node, stays.address in block.network) for block in snapshot.blocks.values()] == [
        (None, True),
        ("c", False),
    ]
    assert [(node, other.address in block) for node, block in snapshot.affinities] == [("c", True)]
    assert await made.ipam.addresses_of("pod2") == (stays.address,)
    made.assert_in_order()
    before = dict(made.datastore.entries)
    assert await give_up_range(made.datastore, ip_network("10.0.0.0/26")) == kept
    assert dict(made.datastore.entries) == before
