"""The values of multicast VPN routes: what they refuse, and their texts."""

from ipaddress import IPv4Address, IPv6Address

import pytest

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
from bgpkit_rib import RouteDistinguisher

RD = RouteDistinguisher.parse("65000:1")
ROUTER, SOURCE, GROUP = map(IPv4Address, ("192.0.2.1", "10.0.0.1", "239.1.1.1"))
SELECTIVE = MvpnSelectivePmsi(RD, SOURCE, None, ROUTER)


@pytest.mark.parametrize(
    ("route", "text"),
    [
        (MvpnIntraAsPmsi(RD, IPv6Address("2001:db8::1")), "intra-as-pmsi rd 65000:1 from 2001:db8::1"),
        (MvpnInterAsPmsi(RD, 65001), "inter-as-pmsi rd 65000:1 as 65001"),
        (SELECTIVE, "s-pmsi rd 65000:1 (10.0.0.1, *) from 192.0.2.1"),
        (MvpnLeaf(SELECTIVE, SOURCE), "leaf [s-pmsi rd 65000:1 (10.0.0.1, *) from 192.0.2.1] from 10.0.0.1"),
        (MvpnLeaf(OpaqueNlri(b"\x09\x00"), SOURCE), "leaf [0x0900] from 10.0.0.1"),
        (MvpnSourceActive(RD, SOURCE, GROUP), "source-active rd 65000:1 (10.0.0.1, 239.1.1.1)"),
        (MvpnSharedTreeJoin(RD, 65001, SOURCE, GROUP), "shared-tree-join rd 65000:1 as 65001 (rp 10.0.0.1, 239.1.1.1)"),
        (MvpnSharedTreeJoin(RD, 65001, None, None), "shared-tree-join rd 65000:1 as 65001 (rp *, *)"),
        (MvpnSourceTreeJoin(RD, 65001, None, GROUP), "source-tree-join rd 65000:1 as 65001 (*, 239.1.1.1)"),
    ],
)
def test_a_route_has_a_text(route: MvpnRoute, text: str) -> None:
    """The type, the VPN, and the flow as (source, group) with a star for any."""
    assert str(route) == text


@pytest.mark.parametrize("number", [-1, 1 << 32])
def test_an_as_must_fit_four_octets(number: int) -> None:
    """RFC 6514, section 4.2."""
    with pytest.raises(ValueError, match=f"source AS {number} does not fit 4 octets"):
        MvpnInterAsPmsi(RD, number)
    for join in (MvpnSharedTreeJoin, MvpnSourceTreeJoin):
        with pytest.raises(ValueError, match=f"source AS {number} does not fit 4 octets"):
            join(RD, number, SOURCE, GROUP)
