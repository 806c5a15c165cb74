"""The registry of attributes agrees with the RFCs that define them."""

import pytest

from bgpkit.wire import ATTRIBUTE_ROWS


@pytest.mark.parametrize(
    ("code", "flags", "good", "bad"),
    [
        (1, 0x40, {1}, {0, 2}),
        (2, 0x40, {0, 6, 1022}, set[int]()),
        (3, 0x40, {4}, {0, 16}),
        (4, 0x80, {4}, {0, 3, 8}),
        (5, 0x40, {4}, {0, 3, 8}),
        (6, 0x40, {0}, {1}),
        (7, 0xC0, {8}, {0, 6}),
        (8, 0xC0, {4, 400}, {0, 5}),
        (9, 0x80, {4}, {0, 8}),
        (10, 0x80, {4, 40}, {0, 6}),
        (14, 0x80, {5, 100}, {4}),
        (15, 0x80, {3, 100}, {2}),
        (16, 0xC0, {8, 80}, {0, 4}),
        (17, 0xC0, {6}, set[int]()),
        (18, 0xC0, {8}, {6}),
        (25, 0xC0, {20, 40}, {0, 8}),
        (32, 0xC0, {12, 24}, {0, 8}),
        (35, 0xC0, {4}, {0, 8}),
    ],
)
def test_flags_and_lengths_are_those_of_the_rfcs(code: int, flags: int, good: set[int], bad: set[int]) -> None:
    """RFC 4271, section 5; RFC 1997; RFC 4456; RFC 4760; RFC 4360; RFC 6793; RFC 8092."""
    row = ATTRIBUTE_ROWS[code]
    assert row.flags == flags
    assert {length for length in good | bad if length in row.lengths} == good
