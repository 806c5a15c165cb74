"""What `Speaker.explain_peer` tells: why the session with a peer is not Established, or what it has agreed on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bgpkit.speaker.peer_obstacle import Obstacle
from bgpkit.speaker.session_end import SessionEnd
from bgpkit.speaker.session_terms import SessionTerms
from bgpkit.speaker.tcp_counters import TcpCounters
from bgpkit_fsm import Open, State


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEnd:
    """How a session or an attempt ended, and when."""

    end: SessionEnd
    at: datetime
    established: bool
    """Whether the session had been up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerExplanation:
    """One peer, explained; its text is for people, and `bgpkit.wire.to_plain` makes JSON of it."""

    peer: str
    state: State
    obstacle: Obstacle
    """What keeps the session from being Established; NONE when it is."""
    sentence: str
    """Why the session is not Established, or since when it is."""
    advice: str
    """What to do about it, as a sentence; empty when there is nothing to be done."""
    since: datetime
    """When the peer came up, went down, or was added (UTC)."""
    failures: int
    """Attempts that have failed since the peer was last up."""
    terms: SessionTerms | None
    """What the session has agreed on; None while it is not Established."""
    ends: tuple[PastEnd, ...]
    """The last end of a connection that we opened and of one that the peer opened, the newest first."""
    refused_open: Open | None
    """The peer's OPEN, where we did not accept it."""
    dropped: TcpCounters
    """What our kernel has dropped since then, of all connections of this machine."""

    def __str__(self) -> str:
        """Return short sentences for an operator at a terminal, a line each."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.sentence
        if self.advice:
            yield self.advice
        if self.terms is not None:
            yield from _terms_lines(self.terms)
        for past in self.ends:
            way = {True: " on a connection of ours", False: " on a connection of the peer's", None: ""}
            what = "Session" if past.established else "Attempt"
            yield f"{what} ended at {past.at:%Y-%m-%d %H:%M:%S} UTC{way[past.end.opened_by_us]}: {past.end.text}."
        if self.refused_open is not None:
            yield f"The peer's OPEN: {self.refused_open}."


def _terms_lines(terms: SessionTerms) -> Iterator[str]:
    opened = "we connected" if terms.opened_by_us else "the peer connected"
    yield f"From {terms.local_address} to {terms.remote_address}; {opened}."
    yield f"AS {terms.local_asn} (identifier {terms.local_identifier}), AS {terms.peer_asn} ({terms.peer_identifier})."
    hold = f"hold time {terms.hold_time} s" if terms.hold_time else "no hold time and no keepalives"
    yield f"Families {', '.join(map(str, terms.families))}; {hold}."
    yield f"We announced: {', '.join(map(str, terms.capabilities)) or 'no capability'}."
    yield f"The peer announced: {', '.join(map(str, terms.peer_capabilities)) or 'no capability'}."
