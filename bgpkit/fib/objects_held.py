"""Which next-hop objects the kernel has, as far as dumps, notices and answers tell. Pure.

An object is ours when it has our protocol and a number of our range, that of our table; all others are left alone.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from bgpkit.fib.form import Hop
from bgpkit.fib.objects import Content, Group, KernelObject, ObjectOperation, ObjectVerb, Shares, Single, ordered

_LOWEST: Final = 1 << 30
_TABLES: Final = 4096
_NUMBERS: Final = 1 << 18
"""Objects of one table, at most. Tables whose numbers differ by 4096 share a range."""


def numbers_of(table: int) -> range:
    """Return the numbers that objects for routes of ``table`` have: far above those that other programs begin with."""
    first = _LOWEST + table % _TABLES * _NUMBERS
    return range(first + 1, first + _NUMBERS)


class HeldObjects:
    """The objects of one owner in one table, and what of the others matters to it."""

    def __init__(self, protocol: int, table: int) -> None:
        """Start without any."""
        self.ours: dict[int, Content] = {}
        self._protocol = protocol
        self._range = numbers_of(table)
        self._taken: set[int] = set()
        self._foreign_groups: dict[int, Group] = {}
        self._next = self._range.start
        self._alike: tuple[dict[Single, int], dict[Shares, list[int]]] | None = None

    def take_dump(self, objects: Iterable[KernelObject]) -> None:
        """Take a dump of all objects for the truth."""
        self.ours, self._taken, self._foreign_groups, self._alike = {}, set(), {}, None
        for each in objects:
            self._note(each)

    def observe(self, found: KernelObject, *, present: bool) -> None:
        """Note an object that has come, changed or gone by another hand than ours."""
        number = found.number
        self.forget(number)
        if present:
            self._note(found)

    def done(self, operation: ObjectOperation) -> None:
        """Note an operation that the kernel has carried out."""
        if operation.verb is ObjectVerb.DELETE:
            self.ours.pop(operation.number, None)
        else:
            self.ours[operation.number] = operation.content

    def forget(self, number: int) -> None:
        """Note that there is no object of this number."""
        self.ours.pop(number, None)
        self._taken.discard(number)
        self._foreign_groups.pop(number, None)

    def take_away(self, number: int) -> None:
        """Note that somebody else has an object of this number."""
        self.ours.pop(number, None)
        self._taken.add(number)

    def is_taken(self, number: int) -> bool:
        """Tell whether somebody else has an object of this number."""
        return number in self._taken

    def free_number(self, reserved: Container[int]) -> int:
        """Return a number that nobody has, none of ``reserved``; 0 when there is none left."""
        for _ in range(len(self._range)):
            number = self._next
            self._next = number + 1 if number + 1 in self._range else self._range.start
            if number not in self.ours and number not in self._taken and number not in reserved:
                return number
        return 0

    def shares(self, number: int) -> Shares | None:
        """Return the next hops of a group of ours; None where it is not one whose members are all known."""
        group = self.ours.get(number)
        if not isinstance(group, Group):
            return None
        shares: list[tuple[Single, int]] = []
        for member, weight in group.members:
            single = self.ours.get(member)
            if not isinstance(single, Single):
                return None
            shares.append((single, weight))
        return ordered(shares)

    def hops(self, number: int) -> tuple[Hop, ...]:
        """Return the next hops of a group of ours with their weights; none where they are not known."""
        return tuple(single.hop._replace(weight=weight) for single, weight in self.shares(number) or ())

    def members(self, without: Container[int]) -> set[int]:
        """Return the numbers of what is in any group, ours or not, but for our groups of the numbers ``without``."""
        found = {member for group in self._foreign_groups.values() for member, _ in group.members}
        for number, content in self._groups():
            if number not in without:
                found.update(member for member, _ in content.members)
        return found

    def single_like(self, single: Single) -> int:
        """Return the number of a single of ours that is like ``single``, 0 when there is none."""
        number = self._index()[0].get(single, 0)
        return number if self.ours.get(number) == single else 0

    def groups_like(self, shares: Shares) -> Sequence[int]:
        """Return numbers that groups of ``shares`` had in the last dump."""
        return self._index()[1].get(shares, ())

    def _index(self) -> tuple[dict[Single, int], dict[Shares, list[int]]]:
        if self._alike is None:
            singles: dict[Single, int] = {}
            groups: defaultdict[Shares, list[int]] = defaultdict(list)
            for number, content in self.ours.items():
                if isinstance(content, Single):
                    singles[content] = number
                elif (shares := self.shares(number)) is not None:
                    groups[shares].append(number)
            self._alike = singles, groups
        return self._alike

    def _groups(self) -> Iterator[tuple[int, Group]]:
        for number, content in self.ours.items():
            if isinstance(content, Group):
                yield number, content

    def _note(self, found: KernelObject) -> None:
        number, protocol, content = found
        if number in self._range and protocol == self._protocol:
            self.ours[number] = content
            return
        if number in self._range:
            self._taken.add(number)
        if isinstance(content, Group):
            self._foreign_groups[number] = content
