"""AS_PATH on its way out: numbers before it, others in the place of some, some left out."""

import pytest

from bgpkit.wire.as_path_octets import Segment, read_segments, write_segments
from bgpkit.wire.as_path_rewrite import AsPathRewrite, PrivateAs, is_private
from bgpkit_rib import AsPath


def octets(text: str) -> bytes:
    """Return the octets of a path written as ``1 2 {3,4} (5 6) [7,8]``."""
    return write_segments(((segment.kind, segment.asns) for segment in AsPath.parse(text).segments), 4)


OUTSIDE = AsPathRewrite(leave_confederation=True, prepend=(64496,))
INSIDE = AsPathRewrite(prepend=(64512,), into_confederation=True)


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        ("1 2", AsPathRewrite(), "1 2"),
        ("", AsPathRewrite(), ""),
        ("1 2", AsPathRewrite(prepend=(7, 8)), "7 8 1 2"),
        ("", AsPathRewrite(prepend=(7, 8)), "7 8"),
        ("{1,2}", AsPathRewrite(prepend=(7,)), "7 {1,2}"),
        ("(5) 1", AsPathRewrite(prepend=(7,)), "7 (5) 1"),
        ("1", OUTSIDE, "64496 1"),
        ("", OUTSIDE, "64496"),
        ("(64513 64514) 1 2", OUTSIDE, "64496 1 2"),
        ("(64513)", OUTSIDE, "64496"),
        ("[64513,64514] (64515) {1} [64516]", OUTSIDE, "64496 {1}"),
        ("", INSIDE, "(64512)"),
        ("1", INSIDE, "(64512) 1"),
        ("(64513) 1", INSIDE, "(64512 64513) 1"),
        ("[64513] 1", INSIDE, "(64512) [64513] 1"),
        ("1 7 2 7", AsPathRewrite(overridden=7, substitute=9), "1 9 2 9"),
        ("1 {7,8}", AsPathRewrite(overridden=7, substitute=9, prepend=(9,)), "9 1 {9,8}"),
        ("64512 64513", AsPathRewrite(private_as=PrivateAs.REMOVE, prepend=(1,)), "1"),
        ("64512 2 64513", AsPathRewrite(private_as=PrivateAs.REMOVE, prepend=(1,)), "1 64512 2 64513"),
        ("64512 64513", AsPathRewrite(private_as=PrivateAs.REMOVE, spared=64513), "64513"),
        ("64512 2 64513 {64514} {64515,3}", AsPathRewrite(private_as=PrivateAs.REMOVE_ALL), "2 {3}"),
        ("64512 2 64513", AsPathRewrite(private_as=PrivateAs.REMOVE_ALL, spared=64513), "2 64513"),
        ("64512 2 4200000000", AsPathRewrite(private_as=PrivateAs.REPLACE_ALL, substitute=9), "9 2 9"),
        ("64512 64513", AsPathRewrite(private_as=PrivateAs.REPLACE_ALL, substitute=9, spared=64512), "64512 9"),
        ("", AsPathRewrite(private_as=PrivateAs.REMOVE_ALL), ""),
        # In the order of the fields: what is overridden is private no more, and what is prepended stays.
        (
            "(65000) 64512 64513",
            AsPathRewrite(
                leave_confederation=True,
                overridden=64512,
                private_as=PrivateAs.REMOVE_ALL,
                substitute=9,
                prepend=(9, 65001),
            ),
            "9 65001 9",
        ),
    ],
)
def test_a_path_is_changed(before: str, change: AsPathRewrite, after: str) -> None:
    """Each change alone, and all together."""
    assert change.apply(octets(before)) == octets(after)


@pytest.mark.parametrize(("kind", "confederation"), [(2, False), (3, True)])
def test_a_full_segment_gets_another_before_it(kind: int, confederation: bool) -> None:
    """RFC 4271, section 5.1.2; RFC 5065, section 4.1: at most 255 numbers stand in a segment."""
    change = AsPathRewrite(prepend=(7, 8, 9), into_confederation=confederation)
    almost: list[Segment] = [(kind, (1,) * 254)]
    assert read_segments(change.apply(write_segments(almost, 4)), 4) == [(kind, (7, 8)), (kind, (9, *(1,) * 254))]
    full: list[Segment] = [(kind, (1,) * 255)]
    assert read_segments(change.apply(write_segments(full, 4)), 4) == [(kind, (7, 8, 9)), *full]


def test_what_need_not_be_changed_is_the_very_object() -> None:
    """No octets are copied where nothing is to be done."""
    for path in (octets("1 2"), octets("(5) 1")):
        assert AsPathRewrite().apply(path) is path
        assert AsPathRewrite(overridden=9, private_as=PrivateAs.REMOVE_ALL).apply(path) is path
    outside = octets("1 {2}")
    assert AsPathRewrite(leave_confederation=True).apply(outside) is outside


@pytest.mark.parametrize(("prepend", "substitute"), [((1 << 32,), 0), ((-1,), 0), ((), 1 << 32), ((1,) * 256, 0)])
def test_what_does_not_fit_is_refused(prepend: tuple[int, ...], substitute: int) -> None:
    """When the change is described, not when a path comes along."""
    with pytest.raises(ValueError, match="fit"):
        AsPathRewrite(prepend=prepend, substitute=substitute)


@pytest.mark.rfc("6996", "5")
@pytest.mark.parametrize(
    ("asn", "private"),
    [
        (64511, False),
        (64512, True),
        (65534, True),
        (65535, False),
        (4199999999, False),
        (4200000000, True),
        (4294967294, True),
        (4294967295, False),
        (1, False),
    ],
)
def test_two_blocks_of_numbers_are_private(asn: int, private: bool) -> None:
    """64512 to 65534 and 4200000000 to 4294967294; the last number of each size is reserved."""
    assert is_private(asn) is private
