"""How full pools are: every address counted once, but for those in use that are reserved."""

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from bgpkit_node.ipam import IPNetwork, Snapshot
from bgpkit_node.ipam.block import Block, Owner
from bgpkit_node.ipam.utilisation import Use, utilisation
from tests.support.ipam_cluster import host

POOL = ip_network("10.0.0.0/24")
FIRST, SECOND = ip_network("10.0.0.0/26"), ip_network("10.0.0.64/26")
OWNER = Owner.of("h", {})


def snapshot(*blocks: Block) -> Snapshot:
    """Return a snapshot of blocks."""
    found = {block.network: block for block in blocks}
    return Snapshot(revision=1, blocks=found, affinities={}, handles={}, unreadable=())


def use(network: IPNetwork, in_use: int, reserved: int, free: int, cooling: int = 0) -> Use:
    """Return the use of a network."""
    return Use(network=network, in_use=in_use, reserved=reserved, free=free, cooling=cooling)


def test_a_pool_sums_its_blocks_and_what_is_in_none() -> None:
    """The blocks come below it."""
    first, _ = host(FIRST, "a").assign(3, OWNER)
    second, _ = host(SECOND, "b").assign(64, OWNER)
    (found,) = utilisation(snapshot(first, second), [POOL], [])
    assert found.pool == use(POOL, 67, 0, 189)
    assert found.blocks == (use(FIRST, 3, 0, 61), use(SECOND, 64, 0, 0))
    assert found.pool is not None
    assert found.pool.total == 256


def test_reserved_addresses_are_not_free_and_count_once() -> None:
    """In a block, in none, and in use before they were reserved; a reservation may be larger than the pool."""
    first, _ = host(FIRST, "a").assign(2, OWNER)
    reserved = [ip_network("10.0.0.0/30"), ip_network("10.0.0.128/25")]
    (found,) = utilisation(snapshot(first), [POOL], reserved)
    assert found.blocks == (use(FIRST, 2, 4, 60),)
    assert found.pool == use(POOL, 2, 132, 124)
    (all_of_it,) = utilisation(snapshot(), [POOL], [ip_network("10.0.0.0/8")])
    assert all_of_it.pool == use(POOL, 0, 256, 0)


def test_addresses_that_cool_are_in_use() -> None:
    """Until they may go again."""
    block, (address, *_) = host(FIRST, "a").assign(2, OWNER)
    cooling = block.release([address], datetime(2026, 11, 29, tzinfo=UTC))
    (found,) = utilisation(snapshot(cooling), [POOL], [])
    assert found.blocks == (use(FIRST, 2, 0, 62, 1),)


def test_blocks_in_no_pool_come_last_and_without_a_pool() -> None:
    """In the order of their addresses."""
    orphans = [host(ip_network(cidr), "a") for cidr in ("10.9.2.0/26", "10.9.10.0/26")]
    pool, rest = utilisation(snapshot(*orphans), [POOL], [])
    assert pool.blocks == ()
    assert rest.pool is None
    assert [str(block.network) for block in rest.blocks] == ["10.9.2.0/26", "10.9.10.0/26"]


def test_both_families_are_counted() -> None:
    """Each pool by itself; a pool of IPv6 is larger than any counter."""
    wide = ip_network("fd00::/48")
    four, six = utilisation(snapshot(host(ip_network("fd00::/122"), "a")), [POOL, wide], [])
    assert four.blocks == ()
    assert six.pool == use(wide, 0, 0, 1 << 80)
    assert ip_address("fd00::1") in six.blocks[0].network
