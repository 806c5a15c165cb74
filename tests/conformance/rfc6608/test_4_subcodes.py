"""RFC 6608, section 4: a message in the wrong state is named by subcode and type."""

import pytest

from bgpkit_fsm import (
    ConnectionEvent,
    KeepaliveReceived,
    MessageRefused,
    Notification,
    OpenReceived,
    RouteRefreshReceived,
    State,
    UpdateReceived,
)
from tests.unit.fsm.sessions import REMOTE_OPEN, connection_in, notifications

OPEN = OpenReceived(REMOTE_OPEN)
MALFORMED_OPEN = MessageRefused(Notification(2, 4))
MALFORMED_UPDATE = MessageRefused(Notification(3, 1))
MALFORMED_REFRESH = MessageRefused(Notification(7, 1))


@pytest.mark.rfc("6608", "4")
@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (KeepaliveReceived(), 4),
        (UpdateReceived(), 2),
        (RouteRefreshReceived(), 5),
        (MALFORMED_UPDATE, 2),
        (MALFORMED_REFRESH, 5),
    ],
)
def test_unexpected_message_in_open_sent(event: ConnectionEvent, kind: int) -> None:
    """KEEPALIVE, UPDATE or ROUTE-REFRESH in OpenSent MUST be answered with subcode 1 and the type as data."""
    assert notifications(connection_in(State.OPEN_SENT).handle(event)) == [(5, 1, bytes((kind,)))]


@pytest.mark.rfc("6608", "4")
@pytest.mark.parametrize(
    ("event", "kind"),
    [(OPEN, 1), (UpdateReceived(), 2), (RouteRefreshReceived(), 5), (MALFORMED_UPDATE, 2), (MALFORMED_REFRESH, 5)],
)
def test_unexpected_message_in_open_confirm(event: ConnectionEvent, kind: int) -> None:
    """OPEN, UPDATE or ROUTE-REFRESH in OpenConfirm MUST be answered with subcode 2 and the type as data."""
    assert notifications(connection_in(State.OPEN_CONFIRM).handle(event)) == [(5, 2, bytes((kind,)))]


@pytest.mark.rfc("6608", "4")
@pytest.mark.parametrize("event", [OPEN, MALFORMED_OPEN])
def test_unexpected_message_in_established(event: ConnectionEvent) -> None:
    """OPEN in Established MUST be answered with subcode 3 and the type as data, well-formed or not."""
    assert notifications(connection_in(State.ESTABLISHED).handle(event)) == [(5, 3, b"\x01")]
