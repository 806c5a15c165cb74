"""RFC 8950, section 4: IPv6 next hops of IPv4 routes are announced, and used where both sides did."""

from dataclasses import replace

import pytest

from bgpkit.wire import decode_capabilities
from bgpkit_fsm import (
    IPV4_ROUTE_TARGET,
    IPV4_UNICAST,
    IPV4_VPN,
    Capability,
    ExtendedNextHopCapability,
    Family,
    MultiprotocolCapability,
    negotiate,
)
from tests.unit.fsm.sessions import CONFIG, remote_open

FAMILIES = tuple(map(MultiprotocolCapability, (IPV4_UNICAST, IPV4_VPN, IPV4_ROUTE_TARGET)))


def _agreed(ours: Capability, *theirs: Capability) -> frozenset[Family]:
    local = replace(CONFIG, capabilities=(*FAMILIES, ours)).open
    return negotiate(local, remote_open(*FAMILIES, *theirs)).extended_next_hop


@pytest.mark.rfc("8950", "4")
def test_a_capability_has_triples_of_six_octets() -> None:
    """NLRI AFI, NLRI SAFI and Nexthop AFI, two octets each."""
    octets = bytes.fromhex("05 0c 0001 0001 0002 0001 0080 0002")
    assert decode_capabilities(octets) == (ExtendedNextHopCapability(((IPV4_UNICAST, 2), (IPV4_VPN, 2))),)


@pytest.mark.rfc("8950", "4")
def test_only_what_the_peer_announced_is_used() -> None:
    """A speaker MUST have ascertained that the peer supports it for the AFI/SAFI pair."""
    ours = ExtendedNextHopCapability(((IPV4_UNICAST, 2), (IPV4_VPN, 2)))
    assert _agreed(ours) == frozenset()
    assert _agreed(ours, ExtendedNextHopCapability(((IPV4_VPN, 2),))) == {IPV4_VPN}


@pytest.mark.rfc("8950", "4")
def test_several_capabilities_are_read_as_one() -> None:
    """Each adds its triples."""
    ours = ExtendedNextHopCapability(((IPV4_UNICAST, 2), (IPV4_VPN, 2)))
    four, vpn = ExtendedNextHopCapability(((IPV4_UNICAST, 2),)), ExtendedNextHopCapability(((IPV4_VPN, 2),))
    assert _agreed(ours, four, vpn) == {IPV4_UNICAST, IPV4_VPN}


@pytest.mark.rfc("8950", "4")
@pytest.mark.parametrize("pair", [(IPV4_UNICAST, 1), (IPV4_ROUTE_TARGET, 2)])
def test_other_combinations_are_not_specified(pair: tuple[Family, int]) -> None:
    """The capability is for IPv4 routes of five SAFIs with IPv6 next hops: others mean nothing."""
    capability = ExtendedNextHopCapability((pair,))
    assert _agreed(capability, capability) == frozenset()
