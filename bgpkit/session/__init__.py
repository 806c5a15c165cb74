"""One peer: socket, framing and machine."""

from bgpkit.session.connection import Connection, MessageReceiver
from bgpkit.session.handler import SessionHandler, UpdateReceiver
from bgpkit.session.session import Endpoint, Session
from bgpkit.session.timers import SYSTEM_JITTER

__all__ = ["SYSTEM_JITTER", "Connection", "Endpoint", "MessageReceiver", "Session", "SessionHandler", "UpdateReceiver"]
