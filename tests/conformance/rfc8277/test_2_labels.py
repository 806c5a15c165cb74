"""RFC 8277, sections 2.2 to 2.4: how labels and prefix share an NLRI."""

import pytest

from bgpkit.wire.families.label_stack import MplsLabel, label_stack
from bgpkit.wire.families.labeled_unicast import LABELED_UNICAST_ROWS, LabeledPrefix
from bgpkit.wire.families.vpn import VPN_ROWS, LabeledVpnPrefix
from bgpkit_rib import Prefix, RouteDistinguisher

IPV4, IPV6 = LABELED_UNICAST_ROWS
VPNV4, VPNV6, *_ = VPN_ROWS
TEST_NET = Prefix.parse("192.0.2.0/24")


@pytest.mark.rfc("8277", "2.2")
@pytest.mark.parametrize("length", range(33))
def test_length_is_24_more_than_that_of_the_prefix(length: int) -> None:
    """It counts 20 bits of label, 3 of Rsrv, 1 of S, and the prefix."""
    prefix = Prefix(bytes((length,)) + bytes((length + 7) // 8))
    (octets,) = IPV4.octets([LabeledPrefix(prefix, label_stack(16))], add_path=False)
    assert octets[0] == 24 + length
    assert len(octets) == 4 + (length + 7) // 8


@pytest.mark.rfc("8277", "2.2")
def test_the_s_bit_is_set_and_the_reserved_field_is_zero_when_sent() -> None:
    """A single label of 100 is 0x000641."""
    assert IPV4.octets([LabeledPrefix(TEST_NET, label_stack(100))], add_path=False) == [
        bytes.fromhex("30 000641 c00002")
    ]


@pytest.mark.rfc("8277", "2.2")
@pytest.mark.parametrize("low_bits", range(16))
def test_the_reserved_field_and_the_s_bit_are_ignored_on_receipt(low_bits: int) -> None:
    """Whatever they are, prefix and label are the same, and so is the key."""
    octets = bytes((0x30, 0x00, 0x06, 0x40 | low_bits, 0xC0, 0x00, 0x02))
    (value,) = IPV4.nlri(octets, add_path=False, withdrawn=False)
    assert isinstance(value, LabeledPrefix)
    assert (value.prefix, [each.label for each in value.labels]) == (TEST_NET, [100])
    assert IPV4.encode(value)[0] == TEST_NET.key


@pytest.mark.rfc("8277", "2.3")
@pytest.mark.parametrize("count", [2, 3, 9])
def test_the_s_bit_is_set_in_the_last_of_several_labels_only(count: int) -> None:
    """By it the end of the labels is found again, and the length counts 24 bits for each."""
    value = LabeledPrefix(TEST_NET, label_stack(*range(100, 100 + count)))
    (octets,) = IPV4.octets([value], add_path=False)
    assert octets[0] == 24 * count + 24
    assert [octets[3 * at] & 1 for at in range(1, count + 1)] == [0] * (count - 1) + [1]
    assert IPV4.nlri(octets, add_path=False, withdrawn=False) == (value,)


@pytest.mark.rfc("8277", "2.1")
def test_no_more_labels_than_the_length_can_tell_are_sent() -> None:
    """Of a VPN-IPv6 host route two labels fit, and no third."""
    rd, prefix = RouteDistinguisher.parse("64512:1"), Prefix.parse("2001:db8::1/128")
    (octets,) = VPNV6.octets([LabeledVpnPrefix(rd, prefix, label_stack(1, 2))], add_path=False)
    assert octets[0] == 240
    with pytest.raises(ValueError, match="do not fit"):
        VPNV6.octets([LabeledVpnPrefix(rd, prefix, label_stack(1, 2, 3))], add_path=False)


@pytest.mark.rfc("8277", "2.4")
@pytest.mark.parametrize("field", ["800000", "000000", "000641", "00064f", "ffffff", "123456", "fffffe"])
def test_the_compatibility_field_is_ignored_on_receipt(field: str) -> None:
    """The prefix that is withdrawn is the same."""
    octets = bytes.fromhex(f"30 {field} c00002")
    (block,) = IPV4.blocks(octets, add_path=False, withdrawn=True)[0]
    assert block.keys == [TEST_NET.key]


@pytest.mark.rfc("8277", "2.4")
def test_the_compatibility_field_is_0x800000_when_sent() -> None:
    """What is written of a key alone withdraws it."""
    assert IPV4.wire(TEST_NET.key) == bytes.fromhex("30 800000 c00002")
    rd = "0000fc0000000001"
    assert VPNV4.wire(bytes.fromhex(f"58 {rd} c00002")) == bytes.fromhex(f"70 800000 {rd} c00002")


@pytest.mark.rfc("8277", "2.5")
def test_a_later_binding_of_the_same_prefix_replaces_the_former() -> None:
    """Without ADD-PATH, or with one and the same Path Identifier."""
    former, later = bytes.fromhex("30 000641 c00002"), bytes.fromhex("30 000651 c00002")
    (block,) = IPV4.blocks(former + later, add_path=False, withdrawn=False)[0]
    assert (block.keys, block.rest) == ([TEST_NET.key], later[1:4])
    blocks = IPV4.blocks(b"\0\0\0\1" + former + b"\0\0\0\2" + later, add_path=True, withdrawn=False)[0]
    assert [(block.path_id, block.rest) for block in blocks] == [(1, former[1:4]), (2, later[1:4])]


@pytest.mark.rfc("8277", "3.1")
def test_routes_that_differ_in_their_labels_only_are_comparable() -> None:
    """One label, another, and two of them: one key."""
    stacks = [label_stack(16), label_stack(17), label_stack(16, 17), (MplsLabel(16, 7),)]
    assert {IPV6.encode(LabeledPrefix(Prefix.parse("2001:db8::/32"), labels))[0] for labels in stacks} == {
        bytes.fromhex("20 20010db8")
    }
