"""Aggregates of our own: announced while more specific routes contribute to them. RFC 4271, section 9.2.2.2."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from bgpkit.adj_rib_out.covering import Covering
from bgpkit.errors import ConfigError
from bgpkit.speaker.aggregate import AggregateOptions, Contribution, aggregated, contribution
from bgpkit.speaker.destination import locate
from bgpkit.speaker.origination import Origination
from bgpkit_fsm import Family
from bgpkit_rib import Aggregator, Entry, Path, PathAttributes, Prefix, Source, Table, best_of

SLICE: Final = 2000
"""Keys looked at before others get their turn."""
AGGREGATE: Final = "aggregate"
"""The name of the source of aggregates."""
_PATH_ID: Final = 2**32 - 1
"""Beside a route of our own to the same prefix that was announced as such, which wins by its lower identifier."""


class Aggregate:
    """One aggregate: which best paths contribute to it, for how many prefixes each, and what was announced last."""

    __slots__ = ("announced", "collecting", "contributions", "key", "options", "paths", "pending")

    def __init__(self, key: bytes, options: AggregateOptions) -> None:
        """Start without contributing routes."""
        self.key = key
        self.options = options
        self.paths: dict[Path, tuple[int, Contribution]] = {}
        self.contributions: dict[Contribution, int] = {}
        self.announced: PathAttributes | None = None
        self.pending: set[bytes] = set()
        """Keys whose best path has not been looked at yet."""
        self.collecting = True
        """Not all keys of the table have been looked through: what changes is yet to be looked at."""

    def change(self, keys: list[bytes], old: Path | None, new: Path | None) -> bool:
        """Take note of another best path of ``keys``; tell whether what the aggregate says may have changed."""
        if self.collecting:
            self.pending.update(keys)
            return False
        count = len(keys) - sum(key in self.pending for key in keys) if self.pending else len(keys)
        changed = new is not None and self.count(new, count)
        return (old is not None and self.count(old, -count)) or changed

    def count(self, path: Path, growth: int) -> bool:
        """Count ``growth`` more prefixes with ``path``; tell whether that makes a difference."""
        if not growth:
            return False
        before, brought = self.paths.get(path) or (0, contribution(path, self.options))
        if before + growth:
            self.paths[path] = (before + growth, brought)
            if before:
                return False
        else:
            del self.paths[path]
        alike = self.contributions.get(brought, 0) + (1 if growth > 0 else -1)
        if alike:
            self.contributions[brought] = alike
        else:
            del self.contributions[brought]
        return alike == 0 or (alike == 1 and growth > 0)


class Aggregation:
    """The aggregates of a speaker, which follow its tables block by block."""

    def __init__(self, source: Source, tables: Mapping[Family, Table], summaries_changed: Callable[[], None]) -> None:
        """Announce as ``source``; ``summaries_changed`` is called when other routes than before are not to be sent."""
        self._origination = Origination(source, tables)
        self._tables = tables
        self._summaries_changed = summaries_changed
        self._followed: dict[Family, _Followed] = {}

    def summaries(self, family: Family) -> frozenset[bytes]:
        """Return the keys of the aggregates whose more specific routes are not sent."""
        followed = self._followed.get(family)
        return frozenset() if followed is None else followed.summaries

    async def add(self, prefix: str | Prefix, options: AggregateOptions, aggregator: Aggregator) -> None:
        """Announce an aggregate from now on, as long as there is a reason to; return when it is there.

        ConfigError when there is one of that prefix already.
        """
        family, key, _ = locate(prefix, None)
        if family not in self._tables:
            raise ConfigError(f"this speaker has no table for {family}; name it in families")
        if options.attributes is not None:
            self._origination.path(options.attributes, family)
        followed = self._followed.get(family)
        if followed is None:
            followed = self._followed[family] = _Followed(family, self._tables[family], self._origination, aggregator)
        if key in followed.aggregates:
            raise ConfigError(f"there is an aggregate {prefix} already; remove it first")
        await followed.add(Aggregate(key, options))
        if key in followed.summaries:
            self._summaries_changed()

    async def remove(self, prefix: str | Prefix) -> None:
        """Take an aggregate back; ConfigError when there is none of that prefix."""
        family, key, _ = locate(prefix, None)
        followed = self._followed.get(family)
        aggregate = None if followed is None else followed.aggregates.get(key)
        if followed is None or aggregate is None:
            raise ConfigError(f"there is no aggregate {prefix}")
        followed.remove(aggregate)
        if aggregate.options.summary_only:
            self._summaries_changed()
        followed.settle(aggregate)
        if not followed.aggregates:
            self._followed.pop(family).close()

    def close(self) -> None:
        """Follow the tables no more; what is announced stays."""
        for followed in self._followed.values():
            followed.close()
        self._followed.clear()


class _Followed:
    """The aggregates of one table."""

    def __init__(self, family: Family, table: Table, origination: Origination, aggregator: Aggregator) -> None:
        self.aggregates: dict[bytes, Aggregate] = {}
        self.summaries: frozenset[bytes] = frozenset()
        self._family = family
        self._table = table
        self._origination = origination
        self._aggregator = aggregator
        self._covering = Covering(())
        self._unsettled: dict[Aggregate, None] = {}
        self.close = table.subscribe(self._changed)

    async def add(self, aggregate: Aggregate) -> None:
        """Look through the table in slices, counting what contributes, while it may change."""
        self._set({**self.aggregates, aggregate.key: aggregate})
        keys, covering = self._table.keys(), Covering((aggregate.key,))
        for start in range(0, len(keys), SLICE):
            aggregate.pending.update(*covering.over(keys[start : start + SLICE]).values())
            await asyncio.sleep(0)
        aggregate.collecting = False
        while aggregate.pending:
            some = [aggregate.pending.pop() for _ in range(min(SLICE, len(aggregate.pending)))]
            for path, count in Counter(map(self._table.best, some)).items():
                if path is not None:
                    aggregate.count(path, count)
            await asyncio.sleep(0)
        self.settle(aggregate)

    def remove(self, aggregate: Aggregate) -> None:
        """Stop looking after an aggregate; the next `settle` takes it back."""
        self._set({key: each for key, each in self.aggregates.items() if each is not aggregate})

    def settle(self, aggregate: Aggregate) -> None:
        """Announce an aggregate, or take it back, as what contributes to it says."""
        values = None
        if self.aggregates.get(aggregate.key) is aggregate:
            values = aggregated(aggregate.contributions, aggregate.options, self._aggregator)
        if values == aggregate.announced:
            return
        aggregate.announced = values
        if values is None:
            self._table.withdraw(self._origination.source, [aggregate.key], _PATH_ID)
        else:
            path = self._origination.path(values, self._family, path_id=_PATH_ID)
            self._table.announce(path, [aggregate.key])

    def _set(self, aggregates: dict[bytes, Aggregate]) -> None:
        self.aggregates = aggregates
        self._covering = Covering(aggregates)
        self.summaries = frozenset(key for key, each in aggregates.items() if each.options.summary_only)

    def _changed(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        """Take a change block of the table (``bgpkit_rib.Consumer``), which must not be changed meanwhile."""
        del nlri
        before, now = best_of(old), best_of(new)
        if before is now:
            return
        for over, inside in self._covering.over(keys).items():
            aggregate = self.aggregates[over]
            if aggregate.change(inside, before, now) and not aggregate.pending:
                if not self._unsettled:
                    asyncio.get_running_loop().call_soon(self._settle_all)
                self._unsettled[aggregate] = None

    def _settle_all(self) -> None:
        unsettled, self._unsettled = self._unsettled, {}
        for aggregate in unsettled:
            self.settle(aggregate)
