"""What the kernel is to the synchronisation: a port with few calls, so that a model can stand in for it."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple, Protocol

from bgpkit.fib.netlink.decode import Notice
from bgpkit.fib.netlink.page import Page
from bgpkit.fib.objects import KernelObject, ObjectOperation
from bgpkit.fib.operation import Answers, Batch


class Notices(NamedTuple):
    """What the kernel has told since it was last asked."""

    told: list[Notice]
    """In the order in which it happened; changes of our own are left out."""
    lost: bool
    """More happened than the kernel could keep: what is known may be wrong."""


class Kernel(Protocol):
    """One table of one network namespace."""

    async def execute(self, batch: Batch, meanwhile: Callable[[], Batch | None]) -> Answers:
        """Carry out a batch and return its answers; a refusal does not stop the others.

        The loop runs meanwhile, since it may take long. ``meanwhile`` is called once at most, at any time before the
        return; what it gives is likely to be the next batch.
        """
        ...

    def notices(self) -> Notices:
        """Return what has happened meanwhile, without waiting."""
        ...

    def dump(self, width: int, *, own_only: bool) -> AsyncIterator[Page]:
        """Give the table's routes page by page; with ``own_only`` those of our protocol."""
        ...

    def device_of(self, gateway: bytes) -> int:
        """Return the index of the interface on which ``gateway``, a packed address, is a neighbour; 0 for none."""
        ...

    def reaches(self, gateway: bytes, index: int, onlink: bool) -> bool:
        """Tell whether a next hop would be taken now: its interface is up, its gateway a neighbour there or onlink.

        No gateway is empty; where the interface is left to the kernel, ``index`` is 0.
        """
        ...


class ObjectKernel(Protocol):
    """The next-hop objects of one network namespace."""

    async def execute_objects(self, operations: Sequence[ObjectOperation]) -> Answers:
        """Carry out a batch in its order and return its answers; a refusal does not stop the others.

        The loop runs meanwhile, since it may take long.
        """
        ...

    def dump_objects(self) -> AsyncIterator[list[KernelObject]]:
        """Give all objects page by page, whosever they are."""
        ...

    async def used_objects(self) -> set[int]:
        """Return the numbers of the objects that routes name, of any table and protocol; more do no harm."""
        ...
