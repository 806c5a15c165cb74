"""RFC 6514, section 4: the NLRI of multicast VPNs."""

from ipaddress import IPv4Address

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
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher

IPV4, IPV6 = MVPN_ROWS
RD = RouteDistinguisher.parse("65000:1")
PE, SOURCE, GROUP = map(IPv4Address, ("192.0.2.1", "10.0.0.1", "232.1.1.1"))
SELECTIVE = "03 16 0000fde800000001 20 0a000001 20 e8010101 c0000201"


@pytest.mark.parametrize(
    ("octets", "route"),
    [
        pytest.param("01 0c 0000fde800000001 c0000201", MvpnIntraAsPmsi(RD, PE), marks=pytest.mark.rfc("6514", "4.1")),
        pytest.param(
            "02 0c 0000fde800000001 0000fde9", MvpnInterAsPmsi(RD, 65001), marks=pytest.mark.rfc("6514", "4.2")
        ),
        pytest.param(SELECTIVE, MvpnSelectivePmsi(RD, SOURCE, GROUP, PE), marks=pytest.mark.rfc("6514", "4.3")),
        pytest.param(
            f"04 1c {SELECTIVE} c0000202",
            MvpnLeaf(MvpnSelectivePmsi(RD, SOURCE, GROUP, PE), IPv4Address("192.0.2.2")),
            marks=pytest.mark.rfc("6514", "4.4"),
        ),
        pytest.param(
            "05 12 0000fde800000001 20 0a000001 20 e8010101",
            MvpnSourceActive(RD, SOURCE, GROUP),
            marks=pytest.mark.rfc("6514", "4.5"),
        ),
        pytest.param(
            "06 16 0000fde800000001 0000fde9 20 0a000001 20 e8010101",
            MvpnSharedTreeJoin(RD, 65001, SOURCE, GROUP),
            marks=pytest.mark.rfc("6514", "4.6"),
        ),
        pytest.param(
            "07 16 0000fde800000001 0000fde9 20 0a000001 20 e8010101",
            MvpnSourceTreeJoin(RD, 65001, SOURCE, GROUP),
            marks=pytest.mark.rfc("6514", "4.6"),
        ),
    ],
)
def test_a_route_has_the_fields_of_its_figure(octets: str, route: MvpnRoute) -> None:
    """Route type, length, and what the type asks for."""
    raw = bytes.fromhex(octets)
    assert IPV4.nlri(raw, add_path=False, withdrawn=False) == (route,)
    assert IPV4.octets([route], add_path=False) == [raw]


@pytest.mark.rfc("6514", "4")
def test_the_afi_tells_the_family_of_customers_addresses() -> None:
    """AFI 1 IPv4, AFI 2 IPv6, SAFI 5: a flow of the other family is not taken for one."""
    assert (IPV4.family, IPV6.family) == (Family(1, 5), Family(2, 5))
    octets = bytes.fromhex("05 12 0000fde800000001 20 0a000001 20 e8010101")
    assert IPV6.nlri(octets, add_path=False, withdrawn=False) == (OpaqueNlri(octets),)


@pytest.mark.rfc("7606", "5.4")
@pytest.mark.parametrize("kind", [0, 8, 255])
def test_routes_of_unknown_types_are_discarded(kind: int) -> None:
    """Their length is known, so that what follows is kept."""
    unknown = bytes((kind, 3)) + b"abc"
    known = bytes.fromhex("01 0c 0000fde800000001 c0000201")
    (block,), discarded = IPV4.blocks(unknown + known, add_path=False, withdrawn=False)
    assert (block.keys, discarded) == ([known], [unknown])
