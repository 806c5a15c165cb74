"""The dialogue with the kernel, in an order in which every answer has one meaning. No clock, no loop, no sockets.

The kernel keeps notices of changes in a queue, and answers a batch before it takes the next. So:

- notices are read right before a batch is asked for: it builds on all that had happened. While the kernel is busy
  with one batch, the next is made; it is made again when there are notices before it is asked for;
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

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Final

from bgpkit.fib.foreign import ForeignRoutes
from bgpkit.fib.form import Form, Forms
from bgpkit.fib.held import gather
from bgpkit.fib.kernel import Kernel, ObjectKernel
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice, NextHopNotice, Notice, RouteNotice
from bgpkit.fib.objects_dialogue import BATCH as OBJECT_BATCH
from bgpkit.fib.objects_dialogue import ObjectDialogue
from bgpkit.fib.objects_resolve import ObjectResolver
from bgpkit.fib.operation import Operation
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import Resolver

BATCH: Final = 512
"""Operations in one call to the kernel: a millisecond or two, beside the loop."""
_IN_A_ROW: Final = 16
"""Batches after which all else that there is to do has its turn."""
WIDTHS: Final = (32, 128)
_KEY: Final[Callable[[Operation], bytes]] = itemgetter(2)


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
        self.check_wanted = False
        """Something has happened that only a dump can explain."""
        self._kernel = kernel
        self._protocol = protocol
        self._batch = batch
        self._lost = False
        self._checking = False
        """Notices are kept back: a dump is read, or a batch is being carried out."""
        self._taken = 0
        self._kept_back: list[Notice] = []
        self._links: dict[int, tuple[str, int, int]] = {}
        self._unsure_links: set[int] = set()
        self.objects = None if objects is None else ObjectDialogue(protocol, table, objects)
        self.resolvers = {width: self._resolver(width, index_of, objects) for width in WIDTHS}
        self.reconcilers = {width: Reconciler(width, protocol, self.resolvers[width]) for width in WIDTHS}

    @property
    def pending(self) -> int:
        """How many prefixes and next-hop objects are still to be looked at, at most."""
        objects = 0 if self.objects is None else self.objects.wanted.pending
        return self._taken + objects + sum(each.pending for each in self.reconcilers.values())

    @property
    def notices_lost(self) -> bool:
        """Whether more has happened than the kernel could tell, and no dump has shown yet what it was."""
        return self._lost

    @property
    def next_attempt(self) -> float | None:
        """When what failed is to be tried again; None for never."""
        times = [each.attempts.next_at for each in self.reconcilers.values()]
        if self.objects is not None:
            times.append(self.objects.wanted.attempts.next_at)
        return min((time for time in times if time is not None), default=None)

    def know_links(self, links: list[LinkNotice]) -> None:
        """Note the interfaces that there are, so that a change can be told from a repetition."""
        self._links = {link.index: link.state for link in links if link.state is not None}

    def name_of(self, index: int) -> str:
        """Return the name of the interface ``index``, or the number itself when it is not known."""
        return self._links[index][0] if index in self._links else f"#{index}"

    def shown(self, form: Form) -> Form:
        """Return a route of ours with the next hops that its object has now, as far as that is known."""
        hops = self.objects.wanted.held.hops(form.nhid) if self.objects is not None and form.nhid else ()
        return form._replace(hops=hops) if hops else form

    def listen(self) -> None:
        """Read the notices that there are."""
        self._listen(0, frozenset())

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
            operations = objects.wanted.take(OBJECT_BATCH, now(), replace=not self._lost)
            if not operations:
                break
            await objects.execute(operations, now)
            self.check_wanted |= objects.wanted.doubtful
            self.listen()
            objects.crossed = frozenset()
        objects.tell(self.reconcilers)

    async def read_all(self, now: Callable[[], float], *, adopt: bool = False) -> None:
        """Take a dump of the table for the truth; what differs is pending when :meth:`compare` is through.

        With ``adopt``, what is found and not wanted is stale instead. FibError when the table cannot be read.
        """
        self.listen()
        own_only = not (adopt or self._foreign_matters())
        lost_before = self._lost
        self._checking, self._lost, self.check_wanted = True, False, False
        try:
            if self.objects is not None:
                await self._read_objects(self.objects)
            for width, reconciler in self.reconcilers.items():
                held, foreign = await self._dump(width, own_only=own_only)
                reconciler.take_dump(held, None if own_only else foreign, now())
                if adopt:
                    reconciler.adopt()
        except BaseException:
            self._lost |= lost_before
            self.check_wanted = True
            raise
        finally:
            self._checking = False
            self.listen()

    def compare(self) -> Iterator[None]:
        """Queue each prefix that is not as it should be, slice by slice."""
        for reconciler in self.reconcilers.values():
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
            return Resolver(width, index_of)
        return ObjectResolver(width, index_of, objects.device_of, self.objects.wanted)

    def _hear_all(self) -> bool:
        """Read the notices that there are; tell whether none were lost."""
        self.listen()
        return not self._lost

    async def _read_objects(self, objects: ObjectDialogue) -> None:
        await objects.read()
        for resolver in self.resolvers.values():
            resolver.forget_failures()
        objects.tell(self.reconcilers)

    def _foreign_matters(self) -> bool:
        """Tell whether a dump has to show the routes of others too."""
        each = self.reconcilers.values()
        return self._lost or any(one.doubtful or one.foreign for one in each)

    async def _dump(self, width: int, *, own_only: bool) -> tuple[dict[bytes, Forms], dict[bytes, ForeignRoutes]]:
        """Return our routes and those of others."""
        held: dict[bytes, Forms] = {}
        foreign: dict[bytes, ForeignRoutes] = {}
        async for page in self._kernel.dump(width, own_only=own_only):
            for key, protocol, forms in gather(held, page, self._protocol):
                foreign[key] = (*foreign.get(key, ()), (forms[0].metric, protocol))
        return held, foreign

    async def _write(self, reconciler: Reconciler, now: float) -> int:
        """Ask for some batches of one address width."""
        before = self.writes
        self.listen()
        operations = self._take(reconciler, now)
        for further in reversed(range(_IN_A_ROW)):
            if not operations:
                break
            keys, full = frozenset(map(_KEY, operations)), len(operations) == self._batch
            following = await self._execute(reconciler, operations, keys if full and further else None, now)
            heard = self._listen(reconciler.width, keys)
            if following and (heard or self._lost):
                reconciler.give_back(following)
                following = self._take(reconciler, now)
            operations = following
        return self.writes - before

    def _take(self, reconciler: Reconciler, now: float, besides: frozenset[bytes] = frozenset()) -> list[Operation]:
        return reconciler.take(self._batch, now, replace=not self._lost, besides=besides)

    async def _execute(
        self, reconciler: Reconciler, operations: list[Operation], besides: frozenset[bytes] | None, now: float
    ) -> list[Operation]:
        """Have a batch carried out, and return the next one, taken meanwhile ``besides``; none for None."""
        following: list[Operation] = []

        def take() -> list[Operation]:
            """Take the next batch."""
            if besides is not None:
                following.extend(self._take(reconciler, now, besides))
                self._taken += len(following)
            return following

        self.writes += len(operations)
        self._taken, self._checking = len(operations), True
        try:
            answers = await self._kernel.execute(operations, take)
        finally:
            self._taken, self._checking = 0, False
        reconciler.settle(operations, answers, now)
        self.check_wanted |= reconciler.doubtful
        return following

    def _listen(self, width: int, crossed: frozenset[bytes]) -> bool:
        """Read notices, and tell whether there were any.

        Those of a prefix in ``crossed``, of ``width``, may be older or newer than our own change.
        """
        told, lost = self._kernel.notices()
        if lost:
            self._lost = self.check_wanted = True
            self._unsure_links = set(self._links)
            self._heed_interface(lasting=False)
        told = self._kept_back + told
        self._kept_back = told if self._checking else []
        if told and not self._checking:
            self._heed(told, width, crossed)
        return lost or bool(told)

    def _heed(self, told: list[Notice], crossed_width: int, crossed: frozenset[bytes]) -> None:
        for notice in told:
            match notice:
                case RouteNotice(_, width, key):
                    reconciler = self.reconcilers[width]
                    reconciler.observe(notice)
                    if width == crossed_width and key in crossed:
                        reconciler.doubtful = True
                    self.check_wanted |= reconciler.doubtful
                case LinkNotice(index, state):
                    self._heed_link(index, state)
                case AddressNotice(present):
                    self._heed_interface(lasting=present)
                case NextHopNotice():
                    self.check_wanted |= self.objects is not None and self.objects.heed(notice)

    def _heed_link(self, index: int, state: tuple[str, int, int] | None) -> None:
        """Note an interface: one that goes, or changes its state, may take routes with it without a word."""
        before = self._links.get(index)
        if state == before and index not in self._unsure_links:
            return
        self._unsure_links.discard(index)
        if state is None:
            self._links.pop(index, None)
        else:
            self._links[index] = state
        self._heed_interface(lasting=before is None)

    def _heed_interface(self, *, lasting: bool) -> None:
        """Try again what failed; unless all that was there is ``lasting``, see what is left."""
        self.check_wanted |= not lasting
        for width, reconciler in self.reconcilers.items():
            self.resolvers[width].forget()
            reconciler.retry()
        if self.objects is not None:
            self.objects.wanted.retry()
