"""Link states of any kind: read, keyed and written without a loss."""

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

from hypothesis import assume, given
from hypothesis import strategies as st

from bgpkit.wire.families.bgp_ls import BGP_LS_ROWS, LinkStateNlri, LinkStateType
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
from bgpkit.wire.families.bgp_ls_tlvs import read_descriptors, write_descriptor
from bgpkit.wire.families.row import FamilyRow
from bgpkit.wire.tlv import Tlv, read_tlvs, write_tlvs
from bgpkit_rib import Prefix, RouteDistinguisher

rows = st.sampled_from(BGP_LS_ROWS)
u32 = st.integers(0, (1 << 32) - 1)
ipv4 = u32.map(IPv4Address)
ipv6 = st.integers(0, (1 << 128) - 1).map(IPv6Address)
unknown_tlvs = st.builds(Tlv, st.integers(600, 65535), st.binary(max_size=5))
node_descriptors: st.SearchStrategy[NodeDescriptor] = st.one_of(
    u32.map(AutonomousSystem),
    u32.map(BgpLsIdentifier),
    ipv4.map(OspfAreaId),
    st.binary(max_size=16).map(IgpRouterId),
    ipv4.map(BgpRouterId),
    u32.map(MemberAs),
    unknown_tlvs,
)


def code_of(descriptor: NodeDescriptor) -> int:
    """Return the type of a descriptor of a node, as its octets tell."""
    return int.from_bytes(write_descriptor(NodeDescriptors((descriptor,)))[1][:2], "big")


nodes = st.builds(
    NodeDescriptors,
    st.lists(node_descriptors, max_size=6, unique_by=code_of).map(lambda found: tuple(sorted(found, key=code_of))),
    st.booleans(),
)


def descriptors(width: int) -> st.SearchStrategy[tuple[LinkStateDescriptor, ...]]:
    """Draw descriptors in the order that they must have."""
    length = st.integers(0, width)
    prefix = length.flatmap(
        lambda bits: st.integers(0, (1 << bits) - 1).map(
            lambda number: Prefix(
                bytes((bits,)) + (number << (width - bits)).to_bytes(width // 8, "big")[: (bits + 7) // 8], width
            )
        )
    )
    each: st.SearchStrategy[LinkStateDescriptor] = st.one_of(
        nodes,
        st.builds(LinkIdentifiers, u32, u32),
        st.builds(InterfaceAddress, ipv4 | ipv6),
        st.builds(NeighborAddress, ipv4 | ipv6),
        st.lists(st.integers(0, 4095), max_size=3).map(lambda found: MultiTopologyId(tuple(found))),
        st.integers(0, 255).map(OspfRouteTypeDescriptor),
        ipv6.map(Srv6Sid),
        unknown_tlvs,
        *([prefix.map(IpReachability)] if width else []),
    )
    return st.lists(each, max_size=6).map(lambda found: tuple(sorted(found, key=rank)))


def rank(descriptor: LinkStateDescriptor) -> tuple[int, int, bytes]:
    """Return what RFC 9552, section 5.1 orders descriptors by: type, length, value."""
    code, value = write_descriptor(descriptor)
    return code, len(value), value


@st.composite
def link_states(draw: st.DrawFn, row: FamilyRow) -> LinkStateNlri:
    """Draw a link state that a family can carry."""
    kind = draw(st.sampled_from(LinkStateType))
    width = {LinkStateType.IPV4_PREFIX: 32, LinkStateType.IPV6_PREFIX: 128}.get(kind, 0)
    return LinkStateNlri(
        nlri_type=kind,
        protocol_id=draw(st.integers(0, 255)),
        identifier=draw(st.integers(0, (1 << 64) - 1)),
        descriptors=draw(descriptors(width)),
        route_distinguisher=RouteDistinguisher(draw(st.binary(min_size=8, max_size=8)))
        if row.family.safi == 72
        else None,
    )


rows_with_link_states = rows.flatmap(lambda row: st.tuples(st.just(row), st.lists(link_states(row), max_size=3)))


def cut(row: FamilyRow, field: bytes, *, add_path: bool = False) -> list[tuple[int, bytes, bytes, bytes]]:
    """Return what a field is cut into; nothing when it is refused, which only ValueError may say."""
    with suppress(ValueError):
        return list(row.cut(field, add_path=add_path, withdrawn=False))
    return []


def check(row: FamilyRow, cuts: list[tuple[int, bytes, bytes, bytes]]) -> None:
    """Check what every frame promises: the octets are the key, and decode to a value that encodes to them."""
    for _, key, rest, octets in cuts:
        assert rest == b""
        assert key in {b"", octets}
        if key:
            value = row.decode(key, rest)
            assert isinstance(value, row.values)
            assert str(value)
            assert row.encode(value) == (key, rest)


@given(rows_with_link_states)
def test_link_states_come_back_from_octets(drawn: tuple[FamilyRow, list[LinkStateNlri]]) -> None:
    """What is written is read as the same values, and the octets are the keys."""
    row, values = drawn
    octets = row.octets(values, add_path=False)
    assert row.nlri(b"".join(octets), add_path=False, withdrawn=False) == tuple(values)
    assert [key for _, key, _, _ in row.cut(b"".join(octets), add_path=False, withdrawn=True)] == octets
    assert all(str(value) for value in values)


@given(rows, st.binary(max_size=80), st.booleans())
def test_any_octets_are_read_or_refused(row: FamilyRow, field: bytes, add_path: bool) -> None:
    """Nothing but ValueError comes of them, and none once they are cut."""
    check(row, cut(row, field, add_path=add_path))


@given(rows_with_link_states, st.data())
def test_a_changed_octet_is_read_discarded_or_refused(
    drawn: tuple[FamilyRow, list[LinkStateNlri]], data: st.DataObject
) -> None:
    """Octets that are nearly right: types, lengths, contents."""
    row, values = drawn
    field = bytearray(b"".join(row.octets(values, add_path=False)))
    assume(field)
    field[data.draw(st.integers(0, len(field) - 1))] = data.draw(st.integers(0, 255))
    check(row, cut(row, bytes(field)))


@given(
    st.lists(
        st.tuples(st.sampled_from((256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 518, 0)), st.binary(max_size=20)),
        max_size=4,
    ),
    st.sampled_from((0, 32, 128)),
)
def test_any_value_of_a_known_type_is_written_as_it_was_read(tlvs: list[tuple[int, bytes]], width: int) -> None:
    """Whatever the contents: what the fields cannot hold stays a TLV."""
    octets = write_tlvs(tlvs)
    assert write_tlvs(map(write_descriptor, read_descriptors(octets, width))) == octets


@given(st.lists(st.tuples(st.integers(0, 65535), st.binary(max_size=10))))
def test_tlvs_come_back_from_octets(tlvs: list[tuple[int, bytes]]) -> None:
    """Types and values, in order."""
    assert read_tlvs(write_tlvs(tlvs)) == tuple(tlvs)


@given(st.binary(max_size=40))
def test_any_octets_are_tlvs_or_refused(octets: bytes) -> None:
    """Those that are come back as they were."""
    found: tuple[tuple[int, bytes], ...] | None = None
    with suppress(ValueError):
        found = read_tlvs(octets)
    assert found is None or write_tlvs(found) == octets
