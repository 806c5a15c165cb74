"""The update groups of a speaker: made when a peer needs one, dropped when the last one leaves."""

from collections.abc import Callable, Mapping

from bgpkit.adj_rib_out import ExportKey, OutputPort, UpdateGroup
from bgpkit.adj_rib_out.group import Schedule
from bgpkit_fsm import Family
from bgpkit_rib import Source, Table


class Outputs:
    """Finds the update group of every peer and family."""

    def __init__(self, tables: Mapping[Family, Table], schedule: Schedule) -> None:
        """Serve ``tables``; groups flush through ``schedule``."""
        self._tables = tables
        self._schedule = schedule
        self._groups: dict[ExportKey, tuple[UpdateGroup, Callable[[], None]]] = {}
        self._joined: dict[tuple[Source, Family], UpdateGroup] = {}

    def __len__(self) -> int:
        """Return the number of groups."""
        return len(self._groups)

    def join(self, source: Source, port: OutputPort, key: ExportKey) -> None:
        """Send the routes of ``key.family`` to the peer ``source``: all now, changes as they come.

        A peer that already is in another group of the family is moved: it is sent only the differences.
        """
        previous = self._joined.get((source, key.family))
        group = self._group(key)
        if previous is group:
            return
        self._joined[source, key.family] = group
        group.join(source, port, previous=previous)
        if previous is not None:
            self._drop_if_empty(previous)

    def leave(self, source: Source, family: Family | None = None) -> None:
        """Stop sending to the peer ``source``: routes of one ``family``, or all."""
        for joined, served in tuple(self._joined):
            if joined is source and family in {None, served}:
                group = self._joined.pop((source, served))
                group.leave(source)
                self._drop_if_empty(group)

    def refresh(self, source: Source, family: Family) -> None:
        """Send all routes of ``family`` to the peer ``source`` again. RFC 2918, section 4."""
        group = self._joined.get((source, family))
        if group is not None:
            group.refresh(source)

    def pump(self, source: Source) -> None:
        """Go on writing to ``source``, whose transport has room again."""
        for (joined, _), group in tuple(self._joined.items()):
            if joined is source:
                group.pump(source)

    def group(self, source: Source, family: Family) -> UpdateGroup | None:
        """Return the group that sends ``family`` to ``source``."""
        return self._joined.get((source, family))

    def _group(self, key: ExportKey) -> UpdateGroup:
        if key not in self._groups:
            table = self._tables[key.family]
            group = UpdateGroup(key, table, self._schedule)
            self._groups[key] = (group, table.subscribe(group.changed))
        return self._groups[key][0]

    def _drop_if_empty(self, group: UpdateGroup) -> None:
        if not len(group):
            _, unsubscribe = self._groups.pop(group.key)
            unsubscribe()
