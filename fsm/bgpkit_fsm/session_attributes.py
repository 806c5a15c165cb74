"""What one connection remembers between events. RFC 4271, section 8, "Session attributes"."""

from collections.abc import Iterable

from bgpkit_fsm.config import SessionConfig
from bgpkit_fsm.effect import Effect, StartTimer, StopTimer
from bgpkit_fsm.message import Notification
from bgpkit_fsm.negotiation import Negotiated
from bgpkit_fsm.state import Slot, State, Timer


class SessionAttributes:
    """The mutable heart of a connection; guards read it, actions change it.

    ``effects`` gathers what the present event asks for and is emptied by the connection.
    """

    __slots__ = (
        "config",
        "connect_retry_counter",
        "effects",
        "negotiated",
        "running",
        "sent",
        "slot",
        "state",
        "terms",
        "update_effects",
    )

    def __init__(self, config: SessionConfig, slot: Slot) -> None:
        """Begin Idle, with no timer running."""
        self.config = config
        self.slot = slot
        self.state = State.IDLE
        self.connect_retry_counter = 0
        self.running: set[Timer] = set()
        self.effects: list[Effect] = []
        self.terms: SessionConfig | None = None
        """The configuration that our OPEN on this connection was made from; None while none was sent."""
        self.negotiated: Negotiated | None = None
        self.sent: Notification | None = None
        """The NOTIFICATION that the present event made us send."""
        self.update_effects: tuple[Effect, ...] = ()
        """What an UPDATE or KEEPALIVE asks for once Established, made once a session."""

    @property
    def dials(self) -> bool:
        """Whether this connection is one that we open ourselves."""
        return self.slot is Slot.OUTGOING and not self.config.passive

    def start_timer(self, timer: Timer, seconds: float) -> None:
        """Ask for ``timer`` to run for ``seconds``, anew if it runs."""
        self.running.add(timer)
        self.effects.append(StartTimer(self.slot, timer, seconds))

    def stop_timers(self, timers: Iterable[Timer]) -> None:
        """Ask for those of ``timers`` that run to be stopped."""
        for timer in timers:
            if timer in self.running:
                self.running.remove(timer)
                self.effects.append(StopTimer(self.slot, timer))
