"""RFC 5291, sections 4 and 5: outbound route filtering is announced, and its entries are carried."""

import pytest

from bgpkit.wire import decode_capabilities, decode_message, encode_message
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, OrfCapability, OrfMode, OrfSupport, RouteRefresh
from tests.unit.wire.octets import message


@pytest.mark.rfc("5291", "5")
def test_a_capability_has_one_entry_or_more() -> None:
    """Each entry is AFI, a reserved octet, SAFI, the number of ORF types, and the types with Send/Receive."""
    octets = bytes.fromhex("03 10 0001 00 01 02 40 01 80 03 0002 00 01 01 40 02")
    assert decode_capabilities(octets) == (
        OrfCapability(
            (
                OrfSupport(IPV4_UNICAST, ((64, OrfMode.RECEIVE), (128, OrfMode.BOTH))),
                OrfSupport(IPV6_UNICAST, ((64, OrfMode.SEND),)),
            )
        ),
    )


@pytest.mark.rfc("5291", "4")
def test_entries_are_carried_behind_the_request() -> None:
    """When to refresh, ORF type, length and entries; octets from tcpdump's bgp-orf.pcapng."""
    entries = bytes.fromhex("01 40 0018 0000000005 00 00 20 64646464 000000000a 00 00 20 64646465")
    octets = message(5, bytes.fromhex("0001 00 01") + entries)
    found = decode_message(5, octets, 19, len(octets))
    assert found == RouteRefresh(IPV4_UNICAST, 0, entries)
    assert encode_message(found) == octets
