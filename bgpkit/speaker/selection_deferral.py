"""The restarting side of a graceful restart: holding back our own choice of routes after a restart of ours.

RFC 4724, section 4.1.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bgpkit_fsm import Family, Negotiated

LIVENESS_SECONDS: Final = 10.0
"""How long, after a restart, a peer may take to open its session before it counts as not alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedPeer:
    """A peer whose routes are waited for after a restart of ours."""

    address: str
    families: tuple[Family, ...]
    """Those of its session for which it has not sent End-of-RIB; empty while there is no session yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """Whether the choice of routes is held back after a restart of ours, and for whom. RFC 4724, section 4.1."""

    active: bool
    seconds_left: float
    """When it ends at the latest; 0 when it is over."""
    awaited: tuple[AwaitedPeer, ...]
    """The peers that are waited for, in the order in which they were added."""


class SelectionDeferral:
    """The restarting side: nothing is advertised until the live peers have told what they know.

    RFC 4724, section 4.1. It ends when every peer has sent End-of-RIB for all families of its session, has
    no graceful restart, is restarting itself, or is not alive; at the latest after ``deadline`` seconds. A peer
    that cannot preserve its own forwarding state, so that its capability lists no family, sends End-of-RIB
    all the same and is waited for.
    """

    def __init__(self, *, restarting: bool, deadline: float, ended: Callable[[], None]) -> None:
        """Start waiting if the speaker is ``restarting``; call ``ended`` once when it is over."""
        self.over = asyncio.Event()
        self._ended = ended
        self._awaited: dict[object, frozenset[Family] | None] = {}
        self._timers: list[asyncio.TimerHandle] = []
        self._looked = False
        self._deadline = 0.0
        if not restarting:
            self.over.set()
            return
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + deadline
        self._timers.append(loop.call_later(deadline, self._finish))
        self._timers.append(loop.call_later(min(LIVENESS_SECONDS, deadline), self._forget_absent))

    @property
    def active(self) -> bool:
        """Whether the choice of routes is still held back."""
        return not self.over.is_set()

    @property
    def seconds_left(self) -> float:
        """When it is over at the latest."""
        return max(0.0, self._deadline - asyncio.get_running_loop().time()) if self.active else 0.0

    def waits_for(self, peer: object) -> frozenset[Family] | None:
        """Return the families for which ``peer`` still is to send End-of-RIB, none while it has no session.

        None when it is not waited for.
        """
        if not self.active or peer not in self._awaited:
            return None
        families = self._awaited[peer]
        return None if families is not None and not families else families or frozenset()

    def expect(self, peer: object) -> None:
        """Wait for ``peer``, which has been configured."""
        if self.active:
            self._awaited[peer] = None

    def session_up(self, peer: object, negotiated: Negotiated) -> None:
        """Take note of the families for which ``peer`` will send End-of-RIB."""
        capability = negotiated.peer_graceful_restart
        if not self.active or peer not in self._awaited:
            return
        if capability is None or capability.restarted:
            self.forget(peer)
        else:
            self._awaited[peer] = frozenset(negotiated.families)
            self._check()

    def end_of_rib(self, peer: object, family: Family) -> None:
        """Take note that ``peer`` has told all it knows of ``family``."""
        families = self._awaited.get(peer)
        if families is not None:
            self._awaited[peer] = families - {family}
            self._check()

    def session_lost(self, peer: object) -> None:
        """Take note that the session with ``peer`` ended before it had told all: it may still come back in time."""
        if not self._awaited.get(peer):
            return
        if self._looked:
            self.forget(peer)
        else:
            self._awaited[peer] = None

    def forget(self, peer: object) -> None:
        """Do not wait for ``peer``."""
        if self._awaited.pop(peer, self) is not self:
            self._check()

    def cancel(self) -> None:
        """Stop all timers and let those go who wait; nothing is called any more."""
        for timer in self._timers:
            timer.cancel()
        self.over.set()

    def _forget_absent(self) -> None:
        self._looked = True
        for peer in [peer for peer, families in self._awaited.items() if families is None]:
            del self._awaited[peer]
        self._check()

    def _check(self) -> None:
        done = all(families is not None and not families for families in self._awaited.values())
        if self.active and done:
            self._finish()

    def _finish(self) -> None:
        if self.active:
            self.cancel()
            self._ended()
