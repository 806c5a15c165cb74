"""Fields that are numbers, flags, codes, reserved bits."""

from enum import IntEnum
from ipaddress import IPv4Address

from bgpkit_rib.extended_communities.fields import BinaryDigits, Code, Flag, Number, Reserved


class Fruit(IntEnum):
    """A registry."""

    APPLE = 1
    BLOOD_ORANGE = 9


def test_a_number_keeps_to_its_bits_and_limits() -> None:
    """What is wider than the field, or beyond its limits, is not for it."""
    field = Number("number", 8, 16, low=2, high=1000)
    assert field.mask == 0x00FFFF00
    assert [field.value(bits) for bits in (1, 2, 1000, 1001)] == [None, 2, 1000, None]
    assert [field.bits(value) for value in (1, 2, 1000, 1001, -1, 2.0)] == [None, 2, 1000, None, None, None]
    assert [field.parse(text) for text in (None, "", "1", "2", "02", "70000")] == [None, None, None, 2, None, None]
    assert field.text(7) == ":7"
    assert [Number("number", 0, 16).bits(value) for value in (65535, 65536)] == [65535, None]


def test_a_flag_is_a_word_or_nothing() -> None:
    """A set bit is written, a clear one is not; only truth values are taken."""
    field = Flag("sticky", 40, "sticky")
    assert field.mask == 1 << 40
    assert (field.value(1), field.value(0)) == (True, False)
    assert [field.bits(value) for value in (True, False, 1)] == [1, 0, None]
    assert (field.text(1), field.text(0)) == (":sticky", "")
    assert (field.parse(":sticky"), field.parse(None)) == (1, 0)


def test_binary_digits_are_written_when_they_are_not_zero() -> None:
    """Every digit is written, the leading zeros, too."""
    field = BinaryDigits("color_only", 46, 2)
    assert field.mask == 0b11 << 46
    assert [field.text(bits) for bits in range(4)] == ["", ":01", ":10", ":11"]
    assert [field.parse(text) for text in (None, ":00", ":01", ":11")] == [0, 0, 1, 3]
    assert [field.bits(value) for value in (0, 3, 4, -1, IPv4Address(1))] == [0, 3, None, None, None]
    assert field.value(2) == 2


def test_a_code_is_written_by_its_name() -> None:
    """Names have hyphens and lower case; a number without a name is a number."""
    field = Code("fruit", 0, 8, Fruit)
    assert field.mask == 0xFF
    assert (field.text(9), field.text(1), field.text(2)) == (":blood-orange", ":apple", ":2")
    texts = ("blood-orange", "Apple", "9", "2", "02", "pear", "256", None)
    assert [field.parse(text) for text in texts] == [9, 1, 9, 2, None, None, None, None]
    assert (field.value(9), field.value(2)) == (Fruit.BLOOD_ORANGE, 2)
    assert isinstance(field.value(9), Fruit)
    assert [field.bits(value) for value in (Fruit.APPLE, 2, 256, -1, 1.0)] == [1, 2, None, None, None]


def test_a_closed_registry_has_no_other_codes() -> None:
    """A number without a name is nothing, neither read nor written."""
    field = Code("fruit", 0, 8, Fruit, closed=True)
    assert (field.value(2), field.bits(2), field.text(2), field.parse("2")) == (None, None, None, None)
    assert (field.value(1), field.bits(1), field.text(1), field.parse("1")) == (Fruit.APPLE, 1, ":apple", 1)


def test_reserved_bits_are_kept_and_have_no_text() -> None:
    """They are a number, in place; one that has other bits is refused."""
    field = Reserved(0xF00F)
    assert (field.value(0x100F), field.bits(0x100F), field.bits(0x0010), field.bits(1.0)) == (
        0x100F,
        0x100F,
        None,
        None,
    )
    assert (field.text(0), field.text(1), field.parse("")) == ("", None, 0)
