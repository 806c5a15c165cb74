"""Mending: what check finds is put right where that harms nobody, and all else is let be."""

from ipaddress import ip_address, ip_network

from bgpkit_node.ipam import Finding, Verdict, load_snapshot
from bgpkit_node.ipam.repair import repair
from tests.support.ipam_cluster import Cluster, pool

NETWORK = "10.0.0.0/28"


def cluster() -> Cluster:
    """Return a cluster with a small pool."""
    return Cluster(pool("10.0.0.0/24", 28))


async def mend(made: Cluster) -> list[str]:
    """Check, and mend what is found."""
    return await repair(made.datastore, made.pools, await load_snapshot(made.datastore), await made.ipam.check())


async def test_addresses_of_a_node_that_is_gone_are_taken_back() -> None:
    """Those of the others stay."""
    made = cluster()
    (gone,) = await made.give("a")
    (kept,) = await made.give("b")
    del made.pools.labels["a"]
    assert f"{gone.address}: taken back" in await mend(made)
    assert await made.ipam.addresses_of("pod1") == ()
    assert await made.ipam.addresses_of("pod2") == (kept.address,)
    assert [f for f in await made.ipam.check() if f.verdict is Verdict.LEAKED] == []
    made.assert_in_order()


async def test_an_address_that_was_given_anew_is_not_taken() -> None:
    """The finding is of another time: whoever has it by now keeps it, or nothing at all is there."""
    made = cluster()
    (old,) = await made.give("a")
    before = await load_snapshot(made.datastore)
    await made.ipam.release_address(old.address)
    new = await made.ipam.assign_address(old.address, node="a", handle="pod1", attributes={})
    found = [Finding(Verdict.LEAKED, str(address), "old news") for address in (new.address, "10.0.0.99")]
    assert await repair(made.datastore, made.pools, before, found) == []
    assert await made.ipam.addresses_of("pod1") == (new.address,)
    made.assert_in_order()


async def test_handles_are_counted_from_the_blocks() -> None:
    """One that is lost, one that counts wrongly, one with a block that is not there, one without addresses."""
    made = cluster()
    (one,), (_, two), _ = await made.give("a"), await made.give("a", 2), await made.give("a")
    network = str(ip_network((int(one.address) & ~15, 28)))
    await made.store(
        {
            "/calico/ipam/v2/handle/pod2": f'{{"block":{{"{network}":7}},"deleted":false}}'.encode(),
            "/calico/ipam/v2/handle/pod3": f'{{"block":{{"{network}":1,"10.0.9.0/28":2}},"deleted":false}}'.encode(),
            "/calico/ipam/v2/handle/empty": b'{"block":{},"deleted":false}',
        }
    )
    await made.datastore.delete("/calico/ipam/v2/handle/pod1")
    told = await mend(made)
    assert sorted(set(told)) == [f"{name}: counted from the blocks" for name in ("empty", "pod1", "pod2", "pod3")]
    assert await made.ipam.check() == ()
    assert await made.ipam.addresses_of("pod1") == (one.address,)
    assert two.address in await made.ipam.addresses_of("pod2")
    made.assert_in_order()


async def test_affinities_become_what_the_block_says() -> None:
    """A pending one of the owner is confirmed, that of another node goes, and one without a block."""
    made = cluster()
    (one,) = await made.give("a")
    block = f"{ip_address(int(one.address) & ~15)}-28"
    await made.store(
        {
            f"/calico/ipam/v2/host/a/ipv4/block/{block}": b'{"state":"pending","deleted":false}',
            f"/calico/ipam/v2/host/b/ipv4/block/{block}": b'{"state":"confirmed","deleted":false}',
            "/calico/ipam/v2/host/c/ipv4/block/10.0.0.240-28": b'{"state":"pending","deleted":false}',
        }
    )
    told = await mend(made)
    assert {line.rpartition(": ")[2].split()[2] for line in told} == {"a", "b", "c"}
    assert await made.ipam.check() == ()
    assert len(await made.ipam.blocks_of("a")) == 1
    made.assert_in_order()


async def test_a_block_whose_affinity_is_lost_gets_it_back_or_is_nobodys() -> None:
    """As its node exists or not."""
    made = cluster()
    await made.give("a")
    await made.give("b")
    for node in "ab":
        _, found = await made.datastore.list(f"/calico/ipam/v2/host/{node}/")
        await made.datastore.delete(found[0].key)
    del made.pools.labels["b"]
    await mend(made)
    assert len(await made.ipam.blocks_of("a")) == 1
    assert await made.ipam.blocks_of("b") == ()
    assert [f for f in await made.ipam.check() if f.is_fault] == []


async def test_what_needs_a_person_is_let_be() -> None:
    """An address outside of every pool, a document that cannot be read."""
    made = cluster()
    await made.give("a")
    made.pools.all.clear()
    await made.store({"/calico/ipam/v2/handle/x": b"?"})
    before = dict(made.datastore.entries)
    assert await mend(made) == []
    assert dict(made.datastore.entries) == before
