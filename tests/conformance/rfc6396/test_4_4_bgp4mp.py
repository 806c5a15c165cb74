"""RFC 6396, section 4.4: BGP4MP."""

from dataclasses import replace

import pytest

from bgpkit.mrt import Bgp4mpMessage, Bgp4mpStateChange, encode_record
from bgpkit_fsm import State
from tests.unit.mrt.octets import KEEPALIVE, LOCAL4, LOCAL6, PEER4, PEER6, read_one, record

HEAD = bytes.fromhex("0000 fc01 0000 0001 c0000201 c0000202".replace(" ", ""))
MESSAGE = Bgp4mpMessage(
    timestamp=1, peer_as=64512, local_as=64513, peer_address=PEER4, local_address=LOCAL4, message=KEEPALIVE
)


@pytest.mark.rfc("6396", "4.4.1")
@pytest.mark.parametrize("state", State)
def test_states_are_numbered_as_in_rfc_4271(state: State) -> None:
    """Idle is 1, Established is 6."""
    number = ["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"].index(str(state)) + 1
    found = read_one(record(16, 0, HEAD + b"\0\1" + number.to_bytes(2, "big")))
    assert isinstance(found, Bgp4mpStateChange)
    assert State(found.new_state) is state
    assert str(found).endswith(f" Idle to {state}")


@pytest.mark.rfc("6396", "4.4.1")
def test_a_peer_s_as_number_may_be_undefined() -> None:
    """Then it is 0, and so is an interface index that is not known."""
    found = read_one(record(16, 0, HEAD + b"\0\1\0\2"))
    assert isinstance(found, Bgp4mpStateChange)
    assert (found.peer_as, found.interface_index) == (0, 0)


@pytest.mark.rfc("6396", "4.4.1")
def test_both_addresses_are_of_the_address_family_that_is_named() -> None:
    """AFI 1 is IPv4, AFI 2 is IPv6; there is no third."""
    octets = encode_record(replace(MESSAGE, peer_address=PEER6, local_address=LOCAL6))
    assert octets[22:24] == b"\0\2"
    assert octets[24:56] == PEER6.packed + LOCAL6.packed
    with pytest.raises(ValueError, match="not of one kind"):
        encode_record(replace(MESSAGE, local_address=LOCAL6))


@pytest.mark.rfc("6396", "4.4.2")
def test_the_older_subtype_has_no_four_octet_as_numbers() -> None:
    """Neither for the peer nor for the collector."""
    with pytest.raises(ValueError, match="peer AS 65536 does not fit 2 octets"):
        encode_record(replace(MESSAGE, peer_as=65536, four_octet_as=False))


@pytest.mark.rfc("6396", "4.4.2")
def test_the_bgp_message_is_carried_whole() -> None:
    """With its marker, to the end of the record."""
    octets = encode_record(replace(MESSAGE, four_octet_as=False))
    assert octets[-19:] == KEEPALIVE
    assert len(octets) == 12 + 16 + 19


@pytest.mark.rfc("6396", "4.4.3")
def test_the_newer_subtype_has_four_octet_as_numbers() -> None:
    """In its own fields, and it says so of the message's."""
    octets = encode_record(replace(MESSAGE, peer_as=0x01020304))
    assert octets[12:20] == bytes.fromhex("010203040000fc01")
    found = read_one(octets)
    assert isinstance(found, Bgp4mpMessage)
    assert found.four_octet_as


@pytest.mark.rfc("6396", "4.4.5")
@pytest.mark.parametrize(("four_octet_as", "subtype"), [(False, 6), (True, 7)])
def test_messages_of_the_collector_s_own_have_their_own_subtypes(subtype: int, *, four_octet_as: bool) -> None:
    """The fields are the same."""
    theirs, own = (replace(MESSAGE, four_octet_as=four_octet_as, local=local) for local in (False, True))
    assert encode_record(own)[6:8] == subtype.to_bytes(2, "big")
    assert encode_record(own)[8:] == encode_record(theirs)[8:]
