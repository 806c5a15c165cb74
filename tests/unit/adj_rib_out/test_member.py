"""Backlogs: what a member that does not follow the log has yet to be sent."""

from bgpkit.adj_rib_out.member import Backlog


def test_a_snapshot_is_taken_in_order_and_then_gone() -> None:
    """Slices come in the order of the table; the memory is given back at the end."""
    backlog = Backlog([b"1", b"2", b"3"])
    assert backlog.take_snapshot(2) == [b"1", b"2"]
    assert backlog.snapshot
    assert backlog.take_snapshot(2) == [b"3"]
    assert backlog.snapshot == []
    assert backlog.take_snapshot(2) == []


def test_changed_keys_are_taken_once_in_the_order_of_their_first_change() -> None:
    """State compression: a key that changed twice is sent once."""
    backlog = Backlog([])
    for key in (b"2", b"1", b"2", b"3"):
        backlog.dirty[key] = None
    assert backlog.take_dirty(2) == [b"2", b"1"]
    assert backlog.take_dirty(2) == [b"3"]
    assert backlog.take_dirty(2) == []
