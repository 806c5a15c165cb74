"""The JSON document of a block, as Calico writes it."""

from datetime import UTC, datetime
from ipaddress import ip_network

from msgspec import DecodeError, Struct, field, json

from bgpkit_node.ipam.address import IPNetwork
from bgpkit_node.ipam.block import HOST, Allocation, Block, Owner


class _Attributes(Struct):
    handle_id: str | None = None
    secondary: dict[str, str] | None = None


class _Document(Struct):
    cidr: str
    allocations: list[int | None]
    unallocated: list[int] | None = None
    affinity: str | None = None
    affinity_claim_time: datetime | None = None
    attributes: list[_Attributes] | None = None
    sequence_number: int = field(default=0, name="sequenceNumber")
    sequence_for_allocation: dict[str, int] | None = field(default=None, name="sequenceNumberForAllocation")
    deleted: bool = False


class _OldDocument(_Document):
    """What older writers add: the node without ``host:``. ``strictAffinity`` is ignored like every unknown key."""

    old_affinity: str | None = field(default=None, name="hostAffinity")


def decode_block(value: bytes) -> Block:
    """Read a block's document; ValueError when it is not one.

    Attributes that an allocation points to and that are missing give an owner without handle: such an address is taken
    and stays so.
    """
    try:
        document = json.decode(value, type=_OldDocument)
        network = ip_network(document.cidr)
    except (DecodeError, ValueError) as error:
        raise ValueError(f"not the document of a block: {error}") from error
    if len(document.allocations) != network.num_addresses:
        text = f"{len(document.allocations)} allocations for the {network.num_addresses} addresses of {network}"
        raise ValueError(f"not the document of a block: {text}")
    affinity = document.affinity
    if affinity is None and document.old_affinity is not None:
        affinity = HOST + document.old_affinity
    return Block(
        network=network,
        affinity=affinity,
        claimed_at=document.affinity_claim_time,
        slots=_slots(document),
        unallocated=tuple(document.unallocated or ()),
        sequence=document.sequence_number,
    )


def decode_block_of(network: IPNetwork, value: bytes) -> Block:
    """Read the document of the block ``network``; ValueError when it is none, or another block's."""
    block = decode_block(value)
    if block.network != network:
        raise ValueError(f"the document is that of block {block.network}")
    return block


def encode_block(block: Block) -> bytes:
    """Write a block's document; owners are numbered as they come, each once."""
    numbers: dict[Owner, int] = {}
    allocations = [None if a is None else numbers.setdefault(a.owner, len(numbers)) for a in block.slots]
    sequences = {
        str(ordinal): a.sequence for ordinal, a in enumerate(block.slots) if a is not None and a.sequence is not None
    }
    claimed_at = block.claimed_at
    return json.encode(
        _Document(
            cidr=str(block.network),
            affinity=block.affinity,
            affinity_claim_time=None if claimed_at is None else claimed_at.astimezone(UTC).replace(microsecond=0),
            allocations=allocations,
            unallocated=list(block.unallocated),
            attributes=[_Attributes(owner.handle, dict(owner.attributes)) for owner in numbers],
            sequence_number=block.sequence,
            sequence_for_allocation=sequences,
        )
    )


def _slots(document: _OldDocument) -> tuple[Allocation | None, ...]:
    owners = [Owner(a.handle_id, tuple(sorted((a.secondary or {}).items()))) for a in document.attributes or ()]
    unknown = Owner(None)
    sequences = document.sequence_for_allocation or {}
    return tuple(
        None
        if number is None
        else Allocation(owners[number] if 0 <= number < len(owners) else unknown, sequences.get(str(ordinal)))
        for ordinal, number in enumerate(document.allocations)
    )
