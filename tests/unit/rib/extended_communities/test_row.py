"""Rows and the table that holds them."""

from dataclasses import dataclass

from bgpkit_rib.extended_communities.fields import Flag, Number, Reserved
from bgpkit_rib.extended_communities.row import Row, RowTable


@dataclass(frozen=True, slots=True)
class Box:
    """A value of two octets."""

    size: int
    open: bool = False
    spare: int = 0
    wide: bool = False


HIGH, LOW = Number("size", 8, 7), Number("size", 0, 7)
NARROW = Row(
    b"\x01\x02", Box, (Flag("open", 15, "open"), HIGH, Reserved(0xFF, "spare")), "box", ("crate",), (("wide", False),)
)
WIDE = Row(
    b"\x01\x03", Box, (Flag("open", 15, "open"), LOW, Reserved(0x7F80, "spare")), "wide-box", (), (("wide", True),)
)
LARGE = Row(b"\x01\x02", Box, (Number("size", 0, 16, low=0x100),), None)


def test_a_row_reads_what_its_fields_say() -> None:
    """Bits become a value with the fixed attributes, and the value the bits."""
    assert NARROW.value(0x8705) == Box(7, open=True, spare=5)
    assert NARROW.bits(Box(7, open=True, spare=5)) == 0x8705
    assert WIDE.value(0x0007) == Box(7, wide=True)
    assert WIDE.bits(Box(7, wide=True)) == 0x0007


def test_a_row_refuses_what_is_not_its_own() -> None:
    """A number that does not fit, and another fixed attribute, have no bits; bits beyond a limit have no value."""
    assert NARROW.bits(Box(128)) is None
    assert NARROW.bits(Box(7, wide=True)) is None
    assert LARGE.value(0xFF) is None


def test_a_text_is_the_name_and_the_fields() -> None:
    """What is clear or zero is left out; what would be lost makes the text none."""
    assert (NARROW.text(0x8700), NARROW.text(0x0700), NARROW.text(0x0701)) == ("box:open:7", "box:7", None)
    assert LARGE.text(0x100) is None
    assert [NARROW.parse(rest) for rest in (":open:7", ":OPEN:7", ":7", ":128", ":7:7", "", ":7\n")] == [
        0x8700,
        0x8700,
        0x0700,
        None,
        None,
        None,
        None,
    ]


def test_a_table_finds_the_row() -> None:
    """By the octets, by the class and what is fixed, by the name or another one."""
    table = RowTable(4, (NARROW, WIDE))
    assert table.rows == (NARROW, WIDE)
    assert table.value(bytes.fromhex("01028700")) == Box(7, open=True)
    assert table.value(bytes.fromhex("01040000")) is None
    assert table.octets(Box(7)) == bytes.fromhex("01020700")
    assert table.octets(Box(7, wide=True)) == bytes.fromhex("01030007")
    assert table.octets(Box(200)) is None
    assert table.octets(None) is None
    assert table.text(bytes.fromhex("01028700")) == "box:open:7"
    assert table.text(bytes.fromhex("01020701")) == "0x01020701"
    assert table.text(bytes.fromhex("01040701")) == "0x01040701"
    assert table.parse("Crate:7") == table.parse("box:7") == bytes.fromhex("01020700")
    assert [table.parse(text) for text in ("", ":7", "box", "chest:7", "box:x")] == [None] * 5


def test_the_first_row_that_takes_it_has_it() -> None:
    """Rows with the same head share its octets by their limits."""
    table = RowTable(4, (LARGE, NARROW))
    assert table.value(bytes.fromhex("01020001")) == Box(0, spare=1)
    assert table.text(bytes.fromhex("01028700")) == "0x01028700"
