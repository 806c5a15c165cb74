"""When a reflector that restarts tells its peers that they have all routes: once its clients have told theirs."""

import asyncio
from contextlib import suppress
from typing import Final

from bgpkit import EndOfRibReceived, Speaker
from bgpkit_node.peering.sessions import Sessions

DEADLINE: Final = 30.0
"""Seconds that clients are waited for which do not come: a node may be gone."""


class ReflectedEnd:
    """Ends ``hold_end_of_rib`` of a speaker.

    Before routes are chosen nobody waits for peers that restart at the same time (RFC 4724, section 4.1), so that after
    a failure of many agents a reflector would say that it has told all before it has heard of all, and the others
    would take routes from their kernels that come a moment later.
    """

    def __init__(self, speaker: Speaker, *, deadline: float = DEADLINE) -> None:
        """Listen to ``speaker``, which has no session yet; wait ``deadline`` seconds at most."""
        self._speaker = speaker
        self._deadline = deadline
        self._events = speaker.events()

    async def release(self, sessions: Sessions) -> None:
        """Let the speaker tell the end once every client of ``sessions`` has; at once where there are none."""
        told: set[str] = set()
        with suppress(TimeoutError, StopAsyncIteration):
            async with self._events as events, asyncio.timeout(self._deadline):
                while not told >= _clients(sessions):
                    event = await anext(events)
                    if isinstance(event, EndOfRibReceived):
                        told.add(event.peer)
        self._speaker.release_end_of_rib()


def _clients(sessions: Sessions) -> set[str]:
    return {address for address, peering in sessions.wanted.items() if peering.client}
