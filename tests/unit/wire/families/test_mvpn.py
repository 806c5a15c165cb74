"""Multicast VPN routes as NLRI."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.families.mvpn import MVPN_ROWS
from bgpkit.wire.families.mvpn_routes import (
    MvpnInterAsPmsi,
    MvpnIntraAsPmsi,
    MvpnLeaf,
    MvpnRoute,
    MvpnSelectivePmsi,
    MvpnSharedTreeJoin,
    MvpnSourceActive,
    MvpnSourceTreeJoin,
)
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.row import FamilyRow
from bgpkit_rib import Prefix, RouteDistinguisher

IPV4, IPV6 = MVPN_ROWS
RD = RouteDistinguisher.parse("65000:99999")
RD_OCTETS = "0000fde80001869f"
ROUTER, SOURCE, GROUP = map(IPv4Address, ("192.0.2.1", "10.99.12.4", "239.251.255.228"))
SOURCE6, GROUP6 = map(IPv6Address, ("fd12::4", "ff0e::1"))
FLOW6 = f"80 fd12{'00' * 13}04 80 ff0e{'00' * 13}01"
SELECTIVE = MvpnSelectivePmsi(RD, SOURCE, GROUP, ROUTER)


@pytest.mark.parametrize(
    ("row", "octets", "route"),
    [
        (IPV4, f"01 0c {RD_OCTETS} c0000201", MvpnIntraAsPmsi(RD, ROUTER)),
        (IPV4, f"01 18 {RD_OCTETS} fd12{'00' * 13}04", MvpnIntraAsPmsi(RD, SOURCE6)),
        (IPV4, f"02 0c {RD_OCTETS} 0000fde9", MvpnInterAsPmsi(RD, 65001)),
        (IPV4, f"03 16 {RD_OCTETS} 20 0a630c04 20 effbffe4 c0000201", SELECTIVE),
        (IPV6, f"03 2e {RD_OCTETS} {FLOW6} c0000201", MvpnSelectivePmsi(RD, SOURCE6, GROUP6, ROUTER)),
        (IPV4, f"03 0e {RD_OCTETS} 00 00 c0000201", MvpnSelectivePmsi(RD, None, None, ROUTER)),
        (IPV4, f"04 1c 03 16 {RD_OCTETS} 20 0a630c04 20 effbffe4 c0000201 0a630c04", MvpnLeaf(SELECTIVE, SOURCE)),
        (IPV4, f"04 12 02 0c {RD_OCTETS} 0000fde9 c0000201", MvpnLeaf(MvpnInterAsPmsi(RD, 65001), ROUTER)),
        (IPV4, "04 07 ff 01 aa c0000201", MvpnLeaf(OpaqueNlri(bytes.fromhex("ff 01 aa")), ROUTER)),
        (IPV4, "04 07 03 01 aa c0000201", MvpnLeaf(OpaqueNlri(bytes.fromhex("03 01 aa")), ROUTER)),
        (IPV4, f"05 12 {RD_OCTETS} 20 0a630c04 20 effbffe4", MvpnSourceActive(RD, SOURCE, GROUP)),
        (IPV6, f"05 2a {RD_OCTETS} {FLOW6}", MvpnSourceActive(RD, SOURCE6, GROUP6)),
        (IPV4, f"06 16 {RD_OCTETS} 0000fde9 20 0a630c04 20 effbffe4", MvpnSharedTreeJoin(RD, 65001, SOURCE, GROUP)),
        (IPV6, f"07 2e {RD_OCTETS} 0000fde9 {FLOW6}", MvpnSourceTreeJoin(RD, 65001, SOURCE6, GROUP6)),
    ],
)
def test_every_type_is_read_and_written(row: FamilyRow, octets: str, route: MvpnRoute) -> None:
    """Put together from the figures of RFC 6514, section 4; those of type 5 are in the exabgp vectors."""
    raw = bytes.fromhex(octets)
    assert row.nlri(raw, add_path=False, withdrawn=False) == (route,)
    assert row.encode(route) == (raw, b"")
    (block,), unknown = row.blocks(raw, add_path=False, withdrawn=True)
    assert (block.keys, block.rest, unknown) == ([raw], b"", [])


def test_a_captured_route_is_read() -> None:
    """From a capture among tcpdump's test data (bgp-ub.pcap)."""
    raw = bytes.fromhex("01 0c 0000000100000001 0a000004")
    (route,) = IPV4.nlri(raw, add_path=False, withdrawn=False)
    assert str(route) == "intra-as-pmsi rd 1:1 from 10.0.0.4"


@pytest.mark.parametrize(
    "octets",
    [
        "01 00",
        f"01 0b {RD_OCTETS} c00002",
        f"02 08 {RD_OCTETS}",
        f"02 0d {RD_OCTETS} 0000fde900",
        f"03 0d {RD_OCTETS} 20 0a630c04",
        f"03 12 {RD_OCTETS} 20 0a630c04 20 effbffe4",
        f"03 16 {RD_OCTETS} 18 0a630c 20 effbffe4 c0000201 00",
        "04 00",
        "04 01 02",
        "04 06 02 09 c0000201",
        f"05 09 {RD_OCTETS} 20",
        f"05 13 {RD_OCTETS} 20 0a630c04 20 effbffe4 00",
        f"05 2a {RD_OCTETS} {FLOW6}",
        f"06 08 {RD_OCTETS}",
        f"07 0b {RD_OCTETS} 00fde9",
    ],
)
def test_a_route_that_fits_no_figure_is_carried_as_it_is(octets: str) -> None:
    """Its length is known, and other lengths within are "outside the scope" of RFC 6514, section 4.3."""
    raw = bytes.fromhex(octets)
    assert IPV4.nlri(raw, add_path=False, withdrawn=False) == (OpaqueNlri(raw),)
    assert IPV4.encode(OpaqueNlri(raw)) == (raw, b"")
    assert IPV4.blocks(raw, add_path=False, withdrawn=False)[0][0].keys == [raw]


@pytest.mark.parametrize("octets", ["01", "01 0c 0000000100000001 0a0000", "09 ff"])
def test_a_route_cut_short_is_refused(octets: str) -> None:
    """The length goes beyond the field."""
    with pytest.raises(ValueError, match="cut short"):
        IPV4.blocks(bytes.fromhex(octets), add_path=False, withdrawn=False)


@pytest.mark.parametrize(
    "value",
    [
        MvpnSourceActive(RD, SOURCE6, GROUP6),
        MvpnLeaf(MvpnSelectivePmsi(RD, SOURCE6, GROUP6, ROUTER), ROUTER),
        MvpnLeaf(OpaqueNlri(b""), ROUTER),
        MvpnLeaf(OpaqueNlri(bytes.fromhex("02 04 00")), ROUTER),
        OpaqueNlri(b""),
        OpaqueNlri(bytes.fromhex("05 02 00")),
        Prefix.parse("192.0.2.0/24"),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(value: object) -> None:
    """Addresses of the other family, octets that are no NLRI, values of other classes."""
    with pytest.raises(ValueError, match="is not an NLRI of"):
        IPV4.encode(value)


def test_a_route_longer_than_255_octets_is_refused() -> None:
    """The length has eight bits."""
    key = OpaqueNlri(bytes((9, 250)) + bytes(250))
    with pytest.raises(ValueError, match="a multicast VPN route of 256 octets is longer than 255"):
        IPV4.encode(MvpnLeaf(key, ROUTER))


def test_next_hops_are_of_either_address_family() -> None:
    """Four octets are IPv4, sixteen IPv6, whatever the family of the customers. RFC 6515."""
    for row in (IPV4, IPV6):
        assert row.next_hop_lengths == {4, 16}
