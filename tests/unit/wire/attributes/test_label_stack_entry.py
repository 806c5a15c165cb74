"""The MPLS label stack entry (RFC 3032, section 2.1)."""

import pytest

from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry


def test_the_fields_share_four_octets() -> None:
    """Label 16001, traffic class 5, bottom of stack, TTL 255: 20, 3, 1 and 8 bits."""
    octets = bytes.fromhex("03e81bff")
    entry = LabelStackEntry(label=16001, traffic_class=5, bottom_of_stack=True, ttl=255)
    assert LabelStackEntry.of(octets) == entry
    assert entry.octets() == octets
    assert str(entry) == "16001"


@pytest.mark.parametrize("octets", ["", "03e81b", "03e81bff00"])
def test_an_entry_has_four_octets(octets: str) -> None:
    """Any other length raises ValueError."""
    with pytest.raises(ValueError, match="does not have 4"):
        LabelStackEntry.of(bytes.fromhex(octets))


@pytest.mark.parametrize(("label", "traffic_class", "ttl"), [(1 << 20, 0, 0), (0, 8, 0), (0, 0, 256), (-1, 0, 0)])
def test_fields_that_do_not_fit_are_refused(label: int, traffic_class: int, ttl: int) -> None:
    """A field beyond its bits raises ValueError."""
    with pytest.raises(ValueError, match="does not fit a label stack entry"):
        LabelStackEntry(label=label, traffic_class=traffic_class, ttl=ttl)
