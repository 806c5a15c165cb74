"""RFC 6074, section 7: auto-discovery beside the VPLS of RFC 4761."""

from ipaddress import IPv4Address

import pytest

from bgpkit.wire.families.vpls import VPLS_ROWS, VplsDiscovery, VplsLabelBlock
from bgpkit_rib import RouteDistinguisher

(VPLS,) = VPLS_ROWS


@pytest.mark.rfc("6074", "7")
def test_the_length_tells_discovery_from_signaling() -> None:
    """The length "must be used as a demultiplexer": 12 octets, RD and VSI-ID, or the 17 of RFC 4761."""
    octets = bytes.fromhex("000c 0000fde800000064 c0000201 0011 0000fde800000064 0003 0009 0008 186a01")
    discovery, block = VPLS.nlri(octets, add_path=False, withdrawn=False)
    assert discovery == VplsDiscovery(RouteDistinguisher.parse("65000:100"), IPv4Address("192.0.2.1"))
    assert isinstance(block, VplsLabelBlock)
    assert b"".join(VPLS.octets([discovery, block], add_path=False)) == octets
