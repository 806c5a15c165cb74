"""Capabilities: read as their RFCs lay them out, kept when they are not understood."""

import pytest

from bgpkit.wire import decode_capabilities, encode_capability
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AddPathCapability,
    AddPathMode,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    Family,
    ForwardingState,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    RouteRefreshCapability,
    UnknownCapability,
)

KNOWN: list[tuple[str, Capability]] = [
    ("010400010001", MultiprotocolCapability(IPV4_UNICAST)),
    ("010400190046", MultiprotocolCapability(Family(25, 70))),
    ("0200", RouteRefreshCapability()),
    ("0600", ExtendedMessageCapability()),
    ("40020078", GracefulRestartCapability()),
    (
        "400ac05a0001018000020100",
        GracefulRestartCapability(
            restarted=True,
            notification=True,
            restart_time=90,
            families=(ForwardingState(IPV4_UNICAST, True), ForwardingState(IPV6_UNICAST, False)),
        ),
    ),
    ("4104fffffffe", FourOctetAsCapability(4294967294)),
    (
        "45080001010100020103",
        AddPathCapability(((IPV4_UNICAST, AddPathMode.RECEIVE), (IPV6_UNICAST, AddPathMode.BOTH))),
    ),
    ("4600", EnhancedRouteRefreshCapability()),
    ("8000", UnknownCapability(128, b"")),
    ("490568656c6c6f", UnknownCapability(73, b"hello")),
]


@pytest.mark.parametrize(("octets", "capability"), KNOWN)
def test_octets_and_values_are_the_same_thing(octets: str, capability: Capability) -> None:
    """Each capability is laid out as its RFC says, both ways."""
    assert decode_capabilities(bytes.fromhex(octets)) == (capability,)
    assert encode_capability(capability) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    "octets",
    ["010300010001", "020100", "060100", "400100", "40030078ff", "4103000001", "4500", "450400010104", "460100"],
)
def test_a_capability_of_the_wrong_shape_is_kept_as_unknown(octets: str) -> None:
    """A wrong length, or a Send/Receive field out of range, makes a capability not understood, and no error."""
    code, value = int(octets[:2], 16), bytes.fromhex(octets)[2:]
    value = value[: bytes.fromhex(octets)[1]]
    assert decode_capabilities(bytes((code, len(value))) + value) == (UnknownCapability(code, value),)


def test_several_capabilities_keep_their_order_and_repeats() -> None:
    """RFC 5492, section 4: a capability may come several times."""
    octets = bytes.fromhex("0200 0104 0001 0001 0200".replace(" ", ""))
    refresh = RouteRefreshCapability()
    assert decode_capabilities(octets) == (refresh, MultiprotocolCapability(IPV4_UNICAST), refresh)


@pytest.mark.parametrize("octets", ["01", "0104000100", "020041"])
def test_a_capability_beyond_its_parameter_is_an_error(octets: str) -> None:
    """The list of capabilities must end where the parameter ends."""
    with pytest.raises(ValueError, match="past the end"):
        decode_capabilities(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "capability",
    [
        FourOctetAsCapability(1 << 32),
        MultiprotocolCapability(Family(1 << 16, 1)),
        MultiprotocolCapability(Family(1, 256)),
        GracefulRestartCapability(restart_time=4096),
        UnknownCapability(256, b""),
        UnknownCapability(1, bytes(256)),
    ],
)
def test_what_does_not_fit_is_refused(capability: Capability) -> None:
    """A field that its octets cannot hold is the caller's fault."""
    with pytest.raises(ValueError, match=r"fit|within"):
        encode_capability(capability)
