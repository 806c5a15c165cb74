"""Next-hop objects that routes need, against those that the kernel has: what to ask of it next. Pure.

Each spec of a unicast route has a group of its own, even of one member, so that whatever has the spec moves with one
message. Members are shared by content. What is asked for is in order once its members and it are in the kernel as
they should be; until then its routes wait. Members are made before groups, and groups before routes, since the latter
get no form before. Nothing is removed before a look at all routes has shown that none needs it.
"""

from collections.abc import Iterable, Iterator, Sequence
from errno import EEXIST, ENOENT, ENOSPC
from typing import Final

from bgpkit.fib.attempts import Attempts
from bgpkit.fib.form import Form, Forms
from bgpkit.fib.objects import NOT_YET, Group, KernelObject, ObjectOperation, ObjectVerb, Shares, Single
from bgpkit.fib.objects_held import HeldObjects
from bgpkit.fib.objects_numbers import Numbers, Wish
from bgpkit.fib.operation import Answers, Refusal
from bgpkit.fib.route import Spec

_FULL: Final = Refusal(ENOSPC, "no number is left for its next-hop object")


class WantedObjects:
    """The groups and singles of one owner in one table, for both address widths."""

    def __init__(self, held: HeldObjects) -> None:
        """Ask for nothing yet."""
        self.held = held
        self.attempts = Attempts()
        """Refusals, by number."""
        self.doubtful = False
        """Something was answered that only a dump can explain."""
        self.answers: dict[int, dict[Spec, Forms | Refusal]] = {32: {}, 128: {}}
        """What the routes of each spec are told, by address width; kept up to date for what is in it."""
        self._wishes: dict[int, dict[Spec, Wish]] = {32: {}, 128: {}}
        self._numbers = Numbers(held)
        self._due: dict[Wish, None] = {}
        self._changed: list[Wish] = []

    @property
    def pending(self) -> int:
        """How many groups are still to be looked at."""
        return len(self._due)

    def want(self, width: int, spec: Spec, form: Form, shares: Shares, held: Forms) -> Forms | Refusal:
        """Ask for a group of ``shares`` behind routes of ``form``; return these with its number, or why there are none.

        ``held`` is what the kernel has of one of the routes: the group it names is adopted if it is as wanted.
        """
        wish = self._wishes[width].get(spec)
        if wish is None:
            number = self._numbers.for_group(shares, [each.nhid for each in held])
            if not number:
                return _FULL
            wish = self._wishes[width][spec] = Wish(width, spec, number)
            self._numbers.add(wish)
        if wish.shares != shares:
            self.attempts.forgive(_key(wish.number))
            if not self._numbers.join(wish, shares):
                self._due.pop(wish, None)
                return _FULL
        numbered = form._replace(nhid=wish.number)
        if wish.forms != (numbered,):
            wish.forms = (numbered,)
        self._look(wish)
        return wish.answer

    def asks(self, width: int, spec: Spec) -> bool:
        """Tell whether a group is asked for."""
        wish = self._wishes[width].get(spec)
        return wish is not None and bool(wish.shares)

    def rest(self, width: int, spec: Spec) -> None:
        """Ask nothing of the group of ``spec`` until it is wanted again."""
        wish = self._wishes[width].get(spec)
        if wish is not None:
            self._numbers.leave(wish)
            self._due.pop(wish, None)

    def take(self, limit: int, now: float, *, replace: bool = True) -> list[ObjectOperation]:
        """Return some ``limit`` operations, each of another object; answer them with :meth:`settle` before more.

        Without ``replace``, what would be replaced is left to the next dump.
        """
        for key in self.attempts.due(now, limit):
            self._look_all(self._numbers.users(_number(key)))
        operations: dict[int, ObjectOperation] = {}
        for wish in list(self._due):
            self._look(wish)
            if wish not in self._due:
                continue
            for operation in self._steps(wish, now):
                if replace or operation.verb is not ObjectVerb.REPLACE:
                    operations[operation.number] = operation
                else:
                    self._due.pop(wish, None)
            if len(operations) >= limit:
                break
        return list(operations.values())

    def settle(self, operations: Sequence[ObjectOperation], answers: Answers, now: float) -> None:
        """Note what became of operations."""
        self.doubtful |= not answers.complete
        for place, operation in enumerate(operations):
            number = operation.number
            if place in answers.refused:
                self._note_refusal(operation, answers.refused[place], now)
            elif answers.complete:
                self.held.done(operation)
                self.attempts.forgive(_key(number))
            self._look_all(self._numbers.users(number))

    def observe(self, found: KernelObject, *, present: bool) -> bool:
        """Note an object that has come, changed or gone by another hand; tell whether routes may have gone with it."""
        number = found.number
        before = number in self.held.ours
        self.held.observe(found, present=present)
        self._look_all(self._numbers.users(number))
        return before and number not in self.held.ours

    def take_dump(self, objects: Iterable[KernelObject]) -> None:
        """Take a dump of all objects for the truth."""
        self.held.take_dump(objects)
        self.doubtful = False
        for wishes in self._wishes.values():
            self._look_all(wishes.values())

    def retry(self) -> None:
        """Try again now whatever failed."""
        failed = list(self.attempts.failed)
        self.attempts.clear()
        for key in failed:
            self._look_all(self._numbers.users(_number(key)))

    def changes(self) -> list[tuple[int, Spec]]:
        """Return whose routes must be compared again since the last call, by width and spec."""
        changed, self._changed = self._changed, []
        return [(wish.width, wish.spec) for wish in changed]

    def release(self, width: int, wanted: set[Spec]) -> None:
        """Ask no more for the groups of specs that are not ``wanted``, nor for singles that no group has."""
        for spec, wish in list(self._wishes[width].items()):
            if spec not in wanted:
                self._due.pop(wish, None)
                self._numbers.drop(wish)
                self.attempts.forgive(_key(wish.number))
                del self._wishes[width][spec]
                self.answers[width].pop(spec, None)
                self._changed.append(wish)
        for number in self._numbers.drop_idle():
            self.attempts.forgive(_key(number))

    def removals(self, used: set[int]) -> list[ObjectOperation]:
        """Return the operations that remove what is ours and not asked for, but for the numbers ``used`` by routes."""
        ours = self.held.ours
        idle = [number for number in ours if number not in self._numbers]
        groups = [number for number in idle if not isinstance(ours[number], Single) and number not in used]
        kept = used | self.held.members(without=set(groups))
        singles = [number for number in idle if isinstance(ours[number], Single) and number not in kept]
        return [ObjectOperation(ObjectVerb.DELETE, number, ours[number]) for number in (*groups, *singles)]

    def _steps(self, wish: Wish, now: float) -> Iterator[ObjectOperation]:
        """Give what is to be done for a group that is not in order: its members, or else it."""
        missing = False
        for single, _ in wish.shares:
            number = self._numbers.of(single)
            if self.held.ours.get(number) == single:
                continue
            missing = True
            if self._lost(number, Single) and not self._numbers.renumber_single(single):
                self.attempts.fail(_key(number), _FULL, now)
            else:
                yield self._operation(self._numbers.of(single), single)
        if missing:
            return
        if self._lost(wish.number, Group):
            if not self._numbers.renumber(wish):
                self.attempts.fail(_key(wish.number), _FULL, now)
                return
            self._changed.append(wish)
        yield self._operation(wish.number, wish.group)

    def _operation(self, number: int, content: Single | Group) -> ObjectOperation:
        there = number in self.held.ours
        return ObjectOperation(ObjectVerb.REPLACE if there else ObjectVerb.CREATE, number, content)

    def _lost(self, number: int, kind: type[Single] | type[Group]) -> bool:
        """Tell whether a number is of no use: somebody has it, or it has become something else."""
        ours = self.held.ours
        return self.held.is_taken(number) or (number in ours and not isinstance(ours[number], kind))

    def _note_refusal(self, operation: ObjectOperation, refusal: Refusal, now: float) -> None:
        verb, number, _ = operation
        if refusal.errno == EEXIST and verb is ObjectVerb.CREATE:
            self.held.take_away(number)
            self.doubtful = True
        elif refusal.errno == ENOENT and verb is not ObjectVerb.CREATE:
            self.held.forget(number)
            self.doubtful |= verb is ObjectVerb.REPLACE
        elif verb is not ObjectVerb.DELETE:
            self.attempts.fail(_key(number), refusal, now)

    def _look_all(self, wishes: Iterable[Wish]) -> None:
        for wish in wishes:
            self._look(wish)

    def _look(self, wish: Wish) -> None:
        """See how a wish stands, and what its routes are to be told."""
        self._due.pop(wish, None)
        if not wish.shares:
            return
        answer: Forms | Refusal = NOT_YET
        if self._in_order(wish):
            answer = wish.forms
        elif self.attempts.failed:
            answer = self._refusal(wish) or NOT_YET
        if answer is NOT_YET:
            self._due[wish] = None
        elif wish.failing != isinstance(answer, Refusal):
            wish.failing = not wish.failing
            self._changed.append(wish)
        wish.answer = answer
        if wish.spec in self.answers[wish.width]:
            self.answers[wish.width][wish.spec] = answer

    def _in_order(self, wish: Wish) -> bool:
        ours, number_of = self.held.ours, self._numbers.of
        return ours.get(wish.number) == wish.group and all(
            ours.get(number_of(single)) == single for single, _ in wish.shares
        )

    def _refusal(self, wish: Wish) -> Refusal | None:
        """Return why a group cannot be, until it is tried again."""
        for number in (*(self._numbers.of(single) for single, _ in wish.shares), wish.number):
            key = _key(number)
            if self.attempts.waits(key):
                return self.attempts.failed[key].refusal
        return None


def _key(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _number(key: bytes) -> int:
    return int.from_bytes(key, "big")
