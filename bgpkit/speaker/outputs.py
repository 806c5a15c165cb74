"""The update groups of a speaker: made when a peer needs one, dropped when the last one leaves."""

from collections.abc import Callable, Mapping

from bgpkit.adj_rib_out import Concerned, Dispatch, ExportKey, OutputPort, PathIds, RouteLimit, Scheduler, UpdateGroup
from bgpkit_fsm import Family
from bgpkit_rib import Path, Source, Table


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
        self._dispatches: dict[Family, Dispatch] = {}
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
        group.join(source, port, previous=previous, concerned=self.concerned, limit=limit)
        if previous is not None:
            self._drop_if_empty(previous)

    def leave(self, source: Source, family: Family | None = None) -> None:
        """Stop sending to the peer ``source``: routes of one ``family``, or all."""
        joined = self._joined.get(source, {})
        for served in tuple(joined) if family is None else (family,):
            group = joined.pop(served, None)
            if group is not None:
                group.leave(source)
                self._drop_if_empty(group)
        if not joined:
            self._joined.pop(source, None)

    def refresh(self, source: Source, family: Family) -> None:
        """Send all routes of ``family`` to the peer ``source`` again. RFC 2918, section 4."""
        group = self.group(source, family)
        if group is not None:
            group.refresh(source)

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
