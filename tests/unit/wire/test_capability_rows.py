"""Capabilities that concern the session as a whole: octets from the RFCs' figures, both ways."""

import pytest

from bgpkit.wire import decode_capabilities, encode_capability
from bgpkit_fsm import (
    IPV4_UNICAST,
    L2VPN_EVPN,
    BgpRole,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    Family,
    FourOctetAsCapability,
    FqdnCapability,
    LinkLocalNextHopCapability,
    MultiprotocolCapability,
    PrestandardRouteRefreshCapability,
    RoleCapability,
    RouteRefreshCapability,
    SoftwareVersionCapability,
    UnknownCapability,
)

KNOWN: list[tuple[str, Capability]] = [
    ("01 04 0001 00 01", MultiprotocolCapability(IPV4_UNICAST)),
    ("01 04 0019 00 46", MultiprotocolCapability(L2VPN_EVPN)),
    ("01 04 0001 07 01", MultiprotocolCapability(IPV4_UNICAST, 7)),
    ("01 04 ffff 00 ff", MultiprotocolCapability(Family(65535, 255))),
    ("02 00", RouteRefreshCapability()),
    ("06 00", ExtendedMessageCapability()),
    ("09 01 00", RoleCapability(BgpRole.PROVIDER)),
    ("09 01 03", RoleCapability(BgpRole.CUSTOMER)),
    ("09 01 ff", RoleCapability(255)),
    ("41 04 fffffffe", FourOctetAsCapability(4294967294)),
    ("46 00", EnhancedRouteRefreshCapability()),
    ("49 07 05 6267706431 00", FqdnCapability(b"bgpd1")),
    ("49 06 01 61 03 ff 2e 62", FqdnCapability(b"a", b"\xff.b")),
    ("49 02 00 00", FqdnCapability(b"", b"")),
    ("4b 04 03 66 72 72", SoftwareVersionCapability(b"frr")),
    ("4b 03 66 72 72", SoftwareVersionCapability(b"frr", length_prefixed=False)),
    ("4b 01 00", SoftwareVersionCapability(b"")),
    ("4b 00", SoftwareVersionCapability(b"", length_prefixed=False)),
    ("4d 00", LinkLocalNextHopCapability()),
    ("80 00", PrestandardRouteRefreshCapability()),
]


@pytest.mark.parametrize(("octets", "capability"), KNOWN)
def test_octets_and_values_are_the_same_thing(octets: str, capability: Capability) -> None:
    """Each capability is laid out as its document says, both ways."""
    assert decode_capabilities(bytes.fromhex(octets)) == (capability,)
    assert encode_capability(capability) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    "octets",
    [
        "01 03 0001 00",
        "01 05 0001 00 01 00",
        "02 01 00",
        "06 01 00",
        "09 00",
        "09 02 00 00",
        "41 03 000001",
        "41 05 0000000001",
        "46 01 00",
        "49 00",
        "49 01 00",
        "49 02 01 61",
        "49 03 01 61 01",
        "49 04 01 61 00 62",
        "49 02 ff 00",
        "4d 01 00",
        "80 01 00",
    ],
)
def test_a_capability_of_the_wrong_shape_is_kept_as_unknown(octets: str) -> None:
    """A value of the wrong length makes a capability not understood, and no error; its octets stay."""
    raw = bytes.fromhex(octets)
    unknown = UnknownCapability(raw[0], raw[2:])
    assert decode_capabilities(raw) == (unknown,)
    assert encode_capability(unknown) == raw


@pytest.mark.parametrize(
    "capability",
    [
        FourOctetAsCapability(1 << 32),
        FourOctetAsCapability(-1),
        MultiprotocolCapability(Family(1 << 16, 1)),
        MultiprotocolCapability(Family(1, 256)),
        MultiprotocolCapability(IPV4_UNICAST, 256),
        RoleCapability(256),
        FqdnCapability(bytes(256)),
        FqdnCapability(bytes(200), bytes(54)),
        SoftwareVersionCapability(bytes(255)),
        SoftwareVersionCapability(bytes(256), length_prefixed=False),
    ],
)
def test_what_does_not_fit_is_refused(capability: Capability) -> None:
    """A field that its octets cannot hold is the caller's fault."""
    with pytest.raises(ValueError, match="fit"):
        encode_capability(capability)
