"""The numbers of next-hop objects: each group that is asked for has one, and so has each single they share. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bgpkit.fib.form import Forms
from bgpkit.fib.objects import NOT_YET, Group, Shares, Single
from bgpkit.fib.objects_held import HeldObjects
from bgpkit.fib.operation import Refusal
from bgpkit.fib.route import Spec


@dataclass(slots=True, eq=False)
class Wish:
    """One group that is asked for."""

    width: int
    spec: Spec
    number: int
    shares: Shares = ()
    """Empty: nothing is asked of it now, though it may be in the kernel still."""
    group: Group = field(default_factory=lambda: Group(()))
    """The shares by numbers."""
    forms: Forms = ()
    """That of its routes."""
    answer: Forms | Refusal = NOT_YET
    """What its routes are told."""
    failing: bool = False
    """Whether the last answer, but for those in between, was that it cannot be."""


class Numbers:
    """Who has which number, and who needs it; what the kernel has already is adopted where it is as wanted."""

    def __init__(self, held: HeldObjects) -> None:
        """Give out numbers that nobody has."""
        self._held = held
        self._singles: dict[Single, int] = {}
        self._users: dict[int, set[Wish]] = {}

    def __contains__(self, number: int) -> bool:
        """Tell whether a number is given out."""
        return number in self._users

    def of(self, single: Single) -> int:
        """Return the number of a single that a wish has joined."""
        return self._singles[single]

    def users(self, number: int) -> Sequence[Wish]:
        """Return the wishes that need what has this number."""
        return tuple(self._users.get(number, ()))

    def for_group(self, shares: Shares, named: Iterable[int]) -> int:
        """Return a number for a group of ``shares``, 0 when none is left.

        It is that of a group in the kernel that is like it and not asked for. One of those ``named`` comes first: of
        several that are alike, each stays with its own routes.
        """
        for number in (*named, *self._held.groups_like(shares)):
            if number and number not in self._users and self._held.shares(number) == shares:
                return number
        return self._free()

    def add(self, wish: Wish) -> None:
        """Note who has the number of a group."""
        self._users[wish.number] = {wish}

    def drop(self, wish: Wish) -> None:
        """Take the number of a group back."""
        self.leave(wish)
        self._users.pop(wish.number, None)

    def join(self, wish: Wish, shares: Shares) -> bool:
        """Let a wish be for ``shares`` and nothing else; tell whether there are numbers for them."""
        self.leave(wish)
        for single, _ in shares:
            if single not in self._singles:
                number = self._held.single_like(single)
                if not number or number in self._users:
                    number = self._free()
                if not number:
                    return False
                self._singles[single] = number
                self._users[number] = set()
        wish.shares = shares
        for single, _ in shares:
            self._users[self._singles[single]].add(wish)
        self._spell(wish)
        return True

    def leave(self, wish: Wish) -> None:
        """Let a wish be for nothing."""
        for single, _ in wish.shares:
            self._users[self._singles[single]].discard(wish)
        wish.shares = ()

    def drop_idle(self) -> list[int]:
        """Take back the numbers of singles that no wish is for, and return them."""
        idle = [(single, number) for single, number in self._singles.items() if not self._users[number]]
        for single, number in idle:
            del self._singles[single], self._users[number]
        return [number for _, number in idle]

    def renumber_single(self, single: Single) -> int:
        """Give a single another number and return it, 0 when none is left."""
        number = self._free()
        if number:
            users = self._users[number] = self._users.pop(self._singles[single])
            self._singles[single] = number
            for wish in users:
                self._spell(wish)
        return number

    def renumber(self, wish: Wish) -> bool:
        """Give a group another number, which all its routes have to be told; tell whether one is left."""
        number = self._free()
        if number:
            self._users[number] = self._users.pop(wish.number)
            wish.number = number
            wish.forms = tuple(form._replace(nhid=number) for form in wish.forms)
        return bool(number)

    def _spell(self, wish: Wish) -> None:
        """Write down the shares of a wish by their numbers."""
        wish.group = Group(tuple(sorted((self._singles[single], weight) for single, weight in wish.shares)))

    def _free(self) -> int:
        return self._held.free_number(self._users)
