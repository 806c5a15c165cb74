"""What the kernel is to the synchronisation: a port with three calls, so that a model can stand in for it."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

from bgpkit.fib.decode import Notice, Route
from bgpkit.fib.operation import Answers, Operation


class Notices(NamedTuple):
    """What the kernel has told since it was last asked."""

    told: list[Notice]
    """In the order in which it happened; changes of our own are left out."""
    lost: bool
    """More happened than the kernel could keep: what is known may be wrong."""


class Kernel(Protocol):
    """One table of one network namespace."""

    def execute(self, operations: Sequence[Operation]) -> Answers:
        """Carry out a batch, all of one address width, and return its answers; a refusal does not stop the others."""
        ...

    def notices(self) -> Notices:
        """Return what has happened meanwhile, without waiting."""
        ...

    def dump(self, width: int, *, own_only: bool) -> AsyncIterator[list[Route]]:
        """Give the table's routes page by page; with ``own_only`` those of our protocol."""
        ...
