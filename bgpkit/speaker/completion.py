"""When peers have told all they know of a family, so that what nobody has told of is known to be gone.

RFC 4724, section 2: End-of-RIB says so, and is useful without a restart, too. Peers that do not promise it are taken
by their silence.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bgpkit.speaker.event_log import EventLog
from bgpkit_fsm import Family

QUIET_SECONDS: Final = 10.0
"""How long a peer that promises no End-of-RIB has to send no UPDATE before it counts as having told all."""
_LOOK: Final = 0.5
"""Seconds between two looks while nothing happens: silence is no event."""
_SETTLING: Final = 0.05
"""Seconds from an event to the look: a thousand peers come up at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a peer has come, in a session that is up."""

    session: int
    """The number of the session: silence before it does not count."""
    families: frozenset[Family]
    """Those of the session."""
    told: frozenset[Family]
    """Those of which End-of-RIB has come in it."""
    marks: bool
    """The peer promises End-of-RIB: it has the graceful restart capability."""
    updates: int
    """UPDATE messages received in it."""


PeersProgress = Mapping[str, Progress | None]
"""By the peer's address; None without a session. Empty where it cannot be known who there will be."""


class Completion:
    """Judges whether all peers of one family have told all. Pure: time is an argument."""

    def __init__(self, family: Family) -> None:
        """Judge ``family``."""
        self._family = family
        self._heard: dict[str, tuple[int, int, float]] = {}

    def reached(self, peers: PeersProgress, now: float) -> bool:
        """Tell whether each of ``peers`` has told all, and there is one at least."""
        told = [self._has_told(address, progress, now) for address, progress in peers.items()]  # each is heard
        return bool(told) and all(told)

    def _has_told(self, address: str, progress: Progress | None, now: float) -> bool:
        if progress is None:
            return False
        if self._family in progress.told or self._family not in progress.families:
            return True
        if progress.marks:
            return False
        session, updates, since = self._heard.get(address, (0, 0, now))
        if (session, updates) != (progress.session, progress.updates):
            since = now
        self._heard[address] = progress.session, progress.updates, since
        return now - since >= QUIET_SECONDS


async def wait_complete(family: Family, peers: Callable[[], PeersProgress], events: EventLog) -> None:
    """Wait until all ``peers`` have told all they know of ``family``, or the speaker has stopped."""
    loop, completion = asyncio.get_running_loop(), Completion(family)
    async with events.subscribe(1) as news:
        while not completion.reached(peers(), loop.time()):
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await anext(news)
            except StopAsyncIteration:
                return
            await asyncio.sleep(_SETTLING)
