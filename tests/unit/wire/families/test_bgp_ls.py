"""Link states as NLRI."""

import pytest

from bgpkit.wire.families.bgp_ls import BGP_LS_ROWS, LinkStateNlri, LinkStateType
from bgpkit.wire.families.bgp_ls_descriptors import AutonomousSystem, IgpRouterId, NodeDescriptors
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit_rib import Prefix, RouteDistinguisher

PLAIN, VPN = BGP_LS_ROWS
NODE = "0001 0027 01 00000000000000040100 001a 0200 0004 0000fc13 0201 0004 0000008b 0203 0006 192168251231"
ISIS_LINK = (
    "0002 0055 02 0000000000000000"
    "0100 001a 0200 0004 0000fffe 0201 0004 00000000 0203 0006 000000000003"
    "0101 001a 0200 0004 0000fffe 0201 0004 00000000 0203 0006 000000000001"
    "0103 0004 01030002 0104 0004 01030001"
)
ISIS_LINK_TEXT = (
    "link isis-l2 id 0 local(as 65534 ls-id 0 router 0000.0000.0003)"
    " remote(as 65534 ls-id 0 router 0000.0000.0001) interface 1.3.0.2 neighbor 1.3.0.1"
)
PEERING_LINK = (
    "0002 0051 07 0000000000000000"
    "0100 0018 0200 0004 000000c8 0201 0004 00000000 0205 0004 000000c8"
    "0101 0018 0200 0004 0000012c 0201 0004 00000000 0205 0004 0000012c"
    "0103 0004 c0a80403 0104 0004 c0a80404"
)
PEERING_LINK_TEXT = (
    "link bgp id 0 local(as 200 ls-id 0 member-as 200)"
    " remote(as 300 ls-id 0 member-as 300) interface 192.168.4.3 neighbor 192.168.4.4"
)
OSPF_PREFIX = (
    "0003 002a 03 0000000000000000 0100 0010 0202 0004 00000000 0203 0004 c00002010108 0001 01 0109 0004 18 cb0071"
)


def read(octets: bytes) -> LinkStateNlri:
    """Return the one link state in a field."""
    (value,) = PLAIN.nlri(octets, add_path=False, withdrawn=False)
    assert isinstance(value, LinkStateNlri)
    return value


@pytest.mark.parametrize(("octets", "text"), [(ISIS_LINK, ISIS_LINK_TEXT), (PEERING_LINK, PEERING_LINK_TEXT)])
def test_links_of_yabgp_are_read_as_it_means_them(octets: str, text: str) -> None:
    """Octets and meaning from the yabgp vectors: a link of IS-IS, and one of BGP egress peer engineering."""
    raw = bytes.fromhex(octets)
    assert str(read(raw)) == text
    assert PLAIN.octets([read(raw)], add_path=False) == [raw]


def test_a_node_of_exabgp_is_read_as_it_means_it() -> None:
    """Octets and meaning from the exabgp vectors (bgp-ls-7)."""
    raw = bytes.fromhex(NODE)
    assert str(read(raw)) == "node isis-l1 id 4 local(as 64531 ls-id 139 router 1921.6825.1231)"
    assert PLAIN.octets([read(raw)], add_path=False) == [raw]


def test_a_link_to_a_pseudonode_is_read() -> None:
    """Octets and meaning from the exabgp vectors (bgp-ls-10): link identifiers, topology 2, pseudonode 3."""
    raw = bytes.fromhex(
        "0002 0058 02 0000000000000000"
        "0100 001a 0200 0004 00003022 0201 0004 00000000 0203 0006 000000000013"
        "0101 001b 0200 0004 00003022 0201 0004 00000000 0203 0007 00000000001403"
        "0102 0008 00000010 00000000 0107 0002 0002"
    )
    assert str(read(raw)).endswith("remote(as 12322 ls-id 0 router 0000.0000.0014-03) link-ids 16:0 topology 2")
    assert PLAIN.octets([read(raw)], add_path=False) == [raw]


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (
            OSPF_PREFIX,
            "ipv4-prefix ospfv2 id 0 local(area 0.0.0.0 router 192.0.2.1) ospf-intra-area prefix 203.0.113.0/24",
        ),
        (
            "0004 001e 02 0000000000000000 0100 0008 0200 0004 0000fde8 0109 0005 20 20010db8",
            "ipv6-prefix isis-l2 id 0 local(as 65000) prefix 2001:db8::/32",
        ),
        (
            "0006 0029 06 0000000000000001 0100 0008 0203 0004 c0000201 0206 0010 20010db8000000000000000000000005",
            "srv6-sid ospfv3 id 1 local(router 192.0.2.1) sid 2001:db8::5",
        ),
        ("0001 0009 63 ffffffffffffffff", "node protocol 99 id 18446744073709551615 "),
    ],
)
def test_prefixes_segments_and_bare_nodes_are_read(octets: str, text: str) -> None:
    """Put together from the figures of RFC 9552, section 5.2, and RFC 9514, section 6."""
    raw = bytes.fromhex(octets)
    assert str(read(raw)) == text
    assert PLAIN.octets([read(raw)], add_path=False) == [raw]


def test_the_nodes_of_a_link_are_at_hand() -> None:
    """Both lists of descriptors, or nothing where there are none."""
    link = read(bytes.fromhex(ISIS_LINK))
    assert link.local_node[0] == AutonomousSystem(65534)
    assert link.remote_node[2] == IgpRouterId(bytes.fromhex("000000000001"))
    node = read(bytes.fromhex(NODE))
    assert (len(node.local_node), node.remote_node) == (3, ())


def test_a_link_state_of_a_vpn_has_a_route_distinguisher() -> None:
    """Eight octets behind type and length, which counts them. RFC 9552, section 5.2."""
    raw = bytes.fromhex("0001 001d 0000fde800000001 02 0000000000000000 0100 0008 0200 0004 0000fde8")
    (value,) = VPN.nlri(raw, add_path=False, withdrawn=False)
    assert isinstance(value, LinkStateNlri)
    assert value.route_distinguisher == RouteDistinguisher.parse("65000:1")
    assert str(value) == "rd 65000:1 node isis-l2 id 0 local(as 65000)"
    assert VPN.octets([value], add_path=False) == [raw]
    with pytest.raises(ValueError, match="takes link states with no route distinguisher"):
        PLAIN.encode(value)
    with pytest.raises(ValueError, match="takes link states with a route distinguisher"):
        VPN.encode(read(bytes.fromhex(NODE)))


def test_the_whole_nlri_is_its_key() -> None:
    """Nothing is beside it; a withdrawn one has the same key."""
    raw = bytes.fromhex(NODE + ISIS_LINK + NODE)
    for withdrawn in (False, True):
        (block,), unknown = PLAIN.blocks(raw, add_path=False, withdrawn=withdrawn)
        assert (block.keys, unknown) == ([bytes.fromhex(NODE), bytes.fromhex(ISIS_LINK)], [])


def test_values_of_other_classes_are_refused() -> None:
    """A prefix, and octets that are not one NLRI."""
    with pytest.raises(ValueError, match="is not an NLRI of"):
        PLAIN.encode(Prefix.parse("192.0.2.0/24"))
    for octets in ("", "00ff", "00ff 0002 01", "00ff 0000 01"):
        with pytest.raises(ValueError, match="is not an NLRI of"):
            PLAIN.encode(OpaqueNlri(bytes.fromhex(octets)))
    assert PLAIN.encode(OpaqueNlri(bytes.fromhex("00ff 0001 01"))) == (bytes.fromhex("00ff 0001 01"), b"")


@pytest.mark.parametrize(("protocol_id", "identifier"), [(256, 0), (-1, 0), (1, -1), (1, 1 << 64)])
def test_numbers_must_fit_their_fields(protocol_id: int, identifier: int) -> None:
    """An octet for the protocol, eight for the identifier."""
    with pytest.raises(ValueError, match="does not fit"):
        LinkStateNlri(nlri_type=LinkStateType.NODE, protocol_id=protocol_id, identifier=identifier, descriptors=())


def test_descriptors_out_of_order_are_not_sent() -> None:
    """Types ascend, within a node too. RFC 9552, sections 5.1 and 5.2.1.4."""
    system, router = AutonomousSystem(65000), IgpRouterId(b"\xc0\0\2\1")
    local = NodeDescriptors((system, router))
    for descriptors in (
        (NodeDescriptors((system,), remote=True), local),
        (NodeDescriptors((router, system)),),
        (NodeDescriptors((system, system)),),
    ):
        value = LinkStateNlri(nlri_type=LinkStateType.LINK, protocol_id=2, identifier=0, descriptors=descriptors)
        with pytest.raises(ValueError, match="not in ascending order"):
            PLAIN.encode(value)


def test_a_link_state_cut_short_is_refused() -> None:
    """Its total length goes beyond the field."""
    raw = bytes.fromhex(NODE)
    for octets in (raw[:-1], raw[:4], raw[:3], raw + b"\0"):
        with pytest.raises(ValueError, match="cut short"):
            PLAIN.blocks(octets, add_path=False, withdrawn=False)
