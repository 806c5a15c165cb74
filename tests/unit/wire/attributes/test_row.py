"""What rows share: lengths, and the checks of values before they are written."""

import pytest

from bgpkit.wire import ATTRIBUTE_ROWS
from bgpkit.wire.attributes.row import exactly, expect, expect_all, four_octets, multiples, parts
from tests.unit.wire.octets import context


def test_lengths_are_sets_of_octet_counts() -> None:
    """One length, or the non-zero multiples of a unit that a length field can tell."""
    assert [length for length in range(9) if length in exactly(4)] == [4]
    assert [length for length in range(13) if length in multiples(4)] == [4, 8, 12]
    assert 65536 not in multiples(4)


def test_an_aggregator_is_shorter_in_an_old_session() -> None:
    """RFC 6793, section 3: six octets with 2-octet AS numbers, eight with 4-octet ones."""
    row = ATTRIBUTE_ROWS[7]
    assert [8 in row.lengths_in(context(four_octet_as=four)) for four in (True, False)] == [True, False]
    assert [6 in row.lengths_in(context(four_octet_as=four)) for four in (True, False)] == [False, True]


def test_values_of_another_kind_are_refused() -> None:
    """With the attribute's name and the value."""
    assert expect(int, 7, "MED") == 7
    assert expect_all(int, (1, 2), "LIST") == (1, 2)
    assert four_octets(258, "MED") == b"\0\0\1\2"
    for refused in (
        lambda: expect(int, "7", "MED"),
        lambda: expect_all(int, (1, "2"), "MED"),
        lambda: expect_all(int, [1], "MED"),
        lambda: four_octets(-1, "MED"),
        lambda: four_octets(1 << 32, "MED"),
        lambda: four_octets(None, "MED"),
    ):
        with pytest.raises(ValueError, match="MED holds"):
            refused()


def test_a_list_is_cut_into_equal_parts() -> None:
    """The length has been checked before."""
    assert parts(b"aabbcc", 2) == [b"aa", b"bb", b"cc"]
