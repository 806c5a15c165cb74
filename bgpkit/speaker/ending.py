"""With which words a session is ended for good. RFC 4486, section 4; RFC 8538, section 5; RFC 9003, section 2."""

from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.speaker.retention import notifications_keep
from bgpkit_fsm import CeaseSubcode, ErrorCode, Negotiated, Notification

ADMINISTRATIVE_SHUTDOWN: Final = Notification(ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_SHUTDOWN)
PEER_DE_CONFIGURED: Final = Notification(ErrorCode.CEASE, CeaseSubcode.PEER_DE_CONFIGURED)

_FINAL: Final = frozenset(
    {
        CeaseSubcode.MAXIMUM_NUMBER_OF_PREFIXES_REACHED,
        CeaseSubcode.ADMINISTRATIVE_SHUTDOWN,
        CeaseSubcode.PEER_DE_CONFIGURED,
        CeaseSubcode.BFD_DOWN,
    }
)
"""Ends that are not for a moment (RFC 8538, section 5.1), or over a path that fails (RFC 9384, section 4)."""


def shutdown(text: str) -> Notification:
    """Return the Cease of a shutdown with ``text`` for the peer's operator, if there is any.

    ConfigError when it takes more than 255 octets of UTF-8, or cannot be written so. RFC 9003, section 2.
    """
    if not text:
        return ADMINISTRATIVE_SHUTDOWN
    try:
        return Notification.shutdown(text)
    except ValueError as error:
        raise ConfigError(f"cease: {error}") from None


def final_word(notification: Notification | None, negotiated: Negotiated | None) -> Notification | None:
    """Return how to say ``notification`` in a session so that the peer does not wait for our return.

    Where both have set the N bit, what ends a session for good goes in a Hard Reset. RFC 8538, sections 3.1 and 5.1.
    """
    if notification is None or negotiated is None or not notifications_keep(negotiated):
        return notification
    if notification.code != ErrorCode.CEASE or notification.subcode not in _FINAL:
        return notification
    return Notification.hard_reset(notification)
