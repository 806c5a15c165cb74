"""Capabilities that list families: octets from the RFCs' figures, both ways."""

import pytest

from bgpkit.wire import decode_capabilities, encode_capability
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV4_VPN,
    IPV6_UNICAST,
    AddPathCapability,
    AddPathMode,
    Capability,
    ExtendedNextHopCapability,
    Family,
    ForwardingState,
    GracefulRestartCapability,
    LongLivedGracefulRestartCapability,
    LongLivedState,
    OrfCapability,
    OrfMode,
    OrfSupport,
    UnknownCapability,
)

KNOWN: list[tuple[str, Capability]] = [
    ("03 07 0001 00 01 01 40 03", OrfCapability((OrfSupport(IPV4_UNICAST, ((64, OrfMode.BOTH),)),))),
    (
        "03 0e 0001 00 01 02 40 01 41 02 0002 09 01 00",
        OrfCapability(
            (
                OrfSupport(IPV4_UNICAST, ((64, OrfMode.RECEIVE), (65, OrfMode.SEND))),
                OrfSupport(IPV6_UNICAST, (), 9),
            )
        ),
    ),
    ("05 06 0001 0001 0002", ExtendedNextHopCapability(((IPV4_UNICAST, 2),))),
    ("05 0c 0001 0001 0002 0001 0080 0002", ExtendedNextHopCapability(((IPV4_UNICAST, 2), (IPV4_VPN, 2)))),
    ("40 02 0078", GracefulRestartCapability()),
    (
        "40 0a c05a 0001 01 80 0002 01 00",
        GracefulRestartCapability(
            restarted=True,
            notification=True,
            restart_time=90,
            families=(ForwardingState(IPV4_UNICAST, True), ForwardingState(IPV6_UNICAST, False)),
        ),
    ),
    (
        "40 06 3fff 0001 01 7f",
        GracefulRestartCapability(restart_time=4095, families=(ForwardingState(IPV4_UNICAST, False, 127),), reserved=3),
    ),
    (
        "45 08 0001 01 01 0002 01 03",
        AddPathCapability(((IPV4_UNICAST, AddPathMode.RECEIVE), (IPV6_UNICAST, AddPathMode.BOTH))),
    ),
    (
        "45 08 0001 01 02 0001 01 01",
        AddPathCapability(((IPV4_UNICAST, AddPathMode.SEND), (IPV4_UNICAST, AddPathMode.RECEIVE))),
    ),
    ("47 00", LongLivedGracefulRestartCapability()),
    (
        "47 0e 0001 01 80 000168 0002 01 7f ffffff",
        LongLivedGracefulRestartCapability(
            (
                LongLivedState(family=IPV4_UNICAST, preserved=True, stale_time=360),
                LongLivedState(family=IPV6_UNICAST, stale_time=16777215, reserved=127),
            )
        ),
    ),
]


@pytest.mark.parametrize(("octets", "capability"), KNOWN)
def test_octets_and_values_are_the_same_thing(octets: str, capability: Capability) -> None:
    """Each capability is laid out as its RFC says, both ways; reserved bits are kept."""
    assert decode_capabilities(bytes.fromhex(octets)) == (capability,)
    assert encode_capability(capability) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    "octets",
    [
        "03 00",
        "03 04 0001 00 01",
        "03 06 0001 00 01 01 40",
        "03 08 0001 00 01 01 40 03 00",
        "03 07 0001 00 01 01 40 00",
        "03 07 0001 00 01 01 40 04",
        "05 00",
        "05 05 0001 0001 00",
        "05 06 0001 0101 0002",
        "40 01 00",
        "40 03 0078 ff",
        "45 00",
        "45 03 0001 01",
        "45 04 0001 01 00",
        "45 04 0001 01 04",
        "47 06 0001 01 80 0001",
    ],
)
def test_a_capability_of_the_wrong_shape_is_kept_as_unknown(octets: str) -> None:
    """A wrong length, or a mode out of range, makes a capability not understood, and no error; its octets stay."""
    raw = bytes.fromhex(octets)
    unknown = UnknownCapability(raw[0], raw[2:])
    assert decode_capabilities(raw) == (unknown,)
    assert encode_capability(unknown) == raw


@pytest.mark.parametrize(
    "capability",
    [
        GracefulRestartCapability(restart_time=4096),
        GracefulRestartCapability(restart_time=-1),
        GracefulRestartCapability(reserved=4),
        GracefulRestartCapability(families=(ForwardingState(IPV4_UNICAST, True, 128),)),
        GracefulRestartCapability(families=(ForwardingState(IPV4_UNICAST, True),) * 64),
        AddPathCapability(()),
        AddPathCapability(((Family(1, 256), AddPathMode.SEND),)),
        ExtendedNextHopCapability(()),
        ExtendedNextHopCapability(((IPV4_UNICAST, 65536),)),
        LongLivedGracefulRestartCapability((LongLivedState(family=IPV4_UNICAST, stale_time=1 << 24),)),
        OrfCapability(()),
        OrfCapability((OrfSupport(IPV4_UNICAST, ((256, OrfMode.SEND),)),)),
        OrfCapability((OrfSupport(IPV4_UNICAST, (), 256),)),
    ],
)
def test_what_does_not_fit_is_refused(capability: Capability) -> None:
    """A field that its octets cannot hold, and a list that its RFC wants not empty, are the caller's fault."""
    with pytest.raises(ValueError, match=r"fit|within"):
        encode_capability(capability)
