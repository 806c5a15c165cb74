"""All ROAs at one moment, and what they say of a route."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from itertools import count
from typing import Final

from bgpkit.rpki.builder import RoaTableBuilder
from bgpkit.rpki.changes import RoaChanges, compared
from bgpkit.rpki.index import RoaIndex
from bgpkit.rpki.nodes import Node, Records, each, node_of
from bgpkit.rpki.roa import Roa, roa_of
from bgpkit.rpki.state import RpkiState
from bgpkit_rib import Prefix

_versions: Final = count(1)


class RoaTable:
    """A snapshot of ROAs; it never changes, so that what it says of a route may be remembered by its version.

    Two tables are equal when their versions are: a table made anew from the same ROAs is another one.
    """

    __slots__ = ("_changes", "_indexes", "_version")

    def __init__(self, roas: Iterable[Roa] = ()) -> None:
        """Hold ``roas``; one that comes twice counts once."""
        builder = RoaTableBuilder()
        for roa in roas:
            builder.add(roa)
        self._indexes = builder.indexes()
        self._changes: tuple[int, RoaChanges] | None = None
        self._version = next(_versions)

    @classmethod
    def of_indexes(
        cls, indexes: Mapping[int, RoaIndex], since: "tuple[RoaTable, RoaChanges] | None" = None
    ) -> "RoaTable":
        """Return a table of what a builder made; ``since`` is another table and what differs from it, if known."""
        table = cls()
        table._indexes = indexes
        table._changes = None if since is None else (since[0].version, since[1])
        return table

    @property
    def version(self) -> int:
        """A number that no other table of this process has; what is made later has a higher one."""
        return self._version

    @property
    def indexes(self) -> Mapping[int, RoaIndex]:
        """The ROAs by address width, for a builder to start from; not to be changed."""
        return self._indexes

    def state(self, width: int, key: bytes, origin_as: int | None) -> RpkiState:
        """Return the validation state of a route to ``key``, of a table whose addresses have ``width`` bits.

        ``origin_as`` is what :func:`bgpkit.rpki.origin_as` makes of the AS_PATH: None where the path ends in an
        AS_SET. Neither None nor AS 0 is ever valid.

        RFC 6811, section 2; RFC 6483, section 4.
        """
        return self._indexes[width].state(key, origin_as)

    def states(self, width: int, keys: Iterable[bytes], origin_as: int | None) -> dict[RpkiState, list[bytes]]:
        """Divide the keys of a block, which have one origin, by their state; states without keys are left out."""
        groups: dict[RpkiState, list[bytes]] = {}
        state_of = self._indexes[width].state
        for key in keys:
            groups.setdefault(state_of(key, origin_as), []).append(key)
        return groups

    def covering(self, width: int, key: bytes) -> tuple[Roa, ...]:
        """Return the ROAs that cover ``key``, those of the longest prefix first: why a state is what it is."""
        found = self._indexes[width].covering(node_of(key))
        return tuple(roa for node, records in found for roa in _roas(node, width, records))

    def changes_since(self, other: "RoaTable") -> RoaChanges:
        """Return the prefixes whose ROAs differ from those of ``other``.

        Known at once when this table was made from ``other``; else all of both is compared.
        """
        known = self.known_changes(other)
        if known is not None:
            return known
        comparison = self.comparison(other)
        while True:
            try:
                next(comparison)
            except StopIteration as end:
                changes: RoaChanges = end.value
                return changes

    def known_changes(self, other: "RoaTable") -> RoaChanges | None:
        """Return what differs from ``other`` when this table was made from it, else None."""
        if self._changes is not None and self._changes[0] == other.version:
            return self._changes[1]
        return None

    def changed_prefixes(self, other: "RoaTable") -> tuple[Prefix, ...]:
        """Return the prefixes whose covered routes may have another state by ``other``, in order."""
        return self.changes_since(other).prefixes

    def comparison(self, other: "RoaTable") -> Generator[None, None, RoaChanges]:
        """Compare with ``other`` in slices of a few milliseconds; the generator's value is the answer."""
        return compared(other.indexes, self._indexes)

    def __len__(self) -> int:
        """Return the number of ROAs."""
        return sum(index.count for index in self._indexes.values())

    def __iter__(self) -> Iterator[Roa]:
        """Yield every ROA, IPv4 before IPv6, in no other order."""
        for width, index in self._indexes.items():
            for node, records in index:
                yield from _roas(node, width, records)

    def __contains__(self, roa: Roa) -> bool:
        """Tell whether this very ROA is held."""
        return roa in self.covering(roa.prefix.width, roa.prefix.key)

    def __eq__(self, other: object) -> bool:
        """Tell whether both are of one version."""
        return isinstance(other, RoaTable) and other.version == self._version

    def __hash__(self) -> int:
        """Return the version."""
        return self._version

    def __repr__(self) -> str:
        """Return version and number of ROAs."""
        return f"RoaTable(version={self._version}, roas={len(self)})"


def _roas(node: Node, width: int, records: Records) -> Iterator[Roa]:
    for one in each(records):
        yield roa_of(width, node, one)
