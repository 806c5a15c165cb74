"""The families of labelled prefixes."""

import pytest

from bgpkit.wire.families.label_stack import MplsLabel, label_stack
from bgpkit.wire.families.labeled_unicast import LABELED_UNICAST_ROWS, LabeledPrefix
from bgpkit.wire.families.row import PathNlri
from bgpkit_fsm import Family
from bgpkit_rib import Prefix

IPV4, IPV6 = LABELED_UNICAST_ROWS


def prefix(text: str, *labels: int) -> LabeledPrefix:
    """Return a prefix with the stack of the labels."""
    return LabeledPrefix(Prefix.parse(text), label_stack(*labels))


def test_the_rows_are_those_of_safi_4() -> None:
    """Their keys are those of prefixes, and IPv4 may have an IPv6 next hop when that is agreed on."""
    assert [(row.family, row.width) for row in LABELED_UNICAST_ROWS] == [(Family(1, 4), 32), (Family(2, 4), 128)]
    assert IPV4.next_hop_lengths == {4}
    assert IPV4.ipv6_next_hop_lengths == IPV6.next_hop_lengths == {16, 32}
    assert not IPV6.ipv6_next_hop_lengths


def test_ipv4_prefixes() -> None:
    """Five prefixes of one message, from the routecore vectors."""
    field = bytes.fromhex("3801f4010a0000093201f411c63364003201f421c63364403201f431c63364803201f491c63364c0")
    values = IPV4.nlri(field, add_path=False, withdrawn=False)
    assert values == (
        prefix("10.0.0.9/32", 8000),
        prefix("198.51.100.0/26", 8001),
        prefix("198.51.100.64/26", 8002),
        prefix("198.51.100.128/26", 8003),
        prefix("198.51.100.192/26", 8009),
    )
    assert b"".join(IPV4.octets(values, add_path=False)) == field


def test_ipv6_prefixes() -> None:
    """Three prefixes, from the yabgp vectors."""
    field = bytes.fromhex(
        "98 0005b1 2001212100000000000000000000000158 0005c1 200121210001000097 0005d1 20014837182100000000000000000002"
    )
    values = IPV6.nlri(field, add_path=False, withdrawn=False)
    assert list(map(str, values)) == [
        "2001:2121::1/128 label 91",
        "2001:2121:1::/64 label 92",
        "2001:4837:1821::2/127 label 93",
    ]
    assert b"".join(IPV6.octets(values, add_path=False)) == field


def test_path_identifiers_stand_before_the_length() -> None:
    """From the yabgp vectors."""
    field = bytes.fromhex("00000001 38 000031 05050505")
    values = IPV4.nlri(field, add_path=True, withdrawn=False)
    assert values == (PathNlri(1, prefix("5.5.5.5/32", 3)),)
    assert IPV4.octets(values, add_path=True) == [field]


@pytest.mark.parametrize(
    ("field", "labels"),
    [
        ("30 800000 0a0001", ()),
        ("30 000000 0a0001", (MplsLabel(0, bottom_of_stack=False),)),
        ("30 000101 0a0001", (MplsLabel(16),)),
        ("30 800001 0a0001", (MplsLabel(524288),)),
    ],
)
def test_withdrawals_keep_the_field_they_have(field: str, labels: tuple[MplsLabel, ...]) -> None:
    """Whatever stands there is written again; the key is one and the same."""
    octets = bytes.fromhex(field)
    values = IPV4.nlri(octets, add_path=False, withdrawn=True)
    assert values == (LabeledPrefix(Prefix.parse("10.0.1.0/24"), labels),)
    assert IPV4.octets(values, add_path=False) == [octets]
    (block,) = IPV4.blocks(octets, add_path=False, withdrawn=True)[0]
    assert (block.keys, block.rest) == ([bytes.fromhex("180a0001")], b"")


def test_routes_with_equal_labels_are_one_block() -> None:
    """The labels belong to the path; the later of two routes of one prefix counts."""
    field = bytes.fromhex("20 000101 0a 20 000111 0b 20 000111 0a")
    (block,) = IPV4.blocks(field, add_path=False, withdrawn=False)[0]
    assert (block.keys, block.rest) == ([b"\x08\x0a", b"\x08\x0b"], b"\0\1\x11")


def test_values_for_people() -> None:
    """Prefix, then labels."""
    assert str(prefix("10.0.0.0/8", 100, 200)) == "10.0.0.0/8 label 100/200"
    assert str(prefix("::/0")) == "::/0"


@pytest.mark.parametrize("value", [prefix("::/0", 16), Prefix.parse("10.0.0.0/8"), "10.0.0.0/8", None])
def test_values_of_others_are_refused(value: object) -> None:
    """An IPv6 prefix, one without labels, a text."""
    with pytest.raises(ValueError, match="labelled prefixes of 32-bit addresses"):
        IPV4.encode(value)


def test_a_stack_that_contradicts_itself_is_no_value() -> None:
    """The S bit in the first of two labels."""
    with pytest.raises(ValueError, match="bottom of the stack"):
        LabeledPrefix(Prefix.parse("10.0.0.0/8"), (MplsLabel(16), MplsLabel(17)))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("39 000101 0a00000000", "prefix of 33 bits behind its labels, more than 32 at octet 0 of the NLRI"),
        ("20 000101 0a 17 0001", "23 bits in all, fewer than 24 at octet 5 of the NLRI"),
        ("20 000101", "cut short at octet 0"),
        ("38", "cut short at octet 0"),
    ],
)
def test_what_cannot_be_cut_is_told(field: str, text: str) -> None:
    """With its place in the field."""
    with pytest.raises(ValueError, match=text):
        IPV4.nlri(bytes.fromhex(field), add_path=False, withdrawn=False)
