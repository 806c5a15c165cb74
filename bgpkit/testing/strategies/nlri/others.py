"""VPLS and layer 2 VPNs, SR policies, route target memberships (RFC 4761, RFC 6074, RFC 6624, RFC 9830, RFC 4684)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.communities import extended_communities
from bgpkit.testing.strategies.fields import addresses, ipv4_addresses, numbers, route_distinguishers
from bgpkit.testing.strategies.nlri.prefixes import labels
from bgpkit.wire.families.route_target import RouteTargetMembership
from bgpkit.wire.families.sr_policy import SrPolicy
from bgpkit.wire.families.vpls import L2vpnLabelBlock, VplsDiscovery, VplsLabelBlock, VplsNlri
from bgpkit_rib import ExtendedCommunity

_LIKE_VPLS: Final = 2
"""Octets of TLVs with which a layer 2 VPN would pass for a VPLS."""
_LENGTHS: Final = st.sampled_from([0, 32, 64, 96]) | st.integers(32, 96)
_DISCOVERIES: Final = st.builds(VplsDiscovery, route_distinguishers(), ipv4_addresses())
_LABEL_BLOCKS: Final = st.builds(
    VplsLabelBlock,
    route_distinguisher=route_distinguishers(),
    ve_id=numbers(16),
    block_offset=numbers(16),
    block_size=numbers(16),
    label_base=labels(),
)
_CIRCUITS: Final = st.builds(
    L2vpnLabelBlock,
    route_distinguisher=route_distinguishers(),
    ce_id=numbers(16),
    block_offset=numbers(16),
    label_base=labels(),
    tlvs=st.binary(max_size=20).filter(lambda value: len(value) != _LIKE_VPLS),
)

VPLS_NLRI: Final[st.SearchStrategy[VplsNlri]] = st.one_of(_DISCOVERIES, _LABEL_BLOCKS, _CIRCUITS)
"""Switches that look for others, and blocks of labels for VPLS and layer 2 VPNs."""


def sr_policies(width: int) -> st.SearchStrategy[SrPolicy]:
    """Return candidate paths of SR policies whose endpoints have addresses of ``width`` bits."""
    return st.builds(SrPolicy, numbers(32), numbers(32), addresses(width))


def route_target_memberships() -> st.SearchStrategy[RouteTargetMembership]:
    """Return memberships of every length: the default route target, an AS, and whole or partial route targets."""
    return st.builds(_membership, _LENGTHS, numbers(32), extended_communities())


def _membership(length: int, origin_as: int, target: ExtendedCommunity) -> RouteTargetMembership:
    """Return a membership, with what is beyond its length zero. RFC 4684, section 4."""
    spare = 96 - length
    number = (origin_as << 64 | int.from_bytes(target.octets, "big")) >> spare << spare
    rest = ExtendedCommunity((number & (1 << 64) - 1).to_bytes(8, "big"))
    return RouteTargetMembership(length=length, origin_as=number >> 64, route_target=rest)
