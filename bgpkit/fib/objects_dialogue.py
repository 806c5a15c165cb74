"""The part of the dialogue with the kernel that is about next-hop objects. No clock, no loop, no sockets.

What :mod:`bgpkit.fib.dialogue` says of routes holds for objects too, with one thing more: what is removed takes its
routes along, and nothing in the request says whose it must be. So objects are removed only after a look at all routes
of all tables, and never while notices are lost. What the kernel cannot offer is to remove an object only if no route
has it: one that somebody gives a route in the milliseconds between goes with this route.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, Protocol

from bgpkit.fib.kernel import ObjectKernel
from bgpkit.fib.netlink.decode import NextHopNotice
from bgpkit.fib.objects import KernelObject, ObjectOperation
from bgpkit.fib.objects_held import HeldObjects
from bgpkit.fib.objects_wanted import WantedObjects
from bgpkit.fib.route import Spec

BATCH: Final = 32
"""Changes in one call to the kernel, which waits for all its processors at each: some milliseconds."""


class Wanting(Protocol):
    """What wants objects: the reconciler of one address width."""

    def specs(self) -> Iterator[Collection[Spec]]:
        """Walk what is wanted, slice by slice."""
        ...

    def compare_again(self, spec: Spec) -> None:
        """Compare the routes of ``spec`` again."""
        ...


class ObjectDialogue:
    """The next-hop objects of one owner in one table, and the kernel at the other end."""

    def __init__(self, protocol: int, table: int, kernel: ObjectKernel) -> None:
        """Speak with ``kernel`` about objects of ``protocol`` for routes of ``table``."""
        self.wanted = WantedObjects(HeldObjects(protocol, table))
        self.writes = 0
        """Object changes asked of the kernel so far."""
        self.crossed: frozenset[int] = frozenset()
        """Objects of which a notice may be older or newer than our own change."""
        self._kernel = kernel

    async def execute(self, operations: Sequence[ObjectOperation], now: Callable[[], float]) -> None:
        """Ask for a batch of changes; notices of these objects that come meanwhile are crossed."""
        self.writes += len(operations)
        self.crossed = frozenset(operation.number for operation in operations)
        answers = await self._kernel.execute_objects(operations)
        self.wanted.settle(operations, answers, now())

    def heed(self, notice: NextHopNotice) -> bool:
        """Note what has happened to an object by another hand; tell whether routes may have gone with it."""
        found = notice.found
        return found is not None and (
            self.wanted.observe(found, present=notice.present) or found.number in self.crossed
        )

    def tell(self, wanting: Mapping[int, Wanting]) -> None:
        """Have the routes compared again whose objects fail now, or do no more, or have another number."""
        for width, spec in self.wanted.changes():
            wanting[width].compare_again(spec)

    async def read(self) -> None:
        """Take a dump of all objects for the truth; FibError when they cannot be read."""
        found: list[KernelObject] = []
        async for page in self._kernel.dump_objects():
            found += page
        self.wanted.take_dump(found)

    def release(self, wanting: Mapping[int, Wanting]) -> Iterator[None]:
        """Ask no more for what no prefix is wanted as, slice by slice."""
        for width, one in wanting.items():
            specs: set[Spec] = set()
            for part in one.specs():
                specs.update(part)
                yield
            self.wanted.release(width, specs)

    async def remove_unused(self, listen: Callable[[], bool], now: Callable[[], float]) -> bool:
        """Remove some of the objects that nobody asks for and no route has; tell whether there are more.

        ``listen`` reads notices, and tells whether none were lost. FibError when routes cannot be read.
        """
        if not self.wanted.removals(set()):
            return False
        used = await self._kernel.used_objects()
        if not listen():
            return False
        operations = self.wanted.removals(used)
        if operations:
            await self.execute(operations[:BATCH], now)
            listen()
            self.crossed = frozenset()
        return len(operations) > BATCH
