"""The dialogue with the kernel, in an order in which every answer has one meaning. No clock, no loop, no sockets.

The kernel keeps notices of changes in a queue, and answers a batch before the call returns. So:

- notices are read right before a batch is made: it builds on all that had happened;
- notices are read again right after it: what they say of a prefix in the batch happened just before or just after
  our own change, nobody can tell, so a dump is asked for; all later notices are later than the batch;
- when notices were lost, nothing is replaced before a dump has told what is still ours; adding and removing can
  harm nobody and go on;
- while a dump is read nothing is written, and notices are kept back until it is complete: the last notice of a
  prefix is then at least as true as the dump.

What the kernel cannot offer is to replace a route only if it is still ours. Between the first reading and the batch,
some microseconds, a route that takes the place of ours by force is taken for ours; so is one that takes the place
of a route that has gone with its interface, since the kernel tells the latter to nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bgpkit.fib.decode import AddressNotice, LinkNotice, NextHopNotice, Notice, RouteNotice
from bgpkit.fib.foreign import ForeignRoutes
from bgpkit.fib.form import Forms
from bgpkit.fib.kernel import Kernel
from bgpkit.fib.operation import Operation
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import Resolver

BATCH: Final = 256
"""Operations in one call to the kernel: about a millisecond."""
WIDTHS: Final = (32, 128)


class Dialogue:
    """Both address widths of one owner in one table, and the kernel at the other end."""

    def __init__(self, protocol: int, kernel: Kernel, index_of: Callable[[str], int]) -> None:
        """Speak with ``kernel`` about routes of ``protocol``; ``index_of`` finds interfaces by name."""
        self.writes = 0
        """Route changes asked of the kernel so far."""
        self.check_wanted = False
        """Something has happened that only a dump can explain."""
        self._kernel = kernel
        self._protocol = protocol
        self._lost = False
        self._checking = False
        self._kept_back: list[Notice] = []
        self._links: dict[int, tuple[str, int, int]] = {}
        self._resolvers = {width: Resolver(width, index_of) for width in WIDTHS}
        self.reconcilers = {width: Reconciler(width, protocol, self._resolvers[width].resolve) for width in WIDTHS}

    @property
    def pending(self) -> int:
        """How many prefixes are still to be looked at, at most."""
        return sum(each.pending for each in self.reconcilers.values())

    @property
    def next_attempt(self) -> float | None:
        """When a failed route is to be tried again; None for never."""
        times = [each.attempts.next_at for each in self.reconcilers.values()]
        return min((time for time in times if time is not None), default=None)

    def know_links(self, links: list[LinkNotice]) -> None:
        """Note the interfaces that there are, so that a change can be told from a repetition."""
        self._links = {link.index: link.state for link in links if link.state is not None}

    def name_of(self, index: int) -> str:
        """Return the name of the interface ``index``, or the number itself when it is not known."""
        return self._links[index][0] if index in self._links else f"#{index}"

    def listen(self) -> None:
        """Read the notices that there are."""
        self._listen(())

    def write(self, now: float) -> int:
        """Ask for one batch of changes per address width and return how many changes that were."""
        written = 0
        for reconciler in self.reconcilers.values():
            self.listen()
            operations = reconciler.take(BATCH, now, replace=not self._lost)
            if operations:
                self._execute(reconciler, operations, now)
                written += len(operations)
        self.writes += written
        return written

    async def read_all(self, now: Callable[[], float], *, adopt: bool = False) -> None:
        """Take a dump of the table for the truth; what differs is pending when :meth:`compare` is through.

        With ``adopt``, what is found and not wanted is stale instead. FibError when the table cannot be read.
        """
        self.listen()
        own_only = not (adopt or self._foreign_matters())
        lost_before = self._lost
        self._checking, self._lost, self.check_wanted = True, False, False
        try:
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
            kept_back, self._kept_back = self._kept_back, []
            self._heed(kept_back, ())
            self.listen()

    def compare(self) -> Iterator[None]:
        """Queue each prefix that is not as it should be, slice by slice."""
        for reconciler in self.reconcilers.values():
            yield from reconciler.compare()

    def _foreign_matters(self) -> bool:
        """Tell whether a dump has to show the routes of others too."""
        each = self.reconcilers.values()
        return self._lost or any(one.doubtful or one.foreign for one in each)

    async def _dump(self, width: int, *, own_only: bool) -> tuple[dict[bytes, Forms], dict[bytes, ForeignRoutes]]:
        """Return our routes and those of others."""
        held: dict[bytes, Forms] = {}
        foreign: dict[bytes, ForeignRoutes] = {}
        async for page in self._kernel.dump(width, own_only=own_only):
            for key, protocol, forms in page:
                if protocol != self._protocol:
                    foreign[key] = (*foreign.get(key, ()), (forms[0].metric, protocol))
                elif key in held:
                    held[key] = (*held[key], *forms)
                else:
                    held[key] = forms
        return held, foreign

    def _execute(self, reconciler: Reconciler, operations: list[Operation], now: float) -> None:
        answers = self._kernel.execute(operations)
        reconciler.settle(operations, answers, now)
        self.check_wanted |= reconciler.doubtful
        self._listen(operations)

    def _listen(self, crossed: Sequence[Operation]) -> None:
        """Read notices; those of a prefix in ``crossed`` may be older or newer than our own change."""
        told, lost = self._kernel.notices()
        if lost:
            self._lost = self.check_wanted = True
        if self._checking:
            self._kept_back += told
        elif told:
            self._heed(told, crossed)

    def _heed(self, told: list[Notice], crossed: Sequence[Operation]) -> None:
        keys = {(operation.width, operation.key) for operation in crossed}
        for notice in told:
            match notice:
                case RouteNotice(_, width, key):
                    reconciler = self.reconcilers[width]
                    reconciler.observe(notice)
                    if (width, key) in keys:
                        reconciler.doubtful = True
                    self.check_wanted |= reconciler.doubtful
                case LinkNotice(index, state):
                    self._heed_link(index, state)
                case AddressNotice(present):
                    self._heed_interface(lasting=present)
                case NextHopNotice():
                    pass  # our routes do not share any

    def _heed_link(self, index: int, state: tuple[str, int, int] | None) -> None:
        """Note an interface: one that goes, or changes its state, may take routes with it without a word."""
        before = self._links.get(index)
        if state == before:
            return
        if state is None:
            self._links.pop(index, None)
        else:
            self._links[index] = state
        self._heed_interface(lasting=before is None)

    def _heed_interface(self, *, lasting: bool) -> None:
        """Try again what failed; unless all that was there is ``lasting``, see what is left."""
        self.check_wanted |= not lasting
        for width, reconciler in self.reconcilers.items():
            self._resolvers[width].forget()
            reconciler.retry()
