"""RFC 9003, section 2: what an operator tells the other one."""

import pytest

from bgpkit.wire import decode_notification, encode_notification
from bgpkit_fsm import Notification
from tests.unit.wire.octets import message


def _read(body: bytes) -> Notification:
    octets = message(3, body)
    found = decode_notification(octets, 19, len(octets))
    assert encode_notification(found) == octets
    return found


@pytest.mark.rfc("9003", "2")
def test_the_length_stands_before_the_text() -> None:
    """One octet of length, then UTF-8 without a NUL at the end."""
    assert _read(b"\6\2\x05na\xc3\xafv").shutdown_communication == "na\u00efv"
    assert encode_notification(Notification.shutdown("na\u00efv")) == message(3, b"\6\2\x05na\xc3\xafv")


@pytest.mark.rfc("9003", "2")
@pytest.mark.parametrize("subcode", range(11))
def test_only_two_subcodes_have_one(subcode: int) -> None:
    """The subcode MUST be Administrative Shutdown or Administrative Reset."""
    expected = "bye" if subcode in (2, 4) else None
    assert _read(bytes((6, subcode)) + b"\3bye").shutdown_communication == expected


@pytest.mark.rfc("9003", "2")
@pytest.mark.parametrize("octets", [b"\xc3\x28", b"\xc0\xaf", b"\xed\xa0\x80", b"\xff"])
def test_invalid_utf_8_is_not_interpreted(octets: bytes) -> None:
    """Broken sequences, overlong forms and surrogates MUST NOT be: they are kept, and shown in hexadecimal."""
    found = _read(bytes((6, 2, len(octets))) + octets)
    assert found.shutdown_communication is None
    assert octets.hex() in str(found)


@pytest.mark.rfc("9003", "2")
def test_a_text_may_have_255_octets() -> None:
    """Twice as many as RFC 8203 allowed."""
    text = "\u00e4" * 127 + "a"
    found = _read(b"\6\2\xff" + text.encode())
    assert found.shutdown_communication == text
    assert Notification.shutdown(text) == found
