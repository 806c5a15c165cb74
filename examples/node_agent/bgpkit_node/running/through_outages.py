"""Following the datastore through its outages: what has been read stays, and reading begins anew when it can."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Final, TypeVar

from bgpkit_node.errors import DatastoreError
from bgpkit_node.running.outages import Outages

T = TypeVar("T")

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 10.0
_RANDOM: Final = random.SystemRandom()


async def through_outages(
    reader: str, begin: Callable[[], AsyncGenerator[T, None]], outages: Outages
) -> AsyncGenerator[tuple[bool, T], None]:
    """Yield what ``begin()`` yields, each with whether reading has begun anew with it; begin again on a DatastoreError.

    The pauses between two attempts double up to ten seconds, and are not the same on all nodes. Ends when what
    ``begin()`` returned ends, as it does when the datastore is closed.
    """
    waits = pauses()
    while True:
        anew = True
        try:
            async with aclosing(begin()) as feed:
                async for item in feed:
                    outages.over(reader)
                    yield anew, item
                    if anew:
                        waits = pauses()
                    anew = False
            return
        except DatastoreError as error:
            outages.began(reader, error)
        await asyncio.sleep(next(waits))


def pauses() -> Iterator[float]:
    """Yield how many seconds to wait before each further attempt: twice as long each time, up to ten seconds."""
    pause = FIRST_PAUSE
    while True:
        yield pause * _RANDOM.uniform(0.5, 1.0)
        pause = min(pause * 2, LONGEST_PAUSE)
