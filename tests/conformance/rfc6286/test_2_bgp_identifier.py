"""RFC 6286, section 2: identifiers are unsigned numbers, unique within an AS."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit_fsm import Slot, check_open, preferred_slot
from tests.unit.fsm.sessions import CONFIG, LOCAL_ASN, REMOTE_ASN, REMOTE_OPEN

ANY_AS = replace(CONFIG, peer_asn=None)
SAME = replace(REMOTE_OPEN, bgp_identifier=CONFIG.bgp_identifier)


@pytest.mark.rfc("6286", "2.2")
def test_identifier_zero_is_refused() -> None:
    """If the BGP Identifier is zero, the subcode is Bad BGP Identifier."""
    refused = check_open(CONFIG, replace(REMOTE_OPEN, bgp_identifier=IPv4Address(0)))
    assert refused is not None
    assert (refused.code, refused.subcode) == (2, 3)


@pytest.mark.rfc("6286", "2.2")
def test_own_identifier_from_an_internal_peer_is_refused() -> None:
    """If it is the same as ours and the message is from an internal peer, the subcode is Bad BGP Identifier."""
    refused = check_open(ANY_AS, replace(SAME, my_as=LOCAL_ASN))
    assert refused is not None
    assert (refused.code, refused.subcode) == (2, 3)


@pytest.mark.rfc("6286", "2.2")
def test_own_identifier_from_an_external_peer_is_accepted() -> None:
    """Identifiers are unique within an AS only."""
    assert check_open(ANY_AS, SAME) is None


@pytest.mark.rfc("6286", "2.1")
@pytest.mark.parametrize("identifier", ["0.0.0.1", "224.0.0.5", "255.255.255.255"])
def test_any_other_number_is_an_identifier(identifier: str) -> None:
    """The identifier is a 4-octet, unsigned, non-zero integer; it need not be a valid address."""
    assert check_open(CONFIG, replace(REMOTE_OPEN, bgp_identifier=IPv4Address(identifier))) is None


@pytest.mark.rfc("6286", "2.3")
@pytest.mark.parametrize(
    ("ours", "theirs", "kept"),
    [
        ("10.0.0.2", "10.0.0.1", Slot.OUTGOING),
        ("10.0.0.1", "10.0.0.2", Slot.INCOMING),
        ("9.255.255.255", "10.0.0.0", Slot.INCOMING),
        ("128.0.0.0", "127.255.255.255", Slot.OUTGOING),
        ("100.0.0.0", "99.0.0.0", Slot.OUTGOING),
    ],
)
def test_identifiers_compare_as_unsigned_numbers(ours: str, theirs: str, kept: Slot) -> None:
    """The connection opened by the speaker with the higher number is kept: no sign bit, no order of strings."""
    local = replace(CONFIG, bgp_identifier=IPv4Address(ours)).open
    assert preferred_slot(local, replace(REMOTE_OPEN, bgp_identifier=IPv4Address(theirs))) is kept


@pytest.mark.rfc("6286", "2.3")
def test_larger_as_number_decides_between_equal_identifiers() -> None:
    """If the identifiers are identical, the connection opened by the speaker with the larger AS number is kept."""
    assert LOCAL_ASN < REMOTE_ASN
    assert preferred_slot(CONFIG.open, SAME) is Slot.INCOMING
    assert preferred_slot(SAME, CONFIG.open) is Slot.OUTGOING
