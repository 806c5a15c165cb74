"""Messages octet by octet; that each is answered as it says is proved in tests/integration/test_bad_peers.py."""

import pytest

from bgpkit.testing import MARKER, bad_headers, bad_opens, message, notifications, open_message
from tests.support import octets


def test_a_message_has_the_header_of_the_rfc() -> None:
    """Marker, length, type; each can be another one."""
    assert message(4) == bytes.fromhex("ff" * 16 + "0013" + "04")
    assert message(3, b"\x06\x02") == octets.message(octets.NOTIFICATION, b"\x06\x02")
    assert message(2, bytes(4), length=65535, marker=bytes(16)) == bytes(16) + b"\xff\xff\x02" + bytes(4)
    assert bytes.fromhex("ff" * 16) == MARKER


def test_an_open_has_the_fields_it_is_given() -> None:
    """And is the one that everybody writes when nothing is said."""
    assert open_message() == octets.open_message(64512, "192.0.2.1")
    strange = open_message(
        version=9, my_as=1, hold_time=2, bgp_identifier="0.0.0.3", parameters=b"\x01", parameters_length=7
    )
    assert strange[19:] == bytes.fromhex("09 0001 0002 00000003 07 01")


def test_bad_messages_have_names_of_their_own_and_one_fault_each() -> None:
    """The octets differ from each other, and the section is one of RFC 4271."""
    found = [*bad_headers(), *bad_opens(64513)]
    assert len({bad.name for bad in found}) == len({bad.octets for bad in found}) == len(found) > 20
    assert {(bad.code, bad.section) for bad in found} == {(1, "6.1"), (2, "6.2")}
    assert str(found[0]) == "a marker that is not all ones"
    assert {bad.subcode for bad in bad_headers()} == {1, 2, 3}
    assert {bad.subcode for bad in bad_opens(64513)} == {0, 1, 2, 3, 4, 6}


@pytest.mark.parametrize(("code", "subcodes"), [(1, 4), (2, 12), (3, 12), (4, 1), (5, 4), (6, 10), (200, 1)])
def test_there_is_a_notification_of_every_code_and_subcode(code: int, subcodes: int) -> None:
    """With one subcode more that nobody knows."""
    found = [notification[19:] for notification in notifications() if notification[19] == code]
    assert len(found) == len(set(found)) >= subcodes
    assert bytes((code, 250)) in found
