"""The ROAs of one address width, as they are looked up."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from bgpkit.rpki.nodes import BLOCK_LENGTHS, SHORT, Block, Node, Records, each, lengths_of
from bgpkit.rpki.state import RpkiState

_View: TypeAlias = tuple[tuple[int, ...], Block, tuple[int, ...]]
_VIEWS: Final = 1 << 16
"""Views remembered: all that IPv4 can have."""
_NOTHING: Final[Block] = {}
_VALID: Final = RpkiState.VALID
_INVALID: Final = RpkiState.INVALID
_NOT_FOUND: Final = RpkiState.NOT_FOUND


class RoaIndex:
    """Blocks of nodes; what they hold never changes."""

    __slots__ = ("_block_length", "_short_lengths", "_views", "blocks", "count")

    def __init__(self, width: int, blocks: Mapping[Node, Block], count: int) -> None:
        """Take ``blocks``, which hold ``count`` ROAs and which the caller lets go."""
        self.blocks = blocks
        self.count = count
        self._block_length = BLOCK_LENGTHS[width]
        self._short_lengths = lengths_of(blocks.get(SHORT, _NOTHING))
        self._views: dict[Node, _View] = {}

    @property
    def remembered(self) -> int:
        """The number of blocks of which a view is remembered."""
        return len(self._views)

    def state(self, key: bytes, origin_as: int | None) -> RpkiState:
        """Return the validation state of a route to ``key`` from ``origin_as``. RFC 6811, section 2."""
        length = key[0]
        node = int.from_bytes(b"\1" + key[1:], "big") >> (-length & 7)
        depth = length - self._block_length
        if depth < 0:
            return _judged([one for _, records in self.covering(node) for one in each(records)], length, origin_as)
        view = self._views.get(node >> depth)
        if view is None:
            view = self._view(node >> depth)
        above, block, lengths = view
        state = _judged(above, length, origin_as) if above else _NOT_FOUND
        if state is _VALID:
            return state
        for shorter in lengths:
            if shorter <= length:
                records = block.get(node >> (length - shorter))
                if records is not None:
                    state = _INVALID
                    for one in (records,) if isinstance(records, int) else records:
                        if one >> 8 == origin_as and one & 255 >= length and origin_as:
                            return _VALID
        return state

    def covering(self, node: Node) -> Iterator[tuple[Node, Records]]:
        """Yield the nodes that cover ``node``, the longest first, with what ROAs say of them."""
        length = node.bit_length() - 1
        depth = length - self._block_length
        if depth >= 0:
            block = self.blocks.get(node >> depth, _NOTHING)
            yield from _covering(block, lengths_of(block), node, length)
        yield from _covering(self.blocks.get(SHORT, _NOTHING), self._short_lengths, node, length)

    def holds(self, node: Node) -> bool:
        """Tell whether there are ROAs of this very node."""
        depth = node.bit_length() - 1 - self._block_length
        return node in self.blocks.get(node >> depth if depth >= 0 else SHORT, _NOTHING)

    def __iter__(self) -> Iterator[tuple[Node, Records]]:
        """Yield every node with what ROAs say of it."""
        for block in self.blocks.values():
            yield from block.items()

    def _view(self, place: Node) -> _View:
        """Return what short ROAs say of the whole block at ``place``, its nodes and their lengths."""
        short = _covering(self.blocks.get(SHORT, _NOTHING), self._short_lengths, place, self._block_length)
        above = tuple(one for _, records in short for one in each(records))
        block = self.blocks.get(place, _NOTHING)
        if len(self._views) >= _VIEWS:
            self._views.clear()
        view = self._views[place] = (above, block, lengths_of(block))
        return view


class IndexNodes(AbstractSet[Node]):
    """The nodes of an index as a set that costs nothing."""

    __slots__ = ("_index",)

    def __init__(self, index: RoaIndex) -> None:
        """Look at ``index``."""
        self._index = index

    def __contains__(self, node: object) -> bool:
        """Tell whether there are ROAs of this very node."""
        return isinstance(node, int) and self._index.holds(node)

    def __iter__(self) -> Iterator[Node]:
        """Yield the nodes in no order."""
        return (node for node, _ in self._index)

    def __len__(self) -> int:
        """Return the number of nodes."""
        return sum(map(len, self._index.blocks.values()))


def _covering(block: Block, lengths: tuple[int, ...], node: Node, length: int) -> Iterator[tuple[Node, Records]]:
    for shorter in lengths:
        if shorter <= length and (records := block.get(node >> (length - shorter))) is not None:
            yield node >> (length - shorter), records


def _judged(records: tuple[int, ...] | list[int], length: int, origin_as: int | None) -> RpkiState:
    """Return the state by ``records`` that all cover the route; AS 0 and None match none of them."""
    if origin_as:
        for one in records:
            if one >> 8 == origin_as and one & 255 >= length:
                return _VALID
    return _INVALID if records else _NOT_FOUND
