"""One peer: socket, framing and machine."""

from bgpkit.session.connection import Connection, MessageReceiver
from bgpkit.session.handler import SessionHandler
from bgpkit.session.session import Endpoint, Session

__all__ = ["Connection", "Endpoint", "MessageReceiver", "Session", "SessionHandler"]
