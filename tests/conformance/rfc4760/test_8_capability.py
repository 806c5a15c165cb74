"""RFC 4760, section 8: the Multiprotocol capability of an OPEN."""

import pytest

from bgpkit.wire import decode_open
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, families_of
from tests.unit.wire.octets import message

FIXED = "04 fc00 005a c0000201"


@pytest.mark.rfc("4760", "8")
def test_the_reserved_octet_is_ignored() -> None:
    """The octet between AFI and SAFI should be ignored by the receiver: the family is offered all the same."""
    octets = message(1, bytes.fromhex(f"{FIXED} 0e 020c 0104 0002 ff 01 0104 0001 00 01"))
    assert families_of(decode_open(octets, 19, len(octets))) == (IPV6_UNICAST, IPV4_UNICAST)
