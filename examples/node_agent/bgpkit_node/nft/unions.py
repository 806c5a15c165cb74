"""Sets of what any of some sets of a program holds: whoever is in none of them is told so by one look."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bgpkit_node.nft.naming import digest
from bgpkit_node.policy.counted_set import CountedSet
from bgpkit_node.policy.model import Network
from bgpkit_node.policy.program import Member, MemberSet, SetChange, SetId, SetKind


class Union(NamedTuple):
    """The addresses that are in one of these sets, or in one of these networks."""

    parts: tuple[SetId, ...]
    nets: tuple[Network, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[SetId], nets: Iterable[Network]) -> "Union":
        """Return that of parts in any order."""
        return cls(tuple(sorted(set(parts))), tuple(sorted(set(nets), key=str)))

    @property
    def id(self) -> SetId:
        """Made from the parts."""
        return SetId(f"any of {digest(*self.parts, '', *map(str, self.nets))}")


class Unions:
    """Follows the parts of the unions that are in use."""

    def __init__(self) -> None:
        """Know of no set."""
        self._parts: dict[SetId, set[Member]] = defaultdict(set)
        self._uses: dict[SetId, int] = {}
        self._unions: dict[SetId, CountedSet] = {}
        self._within: dict[SetId, set[SetId]] = defaultdict(set)

    def put(self, member_set: MemberSet) -> Iterator[tuple[SetId, SetChange]]:
        """Take in a set as it is now; give what that changes of unions, by their ids."""
        before = frozenset(self._parts[member_set.id])
        yield from self.change(member_set.id, SetChange(member_set.members - before, before - member_set.members))

    def change(self, set_id: SetId, members: SetChange) -> Iterator[tuple[SetId, SetChange]]:
        """Take in a change of a set; give what that changes of unions."""
        self._parts[set_id].difference_update(members.removed)
        self._parts[set_id].update(members.added)
        for union_id in self._within.get(set_id, ()):
            union = self._unions[union_id]
            union.add(members.added)
            union.remove(members.removed)
            yield union_id, union.take_change()

    def forget(self, set_id: SetId) -> None:
        """Forget a set that no union in use is made of."""
        self._parts.pop(set_id, None)

    def hold(self, union: Union) -> MemberSet | None:
        """Count one use more; return the set when it is the first."""
        uses = self._uses[union.id] = self._uses.get(union.id, 0) + 1
        if uses > 1:
            return None
        made = self._unions[union.id] = CountedSet(union.id, SetKind.NETWORKS, f"any of {len(union.parts)} sets")
        made.add(union.nets)
        for part in union.parts:
            made.add(self._parts[part])
            self._within[part].add(union.id)
        made.take_change()
        return made.whole()

    def release(self, union: Union) -> bool:
        """Count one use less; True when it was the last."""
        uses = self._uses[union.id] = self._uses[union.id] - 1
        if uses:
            return False
        del self._uses[union.id], self._unions[union.id]
        for part in union.parts:
            self._within[part].discard(union.id)
        return True
