"""An agent whose datastore does not answer waits for it; what an earlier life left in the kernel stays meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from bgpkit_node.agent.service_notice import ServiceNotice
from bgpkit_node.agent.status import service_status
from bgpkit_node.errors import UnreachableError
from bgpkit_node.running import RunningNode
from bgpkit_node.running.through_outages import pauses

READER: Final = "agent"
"""What waits, as outages know it."""
_AN_ATTEMPT: Final = 60.0
"""Seconds that an attempt takes at most, and the start after it."""


async def lived(
    life: Callable[[], Awaitable[None]], running: RunningNode, notice: ServiceNotice, stop: asyncio.Event
) -> None:
    """Run ``life()``, and again after a pause as long as it ends with an UnreachableError and ``stop`` is not set.

    The outage is told once, and the service manager each time; all other errors are the caller's.
    """
    waits = pauses()
    while not stop.is_set():
        try:
            await life()
        except UnreachableError as error:
            running.outages.began(READER, error)
        else:
            return
        pause = next(waits)
        notice.status(service_status(running))
        notice.starts_within(pause + _AN_ATTEMPT)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
