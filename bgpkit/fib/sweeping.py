"""When adopted routes that nobody has asked for go: once all that can be wanted is known, or has had its time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from bgpkit.errors import ConfigError, SpeakerClosedError
from bgpkit.fib.follow import WIDTH_OF_FAMILY
from bgpkit.fib.wrong_kinds import is_number
from bgpkit_fsm import Family

DEADLINE: Final = 120.0
"""Seconds that adopted routes wait for peers that do not come, or tell no end: the restart time of most daemons."""
_LOOK: Final = 0.25
"""Seconds between two looks whether anything is left to sweep."""


class Completing(Protocol):
    """What a sweep needs of a speaker."""

    async def wait_complete(self, family: Family, /) -> None:
        """Wait until its peers have told all they know of ``family``; SpeakerClosedError when it stops before."""
        ...


def checked_deadline(seconds: float) -> float:
    """Return a number of seconds, infinity included; ConfigError for what is none."""
    if not is_number(seconds) or not seconds >= 0:
        raise ConfigError(f"deadline {seconds!r} is not a number of seconds from 0")
    return seconds


async def sweep_when_complete(
    speaker: Completing, deadline: float, left: Callable[[int], int], sweep: Callable[[int], Awaitable[int]]
) -> int:
    """Call ``sweep`` for each address width once ``speaker`` knows all of its family, or ``deadline`` seconds are over.

    A width of which nothing is ``left`` to sweep is not waited for. When the speaker stops before, all of it stays.
    What was swept is added up.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + deadline
    waiting = {
        width: loop.create_task(speaker.wait_complete(family), name=f"bgpkit.complete {family}")
        for family, width in WIDTH_OF_FAMILY.items()
    }
    count = 0
    try:
        while waiting:
            for width, complete in tuple(waiting.items()):
                if complete.done() or loop.time() >= until or not left(width):
                    del waiting[width]
                    if not _stopped(complete) and left(width):
                        count += await sweep(width)
            if waiting:
                rest = max(0.0, until - loop.time())
                await asyncio.wait(waiting.values(), timeout=min(_LOOK, rest), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for complete in waiting.values():
            complete.cancel()
    return count


def _stopped(complete: asyncio.Task[None]) -> bool:
    """Tell whether a speaker stopped before it knew all of a family, and wait for that no more."""
    if complete.cancel():  # False when it is over
        return False
    try:
        complete.result()
    except SpeakerClosedError:
        return True
    return False
