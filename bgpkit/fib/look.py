"""A look at the table beside the work: what is known of each prefix, and what the kernel has right now."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from bgpkit.errors import FibError
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.diff import FibDiff, Gathered
from bgpkit.fib.form import Form, Forms
from bgpkit.fib.held import gather
from bgpkit.fib.inspection import Inspection, Others
from bgpkit.fib.netlink.read_only import without_objects
from bgpkit.fib.netlink.table_reader import TableReader
from bgpkit.fib.ordering import in_order
from bgpkit.fib.pacing import in_turns, paced
from bgpkit.fib.protocol_names import protocol_names
from bgpkit.fib.state import FibState, FibStatus, words_of_form
from bgpkit_rib import Prefix

_PATIENCE: Final = 10.0
"""Seconds that one who wants to read waits for another who does."""


@dataclass(frozen=True, slots=True)
class PresentRoute:
    """A route in a kernel table, whosever it is."""

    prefix: Prefix
    protocol: int
    """Its routing protocol number, as in /etc/iproute2/rt_protos."""
    words: str
    """What it is, in the words of ip-route(8)."""

    @property
    def protocol_name(self) -> str:
        """The name of its protocol, as ``ip route`` writes it, or the number."""
        return protocol_name(self.protocol)


class _Seen(NamedTuple):
    """One address width as a dump has shown it."""

    inspection: Inspection
    differing: list[bytes]
    unsure: set[bytes]
    """Those of the differing of which the work knows nothing: they may have been in between when they were read."""


class Look:
    """Reads by a socket of its own, so that the work goes on meanwhile; one reads at a time."""

    def __init__(self, dialogue: Dialogue, reader: TableReader, protocol: int, *, writes: bool) -> None:
        """Look at the table of ``dialogue``; with ``writes``, what is known to differ is about to be put right."""
        self._dialogue = dialogue
        self._reader = reader
        self._protocol = protocol
        self._writes = writes
        self._reading = asyncio.Lock()

    def close(self) -> None:
        """Close the socket."""
        self._reader.close()

    def inspection(
        self, width: int, found: dict[bytes, Forms] | None = None, others: Others | None = None
    ) -> Inspection:
        """Return a comparison over what is known, or over what has been ``found``."""
        return Inspection(
            self._dialogue,
            width,
            writes=self._writes,
            found=found,
            others=others,
            protocol_name=protocol_name,
        )

    async def known(self) -> FibDiff:
        """Return the differences that are known right after all has been compared."""
        gathered = Gathered()
        for width, reconciler in self._dialogue.reconcilers.items():
            if self._writes and reconciler.at_rest and not self._dialogue.resolvers[width].reduced:
                continue
            inspection = self.inspection(width)
            keys: list[bytes] = []
            await in_turns(_gathering(inspection.differing(), keys))
            await in_turns(gathered.gather(inspection, keys))
        return gathered.diff()

    async def compare(self) -> FibDiff:
        """Read the table and return all differences."""
        gathered = Gathered()
        for seen in await self._see():
            await in_turns(gathered.gather(seen.inspection, seen.differing))
        return gathered.diff()

    async def differences(self) -> AsyncGenerator[FibState, None]:
        """Read the table, then yield the state of each prefix that differs."""
        for inspection, keys, _ in await self._see():
            async with aclosing(paced(_states(inspection, iter((keys,))))) as states:
                async for state in states:
                    yield state

    async def states(self) -> AsyncGenerator[FibState, None]:
        """Yield what is known of each prefix that is wanted, or has a route of ours."""
        for width in self._dialogue.reconcilers:
            inspection = self.inspection(width)
            async with aclosing(paced(_states(inspection, inspection.slices()))) as states:
                async for state in states:
                    yield state

    async def present(self) -> AsyncGenerator[PresentRoute, None]:
        """Read the table and yield its routes, whosever they are, as they come."""
        async with self._alone(), aclosing(read_present(self._reader, self._dialogue.hearing.name_of)) as routes:
            async for route in routes:
                yield route

    async def _see(self) -> list[_Seen]:
        """Read the table; where it differs from all that is known, twice: only what differs both times counts."""
        async with self._alone():
            first = [await self._seen(width) for width in self._dialogue.reconcilers]
            if not any(seen.unsure for seen in first):
                return first
            return [await self._seen(seen.inspection.width, set(seen.differing)) for seen in first]

    async def _seen(self, width: int, before: set[bytes] | None = None) -> _Seen:
        """Read one address width; of what is not known to differ only what did ``before``, if that is given."""
        found, others = await self._dump(width)
        inspection = self.inspection(width, found, others)
        seen = _Seen(inspection, [], set())

        def look() -> Iterator[None]:
            """Walk what differs."""
            for part in inspection.differing():
                unsure = {key for key in part if not inspection.is_known(key)}
                seen.differing.extend(
                    part if before is None else [key for key in part if key in before or key not in unsure]
                )
                seen.unsure.update(unsure)
                yield

        await in_turns(look())
        return seen

    async def _dump(self, width: int) -> tuple[dict[bytes, Forms], Others]:
        """Return our routes, and those of others where they are in conflict with ours."""
        found: dict[bytes, Forms] = {}
        others: dict[bytes, tuple[tuple[int, Form], ...]] = {}
        conflicts = self._dialogue.reconcilers[width].foreign.conflicts
        async for page in self._reader.dump(width, own_only=not conflicts):
            for key, protocol, forms in gather(found, page if self._writes else without_objects(page), self._protocol):
                if key in conflicts:
                    others[key] = (*others.get(key, ()), (protocol, forms[0]))
        return found, others

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._reading.acquire()
        except TimeoutError:
            raise FibError("the table is being read for somebody else, who takes long; try again later") from None
        try:
            yield
        finally:
            self._reading.release()


@cache
def protocol_name(number: int) -> str:
    """Return the name of a routing protocol in rt_protos, or its number."""
    return {each: name for name, each in protocol_names().items()}.get(number, str(number))


async def read_present(reader: TableReader, name_of: Callable[[int], str]) -> AsyncGenerator[PresentRoute, None]:
    """Yield the routes of the reader's table, page by page in the kernel's order."""
    for width in (32, 128):
        async for page in reader.dump(width, own_only=False):
            for key, protocol, forms in page:
                yield PresentRoute(Prefix.from_key(key, width), protocol, words_of_form(forms[0], name_of))


def _states(inspection: Inspection, parts: Iterator[list[bytes]]) -> Iterator[FibState | None]:
    """Yield the states of prefixes in order, None for work in between; what has gone meanwhile is left out."""
    keys: list[bytes] = []
    for _ in _gathering(parts, keys):
        yield None
    for key in in_order(keys):
        state = None if key is None else inspection.state(key)
        yield state if state is not None and (state.status is not FibStatus.ABSENT or state.reason) else None


def _gathering(parts: Iterator[list[bytes]], into: list[bytes]) -> Iterator[None]:
    """Add parts to a list, one a step."""
    for part in parts:
        into += part
        yield
