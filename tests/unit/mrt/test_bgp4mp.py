"""BGP4MP records and their octets."""

from dataclasses import replace

import pytest

from bgpkit.mrt import Bgp4mpMessage, Bgp4mpStateChange, Bgp4mpSubtype, encode_record
from bgpkit_fsm import State
from tests.unit.mrt.octets import KEEPALIVE, LOCAL4, LOCAL6, PEER4, PEER6, TIME, read_one, record

V4_HEAD = bytes.fromhex("fc00 fc01 0007 0001 c0000201 c0000202".replace(" ", ""))
V4_HEAD4 = bytes.fromhex("0000fc00 0001fbf4 0007 0001 c0000201 c0000202".replace(" ", ""))
V6_HEAD4 = bytes.fromhex("0000fc00 0001fbf4 0000 0002".replace(" ", "")) + PEER6.packed + LOCAL6.packed
MESSAGE = Bgp4mpMessage(
    timestamp=TIME,
    peer_as=64512,
    local_as=130036,
    peer_address=PEER4,
    local_address=LOCAL4,
    message=KEEPALIVE,
    interface_index=7,
)
CHANGE = Bgp4mpStateChange(
    timestamp=TIME,
    peer_as=64512,
    local_as=130036,
    peer_address=PEER6,
    local_address=LOCAL6,
    old_state=State.OPEN_CONFIRM.value,
    new_state=State.ESTABLISHED.value,
)


@pytest.mark.parametrize(
    ("subtype", "four_octet_as", "local", "add_path"),
    [
        (1, False, False, False),
        (4, True, False, False),
        (6, False, True, False),
        (7, True, True, False),
        (8, False, False, True),
        (9, True, False, True),
        (10, False, True, True),
        (11, True, True, True),
    ],
)
def test_each_message_subtype_is_read_and_written(
    subtype: int, *, four_octet_as: bool, local: bool, add_path: bool
) -> None:
    """RFC 6396, section 4.4, and RFC 8050, section 3: the subtype tells AS size, maker and path identifiers."""
    octets = record(16, subtype, (V4_HEAD4 if four_octet_as else V4_HEAD) + KEEPALIVE)
    local_as = 130036 if four_octet_as else 64513
    found = replace(MESSAGE, local_as=local_as, four_octet_as=four_octet_as, local=local, add_path=add_path)
    assert read_one(octets) == found
    assert encode_record(found) == octets
    assert found.subtype == subtype


def test_ipv6_sessions_have_addresses_of_sixteen_octets() -> None:
    """AFI 2."""
    octets = record(16, 4, V6_HEAD4 + KEEPALIVE)
    found = replace(MESSAGE, peer_address=PEER6, local_address=LOCAL6, interface_index=0)
    assert read_one(octets) == found
    assert encode_record(found) == octets


def test_extended_time_stands_before_the_message() -> None:
    """BGP4MP_ET: microseconds behind the header. RFC 6396, section 3."""
    octets = record(17, 4, bytes.fromhex("0000002a") + V4_HEAD4 + KEEPALIVE)
    found = replace(MESSAGE, microseconds=42)
    assert read_one(octets) == found
    assert encode_record(found) == octets


def test_state_changes_are_read_and_written() -> None:
    """Both sizes of AS numbers. RFC 6396, sections 4.4.1 and 4.4.4."""
    octets = record(16, 5, V6_HEAD4 + bytes.fromhex("00050006"))
    assert read_one(octets) == CHANGE
    assert encode_record(CHANGE) == octets
    old = record(17, 0, bytes(4) + V4_HEAD + bytes.fromhex("00010000"))
    found = read_one(old)
    assert isinstance(found, Bgp4mpStateChange)
    assert (found.old_state, found.new_state, found.microseconds) == (1, 0, 0)
    assert (found.four_octet_as, found.subtype) == (False, Bgp4mpSubtype.STATE_CHANGE)
    assert encode_record(found) == old


def test_records_say_what_they_are_in_a_line() -> None:
    """Time, subtype, peer; size or states, by name when they have one."""
    assert str(MESSAGE) == "2001-09-09 01:46:40 BGP4MP_MESSAGE_AS4 from 192.0.2.1 AS64512: 19 octets"
    own = replace(MESSAGE, local=True, microseconds=1)
    assert str(own) == "2001-09-09 01:46:40.000001 BGP4MP_MESSAGE_AS4_LOCAL to 192.0.2.1 AS64512: 19 octets"
    line = "2001-09-09 01:46:40 BGP4MP_STATE_CHANGE_AS4 2001:db8::1 AS64512: OpenConfirm to 7"
    assert str(replace(CHANGE, new_state=7)) == line


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (replace(MESSAGE, four_octet_as=False), "local AS 130036 does not fit 2 octets"),
        (replace(MESSAGE, peer_address=PEER6), "the addresses 2001:db8::1 and 192.0.2.2 are not of one kind"),
        (replace(MESSAGE, interface_index=-1), "interface index -1 does not fit 2 octets"),
        (replace(MESSAGE, microseconds=1 << 32), "microseconds 4294967296 does not fit 4 octets"),
        (replace(CHANGE, old_state=65536), "old state 65536 does not fit 2 octets"),
        (replace(CHANGE, new_state=-1), "new state -1 does not fit 2 octets"),
    ],
)
def test_what_cannot_be_written_is_refused(broken: Bgp4mpMessage | Bgp4mpStateChange, text: str) -> None:
    """The error says which field it is."""
    with pytest.raises(ValueError, match=f"^{text}$"):
        encode_record(broken)
