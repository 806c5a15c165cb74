"""The block is the truth: which claims count, which are named, what is kept. calico.md 8, pains 4 to 7."""

import json

import pytest

from bgpkit import Prefix
from bgpkit_node.agent.node_blocks import NodeBlocks, node_blocks
from bgpkit_node.datastore.port import Put
from bgpkit_node.ipam import Ipam, load_snapshot
from tests.support.ipam_cluster import FixedPools, pool
from tests.support.memory_datastore import MemoryDatastore

NODE, OTHER = "a", "b"
BLOCKS = "/calico/ipam/v2/assignment/ipv4/block/"
CIDR = "10.244.0.0/26"


def affinity(node: str, cidr: str = CIDR) -> str:
    """Return where Calico keeps the affinity of a node to a block."""
    return f"/calico/ipam/v2/host/{node}/ipv4/block/{cidr.replace('/', '-')}"


def block(node: str | None, cidr: str = CIDR) -> Put:
    """Write an empty block that names a node, as Calico does."""
    size = 1 << (32 - int(cidr.partition("/")[2]))
    document: dict[str, object] = {
        "cidr": cidr,
        "affinity": f"host:{node}" if node else None,
        "allocations": [None] * size,
        "unallocated": list(range(size)),
        "attributes": [],
        "sequenceNumber": 0,
        "sequenceNumberForAllocation": {},
        "deleted": False,
        "strictAffinity": False,
    }
    return Put(BLOCKS + cidr.replace("/", "-"), json.dumps(document).encode())


def claim(node: str, state: str = "confirmed", cidr: str = CIDR) -> Put:
    """Write an affinity."""
    return Put(affinity(node, cidr), json.dumps({"state": state, "deleted": False}).encode())


async def of(*writes: Put, node: str = NODE, announced: str = "") -> NodeBlocks:
    """Return what a node has when these documents are in the store."""
    datastore = MemoryDatastore()
    if writes:
        await datastore.transact(writes)
    before = frozenset({Prefix.parse(announced)}) if announced else frozenset[Prefix]()
    return node_blocks(await load_snapshot(datastore), node, before)


def texts(prefixes: frozenset[Prefix]) -> list[str]:
    """Return prefixes as texts, in order."""
    return [str(prefix) for prefix in sorted(prefixes)]


async def test_a_confirmed_affinity_to_a_block_that_names_the_node_counts() -> None:
    """The ordinary case: nothing is wrong."""
    found = await of(claim(NODE), block(NODE))
    assert (texts(found.blocks), found.faults) == ([CIDR], frozenset())


@pytest.mark.parametrize(
    ("writes", "reason"),
    [
        ((claim(NODE),), "there is no such block: not announced"),
        ((claim(NODE, "pending"),), "there is no such block: not announced"),
        ((claim(NODE, "pending"), block(NODE)), "the claim is not confirmed: not announced"),
        ((claim(NODE, "pendingDeletion"), block(NODE)), "the claim is not confirmed: not announced"),
        ((claim(NODE, "pendingDeletion"),), "the block is being given up: not announced"),
        ((claim(NODE), block(None)), "the block is of no node: not announced"),
    ],
)
async def test_a_claim_without_a_confirmed_block_is_named_and_not_announced(
    writes: tuple[Put, ...], reason: str
) -> None:
    """Pains 5 and 7: an affinity without a block makes a bogus route, a pending one a wrong one."""
    found = await of(*writes)
    assert found.prefixes == frozenset()
    assert found.faults == frozenset({(f"affinity of {NODE} to {CIDR}", reason)})


async def test_of_two_claims_to_one_block_the_block_decides() -> None:
    """Pain 6: the loser announces nothing of it, and says why; the other is not told of it."""
    writes = (claim(NODE), claim(OTHER), block(OTHER))
    loser, winner = await of(*writes), await of(*writes, node=OTHER)
    assert (texts(loser.prefixes), texts(winner.prefixes)) == ([], [CIDR])
    assert loser.faults == frozenset({(f"affinity of {NODE} to {CIDR}", "the block is of b: not announced")})
    assert winner.faults == frozenset()


async def test_a_borrowed_address_is_a_route_of_its_own_as_long_as_it_is_used() -> None:
    """Pain 4: else it is hidden by the blackhole of the block's owner."""
    datastore = MemoryDatastore()
    ipam = Ipam(datastore, FixedPools(pool("10.244.0.0/30", 30), nodes=(NODE, OTHER)))
    await ipam.auto_assign(node=OTHER, handle="theirs", attributes={})
    (borrowed,) = await ipam.auto_assign(node=NODE, handle="mine", attributes={})
    snapshot = await load_snapshot(datastore)
    assert texts(node_blocks(snapshot, NODE).prefixes) == [f"{borrowed.address}/32"]
    assert texts(node_blocks(snapshot, OTHER).prefixes) == ["10.244.0.0/30"]
    await ipam.release_by_handle("mine")
    assert node_blocks(await load_snapshot(datastore), NODE).prefixes == frozenset()


async def test_an_address_in_a_block_that_another_node_took_over_is_borrowed_from_then_on() -> None:
    """The pods are still where they are."""
    datastore = MemoryDatastore()
    ipam = Ipam(datastore, FixedPools(pool("10.244.0.0/30", 30), nodes=(NODE, OTHER)))
    (mine,) = await ipam.auto_assign(node=NODE, handle="mine", attributes={})
    key = next(key for key in datastore.entries if key.startswith(BLOCKS))
    document = json.loads(datastore.entries[key].value) | {"affinity": f"host:{OTHER}"}
    await datastore.transact((Put(key, json.dumps(document).encode()), claim(OTHER, cidr="10.244.0.0/30")))
    snapshot = await load_snapshot(datastore)
    assert texts(node_blocks(snapshot, NODE).prefixes) == [f"{mine.address}/32"]
    assert texts(node_blocks(snapshot, OTHER).prefixes) == ["10.244.0.0/30"]


async def test_a_block_that_cannot_be_read_any_more_is_kept_where_it_was_announced() -> None:
    """Its pods are still there; other blocks are as ever, and the document is named."""
    key = BLOCKS + CIDR.replace("/", "-")
    writes = (claim(NODE), Put(key, b"{"), claim(NODE, cidr="10.244.1.0/26"), block(NODE, "10.244.1.0/26"))
    kept, fresh = await of(*writes, announced=CIDR), await of(*writes)
    assert texts(kept.blocks) == [CIDR, "10.244.1.0/26"]
    assert texts(fresh.blocks) == ["10.244.1.0/26"]
    assert key in {what for what, _ in fresh.faults}
