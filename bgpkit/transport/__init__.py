"""TCP as BGP uses it."""

from bgpkit.transport.tcp import BGP_PORT, connect, listen

__all__ = ["BGP_PORT", "connect", "listen"]
