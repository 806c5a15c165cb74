"""Link states (RFC 9552, RFC 9086, RFC 9514)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import (
    addresses,
    asns,
    ipv4_addresses,
    ipv6_addresses,
    numbers,
    route_distinguishers,
    tlvs,
)
from bgpkit.testing.strategies.fields import octets as some_octets
from bgpkit.testing.strategies.prefixes import prefixes_of_width
from bgpkit.wire.families.bgp_ls import LinkStateNlri, LinkStateType
from bgpkit.wire.families.bgp_ls_descriptors import (
    AutonomousSystem,
    BgpLsIdentifier,
    BgpRouterId,
    IgpRouterId,
    InterfaceAddress,
    IpReachability,
    LinkIdentifiers,
    LinkStateDescriptor,
    MemberAs,
    MultiTopologyId,
    NeighborAddress,
    NodeDescriptor,
    NodeDescriptors,
    OspfAreaId,
    OspfRouteTypeDescriptor,
    Srv6Sid,
)
from bgpkit.wire.families.bgp_ls_tlvs import write_descriptor
from bgpkit.wire.families.opaque import OpaqueNlri

_WIDTHS: Final = {LinkStateType.IPV4_PREFIX: 32, LinkStateType.IPV6_PREFIX: 128}
_UNKNOWN_CODES: Final = st.integers(1024, 0xFFFF)
_NODE_BY_CODE: Final[dict[int, st.SearchStrategy[NodeDescriptor]]] = {
    512: st.builds(AutonomousSystem, asns()),
    513: st.builds(BgpLsIdentifier, numbers(32)),
    514: st.builds(OspfAreaId, ipv4_addresses()),
    515: st.builds(IgpRouterId, st.one_of(*map(some_octets, (4, 6, 7, 8, 16)))),
    516: st.builds(BgpRouterId, ipv4_addresses()),
    517: st.builds(MemberAs, asns()),
    1024: tlvs(st.just(1024)),
}
_LINK: Final[st.SearchStrategy[LinkStateDescriptor]] = st.one_of(
    st.builds(LinkIdentifiers, numbers(32), numbers(32)),
    st.builds(InterfaceAddress, addresses()),
    st.builds(NeighborAddress, addresses()),
    st.builds(MultiTopologyId, st.lists(numbers(12), max_size=3).map(tuple)),
    st.builds(OspfRouteTypeDescriptor, st.integers(1, 6) | numbers(8)),
    st.builds(Srv6Sid, ipv6_addresses()),
    tlvs(_UNKNOWN_CODES),
)


def node_descriptors(*, remote: bool = False) -> st.SearchStrategy[NodeDescriptors]:
    """Return what tells a node apart, in ascending order of types. RFC 9552, section 5.2.1.4."""
    codes = st.sets(st.sampled_from(sorted(_NODE_BY_CODE))).map(sorted)
    nodes = codes.flatmap(lambda found: st.tuples(*(_NODE_BY_CODE[code] for code in found)))
    return st.builds(NodeDescriptors, nodes, st.just(remote))


@st.composite
def link_states(draw: st.DrawFn, *, vpn: bool = False) -> LinkStateNlri:
    """Draw the NLRI of a node, link, prefix or SID; with a route distinguisher for VPNs. RFC 9552, section 5.2."""
    kind = draw(st.sampled_from(LinkStateType))
    found: list[LinkStateDescriptor] = [draw(node_descriptors())]
    if kind is LinkStateType.LINK:
        found.append(draw(node_descriptors(remote=True)))
    if kind in _WIDTHS:
        found.append(IpReachability(draw(prefixes_of_width(_WIDTHS[kind]))))
    found += draw(st.lists(_LINK, max_size=3))
    return LinkStateNlri(
        nlri_type=kind,
        protocol_id=draw(st.integers(1, 7) | numbers(8)),
        identifier=draw(numbers(64)),
        descriptors=tuple(sorted(found, key=_rank)),
        route_distinguisher=draw(route_distinguishers()) if vpn else None,
    )


def unknown_link_states() -> st.SearchStrategy[OpaqueNlri]:
    """Return link states of types that are not known, which are propagated. RFC 9552, section 5.2."""
    kinds = st.sampled_from([0, 5, 7, 8]) | st.integers(9, 0xFFFF)
    return st.builds(_opaque, kinds, st.binary(max_size=30))


def _opaque(kind: int, value: bytes) -> OpaqueNlri:
    return OpaqueNlri(kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value)


def _rank(descriptor: LinkStateDescriptor) -> tuple[int, int, bytes]:
    """Return what descriptors stand in order of. RFC 9552, section 5.1."""
    code, value = write_descriptor(descriptor)
    return code, len(value), value
