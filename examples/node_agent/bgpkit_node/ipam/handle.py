"""Handles: an index from what an address was taken for to the blocks it was taken from."""

from dataclasses import dataclass
from ipaddress import ip_network

from msgspec import DecodeError, Struct, json

from bgpkit_node.ipam.address import IPNetwork


@dataclass(frozen=True, slots=True)
class Handle:
    """How many addresses the handle has in each block: those really taken, never those asked for."""

    counts: tuple[tuple[IPNetwork, int], ...] = ()
    """Pairs in the order in which the blocks came; counts are 1 or more."""

    @property
    def blocks(self) -> tuple[IPNetwork, ...]:
        """The blocks in which the handle has addresses."""
        return tuple(network for network, _ in self.counts)

    @property
    def total(self) -> int:
        """How many addresses the handle has."""
        return sum(count for _, count in self.counts)

    def changed(self, network: IPNetwork, by: int) -> "Handle":
        """Return the handle with ``by`` addresses more (or, negative, fewer) in ``network``; none left: no entry."""
        counts = dict(self.counts)
        counts[network] = counts.get(network, 0) + by
        return Handle(tuple((block, count) for block, count in counts.items() if count > 0))


class _Document(Struct):
    block: dict[str, int] | None
    deleted: bool = False


def decode_handle(value: bytes) -> Handle:
    """Read a handle's document; ValueError when it is not one."""
    try:
        document = json.decode(value, type=_Document)
        return Handle(tuple((ip_network(cidr), count) for cidr, count in (document.block or {}).items()))
    except (DecodeError, ValueError) as error:
        raise ValueError(f"not the document of a handle: {error}") from error


def encode_handle(handle: Handle) -> bytes:
    """Write a handle's document."""
    return json.encode(_Document({str(network): count for network, count in handle.counts}))
