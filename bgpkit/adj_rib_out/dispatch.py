"""Change blocks of a VPN table to the update groups that they may concern, so that a thousand interests cost little."""

from collections.abc import Callable, Iterable

from bgpkit.adj_rib_out.group import UpdateGroup
from bgpkit.adj_rib_out.interest import Interest, entry_targets
from bgpkit_rib import Entry, Table


class Dispatch:
    """Stands between one table and the groups whose peers ask for some Route Targets only. RFC 4684, section 6.

    To a group that asks for none of the targets of an entry neither its coming nor its going is news.
    """

    def __init__(self, table: Table) -> None:
        """Follow ``table`` as long as there are groups."""
        self._table = table
        self._asked: dict[UpdateGroup, set[Interest | None]] = {}
        self._by_target: dict[bytes, dict[UpdateGroup, None]] = {}
        self._by_prefix: dict[UpdateGroup, None] = {}
        self._all: dict[UpdateGroup, None] = {}
        self._unsubscribe: Callable[[], None] | None = None

    def add(self, group: UpdateGroup) -> Callable[[], None]:
        """Let ``group`` hear of what concerns it; call what is returned to end that."""
        if self._unsubscribe is None:
            self._unsubscribe = self._table.subscribe(self._changed)
        self._ask(group, {group.key.route_targets})
        return lambda: self._remove(group)

    def widen(self, group: UpdateGroup, previous: UpdateGroup) -> None:
        """Let ``group`` hear of what concerns ``previous``, too: a member moves, and may hold what that has sent."""
        if group not in self._asked:
            return
        interests = self._interests(group) | self._interests(previous)
        self._forget(group)
        self._ask(group, interests)

    def _interests(self, group: UpdateGroup) -> set[Interest | None]:
        """Return what members of ``group`` may hold: what it asks for, and while some move, what others asked for."""
        own: set[Interest | None] = {group.key.route_targets}
        return self._asked.get(group, own) if group.is_moving else own

    def _ask(self, group: UpdateGroup, interests: set[Interest | None]) -> None:
        self._asked[group] = interests
        for interest in interests:
            if interest is None:
                self._all[group] = None
                continue
            if interest.prefixes:
                self._by_prefix[group] = None
            for target in interest.targets:
                self._by_target.setdefault(target, {})[group] = None

    def _forget(self, group: UpdateGroup) -> None:
        for interest in self._asked.pop(group):
            for target in () if interest is None else interest.targets:
                groups = self._by_target.get(target, {})
                groups.pop(group, None)
                if not groups:
                    self._by_target.pop(target, None)
        self._all.pop(group, None)
        self._by_prefix.pop(group, None)

    def _remove(self, group: UpdateGroup) -> None:
        self._forget(group)
        if not self._asked and self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _changed(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        for group in self._concerned(entry_targets(old) | entry_targets(new)):
            group.changed(keys, old, new, nlri)

    def _concerned(self, targets: frozenset[bytes]) -> Iterable[UpdateGroup]:
        found = dict(self._all)
        for target in targets:
            found |= self._by_target.get(target, {})
        for group in self._by_prefix:
            if group not in found and any(
                interest is not None and interest.prefixes and any(map(interest.asks_for, targets))
                for interest in self._asked[group]
            ):
                found[group] = None
        return found
