"""Prefixes as whole numbers."""

import pytest

from bgpkit.rpki.nodes import each, lengths_of, node_of, prefix_of, record
from bgpkit_rib import Prefix


@pytest.mark.parametrize(
    ("text", "node"),
    [("0.0.0.0/0", 1), ("128.0.0.0/2", 0b110), ("10.0.0.0/8", 0x10A), ("10.128.0.0/9", 0x215), ("2001::/16", 0x12001)],
)
def test_a_node_is_the_prefix_behind_a_one(text: str, node: int) -> None:
    """And the prefix can be had back."""
    prefix = Prefix.parse(text)
    assert node_of(prefix.key) == node
    assert prefix_of(node, prefix.width) == prefix


def test_a_shift_gives_what_covers_it() -> None:
    """One bit less is the next shorter prefix."""
    assert prefix_of(node_of(Prefix.parse("10.1.0.0/16").key) >> 8, 32) == Prefix.parse("10.0.0.0/8")


def test_a_record_holds_as_and_length() -> None:
    """The length in the last octet."""
    assert record(0xFFFFFFFF, 128) == 0xFFFFFFFF80


def test_lengths_come_longest_first() -> None:
    """Each once."""
    assert lengths_of([0b1, 0b110, 0b111, 0x10A]) == (8, 2, 0)


def test_records_are_bare_or_many() -> None:
    """Either way they can be taken one by one."""
    assert (each(7), each((7, 8))) == ((7,), (7, 8))
