"""A driver without sockets: it keeps the driver's side of the contract and checks the machine's side."""

from collections.abc import Collection, Sequence
from enum import Enum

from bgpkit_fsm import (
    CloseTransport,
    Effect,
    EstablishSession,
    Event,
    Message,
    OpenTransport,
    Peer,
    ReleaseSession,
    ReportFailure,
    SendMessage,
    Slot,
    StartTimer,
    State,
    StopTimer,
    Timer,
    TimerExpired,
    TransportAccepted,
    TransportOpened,
)

_HELD = frozenset({Timer.HOLD, Timer.KEEPALIVE})


class Transport(Enum):
    """What a slot holds."""

    NONE = "none"
    PENDING = "pending"
    UP = "up"


class CheckingDriver:
    """Carries out effects on a model of timers and transports; AssertionError when the machine asks for nonsense."""

    def __init__(self, peer: Peer) -> None:
        """Begin with empty slots."""
        self.peer = peer
        self.transports = dict.fromkeys(Slot, Transport.NONE)
        self.timers: dict[tuple[Slot, Timer], float] = {}
        self.session: Slot | None = None
        self.established = 0
        self.released = 0
        self.failures: list[str] = []
        self.sent: list[tuple[Slot, Message]] = []

    def give(self, event: Event, slot: Slot = Slot.OUTGOING) -> tuple[Effect, ...]:
        """Give the peer an event that may happen now, and carry out what it asks for."""
        if isinstance(event, TimerExpired):
            del self.timers[slot, event.timer]
        if isinstance(event, TransportOpened):
            self.transports[Slot.OUTGOING] = Transport.UP
        if isinstance(event, TransportAccepted):
            assert self.peer.admits_incoming
            self.transports[Slot.INCOMING] = Transport.UP
        effects = self.peer.handle(event, slot)
        self._carry_out(effects)
        self._check()
        return effects

    def expire(self, slot: Slot, timer: Timer) -> tuple[Effect, ...]:
        """Let a running timer expire."""
        return self.give(TimerExpired(timer), slot)

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case StartTimer(slot, timer, seconds):
                    assert seconds >= 0
                    self.timers[slot, timer] = seconds
                case StopTimer(slot, timer):
                    assert (slot, timer) in self.timers, "only running timers are stopped"
                    del self.timers[slot, timer]
                case OpenTransport():
                    assert not self.peer.config.passive, "a passive peer never connects"
                    self.transports[Slot.OUTGOING] = Transport.PENDING
                case CloseTransport(slot):
                    self.transports[slot] = Transport.NONE
                case SendMessage(slot, message):
                    assert self.transports[slot] is Transport.UP, "a message needs a connection"
                    self.sent.append((slot, message))
                case EstablishSession(slot, _):
                    assert self.session is None, "one session at a time"
                    self.session = slot
                    self.established += 1
                case ReleaseSession(_):
                    assert self.session is not None, "only a session that is can end"
                    self.session = None
                    self.released += 1
                case ReportFailure(reason):
                    self.failures.append(reason.text)

    def _check(self) -> None:
        states = [self.peer.state_of(slot) for slot in Slot]
        assert sum(state is State.ESTABLISHED for state in states) <= 1
        assert sum(state in (State.OPEN_CONFIRM, State.ESTABLISHED) for state in states) <= 1
        assert (self.peer.state is State.ESTABLISHED) == (self.session is not None)
        assert self.peer.session_slot is self.session
        assert (self.peer.negotiated is not None) == (self.session is not None)
        assert self.established - self.released == (self.session is not None)
        for slot in Slot:
            running = frozenset(timer for owner, timer in self.timers if owner is slot)
            state = self.peer.state_of(slot)
            assert running in self._allowed(slot, state), f"{sorted(map(str, running))} in {state} of {slot}"
            if state.value >= State.OPEN_SENT.value:
                assert self.transports[slot] is Transport.UP

    def _allowed(self, slot: Slot, state: State) -> Collection[frozenset[Timer]]:
        """Return the sets of timers that may run in a slot in this state."""
        nothing = frozenset[Timer]()
        up = self.transports[slot] is Transport.UP
        match state:
            case State.IDLE:
                return (nothing, frozenset({Timer.IDLE_HOLD})) if slot is Slot.OUTGOING else (nothing,)
            case State.CONNECT | State.ACTIVE if up:
                return (frozenset({Timer.DELAY_OPEN}),)
            case State.CONNECT | State.ACTIVE:
                dials = slot is Slot.OUTGOING and not self.peer.config.passive
                return (frozenset({Timer.CONNECT_RETRY}) if dials else nothing,)
            case State.OPEN_SENT:
                return (frozenset({Timer.HOLD}),)
            case State.OPEN_CONFIRM:
                return (nothing, _HELD)
            case State.ESTABLISHED:
                terms = self.peer.negotiated
                held = _HELD if terms is not None and terms.hold_time else nothing
                sends = held and self.peer.config.send_hold_time != 0
                return (held | {Timer.SEND_HOLD} if sends else held,)
