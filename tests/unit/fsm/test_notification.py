"""Tests of the NOTIFICATION as a value: what its data say, and how it reads."""

import pytest

from bgpkit_fsm import Notification


def test_a_shutdown_is_the_length_and_the_text() -> None:
    """RFC 9003, section 2, figure 1."""
    assert Notification.shutdown("maintenance") == Notification(6, 2, b"\x0bmaintenance")
    assert Notification.shutdown("caf\u00e9", 4) == Notification(6, 4, b"\x05caf\xc3\xa9")
    assert Notification.shutdown("") == Notification(6, 2, b"\0")


def test_a_shutdown_that_cannot_be_is_refused() -> None:
    """At most 255 octets of UTF-8, with one of two subcodes."""
    assert len(Notification.shutdown("\u00e9" * 127 + "x").data) == 256
    with pytest.raises(ValueError, match="of 256 octets is longer than 255"):
        Notification.shutdown("\u00e9" * 128)
    with pytest.raises(ValueError, match="subcode 2 or 4 of Cease, not with 3"):
        Notification.shutdown("x", 3)
    with pytest.raises(ValueError, match="cannot be written in UTF-8"):
        Notification.shutdown("\ud800")


@pytest.mark.parametrize(
    ("notification", "text"),
    [
        (Notification(6, 2, b"\x03bye"), "bye"),
        (Notification(6, 4, b"\x03byeExtraData"), "bye"),
        (Notification(6, 2, b"\0"), ""),
        (Notification(6, 2), None),
        (Notification(6, 2, b"\x04bye"), None),
        (Notification(6, 2, b"\x02\xc3\x28"), None),
        (Notification(6, 3, b"\x03bye"), None),
        (Notification(4, 2, b"\x03bye"), None),
    ],
)
def test_the_communication_is_read_when_there_is_one(notification: Notification, text: str | None) -> None:
    """Absent, cut short, not UTF-8, or with another subcode: nothing is read."""
    assert notification.shutdown_communication == text


def test_a_hard_reset_has_the_reason_in_its_data() -> None:
    """RFC 8538, section 3: code, subcode and data of the NOTIFICATION that would have been sent otherwise."""
    reason = Notification(6, 2, b"\x03bye")
    reset = Notification.hard_reset(reason)
    assert reset == Notification(6, 9, b"\x06\x02\x03bye")
    assert reset.reset_reason == reason
    with pytest.raises(ValueError, match="does not fit an octet"):
        Notification.hard_reset(Notification(256))


@pytest.mark.parametrize("notification", [Notification(6, 9), Notification(6, 9, b"\x06"), Notification(6, 8, b"\6\2")])
def test_without_a_reason_there_is_none(notification: Notification) -> None:
    """A Hard Reset without two codes, and what is no Hard Reset."""
    assert notification.reset_reason is None


@pytest.mark.parametrize(
    ("notification", "text"),
    [
        (Notification(6, 7), "Cease / Connection Collision Resolution"),
        (Notification(2, 2), "OPEN Message Error / Bad Peer AS"),
        (Notification(4), "Hold Timer Expired"),
        (Notification(2, 99), "OPEN Message Error / Subcode 99"),
        (Notification(99, 1), "error code 99, subcode 1"),
        (Notification(6, 2, b"\x03bye"), "Cease / Administrative Shutdown: 'bye'"),
        (Notification(6, 4, b"\x05a\nb\x1b["), r"Cease / Administrative Reset: 'a\nb\x1b['"),
        (Notification(6, 2, b"\x02\xc3\x28"), "Cease / Administrative Shutdown: 0xc328"),
        (Notification(6, 2, b"\0"), "Cease / Administrative Shutdown"),
        (Notification(6, 9, b"\x06\x02\x03bye"), "Cease / Hard Reset (Cease / Administrative Shutdown: 'bye')"),
        (Notification(6, 9, b"\x06\x09" * 2000), "Cease / Hard Reset (Cease / Hard Reset)"),
        (Notification(6, 9), "Cease / Hard Reset"),
    ],
)
def test_notification_is_one_line_of_names(notification: Notification, text: str) -> None:
    """The RFCs' names, unknown ones by number, and the operator's words, escaped where a terminal would not print."""
    assert str(notification) == text
