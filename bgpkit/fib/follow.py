"""From a speaker's best paths to kernel routes."""

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

from bgpkit.fib.multipath import Specs
from bgpkit.fib.wanted import Wanted
from bgpkit_fsm import Family
from bgpkit_rib import Entry

WIDTH_OF_FAMILY: Final = {Family(1, 1): 32, Family(2, 1): 128}
"""Bits of an address, for the families whose routes a kernel table can hold."""


class Followed(Protocol):
    """What following needs of a speaker."""

    def subscribe(
        self, family: Family, consumer: Callable[[list[bytes], Entry | None, Entry | None], None], /
    ) -> Callable[[], None]:
        """Call ``consumer`` for the present table, then for each block of changes; return how to end it."""
        ...


@runtime_checkable
class Replaying(Protocol):
    """A subscription that tells of the present table bit by bit."""

    async def replayed(self) -> None:
        """Wait until all of it has been told."""
        ...


class Follower:
    """A consumer of change blocks: what a prefix's entry stands for, unless it is our own, is its route."""

    def __init__(self, wanted: Wanted, specs: Specs, wake: Callable[[], None]) -> None:
        """Pass the routes that ``specs`` makes on to ``wanted``, and ``wake`` the writer."""
        self._wanted = wanted
        self._specs = specs
        self._wake = wake

    def consume(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        """Take in one block of changes: ``keys`` had the entry ``old`` and have ``new``."""
        before, paths = self._specs.paths(old), self._specs.paths(new)
        if paths == before:
            return
        spec = self._specs.spec(paths)
        if spec is not None or before:  # what `via` said of those before does not count: it may say otherwise by now
            self._wanted.follow(keys, spec)
        self._wake()

    def next_hops_changed(self) -> None:
        """Let the routes whose next hops are reached by other links go by those from now on."""
        for spec, next_hops in self._specs.moved():
            self._wanted.move(spec, next_hops)
        self._wake()
