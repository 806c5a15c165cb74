"""The table of one address family: all paths of all sources, and the news of its changes."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeAlias

from bgpkit_rib.entry import Entry, Outcome, announced, best_of, paths_of, swept, withdrawn
from bgpkit_rib.path import Path
from bgpkit_rib.source import Source

Consumer: TypeAlias = Callable[[list[bytes], Entry | None, Entry | None, bytes | None], None]
"""Called with a block of change: keys, their old entry, their new entry, and the keys' octets or None.

The octets are those of the announcement, given when the block holds exactly its keys in its order. A consumer
may keep the list of keys but must not change it.
"""

_OutcomeOf: TypeAlias = Callable[[Entry | None], Outcome]
_Blocks: TypeAlias = dict[Entry | None, tuple[Outcome, list[bytes]]]
"""Old entries, and for each its outcome and the keys whose it is."""


class Table:
    """Every path to every key: Adj-RIBs-In and Loc-RIB in one, told apart by views.

    A key is canonical NLRI octets; it maps to a bare path or to a tuple of paths, best first. Changes are
    told in blocks of keys that share old and new entry; when a consumer is called, the table already holds the
    new state. A consumer must not change the table.

    RFC 4271, section 3.2.
    """

    __slots__ = ("_all_new", "_received", "_rejected", "_routes", "consumers", "reachable", "width")

    width: int
    """Bits of an address, 32 or 128; 0 where keys are no prefixes. Keys are never looked into here."""
    consumers: tuple[Consumer, ...]
    """Who hears of changes, in this order; see `subscribe`."""
    reachable: int
    """How many keys have a best path: the size of the Loc-RIB."""

    def __init__(self, width: int) -> None:
        """Make an empty table."""
        self.width = width
        self.consumers = ()
        self.reachable = 0
        self._routes: dict[bytes, Entry] = {}
        self._all_new: Callable[[Iterable[bytes]], bool] = self._routes.keys().isdisjoint
        self._received: dict[Source, int] = {}
        self._rejected: dict[Source, int] = {}

    def subscribe(self, consumer: Consumer) -> Callable[[], None]:
        """Let ``consumer`` hear of every change from now on; call what is returned to end that."""
        self.consumers += (consumer,)

        def unsubscribe() -> None:
            self.consumers = tuple(each for each in self.consumers if each is not consumer)

        return unsubscribe

    def announce(self, path: Path, keys: list[bytes], nlri: bytes | None = None) -> None:
        """Take ``path`` for all ``keys``, in place of the source's former one with the same path identifier.

        ``nlri`` is the keys' octets as received, handed on to consumers where they fit. What says the same as
        before in the same generation changes nothing; in a newer generation it takes the place without a word.
        The caller leaves ``keys`` alone afterwards. RFC 4271, section 9.
        """
        if not self._all_new(keys):
            self._apply(partial(announced, path), keys, nlri, path.source)
            return
        routes = self._routes
        before = len(routes)
        for key in keys:
            routes[key] = path
        grown = len(routes) - before
        if not grown:
            return
        source = path.source
        self._received[source] = self._received.get(source, 0) + grown
        if path.eligible:
            self.reachable += grown
        else:
            self._rejected[source] = self._rejected.get(source, 0) + grown
        if self.consumers:
            if grown != len(keys):
                keys, nlri = list(dict.fromkeys(keys)), None
            for consumer in self.consumers:
                consumer(keys, None, path, nlri)

    def withdraw(self, source: Source, keys: list[bytes], path_id: int = 0) -> None:
        """Drop what ``source`` announced for ``keys`` with ``path_id``; keys without such a path are left alone."""
        self._apply(partial(withdrawn, source, path_id), keys, None, source)

    def sweep(self, source: Source, *, below: int | None = None, slice_size: int = 5_000) -> Iterator[None]:
        """Drop the source's paths of generations under ``below``, a slice of ``slice_size`` keys at each step.

        Without ``below`` all go that were made up to the call: who announces again before the end of the sweep
        raises ``source.generation`` first. Nothing happens before the first step; the table may change between
        steps. RFC 4724, section 4.2; RFC 7313, section 4.
        """
        return self._sweep(source, source.generation + 1 if below is None else below, slice_size)

    def _sweep(self, source: Source, below: int, slice_size: int) -> Iterator[None]:
        keys = list(self._routes)
        outcome_of = partial(swept, source, below)
        for start in range(0, len(keys), slice_size):
            if source not in self._received:
                return
            self._apply(outcome_of, keys[start : start + slice_size], None, source)
            yield

    def _apply(self, outcome_of: _OutcomeOf, keys: list[bytes], nlri: bytes | None, source: Source) -> None:
        """Change the entries of ``keys``, computing once for each distinct entry; count; tell the consumers.

        The growth that ``outcome_of`` tells is of ``source``.
        """
        routes = self._routes
        blocks: _Blocks = {}
        last: object = blocks  # no entry
        new: Entry | None = None
        block: list[bytes] = []
        for key in keys:
            old = routes.get(key)
            if old is not last:
                known = blocks.get(old)
                if known is None:
                    known = blocks[old] = (outcome_of(old), [])
                last, new, block = old, known[0][0], known[1]
            if new is not old:
                if new is None:
                    del routes[key]
                else:
                    routes[key] = new
                block.append(key)
        received = rejected = 0
        for old, ((new, more, more_rejected, _), block) in blocks.items():
            received += more * len(block)
            rejected += more_rejected * len(block)
            self.reachable += _reach(old, new) * len(block)
        if received:
            _grow(self._received, source, received)
        if rejected:
            _grow(self._rejected, source, rejected)
        if self.consumers:
            whole = nlri if len(blocks) == 1 else None
            for old, ((new, _, _, told), block) in blocks.items():
                if told and block:
                    for consumer in self.consumers:
                        consumer(block, old, new, whole)

    def count(self, source: Source) -> int:
        """Return how many paths ``source`` has here, each path identifier of a key counted."""
        return self._received.get(source, 0)

    def count_eligible(self, source: Source) -> int:
        """Return how many of the source's paths may be chosen."""
        return self._received.get(source, 0) - self._rejected.get(source, 0)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._routes)

    def __contains__(self, key: bytes) -> bool:
        """Tell whether there is any path, eligible or not, to ``key``."""
        return key in self._routes

    def get(self, key: bytes) -> Entry | None:
        """Return what the table holds for ``key``."""
        return self._routes.get(key)

    def entries_of(self, keys: Iterable[bytes]) -> list[Entry | None]:
        """Return what the table holds for each of ``keys``."""
        return list(map(self._routes.get, keys))

    def keys(self) -> list[bytes]:
        """Return all keys as they are now, in no order."""
        return list(self._routes)

    def best(self, key: bytes) -> Path | None:
        """Return the best path to ``key``, or None."""
        return best_of(self._routes.get(key))

    def items(self) -> Iterator[tuple[bytes, Entry]]:
        """Return keys and entries, in no order.

        The table may change in between: keys that were there at the first step and still are come with the
        entry of the moment, later ones do not come.
        """
        for key in list(self._routes):
            entry = self._routes.get(key)
            if entry is not None:
                yield key, entry

    def paths_from(self, source: Source) -> Iterator[tuple[bytes, Path]]:
        """Return the Adj-RIB-In of ``source``: keys and paths, ineligible ones too; as safe as `items`."""
        for key, entry in self.items():
            for path in paths_of(entry):
                if path.source is source:
                    yield key, path

    def loc_rib(self) -> Iterator[tuple[bytes, Path]]:
        """Return the Loc-RIB: each key that has one with its best path; as safe as `items`."""
        for key, entry in self.items():
            path = best_of(entry)
            if path is not None:
                yield key, path


def _reach(old: Entry | None, new: Entry | None) -> int:
    """Return by how many the keys with a best path grow when a key's entry changes."""
    return (best_of(new) is not None) - (best_of(old) is not None)


def _grow(counters: dict[Source, int], source: Source, growth: int) -> None:
    """Add ``growth`` to a counter and forget one that comes to nothing."""
    total = counters.get(source, 0) + growth
    if total:
        counters[source] = total
    else:
        del counters[source]
