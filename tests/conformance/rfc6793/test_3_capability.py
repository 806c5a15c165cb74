"""RFC 6793, section 3: the number in the capability is the speaker's AS number."""

from dataclasses import replace

import pytest

from bgpkit_fsm import AS_TRANS, FourOctetAsCapability, Notification, check_open
from tests.unit.fsm.sessions import CONFIG, REMOTE_ASN, remote_open

BAD_PEER_AS = Notification(2, 2)
ANY_AS = replace(CONFIG, peer_asn=None)


@pytest.mark.rfc("6793", "3")
def test_several_capabilities_with_different_numbers_are_refused() -> None:
    """A speaker has one AS number: which one it were could only be guessed. Bad Peer AS."""
    contradicting = (FourOctetAsCapability(REMOTE_ASN), FourOctetAsCapability(400_000))
    for order in (contradicting, contradicting[::-1]):
        assert check_open(ANY_AS, remote_open(*order)) == BAD_PEER_AS


@pytest.mark.rfc("6793", "3")
def test_the_same_number_twice_is_accepted() -> None:
    """Equal instances of a capability change nothing (RFC 5492, section 4)."""
    twice = (FourOctetAsCapability(REMOTE_ASN),) * 2
    assert check_open(CONFIG, remote_open(*twice)) is None


@pytest.mark.rfc("6793", "3")
def test_two_octet_field_holds_the_same_number_or_as_trans() -> None:
    """My Autonomous System that is neither is unacceptable: Bad Peer AS."""
    capability = FourOctetAsCapability(400_000)
    assert check_open(ANY_AS, replace(remote_open(capability), my_as=AS_TRANS)) is None
    assert check_open(ANY_AS, replace(remote_open(capability), my_as=REMOTE_ASN)) == BAD_PEER_AS


@pytest.mark.rfc("7607", "2")
def test_zero_in_the_capability_is_refused() -> None:
    """An OPEN with AS 0, wherever it stands, is answered with Bad Peer AS."""
    assert check_open(ANY_AS, replace(remote_open(FourOctetAsCapability(0)), my_as=AS_TRANS)) == BAD_PEER_AS
