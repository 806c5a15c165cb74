"""Prefixes as whole numbers, by which ROAs are looked up.

The node of a prefix is its bits behind a one: 128.0.0.0/2 is binary 110. A shift to the right gives the node of
what covers it. Nodes stand together in blocks, one for each /16 of IPv4 and each /32 of IPv6, and one for all that
is shorter: a look-up asks for the few lengths that occur in its block, and a change copies a block, not a table.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from bgpkit_rib import Prefix

Node: TypeAlias = int
Records: TypeAlias = int | tuple[int, ...]
"""What ROAs say of one prefix: ``record(asn, max_length)``, bare when there is one (as for most: numbers cost the
garbage collector nothing), else all in ascending order."""
Block: TypeAlias = Mapping[Node, Records]

BLOCK_LENGTHS: Final[Mapping[int, int]] = {32: 16, 128: 32}
"""Address width -> length of the prefix that a block is made of."""
WIDTHS: Final = tuple(BLOCK_LENGTHS)
SHORT: Final = 0
"""The place of the block of all nodes that are shorter than a block's prefix; no node is 0."""


def node_of(key: bytes) -> Node:
    """Return the node of a table's ``key``."""
    return int.from_bytes(b"\1" + key[1:], "big") >> (-key[0] & 7)


def prefix_of(node: Node, width: int) -> Prefix:
    """Return the prefix of a node, for addresses of ``width`` bits."""
    length = node.bit_length() - 1
    octets = ((node ^ (1 << length)) << (-length & 7)).to_bytes((length + 7) // 8, "big")
    return Prefix.canonical(bytes((length,)) + octets, width)


def record(asn: int, max_length: int) -> int:
    """Return the AS and the maximum length of a ROA as one number."""
    return asn << 8 | max_length


def each(records: Records) -> tuple[int, ...]:
    """Return the records of a prefix one by one."""
    return (records,) if isinstance(records, int) else records


def lengths_of(nodes: Iterable[Node]) -> tuple[int, ...]:
    """Return the prefix lengths that occur among ``nodes``, the longest first."""
    return tuple(sorted({node.bit_length() - 1 for node in nodes}, reverse=True))
