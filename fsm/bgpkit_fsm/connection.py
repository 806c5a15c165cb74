"""One BGP connection: the machine of RFC 4271, section 8.2.2, run from its table."""

from bgpkit_fsm.config import SessionConfig
from bgpkit_fsm.effect import Effect
from bgpkit_fsm.event import (
    ConnectionEvent,
    KeepaliveReceived,
    MessageRefused,
    OpenReceived,
    TimerExpired,
    UpdateReceived,
)
from bgpkit_fsm.message import Notification, Open
from bgpkit_fsm.negotiation import Negotiated, check_open
from bgpkit_fsm.row import Cell, Row, kind_of
from bgpkit_fsm.session_attributes import SessionAttributes
from bgpkit_fsm.state import Slot, State, Timer
from bgpkit_fsm.transitions import TRANSITIONS

_STATES_THAT_MAY_TAKE_AN_OPEN = frozenset({State.CONNECT, State.ACTIVE, State.OPEN_SENT})


class Connection:
    """One connection's state and its answer to each event; it knows of no other connection.

    An INCOMING connection is started like a passive one (event 5) just before ``TransportAccepted``.
    RFC 4271, section 8.2.1.
    """

    __slots__ = ("_attributes",)

    def __init__(self, config: SessionConfig, slot: Slot) -> None:
        """Make a connection that is Idle."""
        self._attributes = SessionAttributes(config, slot)

    @property
    def slot(self) -> Slot:
        """Which of the peer's connections this is."""
        return self._attributes.slot

    @property
    def state(self) -> State:
        """Where the machine stands. RFC 4271, section 8.2.2."""
        return self._attributes.state

    @property
    def config(self) -> SessionConfig:
        """What the next OPEN and the next timers are made from."""
        return self._attributes.config

    @config.setter
    def config(self, config: SessionConfig) -> None:
        """Take another configuration; what was agreed from the former one stays."""
        self._attributes.config = config

    @property
    def connect_retry_counter(self) -> int:
        """How often the connection failed since it was last started. RFC 4271, section 8."""
        return self._attributes.connect_retry_counter

    @property
    def negotiated(self) -> Negotiated | None:
        """The terms, from the peer's OPEN on until the connection ends."""
        return self._attributes.negotiated

    @property
    def update_effects(self) -> tuple[Effect, ...]:
        """What an UPDATE or KEEPALIVE asks for while Established: always the same tuple."""
        return self._attributes.update_effects

    @property
    def awaits_open(self) -> bool:
        """Whether an OPEN from the peer is what comes next: OpenSent, or the DelayOpenTimer runs (event 20)."""
        return self.state is State.OPEN_SENT or Timer.DELAY_OPEN in self._attributes.running

    @property
    def local_open(self) -> Open:
        """Our OPEN: the one sent on this connection, else the one that would be."""
        return (self._attributes.terms or self._attributes.config).open

    @property
    def offer(self) -> SessionConfig | None:
        """What the OPEN was made from that the peer has yet to confirm: in OpenSent and OpenConfirm, else None."""
        return self._attributes.terms if self.state in (State.OPEN_SENT, State.OPEN_CONFIRM) else None

    def refusal(self, message: Open) -> Notification | None:
        """Return the NOTIFICATION that refuses the peer's OPEN, or None. RFC 4271, section 6.2."""
        return check_open(self._attributes.terms or self._attributes.config, message)

    def handle(self, event: ConnectionEvent) -> tuple[Effect, ...]:
        """Take one event; return what to do about it, in order. It never raises.

        An OPEN that is not acceptable is event 22, so it takes the row of ``MessageRefused``.
        """
        attributes = self._attributes
        if attributes.state is State.ESTABLISHED and isinstance(event, UpdateReceived | KeepaliveReceived):
            return attributes.update_effects
        if isinstance(event, OpenReceived) and attributes.state in _STATES_THAT_MAY_TAKE_AN_OPEN:
            refusal = self.refusal(event.open)
            event = event if refusal is None else MessageRefused(refusal, open=event.open)
        row = self._row(TRANSITIONS[attributes.state][kind_of(event)], event)
        if isinstance(event, TimerExpired):
            attributes.running.discard(event.timer)
        for action in row.actions:
            action(attributes, event)
        attributes.state = row.next_state
        effects = tuple(attributes.effects)
        attributes.effects.clear()
        attributes.sent = None
        return effects

    def _row(self, cell: Cell, event: ConnectionEvent) -> Row:
        for row in cell[:-1]:
            if row.when is None or row.when(self._attributes, event):
                return row
        return cell[-1]
