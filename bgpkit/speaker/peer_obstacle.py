"""What keeps a session from being Established: a closed set of causes, each with a phrase and what to do."""

from dataclasses import dataclass
from enum import Enum


class Obstacle(Enum):
    """What keeps a session from being Established."""

    NONE = "none: it is Established"
    STOPPED = "we have stopped it"
    NOT_TRIED = "no attempt has been made yet"
    CONNECTING = "the attempt to connect is under way"
    HANDSHAKE = "the messages that open the session are being exchanged"
    NOBODY_CONNECTED = "we wait for the peer to connect, and it has not"
    CONNECTION_REFUSED = "nothing listens at the peer"
    NO_ANSWER = "nobody answers"
    NO_ROUTE = "there is no way to the peer"
    LOCAL_FAULT = "our own machine does not let us connect"
    KEY_MISMATCH = "the TCP signature key differs, it seems"
    TTL_SECURITY = "packets come from further away than TTL security allows, it seems"
    CONNECTION_CLOSED = "the peer closes the connection without a word"
    CONNECTION_LOST = "the connection broke"
    WRONG_AS = "the AS number is another one than expected"
    IDENTIFIER_CLASH = "the BGP Identifier is not acceptable"
    NO_COMMON_FAMILY = "there is no address family in common"
    ROLE_MISMATCH = "the BGP roles do not correspond"
    HOLD_TIME = "the hold time is not acceptable"
    CAPABILITY = "a capability is missing or not understood"
    HOLD_TIMER_EXPIRED = "one side heard nothing for the hold time"
    SEND_HOLD_TIMER_EXPIRED = "one side took nothing for the send hold time"
    TOO_MANY_ROUTES = "a bound on the number of routes was exceeded"
    SHUT_DOWN = "the peer's operator has shut the session down"
    REJECTED = "the peer does not accept the connection"
    RESET = "the peer has reset the session"
    PROTOCOL_ERROR = "one side cannot accept what the other one sends"
    COLLISION = "one of two connections was closed"
    BFD_DOWN = "BFD found the path to be broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What keeps a session from being Established, in words."""

    obstacle: Obstacle
    phrase: str
    """Continues a sentence that begins with the peer's state and a colon; without a full stop."""
    advice: str = ""
    """What to do, as a sentence; empty when there is nothing to be done."""
