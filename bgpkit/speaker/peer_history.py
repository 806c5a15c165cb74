"""What a peer has been through: its sessions and its attempts, told as events and kept for explanations."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bgpkit.speaker.event_log import EventLog
from bgpkit.speaker.events import PeerDown, PeerUp
from bgpkit.speaker.session_end import SessionEnd
from bgpkit.speaker.session_terms import SessionTerms
from bgpkit.speaker.tcp_counters import TcpCounters
from bgpkit.speaker.time_of_day import time_of_day
from bgpkit_fsm import (
    CloseReason,
    Family,
    MessageRefused,
    Negotiated,
    NotificationReceived,
    Slot,
    State,
    TransportFailed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The end of a session or an attempt, and when it was."""

    reason: CloseReason
    at: datetime
    established: bool
    """Whether the session had been up."""
    not_taken: bool = False
    """Whether it is a connection that the peer opened and that we did not take."""

    @property
    def told(self) -> bool:
        """Whether one side told the other why, or could have."""
        return self.not_taken or isinstance(self.reason.event, NotificationReceived | MessageRefused)

    @property
    def connected(self) -> bool:
        """Whether TCP had come up."""
        return self.reason.slot is Slot.INCOMING or self.reason.state not in {State.CONNECT, State.ACTIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAway:
    """We ended the session and keep it down."""

    text: str
    """Why."""
    until: datetime | None
    """None: until the configuration changes, or somebody lets the peer come back."""
    for_path: bool = False
    """Whether it waits for the path to the peer to be up instead."""


class PeerHistory:
    """Keeps the last end on each of a peer's two connections: the attempts of both sides say different things.

    Where the last one was without a word, the last one with words is kept beside it: who has been refused is often
    not let in for some time, and nobody says so.
    """

    __slots__ = (
        "_began",
        "_events",
        "_peer",
        "away",
        "counters",
        "ends",
        "established_count",
        "failures",
        "last_error",
        "since",
        "terms",
    )

    def __init__(self, peer: str, events: EventLog) -> None:
        """Tell ``events`` of ``peer``, which has been through nothing."""
        self._peer = peer
        self._events = events
        self._began = 0.0
        self.since = time_of_day()
        """When the peer came up, went down, or was made."""
        self.terms: SessionTerms | None = None
        """The terms of the session; None while it is not Established."""
        self.ends: dict[tuple[Slot | None, bool], Ended] = {}
        """By connection, and whether anything was told."""
        self.established_count = 0
        """How many sessions have been up."""
        self.last_error = ""
        """Why the last session or attempt ended; empty when none did."""
        self.failures = 0
        """Attempts that have failed since the peer was last up."""
        self.away: SentAway | None = None
        """How we sent it away the last time."""
        self.counters = TcpCounters.now()
        """The kernel's counters at :attr:`since`."""

    def established(
        self, negotiated: Negotiated, *, local_address: str, remote_address: str, opened_by_us: bool
    ) -> None:
        """Take note that the session is up."""
        self._began = asyncio.get_running_loop().time()
        self._turn()
        self.established_count += 1
        self.failures = 0
        self.ends.clear()
        self.terms = SessionTerms.of(
            negotiated, local_address=local_address, remote_address=remote_address, opened_by_us=opened_by_us
        )
        self._events.publish(PeerUp(peer=self._peer, terms=self.terms))

    def released(self, reason: CloseReason, kept: Iterable[Family]) -> None:
        """Take note that the session, which was up, has ended; routes of the families ``kept`` stay."""
        if self.terms is None:
            return
        self.terms = None
        self.last_error = reason.text
        self._turn()
        self._keep(Ended(reason=reason, at=self.since, established=True))
        seconds = asyncio.get_running_loop().time() - self._began
        end = SessionEnd.of(reason)
        self._events.publish(PeerDown(peer=self._peer, end=end, seconds=seconds, kept=tuple(sorted(kept))))

    def failed(self, reason: CloseReason) -> None:
        """Take note that an attempt has ended."""
        self.last_error = reason.text
        self.failures += 1
        self._keep(Ended(reason=reason, at=time_of_day(), established=False))

    def not_taken(self, text: str) -> None:
        """Take note that a connection that the peer opened was not taken, for a reason that ``text`` tells."""
        reason = CloseReason(None, None, text, event=TransportFailed(text), state=State.ACTIVE, slot=Slot.INCOMING)
        self.last_error = text
        self.failures += 1
        self._keep(Ended(reason=reason, at=time_of_day(), established=False, not_taken=True))

    def sent_away(self, text: str, seconds: float | None) -> None:
        """Take note that we keep the session down, for ``seconds`` or, with None, until somebody changes that."""
        self.last_error = text
        until = None if seconds is None else time_of_day() + timedelta(seconds=seconds)
        self.away = SentAway(text=text, until=until)

    def held_back(self, text: str) -> None:
        """Take note that the session waits until the path to the peer is up."""
        self.away = SentAway(text=text, until=None, for_path=True)

    def _keep(self, end: Ended) -> None:
        self.ends[end.reason.slot, end.told] = end
        if not end.connected:
            self.ends.pop((end.reason.slot, True), None)

    def _turn(self) -> None:
        self.since = time_of_day()
        self.counters = TcpCounters.now()
