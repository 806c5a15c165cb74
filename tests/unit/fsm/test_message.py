"""Tests of the messages as values."""

from dataclasses import replace

import pytest

from bgpkit_fsm import AS_TRANS, FourOctetAsCapability, Notification
from tests.unit.fsm.sessions import REMOTE_OPEN


def test_as_number_is_that_of_the_four_octet_capability() -> None:
    """RFC 6793, section 4.1: My Autonomous System holds AS_TRANS when the number does not fit."""
    message = replace(REMOTE_OPEN, my_as=AS_TRANS, capabilities=(FourOctetAsCapability(400_000),))
    assert (message.asn, REMOTE_OPEN.asn) == (400_000, REMOTE_OPEN.my_as)


@pytest.mark.parametrize(
    ("notification", "text"),
    [
        (Notification(6, 7), "Cease / Connection Collision Resolution"),
        (Notification(2, 2), "OPEN Message Error / Bad Peer AS"),
        (Notification(4), "Hold Timer Expired"),
        (Notification(2, 99), "OPEN Message Error / Subcode 99"),
        (Notification(99, 1), "error code 99, subcode 1"),
    ],
)
def test_notification_prints_names(notification: Notification, text: str) -> None:
    """Codes and subcodes are shown by the RFCs' names, unknown ones by number."""
    assert str(notification) == text
