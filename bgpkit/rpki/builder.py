"""A table of ROAs in the making."""

from collections.abc import Mapping

from bgpkit.rpki.changes import RoaChanges
from bgpkit.rpki.index import RoaIndex
from bgpkit.rpki.nodes import BLOCK_LENGTHS, SHORT, WIDTHS, Block, Node, Records, each, node_of, record
from bgpkit.rpki.roa import Roa


class RoaTableBuilder:
    """ROAs that come and go one by one, from nothing or from the indexes of a table, which stays as it is.

    The indexes it gives share its blocks: a builder is let go once they are taken.
    """

    __slots__ = ("_counts", "_families", "base")

    def __init__(self, base: Mapping[int, RoaIndex] | None = None) -> None:
        """Start with the ROAs of ``base``."""
        self.base = base
        self._families = {width: _Family(width, {} if base is None else base[width].blocks) for width in WIDTHS}
        self._counts = {width: 0 if base is None else base[width].count for width in WIDTHS}

    def __len__(self) -> int:
        """Return the number of ROAs."""
        return sum(self._counts.values())

    def add(self, roa: Roa) -> bool:
        """Add a ROA; False when it is held already."""
        return self.add_record(roa.prefix.width, node_of(roa.prefix.key), record(roa.asn, roa.max_length))

    def remove(self, roa: Roa) -> bool:
        """Remove a ROA; False when it is not held."""
        return self.remove_record(roa.prefix.width, node_of(roa.prefix.key), record(roa.asn, roa.max_length))

    def add_record(self, width: int, node: Node, one: int) -> bool:
        """Add what a ROA says of the prefix ``node``, as :func:`bgpkit.rpki.nodes.record` writes it."""
        block = self._families[width].block(node)
        held = block.get(node)
        if held is None:
            block[node] = one
        elif one in each(held):
            return False
        else:
            block[node] = tuple(sorted((*each(held), one)))
        self._counts[width] += 1
        return True

    def remove_record(self, width: int, node: Node, one: int) -> bool:
        """Remove what a ROA says of the prefix ``node``; False when it is not held."""
        block = self._families[width].block(node)
        held = block.get(node)
        if held is None or one not in each(held):
            return False
        rest = tuple(other for other in each(held) if other != one)
        if len(rest) > 1:
            block[node] = rest
        elif rest:
            block[node] = rest[0]
        else:
            del block[node]
        self._counts[width] -= 1
        return True

    def indexes(self) -> Mapping[int, RoaIndex]:
        """Return the indexes of what is held now; a width that nothing touched keeps that of the base."""
        made: dict[int, RoaIndex] = {}
        for width, family in self._families.items():
            if self.base is not None and not family.own:
                made[width] = self.base[width]
            else:
                made[width] = RoaIndex(width, family.blocks(), self._counts[width])
        return made

    def changes(self) -> RoaChanges:
        """Return what differs from the base."""
        return RoaChanges.of({width: family.differing() for width, family in self._families.items()})


class _Family:
    """The blocks of one address width: those of the base, and copies of the ones that were touched."""

    __slots__ = ("_base", "_block_length", "own")

    def __init__(self, width: int, base: Mapping[Node, Block]) -> None:
        self._base = base
        self._block_length = BLOCK_LENGTHS[width]
        self.own: dict[Node, dict[Node, Records]] = {}

    def block(self, node: Node) -> dict[Node, Records]:
        depth = node.bit_length() - 1 - self._block_length
        place = node >> depth if depth >= 0 else SHORT
        block = self.own.get(place)
        if block is None:
            block = self.own[place] = dict(self._base.get(place, ()))
        return block

    def blocks(self) -> Mapping[Node, Block]:
        if not self._base:
            return self.own
        blocks: dict[Node, Block] = {**self._base, **self.own}
        for place, block in self.own.items():
            if not block:
                del blocks[place]
        return blocks

    def differing(self) -> set[Node]:
        nodes: set[Node] = set()
        for place, block in self.own.items():
            before = self._base.get(place, {})
            nodes |= {node for node in before.keys() | block.keys() if before.get(node) != block.get(node)}
        return nodes
