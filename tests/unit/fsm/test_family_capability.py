"""Tests of the capabilities that list families, as people read them."""

import pytest

from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV4_VPN,
    IPV6_UNICAST,
    AddPathCapability,
    AddPathMode,
    Capability,
    ExtendedNextHopCapability,
    OrfCapability,
    OrfMode,
    OrfSupport,
)


@pytest.mark.parametrize(
    ("mode", "receives", "sends"),
    [(AddPathMode.RECEIVE, True, False), (AddPathMode.SEND, False, True), (AddPathMode.BOTH, True, True)],
)
def test_a_mode_says_both_directions(mode: AddPathMode, receives: bool, sends: bool) -> None:
    """RFC 7911, section 4: able to receive (1), able to send (2), both (3)."""
    assert (mode.receives, mode.sends) == (receives, sends)


@pytest.mark.parametrize(
    ("capability", "text"),
    [
        (
            AddPathCapability(((IPV4_UNICAST, AddPathMode.BOTH), (IPV6_UNICAST, AddPathMode.RECEIVE))),
            "add-path (ipv4-unicast both, ipv6-unicast receive)",
        ),
        (
            OrfCapability((OrfSupport(IPV4_UNICAST, ((64, OrfMode.BOTH), (65, OrfMode.SEND))),)),
            "outbound-route-filtering (ipv4-unicast type 64 both type 65 send)",
        ),
        (ExtendedNextHopCapability(((IPV4_VPN, 2),)), "extended-next-hop (ipv4-vpn via afi 2)"),
    ],
)
def test_capability_is_one_line(capability: Capability, text: str) -> None:
    """Families with what the speaker does for each."""
    assert str(capability) == text
