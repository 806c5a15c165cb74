"""The closed sets of the machine: states, the two slots of a peer, timers."""

from enum import Enum


class State(Enum):
    """State of one connection, numbered as in the BGP MIB so that "further" is "greater".

    RFC 4271, section 8.2.2. Numbers: RFC 4273, ``bgpPeerState``.
    """

    IDLE = 1
    CONNECT = 2
    ACTIVE = 3
    OPEN_SENT = 4
    OPEN_CONFIRM = 5
    ESTABLISHED = 6

    def __str__(self) -> str:
        """Return the RFC's spelling, such as ``OpenSent``."""
        return self.name.title().replace("_", "")


class Slot(Enum):
    """Which of the two connections that a peer may have at once: the one we open or the one we accept.

    RFC 4271, section 6.8.
    """

    OUTGOING = "outgoing"
    INCOMING = "incoming"

    @property
    def other(self) -> "Slot":
        """The peer's other slot."""
        return Slot.INCOMING if self is Slot.OUTGOING else Slot.OUTGOING


class Timer(Enum):
    """The timers of a connection. RFC 4271, sections 8.1.3 and 10; the last one: RFC 9687, section 4.4."""

    CONNECT_RETRY = "ConnectRetryTimer"
    HOLD = "HoldTimer"
    KEEPALIVE = "KeepaliveTimer"
    DELAY_OPEN = "DelayOpenTimer"
    IDLE_HOLD = "IdleHoldTimer"
    SEND_HOLD = "SendHoldTimer"
