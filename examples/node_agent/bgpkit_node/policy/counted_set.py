"""A set whose members may be there for several reasons, and what became of them since one last looked."""

from collections.abc import Iterable

from bgpkit_node.policy.program import Member, MemberSet, SetChange, SetId, SetKind


class CountedSet:
    """The members of one :class:`MemberSet`, each as often as something brings it."""

    def __init__(self, set_id: SetId, kind: SetKind, title: str) -> None:
        """Begin empty."""
        self.id = set_id
        self._kind = kind
        self._title = title
        self._counts: dict[Member, int] = {}
        self._before: dict[Member, bool] = {}
        self._whole: MemberSet | None = None

    def add(self, members: Iterable[Member]) -> None:
        """Count members once more."""
        for member in members:
            count = self._counts.get(member, 0)
            self._before.setdefault(member, count > 0)
            self._counts[member] = count + 1

    def remove(self, members: Iterable[Member]) -> None:
        """Count members once less; at nought they are gone."""
        for member in members:
            count = self._counts[member]
            self._before.setdefault(member, True)
            if count > 1:
                self._counts[member] = count - 1
            else:
                del self._counts[member]

    def take_change(self) -> SetChange:
        """Return which members came and went since this was asked last."""
        added = frozenset(each for each, before in self._before.items() if not before and each in self._counts)
        removed = frozenset(each for each, before in self._before.items() if before and each not in self._counts)
        self._before.clear()
        if added or removed:
            self._whole = None
        return SetChange(added, removed)

    def whole(self) -> MemberSet:
        """Return the set as it stands."""
        if self._whole is None or self._before:
            self._whole = MemberSet(id=self.id, kind=self._kind, members=frozenset(self._counts), title=self._title)
        return self._whole
