"""bgpkit.bfd.timing: what is wanted, said and used."""

from bgpkit.bfd.timing import SLOW, Intervals, Timing
from tests.support.bfd_line import timing
from tests.unit.bfd.loopback import options


def test_seconds_become_microseconds() -> None:
    """And the multiplier stays."""
    wanted = Timing.of(options(transmit_interval=0.05, receive_interval=2.0, detect_multiplier=5))
    assert wanted == Timing(desired_min_tx=50_000, required_min_rx=2_000_000, detect_multiplier=5)


def test_a_session_that_is_not_up_is_slow() -> None:
    """Once it is Up it says and does what is wanted; to say so begins a Poll Sequence."""
    intervals = Intervals(timing(0.1, 0.2))
    assert (intervals.desired_min_tx, intervals.tx_in_use, intervals.polling) == (SLOW, SLOW, False)
    intervals.want(timing(0.1, 0.2), up=True)
    assert (intervals.desired_min_tx, intervals.tx_in_use, intervals.polling) == (100_000, 100_000, True)
    intervals.final_received()
    assert not intervals.polling


def test_a_change_during_a_poll_sequence_asks_for_another_one() -> None:
    """The first Final may have been sent before the peer heard of it."""
    intervals = Intervals(timing())
    intervals.want(timing(), up=True)
    intervals.want(timing(tx=0.4), up=True)
    intervals.final_received()
    assert (intervals.polling, intervals.tx_in_use) == (True, 100_000)
    intervals.final_received()
    assert (intervals.polling, intervals.tx_in_use) == (False, 400_000)


def test_a_final_without_a_poll_changes_nothing() -> None:
    """Whoever sends one."""
    intervals = Intervals(timing())
    intervals.final_received()
    assert (intervals.polling, intervals.desired_min_tx) == (False, SLOW)
