"""Which prefixes are to be announced for the routes that a kernel has, against what has been announced. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from bgpkit.fib.followed_table import FollowedTable
from bgpkit.fib.netlink.page import Route
from bgpkit.fib.redistribution_filter import FoundRoute
from bgpkit.fib.redistribution_verdict import Judge, Statement, found_route
from bgpkit_rib import Prefix

SLICE: Final = 256
"""Prefixes looked up before others get their turn: about a millisecond."""


@dataclass(slots=True)
class Slice:
    """A few prefixes of one address width, and how what is announced of them changes."""

    width: int
    withdrawn: list[bytes] = field(default_factory=list[bytes])
    announced: dict[Statement, list[bytes]] = field(default_factory=dict[Statement, list[bytes]])


class _Chosen(NamedTuple):
    """The route for which a prefix is announced."""

    table: FollowedTable
    route: Route
    statement: Statement


class Redistributed:
    """The routes of one or more tables that pass, prefix by prefix.

    A prefix is announced once, for the route with the smallest metric, since that is what the kernel forwards by: where
    it does not pass, no other route does in its place.
    """

    def __init__(self, judge: Judge, tables: Sequence[FollowedTable], *, widths: Collection[int]) -> None:
        """Announce nothing yet; prefixes of other ``widths`` are left out, as nobody has a table for them."""
        self._judge = judge
        self._tables = tables
        self._said: dict[int, dict[bytes, Statement]] = {width: {} for width in widths}

    @property
    def count(self) -> int:
        """How many prefixes are announced."""
        return sum(map(len, self._said.values()))

    def route(self, prefix: Prefix) -> FoundRoute | None:
        """Return the route for which ``prefix`` is announced; None where it is not."""
        if prefix.key not in self._said.get(prefix.width, {}):
            return None
        chosen = self._choose(prefix.width, prefix.key)
        return None if chosen is None else found_route(chosen.table, prefix.width, chosen.route)

    def slices(self) -> Iterator[Slice]:
        """Yield what is to be announced and withdrawn, as it is when it is asked for; it counts as done from then on.

        A slice may be empty.
        """
        changes = [table.changes() for table in self._tables]
        everything = any(each.all for each in changes)
        if everything:
            self._judge.forget()
        for width in self._said:
            for table, each in zip(self._tables, changes, strict=True):
                for some in _sliced(table.tables[width].keys() if each.all else list(each.keys[width])):
                    yield self._slice(width, some)
            for some in _sliced(list(self._said[width]) if everything else []):
                yield self._slice(width, [key for key in some if not self._has_routes(width, key)])

    def withdrawal(self) -> Iterator[Slice]:
        """Yield the withdrawal of all that is announced."""
        for width, said in self._said.items():
            keys = list(said)
            said.clear()
            for some in _sliced(keys):
                yield Slice(width, some)

    def _has_routes(self, width: int, key: bytes) -> bool:
        return any(table.tables[width].routes(key) for table in self._tables)

    def _slice(self, width: int, keys: Iterable[bytes]) -> Slice:
        said, changed = self._said[width], Slice(width)
        for key in keys:
            chosen = self._choose(width, key)
            before, now = said.get(key), None if chosen is None else chosen.statement
            if before == now:
                continue
            if now is None:
                del said[key]
                changed.withdrawn.append(key)
            else:
                said[key] = now
                changed.announced.setdefault(now, []).append(key)
        return changed

    def _choose(self, width: int, key: bytes) -> _Chosen | None:
        """Return the route for which a prefix is to be announced; None where it is not to be."""
        best: _Chosen | None = None
        for table in self._tables:
            for route in _selected(table.tables[width].routes(key)):
                statement = self._judge.statement(table, width, route)
                if statement is not None:
                    this = _Chosen(table, route, statement)
                    best = this if best is None or _order(this) < _order(best) else best
        return None if best is None or self._judge.leaves_out(width, key) else best


def _selected(routes: Iterable[Route]) -> list[Route]:
    """Return of the routes of one prefix those with the smallest metric: the kernel forwards by one of these."""
    known = list(routes)
    least = min((route[2][0].metric for route in known), default=0)
    return [route for route in known if route[2][0].metric == least]


def _sliced(keys: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(keys), SLICE):
        yield keys[start : start + SLICE]


def _order(chosen: _Chosen) -> tuple[int, int, bytes]:
    """Return by what the route of a prefix is chosen: metric, protocol, and what others are told."""
    return chosen.route[2][0].metric, chosen.route[1], chosen.statement.next_hop
