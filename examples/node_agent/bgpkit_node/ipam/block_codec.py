"""The JSON document of a block, as Calico writes it."""

from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_network

from msgspec import DecodeError, Struct, field, json

from bgpkit_node.ipam.address import IPNetwork
from bgpkit_node.ipam.block import HOST, Allocation, Block, Owner


class _Attributes(Struct, omit_defaults=True):
    handle_id: str | None = None
    secondary: dict[str, str] | None = None
    released_at: datetime | None = field(default=None, name="releasedAt")


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


@lru_cache(maxsize=64)
def decode_block(value: bytes) -> Block:
    """Read a block's document; ValueError when it is not one.

    Attributes that an allocation points to and that are missing give an owner without handle: such an address is taken
    and stays so. The last ones are remembered: each new pod has the full blocks of its node read again.
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
        cooling=_cooling(document),
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
    """Write a block's document; owners, and times of release, are numbered as they come, each once."""
    numbers: dict[Owner | datetime, int] = {}
    cooling = dict(block.cooling)
    holders = (cooling.get(place) if a is None else a.owner for place, a in enumerate(block.slots))
    allocations = [None if holder is None else numbers.setdefault(holder, len(numbers)) for holder in holders]
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
            attributes=[_attributes(holder) for holder in numbers],
            sequence_number=block.sequence,
            sequence_for_allocation=sequences,
        )
    )


def _attributes(holder: Owner | datetime) -> _Attributes:
    if isinstance(holder, Owner):
        return _Attributes(holder.handle, dict(holder.attributes))
    return _Attributes(released_at=holder.astimezone(UTC).replace(microsecond=0))


def _cooling(document: _OldDocument) -> tuple[tuple[int, datetime], ...]:
    released = {number: a.released_at for number, a in enumerate(document.attributes or ())}
    pairs = (
        (place, released.get(-1 if number is None else number)) for place, number in enumerate(document.allocations)
    )
    return tuple((place, at) for place, at in pairs if at is not None)


def _slots(document: _OldDocument) -> tuple[Allocation | None, ...]:
    owners = [Owner(a.handle_id, tuple(sorted((a.secondary or {}).items()))) for a in document.attributes or ()]
    unknown = Owner(None)
    sequences = document.sequence_for_allocation or {}
    cooling = {place for place, _ in _cooling(document)}
    return tuple(
        None
        if number is None or ordinal in cooling
        else Allocation(owners[number] if 0 <= number < len(owners) else unknown, sequences.get(str(ordinal)))
        for ordinal, number in enumerate(document.allocations)
    )
