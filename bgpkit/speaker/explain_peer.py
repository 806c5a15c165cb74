"""Explaining one peer: of what has happened to it lately, what is most telling."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.end_finding import Ourselves, finding_of_end, silent_drop
from bgpkit.speaker.peer_explanation import PastEnd, PeerExplanation
from bgpkit.speaker.peer_history import Ended, PeerHistory
from bgpkit.speaker.peer_obstacle import Finding, Obstacle
from bgpkit.speaker.session_end import EndCause, SessionEnd
from bgpkit.speaker.tcp_counters import TcpCounters
from bgpkit.speaker.time_of_day import time_of_day
from bgpkit_fsm import CeaseSubcode, CollisionLost, ErrorCode, MessageRefused, NotificationReceived, State, Stopped

LATELY: Final = timedelta(minutes=5)
"""How long an attempt is more telling than a later one that did not get as far."""
_COLLISION: Final = (ErrorCode.CEASE, CeaseSubcode.CONNECTION_COLLISION_RESOLUTION)


class ExplainedPeer(Protocol):
    """What there must be to explain a peer."""

    @property
    def config(self) -> PeerConfig:
        """What it is told to be."""
        ...

    @property
    def history(self) -> PeerHistory:
        """What it has been through."""
        ...

    @property
    def held_down(self) -> bool:
        """Whether we keep the session down."""
        ...

    @property
    def state(self) -> State:
        """Where its session stands."""
        ...


def explain_peer(peer: ExplainedPeer, asn: int, identifier: str) -> PeerExplanation:
    """Return why the session with ``peer``, to which we are ``asn`` and ``identifier``, is not Established."""
    history, config = peer.history, peer.config
    # What another namespace's kernel half drops is not to be read here.
    dropped = TcpCounters() if config.transport.netns else TcpCounters.now().since(history.counters)
    ours = Ourselves(asn=asn, identifier=identifier, dropped=dropped)
    ends = sorted(history.ends.values(), key=lambda end: end.at, reverse=True)
    chosen = most_telling(ends, time_of_day())
    finding = _finding(peer, chosen, ours)
    refused = chosen.reason.event if chosen is not None else None
    return PeerExplanation(
        peer=config.address,
        state=peer.state,
        obstacle=finding.obstacle,
        sentence=f"{config.address} is {_standing(peer.state)}: {finding.phrase}.",
        advice=finding.advice,
        since=history.since,
        failures=history.failures,
        terms=history.terms,
        ends=tuple(map(_past, ends)),
        refused_open=refused.open if isinstance(refused, MessageRefused) else None,
        dropped=dropped,
    )


def _past(end: Ended) -> PastEnd:
    told = SessionEnd.of(end.reason)
    told = replace(told, cause=EndCause.NOT_TAKEN) if end.not_taken else told
    return PastEnd(end=told, at=end.at, established=end.established)


def most_telling(ends: Iterable[Ended], now: datetime) -> Ended | None:
    """Return the end that says most: of the last attempts of both sides one with words, or that got furthest.

    One that is older than `LATELY` counts only where nothing has come after it, our own stop not at all, and a
    collision only where there is nothing else. A session that was up says most until there is another attempt.
    """
    known = [end for end in ends if not isinstance(end.reason.event, Stopped)]
    newest = max(known, key=lambda end: end.at, default=None)
    if newest is None or newest.established:
        return newest
    recent = [end for end in known if end is newest or (now - end.at < LATELY and not end.established)]
    return max(recent, key=lambda end: (not _is_collision(end), end.told, end.reason.state.value, end.at))


def _is_collision(end: Ended) -> bool:
    match end.reason.event:
        case CollisionLost():
            return True
        case NotificationReceived(notification=notification):
            return (notification.code, notification.subcode) == _COLLISION
        case _:
            return False


def _standing(state: State) -> str:
    return "Established" if state is State.ESTABLISHED else f"not Established ({state})"


def _finding(peer: ExplainedPeer, chosen: Ended | None, ours: Ourselves) -> Finding:
    history, config = peer.history, peer.config
    if history.terms is not None:
        terms = history.terms
        since = f"{history.since:%Y-%m-%d %H:%M:%S} UTC"
        return Finding(Obstacle.NONE, f"with AS {terms.peer_asn} since {since}, {_listed(terms.families)}")
    if peer.held_down:
        until = None if history.away is None else history.away.until
        end = "until it is reset or its configuration changes" if until is None else f"until {until:%H:%M:%S} UTC"
        why = "" if history.away is None else f"; {history.away.text}"
        if history.away is not None and history.away.for_path:
            return Finding(Obstacle.BFD_DOWN, f"it waits until the path is up{why}")
        return Finding(Obstacle.STOPPED, f"we keep it down {end}{why}")
    if chosen is not None and chosen.not_taken:
        far = config.transport.ttl_security is not None and "ttl_security" in chosen.reason.text
        obstacle = Obstacle.TTL_SECURITY if far else Obstacle.LOCAL_FAULT
        return Finding(obstacle, f"the peer connects, and we do not take the connection: {chosen.reason.text}")
    if chosen is not None:
        return finding_of_end(chosen.reason, config, ours)
    return _finding_of_state(peer, ours)


def _finding_of_state(peer: ExplainedPeer, ours: Ourselves) -> Finding:
    """Return what is going on where nothing has ended yet."""
    config, where = peer.config, f"port {peer.config.port} of {peer.config.address}"
    suspicion = silent_drop(config, ours.dropped)
    if suspicion is not None and (config.passive or peer.state in {State.OPEN_SENT, State.OPEN_CONFIRM}):
        return suspicion
    match peer.state:
        case State.CONNECT:
            return Finding(Obstacle.CONNECTING, f"we are connecting to {where}, for the first time")
        case State.OPEN_SENT:
            return Finding(Obstacle.HANDSHAKE, "TCP is connected, our OPEN is sent, and we wait for the peer's")
        case State.OPEN_CONFIRM:
            return Finding(Obstacle.HANDSHAKE, "the OPENs are exchanged, and we wait for the peer's KEEPALIVE")
        case State.ACTIVE if config.passive:
            return Finding(
                Obstacle.NOBODY_CONNECTED,
                "it is passive here, so that the peer has to connect, and it has not",
                "See whether the peer connects to an address and port on which we listen, from the address that it "
                "has here.",
            )
        case _:
            return Finding(Obstacle.NOT_TRIED, "no attempt has been made yet")


def _listed(families: Iterable[object]) -> str:
    return ", ".join(map(str, families))
