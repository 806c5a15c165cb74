"""The check names every kind of contradiction, and finds none where there is none."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network

from bgpkit_node.ipam import Block, Finding, Owner, Verdict
from bgpkit_node.ipam.affinity import AffinityState, encode_affinity
from bgpkit_node.ipam.block_codec import encode_block
from bgpkit_node.ipam.handle import Handle, encode_handle
from bgpkit_node.ipam.keys import affinity_key, block_key, handle_key
from tests.support.ipam_cluster import Cluster, host, pool

NETWORK = IPv4Network("10.0.0.0/30")
OTHER = IPv4Network("10.0.0.4/30")


def told(*findings: Finding) -> list[tuple[Verdict, str, str]]:
    """Return findings as tuples."""
    return [(finding.verdict, finding.subject, finding.text) for finding in findings]


async def findings_in(documents: Mapping[str, bytes]) -> list[tuple[Verdict, str, str]]:
    """Return what is found in a cluster with one pool of two blocks and the given documents."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    await cluster.store(documents)
    return told(*await cluster.ipam.check())


def sound(block: Block, node: str) -> dict[str, bytes]:
    """Return the documents of a block, its affinity and its handles."""
    handles = {handle: Handle(((block.network, count),)) for handle, count in block.counts().items()}
    return {
        block_key(block.network): encode_block(block),
        affinity_key(node, block.network): encode_affinity(AffinityState.CONFIRMED),
        **{handle_key(name): encode_handle(handle) for name, handle in handles.items()},
    }


async def test_nothing_is_found_in_a_sound_cluster() -> None:
    """With and without knowing what is in use."""
    cluster = Cluster(pool("10.0.0.0/29", 30))
    (given,) = await cluster.give("a")
    assert await cluster.ipam.check() == ()
    assert await cluster.ipam.check({given.address: ["default/web"]}) == ()


async def test_addresses_and_their_users_are_compared() -> None:
    """Taken and not used, used and not taken, used twice."""
    cluster = Cluster(pool("10.0.0.0/30", 30))
    (first,), (second,), (third,) = [await cluster.give("a") for _ in range(3)]
    used = {second.address: ["web"], third.address: ["one", "two"], IPv4Address("10.0.0.3"): ["x"]}
    found = told(*await cluster.ipam.check({**used, IPv4Address("192.0.2.1"): ["host"]}))
    assert found == [
        (Verdict.LEAKED, str(first.address), "taken by handle pod1, node a, and used by nobody"),
        (Verdict.MULTIPLE_OWNERS, str(third.address), "used by one and two"),
        (Verdict.NOT_ALLOCATED, "10.0.0.3", "used by x, and not taken in its block"),
    ]


async def test_addresses_of_a_node_that_does_not_exist_have_leaked() -> None:
    """No list of endpoints is needed for that."""
    block, _ = host(NETWORK, "gone").assign(1, Owner.of("h", {"node": "gone"}))
    assert await findings_in(sound(block, "gone")) == [
        (Verdict.LEAKED, "10.0.0.0", "taken by handle h, node gone, a node that does not exist")
    ]


async def test_addresses_outside_every_pool_are_named() -> None:
    """A pool that was deleted under its addresses."""
    network = IPv4Network("10.9.0.0/30")
    block, _ = host(network, "a").assign(1, Owner.of("h", {"node": "a"}))
    assert await findings_in(sound(block, "a")) == [
        (Verdict.NOT_IN_POOL, "10.9.0.0", "taken by handle h, node a, outside every IPPool")
    ]


async def test_one_address_in_two_blocks_has_several_owners() -> None:
    """Blocks that overlap are named, too."""
    wide = IPv4Network("10.0.0.0/29")
    one, _ = host(NETWORK, "a").assign(1, Owner.of("h1", {"node": "a"}))
    two, _ = host(wide, "b").assign(1, Owner.of("h2", {"node": "b"}))
    assert await findings_in({**sound(one, "a"), **sound(two, "b")}) == [
        (Verdict.BROKEN_BLOCK, "10.0.0.0/30", "overlaps block 10.0.0.0/29"),
        (Verdict.MULTIPLE_OWNERS, "10.0.0.0", "handle h2, node b and handle h1, node a"),
    ]


async def test_handles_that_count_something_else_are_named() -> None:
    """Counting too many, counting nothing, and not being there."""
    block, _ = host(NETWORK, "a").assign(2, Owner.of("h", {"node": "a"}))
    block, _ = block.assign(1, Owner.of("lost", {"node": "a"}))
    documents = {
        **sound(block, "a"),
        handle_key("h"): encode_handle(Handle(((NETWORK, 3), (OTHER, 1)))),
        handle_key("empty"): encode_handle(Handle()),
    }
    del documents[handle_key("lost")]
    assert await findings_in(documents) == [
        (Verdict.HANDLE_MISMATCH, "empty", "has no addresses"),
        (Verdict.HANDLE_MISMATCH, "h", "counts 3 addresses in block 10.0.0.0/30, which shows 2"),
        (Verdict.HANDLE_MISMATCH, "h", "counts 1 addresses in block 10.0.0.4/30, which shows 0"),
        (Verdict.HANDLE_MISMATCH, "lost", "has addresses in 10.0.0.0/30 and does not exist"),
    ]


async def test_affinities_that_the_block_does_not_confirm_are_named() -> None:
    """Another's block, no block, a pending claim, and a block whose node has no affinity."""
    pending = encode_affinity(AffinityState.PENDING)
    documents = {
        block_key(NETWORK): encode_block(host(NETWORK, "a")),
        affinity_key("a", NETWORK): pending,
        affinity_key("b", NETWORK): b"",
        affinity_key("c", OTHER): pending,
    }
    assert await findings_in(documents) == [
        (Verdict.FALSE_AFFINITY, "10.0.0.0/30", "affinity of a is pending, and the block belongs to the node"),
        (Verdict.FALSE_AFFINITY, "10.0.0.0/30", "affinity of b is confirmed, and the block belongs to a"),
        (Verdict.FALSE_AFFINITY, "10.0.0.4/30", "affinity of c is pending, and there is no such block"),
    ]
    assert await findings_in({block_key(NETWORK): encode_block(host(NETWORK, "a"))}) == [
        (Verdict.FALSE_AFFINITY, "10.0.0.0/30", "belongs to a, which has no affinity to it")
    ]


async def test_a_block_that_contradicts_itself_is_named() -> None:
    """Each contradiction is a finding."""
    broken = Block(network=NETWORK, affinity="host:a", slots=(None,) * 4, unallocated=(0, 1, 2, 2), sequence=1)
    assert await findings_in(sound(broken, "a")) == [
        (Verdict.BROKEN_BLOCK, "10.0.0.0/30", "10.0.0.2 is listed as free 2 times"),
        (Verdict.BROKEN_BLOCK, "10.0.0.0/30", "10.0.0.3 is neither free nor taken"),
    ]


async def test_borrowing_is_told_and_is_no_fault() -> None:
    """An operator wants to know why a /32 is announced."""
    block, _ = host(NETWORK, "a").assign(1, Owner.of("h", {"node": "b", "namespace": "default", "pod": "web"}))
    cluster = Cluster(pool("10.0.0.0/29", 30))
    await cluster.store(sound(block, "a"))
    (finding,) = await cluster.ipam.check()
    text = "handle h, pod default/web, node b uses an address of block 10.0.0.0/30 of a"
    assert told(finding) == [(Verdict.BORROWED, "10.0.0.0", text)]
    assert not finding.is_fault


async def test_documents_that_cannot_be_read_are_named_and_the_rest_is_checked() -> None:
    """A document under the key of another block is one of them."""
    documents = {
        block_key(OTHER): encode_block(host(NETWORK, "a")),
        handle_key("h"): b"broken",
        affinity_key("a", NETWORK): b'{"state":"perhaps"}',
        affinity_key("b", NETWORK): b"",
    }
    found = await findings_in(documents)
    assert [(verdict, subject) for verdict, subject, _ in found] == [
        (Verdict.UNREADABLE, block_key(OTHER)),
        (Verdict.UNREADABLE, affinity_key("a", NETWORK)),
        (Verdict.UNREADABLE, handle_key("h")),
        (Verdict.FALSE_AFFINITY, str(NETWORK)),
    ]
    assert found[0][2] == "the document is that of block 10.0.0.0/30"
