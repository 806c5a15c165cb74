"""What a daemon answers of its kernel table, in slices: a million routes never stand in memory as texts."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from bgpkit.command.fib_row import present_row, state_row
from bgpkit.control import Answer, Answerer, ControlError, Words
from bgpkit.fib import Fib, FibState, FibStatus, PresentRoute
from bgpkit_rib import Prefix

CHOICES: Final[Mapping[str, Callable[[FibState], bool]]] = {
    "wanted": lambda state: state.wanted is not None,
    "present": lambda state: state.installed,
    "failed": lambda state: state.status is FibStatus.FAILED,
}
"""What of the routes wanted or ours may be asked for; beside it ``foreign``: those of others."""
_SLICE_SECONDS: Final = 0.004
"""Time for making items before they are sent."""

Destination = Prefix | IPv4Address | IPv6Address


class FibAnswers:
    """The requests ``fib`` and ``fib-diff``."""

    def __init__(self, fib: Fib) -> None:
        """Answer of ``fib``."""
        self._fib = fib

    def answerers(self) -> Mapping[str, Answerer]:
        """Return the requests by name."""
        return {"fib": self._show, "fib-diff": self._diff}

    async def _show(self, words: Words) -> AsyncGenerator[list[str], None]:
        """Tell of each prefix, or of those that are meant."""
        fib, words = self._fib, words.only("prefix", "only")
        only, destination = words.text("only"), _destination(words.text("prefix"))
        if only == "foreign":
            rows = _foreign(fib, destination)
        elif only and only not in CHOICES:
            raise ControlError(f"there is no choice {only!r}; known: {', '.join(CHOICES)}, foreign")
        else:
            chosen = CHOICES.get(only)
            states = fib.states() if destination is None else _of(fib, destination)
            rows = _rows(states, chosen)
        async with aclosing(_in_slices(rows)) as slices:
            async for items in slices:
                yield items

    async def _diff(self, words: Words) -> Answer:
        """Tell of each prefix that differs, then of how many that is."""
        words.only()
        fib = self._fib
        async with aclosing(_in_slices(_rows(fib.differences(), None))) as slices:
            async for items in slices:
                yield items
        yield [json.dumps({"wanted": fib.wanted, "present": fib.held})]


async def _in_slices(rows: AsyncGenerator[Mapping[str, object], None]) -> AsyncGenerator[list[str], None]:
    """Yield rows as JSON, as many at a time as were made in some milliseconds."""
    clock = asyncio.get_running_loop().time
    items: list[str] = []
    until = clock() + _SLICE_SECONDS
    async with aclosing(rows):
        async for row in rows:
            items.append(json.dumps(row, separators=(",", ":")))
            if clock() > until:
                yield items
                await asyncio.sleep(0)
                items, until = [], clock() + _SLICE_SECONDS
    yield items


async def _rows(
    states: AsyncIterator[FibState], chosen: Callable[[FibState], bool] | None
) -> AsyncGenerator[Mapping[str, object], None]:
    async for state in states:
        if chosen is None or chosen(state):
            yield state_row(state)


async def _of(fib: Fib, destination: Destination) -> AsyncGenerator[FibState, None]:
    """Yield what there is of a prefix, or of the longest that holds an address."""
    for prefix in _holding(destination):
        state = fib.state(prefix)
        if state.status is not FibStatus.ABSENT or state.reason:
            yield state
            return


async def _foreign(fib: Fib, destination: Destination | None) -> AsyncGenerator[Mapping[str, object], None]:
    """Yield the routes of others: all, those of a prefix, or those whose prefix holds an address."""
    async with aclosing(fib.present()) as routes:
        async for route in routes:
            if route.protocol != fib.protocol and _means(destination, route):
                yield present_row(route, FibStatus.FOREIGN.value)


def _means(destination: Destination | None, route: PresentRoute) -> bool:
    if destination is None or isinstance(destination, Prefix):
        return destination is None or route.prefix == destination
    return route.prefix.contains(destination)


def _destination(text: str) -> Destination | None:
    """Return the prefix or the address that a text is; ControlError when it is neither."""
    if not text:
        return None
    if "/" in text:
        return Prefix.parse(text)
    try:
        return ip_address(text)
    except ValueError:
        raise ControlError(f"{text!r} is neither an address nor a prefix such as 192.0.2.0/24") from None


def _holding(destination: Destination) -> list[Prefix]:
    """Return the prefix itself, or all that hold an address, the longest first."""
    if isinstance(destination, Prefix):
        return [destination]
    host = Prefix.parse(f"{destination}/{destination.max_prefixlen}")
    number, width = int.from_bytes(host.packed, "big"), host.width
    keys = [
        bytes((length,)) + (number >> width - length << width - length).to_bytes(width // 8, "big")[: (length + 7) // 8]
        for length in range(width, -1, -1)
    ]
    return [Prefix.from_key(key, width) for key in keys]
