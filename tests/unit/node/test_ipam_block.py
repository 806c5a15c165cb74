"""A block gives each address once, oldest free one first."""

from collections import deque
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit_node.ipam.block import Allocation, Block, Owner

BLOCK = Block.empty(IPv4Network("10.244.113.128/26"), sequence=100)
NOW = datetime(2026, 8, 22, 10, tzinfo=UTC)
POD = Owner.of("pod", {"pod": "nginx", "node": "k8s-master1"})


def test_all_64_addresses_of_a_26_are_given_lowest_first() -> None:
    """The first and the last address are given too: nothing is kept for network and broadcast."""
    full, given_addresses = BLOCK.assign(100, POD)
    assert given_addresses == tuple(IPv4Address("10.244.113.128") + place for place in range(64))
    assert full.free == 0
    assert full.assign(1, POD) == (full, ())


def test_an_ipv6_block_of_122_has_64_addresses() -> None:
    """The width of the address is not built in."""
    _, addresses = Block.empty(ip_network("fd00:10:244::40/122"), sequence=1).assign(64, POD)
    assert (addresses[0], addresses[-1]) == (IPv6Address("fd00:10:244::40"), IPv6Address("fd00:10:244::7f"))


def test_a_freed_address_is_given_again_only_after_all_others() -> None:
    """Reuse is first in, first out, so that stale rules of the last owner have time to go."""
    block, (first,) = BLOCK.assign(1, POD)
    block = block.release([first])
    addresses: list[object] = []
    for _ in range(64):
        block, given_addresses = block.assign(1, POD)
        addresses += given_addresses
    assert addresses[-1] == first


def test_a_reserved_address_is_passed_over_and_had_by_its_name() -> None:
    """Networks that reach beyond the block, and those of the other family, change nothing else."""
    reserved = [ip_network("10.244.113.0/24"), ip_network("fd00::/8")]
    assert BLOCK.assign(1, POD, reserved) == (BLOCK, ())
    _, addresses = BLOCK.assign(3, POD, [ip_network("10.244.113.129/32"), ip_network("10.244.114.0/24")])
    assert [int(address) & 63 for address in addresses] == [0, 2, 3]
    assert BLOCK.assign_address(IPv4Address("10.244.113.129"), POD).free == 63


def test_an_address_that_cools_goes_to_nobody_until_its_time_is_over() -> None:
    """Then it is the last to go; who names it has it at once."""
    block, (first,) = BLOCK.assign(1, POD)
    cooling = block.release([first], NOW)
    assert (cooling.free, cooling.is_empty, cooling.allocation_of(first)) == (63, False, None)
    assert first not in cooling.assign(64, POD)[1]
    assert (cooling.faults(), list(cooling.allocations())) == ((), [])
    assert cooling.cooled(NOW - timedelta(seconds=1)) is cooling
    cooled = cooling.cooled(NOW)
    assert (cooled.unallocated[-1], cooled.is_empty, cooled.cooling) == (0, True, ())
    named = cooling.assign_address(first, POD)
    assert (named.cooling, named.faults()) == ((), ())
    assert cooling.release([first], NOW) is cooling


def test_an_allocation_keeps_the_sequence_number_of_the_block_before_it() -> None:
    """An address that was freed and given again is told from the first time by its number."""
    block, (address,) = BLOCK.assign(1, POD)
    assert block.allocation_of(address) == Allocation(POD, 100)
    again = block.release([address]).assign_address(address, POD)
    assert again.allocation_of(address) == Allocation(POD, 102)
    assert again.sequence == 103


def test_a_taken_address_and_one_outside_are_refused() -> None:
    """The caller is told which."""
    address = IPv4Address("10.244.113.130")
    block = BLOCK.assign_address(address, POD)
    with pytest.raises(ValueError, match=r"^10\.244\.113\.130 is taken$"):
        block.assign_address(address, POD)
    outside = IPv4Address("10.244.113.192")
    with pytest.raises(ValueError, match=r"^10\.244\.113\.192 is not in block 10\.244\.113\.128/26$"):
        block.allocation_of(outside)
    with pytest.raises(ValueError, match=r"^10\.244\.113\.192 is not in block 10\.244\.113\.128/26$"):
        block.release([outside])


def test_releasing_a_free_address_changes_nothing() -> None:
    """Not even the sequence number."""
    assert BLOCK.release([IPv4Address("10.244.113.130")]) is BLOCK


def test_an_address_that_is_released_twice_in_one_call_is_free_once() -> None:
    """The list of free addresses has no doubles."""
    block, (address,) = BLOCK.assign(1, POD)
    assert block.release([address, address]).faults() == ()


def test_only_an_affinity_of_a_host_names_a_node() -> None:
    """The affinity of a load balancer is nobody's node."""
    assert BLOCK.with_affinity("k8s-node1").node == "k8s-node1"
    assert BLOCK.node is None
    virtual = Block(network=BLOCK.network, affinity="virtual:lb", slots=BLOCK.slots, unallocated=(), sequence=1)
    assert virtual.node is None


def test_contradictions_are_named() -> None:
    """An address that is in both lists, in none, or twice in one, and one that is not of the block."""
    block = Block(
        network=IPv4Network("10.0.0.0/30"),
        affinity=None,
        slots=(Allocation(POD), None, None, None),
        unallocated=(0, 1, 1, 9),
        sequence=1,
    )
    assert block.faults() == (
        "10.0.0.1 is listed as free 2 times",
        "10.0.0.0 is listed as free and taken",
        "place 9 is listed as free and taken",
        "10.0.0.2 is neither free nor taken",
        "10.0.0.3 is neither free nor taken",
    )
    short = Block(network=block.network, affinity=None, slots=(), unallocated=(), sequence=1)
    assert short.faults() == ("0 places for 4 addresses",)


def test_an_address_that_is_wrongly_listed_as_free_is_not_given() -> None:
    """A broken document never makes two owners."""
    other = Owner.of("other", {})
    network = IPv4Network("10.0.0.0/31")
    block = Block(
        network=network, affinity=None, slots=(Allocation(POD), None), unallocated=(0, 1, 1, 7, -1), sequence=1
    )
    changed, addresses = block.assign(2, other)
    assert addresses == (IPv4Address("10.0.0.1"),)
    assert changed.allocation_of(network[0]) == Allocation(POD)


@given(st.lists(st.tuples(st.sampled_from(["next", "one", "free"]), st.integers(0, 7))))
def test_a_block_is_a_queue_of_free_addresses(steps: list[tuple[str, int]]) -> None:
    """Whatever happens, a plain queue beside the block gives the same addresses in the same order."""
    block = Block.empty(IPv4Network("10.0.0.0/29"), sequence=0)
    queue = deque(block.network)
    for step, number in steps:
        address = block.network[number]
        if step == "next":
            block, addresses = block.assign(number % 3, POD)
            assert addresses == tuple(queue.popleft() for _ in range(min(number % 3, len(queue))))
        elif step == "one" and address in queue:
            block = block.assign_address(address, POD)
            queue.remove(address)
        elif step == "free":
            block = block.release([address])
            queue += [] if address in queue else [address]
    assert [block.network[ordinal] for ordinal in block.unallocated] == list(queue)
    assert {address for address, _ in block.allocations()} == set(block.network) - set(queue)
    assert block.counts() == ({"pod": 8 - len(queue)} if len(queue) < 8 else {})
    assert block.faults() == ()
