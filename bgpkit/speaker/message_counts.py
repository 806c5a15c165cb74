"""How many messages of each type a session has seen."""

from dataclasses import dataclass
from typing import Final

from bgpkit.adj_rib_out import Sent
from bgpkit.session import Connection
from bgpkit.wire import MessageType


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCounts:
    """Messages in one direction of a session, by type. RFC 4271, section 4.1; RFC 2918, section 3."""

    opens: int = 0
    updates: int = 0
    notifications: int = 0
    keepalives: int = 0
    route_refreshes: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.opens + self.updates + self.notifications + self.keepalives + self.route_refreshes


NO_MESSAGES: Final = MessageCounts()


def messages_received(connection: Connection | None) -> MessageCounts:
    """Return what the connection of a session has received; nothing without one."""
    return NO_MESSAGES if connection is None else _counts(connection.messages_received, Sent())


def messages_sent(connection: Connection | None, groups: Sent) -> MessageCounts:
    """Return what a session has sent: one by one on its connection, and from the update ``groups``."""
    return NO_MESSAGES if connection is None else _counts(connection.messages_sent, groups)


def _counts(by_type: list[int], more: Sent) -> MessageCounts:
    return MessageCounts(
        opens=by_type[MessageType.OPEN],
        updates=by_type[MessageType.UPDATE] + more.updates,
        notifications=by_type[MessageType.NOTIFICATION],
        keepalives=by_type[MessageType.KEEPALIVE],
        route_refreshes=by_type[MessageType.ROUTE_REFRESH] + more.refreshes,
    )
