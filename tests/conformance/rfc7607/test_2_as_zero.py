"""RFC 7607, section 2: AS 0 is nobody."""

from dataclasses import replace

import pytest

from bgpkit_fsm import FourOctetAsCapability, check_open
from tests.unit.fsm.sessions import CONFIG, REMOTE_OPEN

ANY_AS = replace(CONFIG, peer_asn=None)


@pytest.mark.rfc("7607", "2")
def test_as_zero_in_open_is_refused_even_where_any_as_will_do() -> None:
    """Zero as the peer's AS in an OPEN MUST be answered with Bad Peer AS."""
    refused = check_open(ANY_AS, replace(REMOTE_OPEN, my_as=0))
    assert refused is not None
    assert (refused.code, refused.subcode) == (2, 2)


@pytest.mark.rfc("7607", "2")
def test_as_zero_in_four_octet_capability_is_refused() -> None:
    """The same for the 4-octet capability, which carries the number that counts."""
    refused = check_open(ANY_AS, replace(REMOTE_OPEN, my_as=23456, capabilities=(FourOctetAsCapability(0),)))
    assert refused is not None
    assert (refused.code, refused.subcode) == (2, 2)
