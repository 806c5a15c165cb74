"""The update groups of a speaker: made when a peer needs one, dropped when the last one leaves."""

from collections.abc import Callable, Mapping
from functools import partial

from bgpkit.adj_rib_out import (
    Concerned,
    Dispatch,
    ExportKey,
    OutputPort,
    PathIds,
    RouteLimit,
    Scheduler,
    Sent,
    UpdateGroup,
)
from bgpkit_fsm import Family
from bgpkit_rib import Path, Source, Table


def _tell_nobody(source: Source, family: Family) -> None:
    del source, family


class Outputs:
    """Finds the update group of every peer and family."""

    def __init__(
        self,
        tables: Mapping[Family, Table],
        scheduler: Scheduler,
        *,
        on_refused: Callable[[ExportKey, Path, str], None] | None = None,
    ) -> None:
        """Serve ``tables``; what groups put off goes through ``scheduler``, an event loop.

        ``on_refused`` is told of a path that would go to the peers of a key but cannot be written, and why.
        """
        self._tables = tables
        self._scheduler = scheduler
        self._on_refused = on_refused
        self._path_ids = PathIds(lambda source: any(table.count(source) for table in tables.values()))
        self._groups: dict[ExportKey, tuple[UpdateGroup, Callable[[], None]]] = {}
        self._joined: dict[Source, dict[Family, UpdateGroup]] = {}
        self._sent: dict[Source, Sent] = {}
        self._dispatches: dict[Family, Dispatch] = {}
        self._holds = 0
        self._unmarked: dict[tuple[Source, Family], bool] = {}
        """Who has not been told that it has been sent all, and whether it wants all again after that."""
        self.end_of_rib_sent: Callable[[Source, Family], None] = _tell_nobody
        """Called when a peer has been sent the End-of-RIB marker of a family. RFC 4724, section 2."""
        self.concerned: Concerned | None = None
        """Tells which routes may differ between two groups; None: nobody knows."""

    def __len__(self) -> int:
        """Return the number of groups."""
        return len(self._groups)

    def join(self, source: Source, port: OutputPort, key: ExportKey, limit: RouteLimit | None = None) -> None:
        """Send the routes of ``key.family`` to the peer ``source``: all now, changes as they come.

        A peer that already is in another group of the family is moved: it is sent only the differences. What happens
        beyond a ``limit``: see `RouteLimit`.
        """
        joined = self._joined.setdefault(source, {})
        previous = joined.get(key.family)
        group = self._group(key)
        if previous is group:
            group.limit_to(source, limit)
            return
        joined[key.family] = group
        if previous is not None and key.family in self._dispatches:
            self._dispatches[key.family].widen(group, previous)
        if self._holds and previous is None:
            self._unmarked[source, key.family] = False
        group.join(
            source,
            port,
            previous=previous,
            concerned=self.concerned,
            end_of_rib=(source, key.family) not in self._unmarked,
            limit=limit,
            end_of_rib_sent=partial(self.end_of_rib_sent, source, key.family),
            sent=self._sent.setdefault(source, Sent()),
        )
        if previous is not None:
            self._drop_if_empty(previous)

    def leave(self, source: Source, family: Family | None = None) -> None:
        """Stop sending to the peer ``source``: routes of one ``family``, or all."""
        joined = self._joined.get(source, {})
        for served in tuple(joined) if family is None else (family,):
            self._unmarked.pop((source, served), None)
            group = joined.pop(served, None)
            if group is not None:
                group.leave(source)
                self._drop_if_empty(group)
        if not joined:
            self._joined.pop(source, None)
        if family is None:
            self._sent.pop(source, None)

    def sent(self, source: Source) -> Sent:
        """Return what the peer ``source`` has been sent since it joined."""
        return self._sent.get(source) or Sent()

    def refresh(self, source: Source, family: Family, *, marked: bool = False) -> None:
        """Send all routes of ``family`` to the peer ``source`` again, between marks if ``marked``.

        While End-of-RIB is held back a marked one waits for it. RFC 2918, section 4; RFC 7313, section 4.
        """
        group = self.group(source, family)
        if group is None:
            return
        if marked and (source, family) in self._unmarked:
            self._unmarked[source, family] = True
        else:
            group.refresh(source, marked=marked)

    def hold_end_of_rib(self) -> None:
        """Do not tell peers that join from now on when they have been sent all routes, until `release_end_of_rib`."""
        self._holds += 1

    def release_end_of_rib(self) -> None:
        """End one hold; with the last one peers are told what they have not been. RFC 4724, section 2."""
        self._holds -= 1
        if not self._holds:
            unmarked, self._unmarked = self._unmarked, {}
            for (source, family), refresh in unmarked.items():
                group = self.group(source, family)
                end = partial(self._end_of_rib, source, family, refresh=refresh)
                if group is None or group.is_settled:
                    end()
                else:  # what waits for its interval to pass is sent before
                    self._scheduler.call_later(group.key.advertisement_interval, end)

    def _end_of_rib(self, source: Source, family: Family, *, refresh: bool) -> None:
        group = self.group(source, family)
        if group is not None:
            group.end_of_rib(source)
            if refresh:
                group.refresh(source, marked=True)

    def pump(self, source: Source) -> None:
        """Go on writing to ``source``, whose transport has room again."""
        for group in tuple(self._joined.get(source, {}).values()):
            group.pump(source)

    def group(self, source: Source, family: Family) -> UpdateGroup | None:
        """Return the group that sends ``family`` to ``source``."""
        return self._joined.get(source, {}).get(family)

    def _group(self, key: ExportKey) -> UpdateGroup:
        if key not in self._groups:
            table, on_refused = self._tables[key.family], self._on_refused
            group = UpdateGroup(
                key,
                table,
                self._scheduler,
                path_ids=self._path_ids,
                on_refused=None if on_refused is None else lambda path, reason: on_refused(key, path, reason),
            )
            self._groups[key] = (group, self._follow(group, table))
        return self._groups[key][0]

    def _follow(self, group: UpdateGroup, table: Table) -> Callable[[], None]:
        """Let ``group`` hear of changes, all or those that its interest concerns; return how to end that."""
        if group.key.route_targets is None:
            return table.subscribe(group.changed)
        return self._dispatches.setdefault(group.key.family, Dispatch(table)).add(group)

    def _drop_if_empty(self, group: UpdateGroup) -> None:
        if not len(group) and group.key in self._groups and self._groups[group.key][0] is group:
            _, unsubscribe = self._groups.pop(group.key)
            unsubscribe()
