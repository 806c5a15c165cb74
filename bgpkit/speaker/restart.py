"""Graceful restart: keeping a restarting peer's routes, and holding back our own choice after a restart of ours.

RFC 4724, section 4.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from bgpkit_fsm import Family, GracefulRestartCapability, Negotiated, graceful_restart_of

STALE_SECONDS: Final = 360.0
"""How long a returned peer may take to its End-of-RIB before its stale routes go. RFC 4724, section 4.2."""
LIVENESS_SECONDS: Final = 10.0
"""How long, after a restart, a peer may take to open its session before it counts as not alive."""


def families_kept(negotiated: Negotiated | None) -> frozenset[Family]:
    """Return the families whose routes survive the loss of a session, if both sides do graceful restart.

    RFC 4724, section 4.2.
    """
    if negotiated is None or negotiated.peer_graceful_restart is None or graceful_restart_of(negotiated.local) is None:
        return frozenset()
    offered = {state.family for state in negotiated.peer_graceful_restart.families}
    return frozenset(offered & set(negotiated.families))


def families_preserved(capability: GracefulRestartCapability | None) -> frozenset[Family]:
    """Return the families for which a returned peer says that it went on forwarding."""
    if capability is None:
        return frozenset()
    return frozenset(state.family for state in capability.families if state.preserved)


class StaleRoutes:
    """The helper's side: which families of one peer hold stale routes, and until when."""

    def __init__(self, sweep: Callable[[Family], None]) -> None:
        """Call ``sweep`` when the stale routes of a family have to go."""
        self._sweep = sweep
        self._families: frozenset[Family] = frozenset()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def families(self) -> frozenset[Family]:
        """The families that hold stale routes."""
        return self._families

    def session_lost(self, families: frozenset[Family], restart_time: float) -> None:
        """Keep the routes of ``families`` for ``restart_time`` seconds while the peer is away.

        What has been stale before, call :meth:`expire` first: it must not outlive a second restart.
        """
        self._families = families
        self._arm(restart_time)

    def session_back(self, preserved: frozenset[Family]) -> None:
        """Keep until End-of-RIB what the peer says it went on forwarding; the rest goes at once."""
        for family in self._families - preserved:
            self._sweep(family)
        self._families &= preserved
        self._arm(STALE_SECONDS)

    def end_of_rib(self, family: Family) -> None:
        """Drop the routes of ``family`` that the peer has not announced again."""
        if family in self._families:
            self._families -= {family}
            self._sweep(family)

    def expire(self) -> None:
        """Drop all stale routes now."""
        families, self._families = self._families, frozenset()
        self._arm(None)
        for family in families:
            self._sweep(family)

    def cancel(self) -> None:
        """Forget the stale routes without dropping them; nothing is called any more."""
        self._families = frozenset()
        self._arm(None)

    def _arm(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None and self._families:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.expire)


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
        if not restarting:
            self.over.set()
            return
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(deadline, self._finish))
        self._timers.append(loop.call_later(min(LIVENESS_SECONDS, deadline), self._forget_absent))

    @property
    def active(self) -> bool:
        """Whether the choice of routes is still held back."""
        return not self.over.is_set()

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
