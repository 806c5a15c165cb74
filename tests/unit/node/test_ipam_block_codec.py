"""Blocks are read and written as Calico's documents."""

import json
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from bgpkit_node.ipam.block import Allocation, Block, Owner
from bgpkit_node.ipam.block_codec import decode_block, encode_block

NETWORK = IPv4Network("10.244.113.128/30")


def document(**changes: object) -> dict[str, Any]:
    """Return a block's document as Calico writes it, with some keys changed."""
    pod = {
        "namespace": "default",
        "node": "k8s-master1",
        "pod": "nginx-1",
        "timestamp": "2026-08-22 10:00:00 +0000 UTC",
    }
    return {
        "cidr": "10.244.113.128/30",
        "affinity": "host:k8s-master1",
        "affinity_claim_time": "2026-08-22T10:00:00Z",
        "allocations": [1, None, 0, 1],
        "unallocated": [1],
        "attributes": [
            {"handle_id": "k8s-pod-network.9d0f", "secondary": pod},
            {"handle_id": "ipip-tunnel-addr-k8s-master1", "secondary": {"node": "k8s-master1"}},
        ],
        "sequenceNumber": 1700000000000000003,
        "sequenceNumberForAllocation": {"0": 1700000000000000000, "2": 1700000000000000002},
        "deleted": False,
    } | changes


def decoded(**changes: object) -> Block:
    """Return the block of a changed document."""
    return decode_block(json.dumps(document(**changes)).encode())


def test_every_field_of_calicos_document_is_understood() -> None:
    """Allocations point into the attributes; numbers of allocations stand beside them."""
    block = decoded()
    tunnel = Owner("ipip-tunnel-addr-k8s-master1", (("node", "k8s-master1"),))
    assert (block.network, block.node, block.unallocated) == (NETWORK, "k8s-master1", (1,))
    assert block.claimed_at == datetime(2026, 8, 22, 10, tzinfo=UTC)
    assert block.sequence == 1700000000000000003
    assert block.slots[0] == Allocation(tunnel, 1700000000000000000)
    assert block.slots[3] == Allocation(tunnel, None)
    owner = block.allocation_of(IPv4Address("10.244.113.130"))
    assert owner is not None
    assert (owner.owner.handle, dict(owner.owner.attributes)["pod"]) == ("k8s-pod-network.9d0f", "nginx-1")


def test_what_is_written_has_calicos_keys_and_says_the_same() -> None:
    """Owners are numbered as they come, which changes numbers and no meaning."""
    written = json.loads(encode_block(decoded()))
    first, second = document()["attributes"]
    assert written == document(allocations=[0, None, 1, 0], attributes=[second, first])


def test_an_owner_is_written_once_and_goes_with_its_last_address() -> None:
    """Attributes nobody points to are dropped, and the others are numbered anew."""
    block = decoded().release([IPv4Address("10.244.113.128"), IPv4Address("10.244.113.131")])
    written = json.loads(encode_block(block))
    assert written["allocations"] == [None, None, 0, None]
    assert written["unallocated"] == [1, 0, 3]
    assert [entry["handle_id"] for entry in written["attributes"]] == ["k8s-pod-network.9d0f"]
    assert written["sequenceNumberForAllocation"] == {"2": 1700000000000000002}


def test_an_empty_block_without_affinity_is_written_with_null_and_empty_lists() -> None:
    """Calico reads null as no affinity."""
    written = json.loads(encode_block(Block.empty(NETWORK, sequence=7)))
    assert written["affinity"] is None
    assert written["affinity_claim_time"] is None
    assert (written["allocations"], written["unallocated"], written["attributes"]) == ([None] * 4, [0, 1, 2, 3], [])


@pytest.mark.parametrize(
    ("changes", "node"),
    [
        ({"affinity": None, "hostAffinity": "old", "strictAffinity": True}, "old"),
        ({"hostAffinity": "old"}, "k8s-master1"),
        ({"affinity": None}, None),
    ],
)
def test_old_keys_are_tolerated(changes: dict[str, object], node: str | None) -> None:
    """The affinity of older writers counts when there is no other."""
    assert decoded(**changes).node == node


def test_null_lists_are_empty_and_missing_attributes_keep_the_address_taken() -> None:
    """An address whose owner is lost stays taken, by nobody known."""
    block = decoded(unallocated=None, attributes=None, sequenceNumberForAllocation=None)
    assert block.unallocated == ()
    assert block.slots[0] == Allocation(Owner(None), None)
    assert decode_block(encode_block(block)) == block


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{}",
        b"[]",
        b"not json",
        b'{"cidr":"10.0.0.1/24","allocations":[]}',
        b'{"cidr":"10.0.0.0/30","allocations":[null]}',
    ],
)
def test_what_is_no_block_is_refused_in_a_sentence(value: bytes) -> None:
    """Host bits, missing keys and other things are a ValueError."""
    with pytest.raises(ValueError, match=r"^not the document of a block: "):
        decode_block(value)


def test_an_address_that_cools_points_to_the_time_of_its_release() -> None:
    """As Calico has it: among the allocations, with attributes of no owner."""
    block = decoded(
        attributes=[{"handle_id": "a", "secondary": {"node": "b"}}, {"releasedAt": "2026-08-22T10:00:07Z"}],
        allocations=[1, None, 0, 1],
    )
    at = datetime(2026, 8, 22, 10, 0, 7, tzinfo=UTC)
    assert block.cooling == ((0, at), (3, at))
    assert [address for address, _ in block.allocations()] == [IPv4Address("10.244.113.130")]
    assert block.faults() == ()
    written = json.loads(encode_block(block))
    assert [written["attributes"][number] for number in (written["allocations"][0], written["allocations"][3])] == [
        {"releasedAt": "2026-08-22T10:00:07Z"}
    ] * 2
    assert decode_block(encode_block(block)) == block
