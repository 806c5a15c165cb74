"""The dialogue with the kernel, in an order in which every answer has one meaning. No clock, no loop, no sockets.

The kernel keeps notices of changes in a queue, and answers a batch before it takes the next. So:

- notices are read right before a batch is asked for: it builds on all that had happened. While the kernel is busy
  with one batch, it is noted what became of the one before, and the next is made; that is made again when there are
  notices before it is asked for, which are heeded when it has been noted what became of all before;
- notices are read again right after it, and none in between: what they say of a prefix in the batch happened just
  before or just after our own change, nobody can tell, so a dump is asked for; all later notices are later than the
  batch;
- when notices were lost, nothing is replaced before a dump has told what is still ours; adding and removing can
  harm nobody and go on;
- while a dump is read nothing is written, and notices are kept back until it is complete: the last notice of a
  prefix is then at least as true as the dump.

What the kernel cannot offer is to replace a route only if it is still ours. Between the first reading and the batch,
some microseconds, a route that takes the place of ours by force is taken for ours; so is one that takes the place
of a route that has gone with its interface, since the kernel tells the latter to nobody.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Final, TypeAlias

from bgpkit.fib.dumped import Dumped
from bgpkit.fib.foreign import ForeignRoutes
from bgpkit.fib.form import Form, Forms
from bgpkit.fib.hearing import Hearing
from bgpkit.fib.kernel import Kernel, ObjectKernel
from bgpkit.fib.netlink import uapi
from bgpkit.fib.objects_dialogue import BATCH as OBJECT_BATCH
from bgpkit.fib.objects_dialogue import ObjectDialogue
from bgpkit.fib.objects_resolve import ObjectResolver
from bgpkit.fib.operation import Answers, Batch
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import Resolver

BATCH: Final = 2048
"""Operations in one call to the kernel: some four milliseconds, beside the loop."""
_FIRST: Final = 512
"""Operations in the first call of a row, for which the kernel has to wait, and the loop with it."""
_IN_A_ROW: Final = 64
"""Batches after which all else that there is to do has its turn: a quarter of a second."""
WIDTHS: Final = (32, 128)

Walk: TypeAlias = Callable[[Iterable[None]], Awaitable[None]]
"""Takes all steps of something long."""


async def at_once(steps: Iterable[None]) -> None:
    """Take all steps without a pause."""
    for _ in steps:
        pass


class Dialogue:
    """Both address widths of one owner in one table, and the kernel at the other end."""

    def __init__(
        self,
        protocol: int,
        kernel: Kernel,
        index_of: Callable[[str], int],
        *,
        table: int = uapi.RT_TABLE_MAIN,
        objects: ObjectKernel | None = None,
        batch: int = BATCH,
    ) -> None:
        """Speak with ``kernel`` about routes of ``protocol``; ``index_of`` finds interfaces by name.

        With ``objects``, routes of ``table`` share next-hop objects. ``batch`` operations are asked for at a time.
        """
        self.writes = 0
        """Route changes asked of the kernel so far."""
        self._kernel = kernel
        self._protocol = protocol
        self._batch = batch
        self._taken = 0
        self._unsettled: tuple[Batch, Answers] | None = None
        """The last batch, where the next one is asked for before it is noted what became of it."""
        self._adopting = False
        """What the last dump has shown is to be adopted."""
        self.objects = None if objects is None else ObjectDialogue(protocol, table, objects)
        self.resolvers = {width: self._resolver(width, index_of, objects) for width in WIDTHS}
        self.reconcilers = {width: Reconciler(width, protocol, self.resolvers[width]) for width in WIDTHS}
        self.hearing = Hearing(kernel.notices, self.reconcilers, self.resolvers, self.objects)

    @property
    def pending(self) -> int:
        """How many prefixes and next-hop objects are still to be looked at, at most."""
        objects = 0 if self.objects is None else self.objects.wanted.pending
        return self._taken + objects + sum(each.pending for each in self.reconcilers.values())

    @property
    def check_wanted(self) -> bool:
        """Whether something has happened that only a dump can explain."""
        return self.hearing.check_wanted

    @property
    def next_attempt(self) -> float | None:
        """When what failed is to be tried again; None for never."""
        times = [each.attempts.next_at for each in self.reconcilers.values()]
        if self.objects is not None:
            times.append(self.objects.wanted.attempts.next_at)
        return min((time for time in times if time is not None), default=None)

    def shown(self, form: Form) -> Form:
        """Return a route of ours with the next hops that its object has now, as far as that is known."""
        hops = self.objects.wanted.held.hops(form.nhid) if self.objects is not None and form.nhid else ()
        return form._replace(hops=hops) if hops else form

    def listen(self) -> None:
        """Read the notices that there are."""
        self.hearing.listen()

    async def write(self, now: float) -> int:
        """Ask for some batches of changes per address width and return how many changes of routes that were."""
        return sum([await self._write(reconciler, now) for reconciler in self.reconcilers.values()])

    async def write_objects(self, now: Callable[[], float]) -> None:
        """Ask for a batch of single next hops, and for one of groups; routes come after them."""
        objects = self.objects
        if objects is None:
            return
        for _ in range(2):
            self.listen()
            operations = objects.wanted.take(OBJECT_BATCH, now(), replace=not self.hearing.lost)
            if not operations:
                break
            await objects.execute(operations, now)
            self.hearing.check_wanted |= objects.wanted.doubtful
            self.listen()
            objects.crossed = frozenset()
        objects.tell(self.reconcilers)

    async def read_all(self, now: Callable[[], float], walk: Walk = at_once, *, adopt: bool = False) -> None:
        """Take a dump of the table for the truth; what differs is pending when :meth:`compare` is through.

        ``walk`` lets others have their turn. With ``adopt``, before anything is wanted, what is found is stale by then.
        FibError when the table cannot be read.
        """
        self.listen()
        for width, resolver in self.resolvers.items():
            for spec in resolver.rejoined():
                self.reconcilers[width].move(spec)
        own_only = not (adopt or self._foreign_matters())
        hearing = self.hearing
        lost_before = hearing.lost
        hearing.keeping_back, hearing.lost, hearing.check_wanted = True, False, False
        try:
            if self.objects is not None:
                await self._read_objects(self.objects)
            for reconciler in self.reconcilers.values():
                held, foreign = await self._dump(reconciler, walk, own_only=own_only)
                reconciler.take_dump(held, None if own_only else foreign, now())
                self._adopting |= adopt
        except BaseException:
            hearing.lost |= lost_before
            hearing.check_wanted = True
            raise
        finally:
            hearing.keeping_back = False
            self.listen()

    def compare(self) -> Iterator[None]:
        """Queue each prefix that is not as it should be, slice by slice."""
        adopting, self._adopting = self._adopting, False
        for reconciler in self.reconcilers.values():
            if adopting:
                yield from reconciler.adopt()
            yield from reconciler.compare()

    def release(self) -> Iterator[None]:
        """Ask no more for next-hop objects that no prefix needs, slice by slice."""
        if self.objects is not None:
            yield from self.objects.release(self.reconcilers)
            self.objects.tell(self.reconcilers)

    async def remove_unused(self, now: Callable[[], float]) -> bool:
        """Remove some next-hop objects that nothing needs; tell whether there are more. FibError: it cannot be told."""
        return self.objects is not None and await self.objects.remove_unused(self._hear_all, now)

    def _resolver(self, width: int, index_of: Callable[[str], int], objects: ObjectKernel | None) -> Resolver:
        if objects is None or self.objects is None:
            return Resolver(width, index_of, self._kernel.reaches)
        return ObjectResolver(width, index_of, self._kernel, self.objects.wanted)

    def _hear_all(self) -> bool:
        """Read the notices that there are; tell whether none were lost."""
        self.listen()
        return not self.hearing.lost

    async def _read_objects(self, objects: ObjectDialogue) -> None:
        await objects.read()
        for resolver in self.resolvers.values():
            resolver.forget_failures()
        objects.tell(self.reconcilers)

    def _foreign_matters(self) -> bool:
        """Tell whether a dump has to show the routes of others too."""
        each = self.reconcilers.values()
        return self.hearing.lost or any(one.doubtful or one.foreign for one in each)

    async def _dump(
        self, reconciler: Reconciler, walk: Walk, *, own_only: bool
    ) -> tuple[dict[bytes, Forms], dict[bytes, ForeignRoutes]]:
        """Return our routes and those of others."""
        dumped = Dumped(reconciler.held, self._protocol)
        foreign: dict[bytes, ForeignRoutes] = {}
        async for page in self._kernel.dump(reconciler.width, own_only=own_only):
            for key, protocol, forms in dumped.add(page):
                foreign[key] = (*foreign.get(key, ()), (forms[0].metric, protocol))
        await walk(dumped.end())
        return dumped.routes(), foreign

    async def _write(self, reconciler: Reconciler, now: float) -> int:
        """Ask for some batches of one address width: fewer where routes are found to wait for next-hop objects."""
        before = self.writes
        self.listen()
        batch = self._take(reconciler, now, min(_FIRST, self._batch))
        for further in reversed(range(_IN_A_ROW)):
            if not batch:
                break
            last = not further or (self.objects is not None and self.objects.wanted.pending > 0)
            batch = await self._execute(reconciler, batch, now, last=last)
        return self.writes - before

    def _take(self, reconciler: Reconciler, now: float, limit: int, besides: frozenset[bytes] = frozenset()) -> Batch:
        return reconciler.take(limit, now, replace=not self.hearing.lost, besides=besides)

    async def _execute(self, reconciler: Reconciler, batch: Batch, now: float, *, last: bool) -> Batch:
        """Have a batch carried out, and return the next one, unless this is the ``last``: taken meanwhile, as a rule.

        When there is nothing to heed, what became of it is noted while the kernel is busy with the next.
        """
        following = Batch(reconciler.width)

        def take() -> Batch:
            """Note what became of the batch before, and take the next one."""
            nonlocal following
            self._settle(reconciler, now)
            if not last:
                following = self._take(reconciler, now, self._batch, batch.prefixes)
                self._taken += len(following)
            return following

        self.writes += len(batch)
        self._taken, self.hearing.keeping_back = len(batch), True
        try:
            answers = await self._kernel.execute(batch, take)
        finally:
            self._taken, self.hearing.keeping_back = 0, False
            self._settle(reconciler, now)
        self._unsettled = batch, answers
        if following and not (self.hearing.read() or self.hearing.lost):
            return following
        self._settle(reconciler, now)
        heard = self.hearing.listen(reconciler.width, batch.prefixes)
        if following and (heard or self.hearing.lost):
            reconciler.give_back(following)
            following = self._take(reconciler, now, self._batch)
        return following

    def _settle(self, reconciler: Reconciler, now: float) -> None:
        """Note what became of the last batch, unless that is done."""
        if self._unsettled is not None:
            reconciler.settle(*self._unsettled, now)
            self._unsettled = None
            self.hearing.check_wanted |= reconciler.doubtful
