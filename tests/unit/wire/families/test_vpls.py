"""VPLS and layer 2 VPNs as NLRI."""

from ipaddress import IPv4Address

import pytest

from bgpkit.wire.families.label_stack import MplsLabel
from bgpkit.wire.families.vpls import VPLS_ROWS, L2vpnLabelBlock, VplsDiscovery, VplsLabelBlock, VplsNlri
from bgpkit_rib import Prefix, RouteDistinguisher

(VPLS,) = VPLS_ROWS
RD = RouteDistinguisher.parse("192.168.201.1:123")
BLOCK = VplsLabelBlock(route_distinguisher=RD, ve_id=5, block_offset=1, block_size=8, label_base=MplsLabel(10702))
DISCOVERY = VplsDiscovery(RouteDistinguisher.parse("65000:1"), IPv4Address("192.0.2.1"))
CIRCUITS = L2vpnLabelBlock(
    route_distinguisher=RD,
    ce_id=5,
    block_offset=1,
    label_base=MplsLabel(10702),
    tlvs=bytes.fromhex("01 0008 ff"),
)
BLOCK_OCTETS = "0011 0001c0a8c901007b 0005 0001 0008 029ce1"
DISCOVERY_OCTETS = "000c 0000fde800000001 c0000201"
CIRCUITS_OCTETS = "0013 0001c0a8c901007b 0005 0001 029ce1 01 0008 ff"


@pytest.mark.parametrize(
    ("octets", "value", "text"),
    [
        (BLOCK_OCTETS, BLOCK, "rd 192.168.201.1:123 ve 5 offset 1 size 8 base 10702"),
        (DISCOVERY_OCTETS, DISCOVERY, "rd 65000:1 vsi 192.0.2.1"),
        (CIRCUITS_OCTETS, CIRCUITS, "rd 192.168.201.1:123 ce 5 offset 1 base 10702 tlvs 0x010008ff"),
    ],
)
def test_the_length_tells_the_three_kinds_apart(octets: str, value: VplsNlri, text: str) -> None:
    """17 octets, 12, and others over 14; the first with its meaning is from the exabgp vectors (conf-l2vpn.ci)."""
    raw = bytes.fromhex(octets)
    assert VPLS.nlri(raw, add_path=False, withdrawn=False) == (value,)
    assert VPLS.octets([value], add_path=False) == [raw]
    assert str(value) == text


def test_a_layer_2_vpn_without_tlvs_is_read() -> None:
    """15 octets behind the length."""
    raw = bytes.fromhex("000f 0001c0a8c901007b 0005 0001 029ce1")
    (value,) = VPLS.nlri(raw, add_path=False, withdrawn=False)
    assert str(value) == "rd 192.168.201.1:123 ce 5 offset 1 base 10702"
    assert VPLS.octets([value], add_path=False) == [raw]


def test_labels_and_size_are_beside_the_key() -> None:
    """Route distinguisher, number and offset are the key, behind the length of their kind."""
    key = "0001c0a8c901007b 0005 0001"
    assert VPLS.encode(BLOCK) == (bytes.fromhex(f"0011 {key}"), bytes.fromhex("0008 029ce1"))
    assert VPLS.encode(CIRCUITS) == (bytes.fromhex(f"000f {key}"), bytes.fromhex("029ce1 01 0008 ff"))
    assert VPLS.encode(DISCOVERY) == (bytes.fromhex(DISCOVERY_OCTETS), b"")
    raw = bytes.fromhex(BLOCK_OCTETS + DISCOVERY_OCTETS + CIRCUITS_OCTETS)
    blocks, unknown = VPLS.blocks(raw, add_path=False, withdrawn=False)
    assert [(block.keys, block.rest) for block in blocks] == [
        ([VPLS.encode(BLOCK)[0]], VPLS.encode(BLOCK)[1]),
        ([bytes.fromhex(DISCOVERY_OCTETS)], b""),
        ([VPLS.encode(CIRCUITS)[0]], VPLS.encode(CIRCUITS)[1]),
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        (BLOCK, "0011 0001c0a8c901007b 0005 0001 0000 000000"),
        (CIRCUITS, "000f 0001c0a8c901007b 0005 0001 000000"),
        (DISCOVERY, DISCOVERY_OCTETS),
    ],
)
def test_a_key_alone_is_enough_for_a_withdrawal(value: VplsNlri, octets: str) -> None:
    """What is beside the key is zero then, and can be read all the same."""
    key = VPLS.encode(value)[0]
    assert VPLS.wire(key) == bytes.fromhex(octets)
    assert VPLS.decode(key, b"") == VPLS.nlri(bytes.fromhex(octets), add_path=False, withdrawn=True)[0]
    assert VPLS.blocks(bytes.fromhex(octets), add_path=False, withdrawn=True)[0][0].keys == [key]


@pytest.mark.parametrize("length", [0, 11, 13, 14])
def test_other_lengths_are_refused(length: int) -> None:
    """No RFC gives them a meaning."""
    with pytest.raises(ValueError, match=f"a VPLS NLRI of {length} octets"):
        VPLS.blocks(length.to_bytes(2, "big") + bytes(length), add_path=False, withdrawn=False)


@pytest.mark.parametrize("octets", ["00", "0011 0001", BLOCK_OCTETS[:-2], DISCOVERY_OCTETS[:-2]])
def test_an_nlri_cut_short_is_refused(octets: str) -> None:
    """The length goes beyond the field."""
    with pytest.raises(ValueError, match="cut short"):
        VPLS.blocks(bytes.fromhex(octets), add_path=False, withdrawn=False)


@pytest.mark.parametrize("number", [-1, 1 << 16])
def test_numbers_must_fit_two_octets(number: int) -> None:
    """VE ID, CE ID, offset and size."""
    for ve_id, block_offset, block_size in ((number, 1, 1), (1, number, 1), (1, 1, number)):
        with pytest.raises(ValueError, match=f"{number} does not fit 2 octets"):
            VplsLabelBlock(
                route_distinguisher=RD,
                ve_id=ve_id,
                block_offset=block_offset,
                block_size=block_size,
                label_base=MplsLabel(1),
            )
    for ce_id, block_offset in ((number, 1), (1, number)):
        with pytest.raises(ValueError, match=f"{number} does not fit 2 octets"):
            L2vpnLabelBlock(route_distinguisher=RD, ce_id=ce_id, block_offset=block_offset, label_base=MplsLabel(1))


@pytest.mark.parametrize("length", [2, (1 << 16) - 15])
def test_a_layer_2_vpn_is_not_as_long_as_a_vpls(length: int) -> None:
    """TLVs of two octets would make it one, and there are sixteen bits for the length."""
    with pytest.raises(ValueError, match=f"a layer 2 VPN cannot have TLVs of {length} octets"):
        L2vpnLabelBlock(route_distinguisher=RD, ce_id=1, block_offset=1, label_base=MplsLabel(1), tlvs=bytes(length))


def test_values_of_other_classes_are_refused() -> None:
    """A prefix is none of the three."""
    with pytest.raises(ValueError, match="it takes VPLS and layer 2 VPN NLRI"):
        VPLS.encode(Prefix.parse("192.0.2.0/24"))


def test_next_hops_are_of_either_address_family() -> None:
    """The address of a PE, IPv4 or IPv6. RFC 4761, section 3.2.2."""
    for row in (VPLS,):
        assert row.next_hop_lengths == {4, 16}
