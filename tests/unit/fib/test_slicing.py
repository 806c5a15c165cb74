"""Collections cut into slices."""

from bgpkit.fib.slicing import SLICE, slices


def test_all_keys_come_in_their_order_some_at_a_time() -> None:
    """The last slice has the rest."""
    keys = [number.to_bytes(2, "big") for number in range(2 * SLICE + 1)]
    parts = list(slices(keys))
    assert [len(part) for part in parts] == [SLICE, SLICE, 1]
    assert [key for part in parts for key in part] == keys


def test_what_changes_meanwhile_does_no_harm() -> None:
    """The keys are those of the beginning."""
    held = dict.fromkeys([number.to_bytes(2, "big") for number in range(SLICE + 1)])
    walk = slices(held)
    next(walk)
    held.clear()
    assert len(next(walk)) == 1
