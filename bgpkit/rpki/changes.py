"""What differs between two tables of ROAs."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from typing import Final

from bgpkit.rpki.index import IndexNodes, RoaIndex
from bgpkit.rpki.nodes import WIDTHS, Block, Node, lengths_of, prefix_of
from bgpkit_rib import Prefix

_SLICE: Final = 500
"""Blocks compared in a row: some milliseconds when all of them differ."""
_NOTHING: Final[Block] = {}


class RoaChanges:
    """The prefixes whose ROAs differ between two tables; routes that they cover may have changed state."""

    __slots__ = ("_lengths", "_nodes")

    def __init__(self, nodes: Mapping[int, AbstractSet[Node]], lengths: Mapping[int, tuple[int, ...]]) -> None:
        """Take, by address width, the nodes that differ and the prefix lengths that occur among them."""
        self._nodes = nodes
        self._lengths = lengths

    @classmethod
    def of(cls, nodes: Mapping[int, AbstractSet[Node]]) -> "RoaChanges":
        """Return the changes of a few nodes."""
        return cls(nodes, {width: lengths_of(nodes[width]) for width in WIDTHS})

    def __len__(self) -> int:
        """Return the number of prefixes."""
        return sum(map(len, self._nodes.values()))

    @property
    def prefixes(self) -> tuple[Prefix, ...]:
        """The prefixes in order, IPv4 first; one may cover another."""
        return tuple(sorted(prefix_of(node, width) for width in WIDTHS for node in self._nodes[width]))

    def affected(self, width: int, keys: Iterable[bytes]) -> list[bytes]:
        """Return those of ``keys`` (of a table whose addresses have ``width`` bits) that a changed prefix covers."""
        nodes, lengths = self._nodes[width], self._lengths[width]
        if not nodes:
            return []
        found: list[bytes] = []
        for key in keys:
            length = key[0]
            node = int.from_bytes(b"\1" + key[1:], "big") >> (-length & 7)
            for shorter in lengths:
                if shorter <= length and node >> (length - shorter) in nodes:
                    found.append(key)
                    break
        return found


def compared(old: Mapping[int, RoaIndex], new: Mapping[int, RoaIndex]) -> Generator[None, None, RoaChanges]:
    """Compare two tables by their indexes, in slices of a few milliseconds; the generator's value is the answer."""
    nodes: dict[int, AbstractSet[Node]] = {}
    lengths: dict[int, tuple[int, ...]] = {}
    for width in WIDTHS:
        before, after = old[width], new[width]
        occurring: set[int] = set()
        if before.blocks and after.blocks:
            differing: set[Node] = set()
            for part in _parts(before.blocks, after.blocks):
                differing |= part
                occurring.update(lengths_of(part))
                yield
            nodes[width] = differing
        else:  # all that is held by one of them
            for blocks in _sliced(after.blocks or before.blocks):
                occurring.update(*(lengths_of(block) for block in blocks))
                yield
            nodes[width] = IndexNodes(after if after.blocks else before)
        lengths[width] = tuple(sorted(occurring, reverse=True))
    return RoaChanges(nodes, lengths)


def _sliced(blocks: Mapping[Node, Block]) -> Iterator[list[Block]]:
    rest = iter(blocks.values())
    while some := list(islice(rest, _SLICE)):
        yield some


def _parts(before: Mapping[Node, Block], after: Mapping[Node, Block]) -> Iterator[set[Node]]:
    """Yield the nodes that differ, slice by slice."""
    if before is after:
        return
    places = chain(before, (place for place in after if place not in before))
    while some := list(islice(places, _SLICE)):
        differing: set[Node] = set()
        for place in some:
            left, right = before.get(place, _NOTHING), after.get(place, _NOTHING)
            if left is not right and left != right:
                differing |= {node for node in left.keys() | right.keys() if left.get(node) != right.get(node)}
        yield differing
