"""Route Target constraint: from the memberships that peers announce to what each is sent of the VPN families.

RFC 4684.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from bgpkit.adj_rib_out import ExportKey, Interest, interest_of, is_constrained
from bgpkit.speaker.ingest import REFUSED_BY_POLICY
from bgpkit.speaker.route_target_index import RouteTargetIndex
from bgpkit_fsm import IPV4_ROUTE_TARGET, Family
from bgpkit_rib import Entry, Path, Source, Table, paths_of

DELAY: Final = 60.0
"""Seconds that VPN routes wait, at most, for the End-of-RIB of a peer's memberships. RFC 4684, section 6."""
UNPROMISED_DELAY: Final = 5.0
"""The same for a peer that does without graceful restart, and so may never send one. RFC 4724, section 2."""

Run = Callable[[Iterator[None]], None]
"""Runs steps to the end, letting others have their turn between them."""


class _Participant:
    """A peer whose session has the family of the memberships."""

    __slots__ = ("rejoin", "timer")

    def __init__(self, rejoin: Callable[[], None], timer: asyncio.TimerHandle) -> None:
        self.rejoin = rejoin
        self.timer: asyncio.TimerHandle | None = timer


class RouteTargets:
    """What the peers of a speaker ask for, and the indexes that make a change of it cheap."""

    def __init__(self, tables: Mapping[Family, Table], run: Run) -> None:
        """Read the memberships in ``tables``; long work goes through ``run``."""
        self._tables = tables
        self._run = run
        self._memberships: dict[Source, set[bytes]] = {}
        self._interests: dict[Source, Interest | None] = {}
        self._participants: dict[Source, _Participant] = {}
        self._indexes: dict[Family, RouteTargetIndex] = {}
        self._due: set[Source] = set()
        if IPV4_ROUTE_TARGET in tables:
            tables[IPV4_ROUTE_TARGET].subscribe(self._changed)

    def session_up(
        self, source: Source, families: Iterable[Family], rejoin: Callable[[], None], *, marks: bool
    ) -> None:
        """Take note of a session with ``families``; ``rejoin`` is called when what the peer asks for has changed.

        ``marks`` says that the peer is sure to send End-of-RIB markers.
        """
        if IPV4_ROUTE_TARGET not in families:
            return
        delay = DELAY if marks else UNPROMISED_DELAY
        timer = asyncio.get_running_loop().call_later(delay, self._complete, source)
        self._participants[source] = _Participant(rejoin, timer)
        for family, table in self._tables.items():
            if is_constrained(family) and family not in self._indexes:
                index = self._indexes[family] = RouteTargetIndex(table)
                self._run(index.fill())

    def end_of_rib(self, source: Source, family: Family) -> None:
        """Take note that a peer has told all its memberships, if ``family`` is theirs."""
        if family == IPV4_ROUTE_TARGET:
            self._complete(source)

    def session_lost(self, source: Source) -> None:
        """Take note that the session of a peer ended; its memberships go as its other routes do."""
        participant = self._participants.pop(source, None)
        if participant is None:
            return
        self._interests.pop(source, None)
        if participant.timer is not None:
            participant.timer.cancel()
        if not self._participants:
            for index in self._indexes.values():
                index.close()
            self._indexes.clear()

    def holds_back(self, source: Source, family: Family) -> bool:
        """Tell whether routes of ``family`` are to wait for the peer's memberships. RFC 4684, section 6."""
        participant = self._participants.get(source)
        return participant is not None and participant.timer is not None and is_constrained(family)

    def interest(self, source: Source, family: Family) -> Interest | None:
        """Return what of ``family`` the peer asks for; None: everything.

        All that it announced counts, chosen or not, and a membership that has been through our own cluster, too: a
        reflector above us has no other way to tell that it wants our clients' routes. RFC 4684, sections 3.2 and 6.
        """
        if source not in self._participants or not is_constrained(family):
            return None
        if source not in self._interests:
            self._interests[source] = interest_of(self._memberships.get(source, ()))
        return self._interests[source]

    def concerned(self, former: ExportKey, present: ExportKey) -> list[bytes] | None:
        """Return the keys whose routes a move between groups of two export keys may concern; None: perhaps any."""
        index = self._indexes.get(present.family)
        before, after = former.route_targets, present.route_targets
        if index is None or before is None or after is None or replace(former, route_targets=after) != present:
            return None
        return index.keys(before.difference(after))

    def _complete(self, source: Source) -> None:
        participant = self._participants.get(source)
        if participant is not None and participant.timer is not None:
            participant.timer.cancel()
            participant.timer = None
            self._moved(source)

    def _changed(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        del nlri
        before, after = _askers(old), _askers(new)
        for source in before - after:
            left = self._memberships[source]
            left.difference_update(keys)
            if not left:
                del self._memberships[source]
        for source in after - before:
            self._memberships.setdefault(source, set()).update(keys)
        for source in before ^ after:
            self._interests.pop(source, None)
            self._moved(source)

    def _moved(self, source: Source) -> None:
        """Let the peer join other groups soon, once for all changes that come together."""
        participant = self._participants.get(source)
        if participant is None or participant.timer is not None:
            return
        if not self._due:
            asyncio.get_running_loop().call_soon(self._rejoin)
        self._due.add(source)

    def _rejoin(self) -> None:
        due, self._due = self._due, set()
        for source in due:
            participant = self._participants.get(source)
            if participant is not None:
                participant.rejoin()


def _askers(entry: Entry | None) -> frozenset[Source]:
    """Return who announced a membership."""
    return frozenset(path.source for path in paths_of(entry) if _counts(path))


def _counts(path: Path) -> bool:
    return path.eligible or not path.reason.startswith(REFUSED_BY_POLICY)
