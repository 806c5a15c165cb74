"""RFC 9552, section 5.2: NLRI types, VPNs; section 5.5: next hops."""

import pytest

from bgpkit.wire.families.bgp_ls import BGP_LS_ROWS, LinkStateNlri
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher
from tests.conformance.rfc9552.link_states import GOOD, keys

PLAIN, VPN = BGP_LS_ROWS


@pytest.mark.rfc("9552", "5.2")
@pytest.mark.parametrize("kind", [0, 5, 7, 255, 256, 257, 65000, 65535])
def test_unknown_nlri_types_are_opaque_and_propagated(kind: int) -> None:
    """An implementation "MUST handle unknown Link-State NLRI types as opaque objects", and propagate them."""
    octets = kind.to_bytes(2, "big") + bytes.fromhex("0003 aabbcc")
    empty = kind.to_bytes(2, "big") + b"\0\0"
    assert keys(octets + empty + GOOD) == ([octets, empty, GOOD], [])
    assert PLAIN.nlri(octets, add_path=False, withdrawn=False) == (OpaqueNlri(octets),)
    assert PLAIN.octets([OpaqueNlri(octets)], add_path=False) == [octets]
    assert VPN.blocks(octets, add_path=False, withdrawn=False)[0][0].keys == [octets]


@pytest.mark.rfc("9552", "5.2")
def test_link_states_have_afi_16388_and_safi_71_or_72() -> None:
    """71 for what is not of a VPN, 72 for VPNs, where a route distinguisher comes first."""
    assert (PLAIN.family, VPN.family) == (Family(16388, 71), Family(16388, 72))
    octets = bytes.fromhex("0001 001d 0000fde800000001 02 0000000000000007 0100 0008 0200 0004 0000fde8")
    (value,) = VPN.nlri(octets, add_path=False, withdrawn=False)
    (same,) = PLAIN.nlri(GOOD, add_path=False, withdrawn=False)
    assert isinstance(value, LinkStateNlri)
    assert isinstance(same, LinkStateNlri)
    assert value.route_distinguisher == RouteDistinguisher.parse("65000:1")
    assert (value.protocol_id, value.identifier, value.descriptors) == (2, 7, same.descriptors)


@pytest.mark.rfc("9552", "5.5")
def test_next_hops_are_of_either_address_family() -> None:
    """IPv4 or IPv6, the latter with a link-local address or without; in a VPN behind a route distinguisher."""
    assert PLAIN.next_hop_lengths == {4, 16, 32}
    assert VPN.next_hop_lengths == {12, 24, 48}
