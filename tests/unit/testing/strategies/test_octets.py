"""Messages in octets, whole and damaged."""

from bgpkit.testing import strategies as bgp
from bgpkit.wire import next_message
from tests.unit.testing.strategies.drawn import drawn
from tests.unit.wire.octets import AS_PATH, NEXT_HOP, NLRI, ORIGIN, update

WHOLE = update(ORIGIN + AS_PATH + NEXT_HOP, NLRI)


def test_messages_in_octets_are_whole() -> None:
    """Of every type that there is."""
    found = drawn(bgp.message_octets())
    assert {octets[18] for octets in found} == {1, 2, 3, 4, 5}
    assert all(next_message(octets, 0, len(octets), 4096) == len(octets) for octets in found)


def test_damage_is_of_all_kinds() -> None:
    """Longer, shorter, as long as before; most with a header that fits."""
    found = drawn(bgp.mutated(WHOLE), 400)
    assert {(len(each) > len(WHOLE)) - (len(each) < len(WHOLE)) for each in found} == {-1, 0, 1}
    assert sum(each != WHOLE for each in found) > 350
    fitting = [each for each in found if each[:16] == WHOLE[:16] and each[16:18] == len(each).to_bytes(2, "big")]
    assert 200 < len(fitting) < 400


def test_anything_can_be_damaged() -> None:
    """Even nothing at all, or a header that is cut short."""
    assert b"" in drawn(bgp.mutated(b""))
    assert all(len(each) < 100 for each in drawn(bgp.mutated(WHOLE[:7])))


def test_streams_hold_several_messages() -> None:
    """And some hold none."""
    found = drawn(bgp.octet_streams())
    assert b"" in found
    assert any(octets.count(bytes(16 * [255])) > 2 for octets in found)
