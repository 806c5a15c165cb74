"""A peer: two connections, at most one session. RFC 4271, sections 6.8 and 8.2.1."""

from bgpkit_fsm.capability import Capability
from bgpkit_fsm.capability_retry import offer_after_refusal, refuses_capabilities
from bgpkit_fsm.ceases import asks_for_rest, keeps_the_other_connection
from bgpkit_fsm.collision import losing_slot, preferred_slot
from bgpkit_fsm.config import SessionConfig
from bgpkit_fsm.connection import Connection
from bgpkit_fsm.effect import CloseTransport, Effect, StartTimer, StopTimer
from bgpkit_fsm.event import (
    AutomaticallyStopped,
    CollisionLost,
    Event,
    KeepaliveReceived,
    NotificationReceived,
    OpenReceived,
    Started,
    Stopped,
    TimerExpired,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
    UpdateReceived,
)
from bgpkit_fsm.message import Open
from bgpkit_fsm.negotiation import Negotiated, graceful_restart_of
from bgpkit_fsm.state import Slot, State, Timer

_LARGEST_EXPONENT = 63
_RESTARTED = TransportFailed("the peer has restarted: it opened a new connection")


class Peer:
    """All that the machine holds for one peer, and the only thing a driver talks to.

    The driver carries out effects in order, keeps timers by slot, and after ``CloseTransport`` gives no
    events of that slot until ``OpenTransport`` or ``TransportAccepted``. When it accepts a connection it
    asks ``admits_incoming``: if False it drops the new connection, if True the new connection takes slot
    INCOMING, whatever was there is dropped, and ``TransportAccepted`` follows.
    """

    __slots__ = (
        "_config",
        "_damped",
        "_failures",
        "_idle_holds",
        "_incoming",
        "_offer",
        "_outgoing",
        "_refuses_incoming",
        "_session",
        "_session_slot",
        "_started",
        "_update_effects",
    )

    def __init__(self, config: SessionConfig) -> None:
        """Make a peer that is Idle until it is ``Started``."""
        self._config = self._offer = config
        self._outgoing = Connection(config, Slot.OUTGOING)
        self._incoming = Connection(config, Slot.INCOMING)
        self._started = False
        self._idle_holds = False
        self._refuses_incoming = False
        self._damped = False
        self._failures = 0
        self._session: Connection | None = None
        self._session_slot: Slot | None = None
        self._update_effects: tuple[Effect, ...] = ()

    @property
    def config(self) -> SessionConfig:
        """What the next OPEN is made from, but for the capabilities that are ``withheld``."""
        return self._config

    @property
    def withheld(self) -> tuple[Capability, ...]:
        """The capabilities that the next OPEN leaves out because the peer refused one with them. RFC 5492, section 3.

        Until a session is Established, the configuration changes, or the peer refuses what is left, too.
        """
        return tuple(c for c in self._config.capabilities if c not in self._offer.capabilities)

    @property
    def state(self) -> State:
        """The state of that connection which got further."""
        return max(self._outgoing.state, self._incoming.state, key=lambda state: state.value)

    @property
    def negotiated(self) -> Negotiated | None:
        """The terms of the Established session, or None."""
        return self._session.negotiated if self._session is not None else None

    @property
    def session_slot(self) -> Slot | None:
        """The slot of the Established session, or None."""
        return self._session_slot

    @property
    def admits_incoming(self) -> bool:
        """Whether a connection that the peer opens now would be taken.

        Not while stopped or damped (RFC 4271, section 8.2.2, Idle), nor while slot INCOMING is in use; but a
        new connection replaces an Established one that the peer itself had opened, if both do graceful
        restart: it shows that the peer has restarted. RFC 4724, section 5.
        """
        if not self._started or (self._idle_holds and self._refuses_incoming):
            return False
        return self._incoming.state is State.IDLE or self._peer_opened_restartable_session()

    def handle(self, event: Event, slot: Slot = Slot.OUTGOING) -> tuple[Effect, ...]:
        """Take one event of ``slot``; return what to do about it, in order. It never raises.

        ``slot`` matters only to what happens on a connection: start, stop, the opening of transports,
        ConnectRetryTimer and IdleHoldTimer know their own.
        """
        if slot is self._session_slot:
            kind = type(event)
            if kind is UpdateReceived or kind is KeepaliveReceived:
                return self._update_effects
        self._damped = False
        effects = self._dispatch(event, slot)
        return (*effects, *self._track_session(), *self._hold_idle())

    def reconfigure(self, config: SessionConfig) -> None:
        """Use ``config`` from the next OPEN, attempt or timer on; what is agreed on a live connection stays."""
        if config != self._config:
            self._config = config
            self._make_offer(config)

    def state_of(self, slot: Slot) -> State:
        """Return the state of one of the two connections."""
        return self._connection(slot).state

    def __repr__(self) -> str:
        """Return the states of both connections."""
        return f"Peer(outgoing={self._outgoing.state}, incoming={self._incoming.state})"

    def _dispatch(self, event: Event, slot: Slot) -> tuple[Effect, ...]:
        match event:
            case Started():
                return self._start(event)
            case Stopped():
                return self._stop(event)
            case AutomaticallyStopped():
                return self._stop_for_now(event)
            case TransportAccepted():
                return self._accept(event)
            case OpenReceived():
                return self._receive_open(event, self._connection(slot))
            case TimerExpired(timer=Timer.IDLE_HOLD):
                return self._leave_idle(event)
            case TransportOpened() | TimerExpired(timer=Timer.CONNECT_RETRY):
                return self._step(event, self._outgoing)
            case _:
                return self._step(event, self._connection(slot))

    def _connection(self, slot: Slot) -> Connection:
        return self._outgoing if slot is Slot.OUTGOING else self._incoming

    def _start(self, event: Started) -> tuple[Effect, ...]:
        if self._started and not self._idle_holds:
            return ()
        self._started = True
        self._failures = 0
        return (*self._stop_idle_hold(), *self._outgoing.handle(event))

    def _stop(self, event: Stopped) -> tuple[Effect, ...]:
        self._started = False
        self._failures = 0
        self._make_offer(self._config)
        return (*self._stop_idle_hold(), *self._outgoing.handle(event), *self._incoming.handle(event))

    def _stop_for_now(self, event: AutomaticallyStopped) -> tuple[Effect, ...]:
        failures = self._failures
        effects = (*self._step(event, self._outgoing), *self._step(event, self._incoming))
        self._failures = min(self._failures, failures + 1)  # both connections end for one and the same reason
        return effects

    def _accept(self, event: TransportAccepted) -> tuple[Effect, ...]:
        if not self.admits_incoming:
            return (CloseTransport(Slot.INCOMING),) if self._incoming.state is State.IDLE else ()
        close = CloseTransport(Slot.INCOMING)
        replaced = tuple(effect for effect in self._incoming.handle(_RESTARTED) if effect != close)
        return (*replaced, *self._incoming.handle(Started()), *self._incoming.handle(event))

    def _receive_open(self, event: OpenReceived, connection: Connection) -> tuple[Effect, ...]:
        if not connection.awaits_open or connection.refusal(event.open) is not None:
            return self._step(event, connection)
        other = self._connection(connection.slot.other)
        if other.state is State.ESTABLISHED and self._has_restarted(other, event.open):
            return (*other.handle(_RESTARTED), *self._step(event, connection))
        loser = losing_slot(
            connection.slot,
            other.state,
            preferred_slot(connection.local_open, event.open),
            detect_established=self._config.collision_detect_established,
        )
        if loser is connection.slot:
            return connection.handle(CollisionLost())
        closed = other.handle(CollisionLost()) if loser is other.slot else ()
        return (*closed, *self._stop_idle_hold(), *self._step(event, connection))

    def _leave_idle(self, event: TimerExpired) -> tuple[Effect, ...]:
        if not self._idle_holds:
            return ()
        self._idle_holds = False
        return self._outgoing.handle(event)

    def _step(self, event: Event, connection: Connection) -> tuple[Effect, ...]:
        counter, offer = connection.connect_retry_counter, connection.offer
        effects = connection.handle(event)
        if connection.connect_retry_counter > counter and self._is_failure(event, offer):
            self._failures += 1
            self._damped = True
        return effects

    def _is_failure(self, event: Event, offer: SessionConfig | None) -> bool:
        """Tell whether the end of a connection is to be damped; ``offer`` is what our OPEN on it was made from."""
        if keeps_the_other_connection(event) or self._offers_less(event, offer):
            return False
        return self._config.damp_oscillations or asks_for_rest(event)

    def _offers_less(self, event: Event, offer: SessionConfig | None) -> bool:
        """Leave out of the next OPEN what the peer refused; with nothing to leave out, offer everything again."""
        if offer is None or offer != self._offer or not isinstance(event, NotificationReceived):
            return False
        if not refuses_capabilities(event.notification):
            return False
        less = offer_after_refusal(offer, event.notification)
        self._make_offer(less or self._config)
        return less is not None

    def _make_offer(self, config: SessionConfig) -> None:
        self._offer = config
        self._outgoing.config = config
        self._incoming.config = config

    def _track_session(self) -> tuple[Effect, ...]:
        session = next((c for c in (self._outgoing, self._incoming) if c.state is State.ESTABLISHED), None)
        if session is self._session:
            return ()
        self._session = session
        if session is None:
            self._session_slot, self._update_effects = None, ()
            return ()
        self._failures = 0
        self._make_offer(self._config)
        self._session_slot, self._update_effects = session.slot, session.update_effects
        return self._connection(session.slot.other).handle(CollisionLost())

    def _hold_idle(self) -> tuple[Effect, ...]:
        peer_is_there = self._incoming.state in (State.OPEN_CONFIRM, State.ESTABLISHED)
        if self._outgoing.state is not State.IDLE or peer_is_there or not self._started or self._idle_holds:
            return ()
        self._idle_holds = True
        self._refuses_incoming = self._damped
        exponent = min(max(self._failures - 1, 0), _LARGEST_EXPONENT)
        seconds = min(self._config.idle_hold_time * 2.0**exponent, self._config.idle_hold_time_max)
        return (StartTimer(Slot.OUTGOING, Timer.IDLE_HOLD, seconds),)

    def _stop_idle_hold(self) -> tuple[Effect, ...]:
        if not self._idle_holds:
            return ()
        self._idle_holds = False
        return (StopTimer(Slot.OUTGOING, Timer.IDLE_HOLD),)

    def _peer_opened_restartable_session(self) -> bool:
        terms = self._incoming.negotiated if self._incoming.state is State.ESTABLISHED else None
        return terms is not None and _does_graceful_restart(terms)

    def _has_restarted(self, established: Connection, message: Open) -> bool:
        before, after = established.negotiated, graceful_restart_of(message)
        if (
            before is None
            or before.peer_graceful_restart is None
            or after is None
            or not _does_graceful_restart(before)
        ):
            return False
        return after.restarted and not before.peer_graceful_restart.restarted


def _does_graceful_restart(terms: Negotiated) -> bool:
    return terms.peer_graceful_restart is not None and graceful_restart_of(terms.local) is not None
