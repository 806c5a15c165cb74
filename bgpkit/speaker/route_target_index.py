"""Which keys of a table have which Route Targets, so that a change of interest costs what it concerns."""

from collections.abc import Iterator
from typing import Final

from bgpkit.adj_rib_out import Interest, entry_targets
from bgpkit_rib import Entry, Table

SLICE: Final = 1000
"""Keys looked at before others get their turn."""


class RouteTargetIndex:
    """Follows one table: each Route Target with the keys that have a path with it, chosen or not."""

    def __init__(self, table: Table) -> None:
        """Follow ``table`` from now on; what is in it already comes by `fill`."""
        self._table = table
        self._keys: dict[bytes, set[bytes]] = {}
        self._complete = False
        self._closed = False
        self._unsubscribe = table.subscribe(self._changed)

    def fill(self) -> Iterator[None]:
        """Take in what the table holds, a slice at each step; it may change between them."""
        keys = self._table.keys()
        for start in range(0, len(keys), SLICE):
            if self._closed:
                return
            last: Entry | None = None
            places: list[set[bytes]] = []
            for key in keys[start : start + SLICE]:
                entry = self._table.get(key)
                if entry is not last:  # neighbours mostly share their entry
                    last, places = entry, [self._keys.setdefault(target, set()) for target in entry_targets(entry)]
                for place in places:
                    place.add(key)
            yield
        self._complete = True

    def keys(self, interest: Interest) -> list[bytes] | None:
        """Return the keys that ``interest`` asks for; None while not all of the table is known."""
        if not self._complete:
            return None
        if interest.prefixes:
            wanted = [target for target in self._keys if interest.asks_for(target)]
        else:
            wanted = [target for target in interest.targets if target in self._keys]
        found: set[bytes] = set()
        for target in wanted:
            found |= self._keys[target]
        return list(found)

    def close(self) -> None:
        """Follow the table no more."""
        self._closed = True
        self._unsubscribe()
        self._keys.clear()

    def _changed(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        del nlri
        before, after = entry_targets(old), entry_targets(new)
        if before == after:
            return
        for target in after - before:
            self._keys.setdefault(target, set()).update(keys)
        for target in before - after:
            left = self._keys.get(target)
            if left is not None:
                left.difference_update(keys)
                if not left:
                    del self._keys[target]
