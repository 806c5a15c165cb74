"""NOTIFICATION: code, subcode, data."""

import pytest

from bgpkit.errors import NotificationError
from bgpkit.wire import decode_notification, encode_notification
from bgpkit_fsm import Notification
from tests.unit.wire.octets import message
from tests.unit.wire.vector_rows import Row, name_of, rows


@pytest.mark.parametrize("row", rows("messages.jsonl", "notification"), ids=name_of)
def test_real_notifications_have_the_code_that_tshark_reads(row: Row) -> None:
    """The code is that of another decoder, and the octets come back the same."""
    found = decode_notification(row.octets, 19, len(row.octets))
    assert [found.code] == row.tshark.get("notify_code")
    assert encode_notification(found) == row.octets


def test_a_notification_is_laid_out_as_rfc_4271_says() -> None:
    """Code, subcode, then data up to the end of the message; unknown codes too."""
    octets = message(3, b"\x06\x02\x03bye")
    assert decode_notification(octets, 19, len(octets)) == Notification(6, 2, b"\x03bye")
    assert encode_notification(Notification(200, 201)) == message(3, b"\xc8\xc9")


def test_a_notification_without_subcode_is_malformed() -> None:
    """It is an error of its own kind, that nobody answers."""
    octets = message(3, b"\6")
    with pytest.raises(NotificationError):
        decode_notification(octets, 19, len(octets))


def test_data_is_cut_to_what_a_message_holds() -> None:
    """A NOTIFICATION with part of the faulty octets is better than none."""
    assert len(encode_notification(Notification(3, 1, bytes(9000)))) == 4096
    assert len(encode_notification(Notification(3, 1, bytes(9000)), 65535)) == 9021
    with pytest.raises(ValueError, match="octet"):
        encode_notification(Notification(256))
