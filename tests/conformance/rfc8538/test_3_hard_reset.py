"""RFC 8538: the N bit (section 2) and the Hard Reset (section 3)."""

import pytest

from bgpkit.wire import decode_capabilities, decode_notification, encode_notification
from bgpkit_fsm import GracefulRestartCapability, Notification
from tests.unit.wire.octets import message


@pytest.mark.rfc("8538", "2")
@pytest.mark.parametrize(
    ("flags", "restarted", "notification"), [("00", 0, 0), ("80", 1, 0), ("40", 0, 1), ("c0", 1, 1)]
)
def test_the_n_bit_stands_behind_the_r_bit(flags: str, restarted: int, notification: int) -> None:
    """The second most significant bit of the Restart Flags."""
    expected = GracefulRestartCapability(restarted=bool(restarted), notification=bool(notification), restart_time=120)
    assert decode_capabilities(bytes.fromhex(f"40 02 {flags}78")) == (expected,)


@pytest.mark.rfc("8538", "3")
def test_a_hard_reset_carries_the_notification_that_it_stands_for() -> None:
    """Cease, subcode 9; the data are the other error's code, subcode and data."""
    octets = message(3, bytes.fromhex("06 09 06 04 03") + b"bye")
    found = decode_notification(octets, 19, len(octets))
    assert found.reset_reason == Notification(6, 4, b"\3bye")
    assert str(found) == "Cease / Hard Reset (Cease / Administrative Reset: 'bye')"
    assert encode_notification(Notification.hard_reset(Notification.shutdown("bye", 4))) == octets


@pytest.mark.rfc("8538", "3")
@pytest.mark.parametrize("data", ["", "06"])
def test_a_hard_reset_without_a_reason_is_still_one(data: str) -> None:
    """The first row is in tcpdump's bgp-malformed-hard-reset.pcap; it is kept as it is."""
    octets = message(3, bytes.fromhex("06 09" + data))
    found = decode_notification(octets, 19, len(octets))
    assert (found.code, found.subcode, found.reset_reason) == (6, 9, None)
    assert encode_notification(found) == octets
