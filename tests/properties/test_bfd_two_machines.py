"""Laws of BFD, for two machines on a line that loses and delays."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgpkit.bfd.effect import ReportState
from bgpkit.bfd.machine import BfdMachine
from bgpkit.bfd.state import BfdState, Diagnostic
from bgpkit.bfd.timing import Timing
from tests.support.bfd_line import SECOND, Line, machine, timing

TIMINGS = st.builds(
    timing,
    tx=st.sampled_from([0.05, 0.1, 0.3, 1.0, 2.0]),
    rx=st.sampled_from([0.05, 0.1, 0.3, 1.0, 2.0]),
    multiplier=st.integers(1, 5),
)


def pair(seed: int, left: Timing, right: Timing) -> tuple[Random, Line]:
    """Return a line between two machines that jitter at random."""
    random = Random(seed)
    ends: list[BfdMachine] = [
        machine(number, wanted, random=random.random) for number, wanted in ((1, left), (2, right))
    ]
    return random, Line(*ends)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(), left=TIMINGS, right=TIMINGS, loss=st.floats(0.0, 0.6))
def test_both_come_up_once_a_bad_line_is_good(seed: int, left: Timing, right: Timing, loss: float) -> None:
    """Whatever was lost before: both Up, no poll left, and each goes by what the other one said."""
    random, line = pair(seed, left, right)
    line.lossy(random, loss, 0.05)
    line.enable()
    line.run(20.0)
    line.mend()
    line.run_up(60.0)
    for own, other in ((line.left, line.right), (line.right, line.left)):
        agreed = max(own.machine.timing.desired_min_tx, other.machine.timing.required_min_rx)
        assert own.machine.transmit_interval == agreed
        assert other.machine.detection_time == own.machine.timing.detect_multiplier * agreed
        assert own.machine.remote_detection_time == other.machine.detection_time


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(), left=TIMINGS, right=TIMINGS, quiet=st.floats(0.0, 3.0))
def test_no_line_without_loss_ever_flaps(seed: int, left: Timing, right: Timing, quiet: float) -> None:
    """From Up on nothing but Up is told, at whatever phase the two send."""
    _, line = pair(seed, left, right)
    line.left.perform(line.left.machine.enable())
    line.run(quiet)
    line.right.perform(line.right.machine.enable())
    line.run_up(30.0)
    line.run(20.0)
    for end in (line.left, line.right):
        states = [report.state for _, report in end.reports]
        assert states[states.index(BfdState.UP) :] == [BfdState.UP] * (len(states) - states.index(BfdState.UP))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(), left=TIMINGS, right=TIMINGS, after=st.floats(0.0, 3.0))
def test_a_cut_is_seen_at_both_ends_within_the_detection_time(
    seed: int, left: Timing, right: Timing, after: float
) -> None:
    """Not before the silence is as long as agreed, and never later than that after the last packet."""
    _, line = pair(seed, left, right)
    line.enable()
    line.run_up(60.0)
    line.run(after)
    times = {end: end.machine.detection_time / SECOND for end in (line.left, line.right)}
    line.cut()
    cut = line.now
    line.run(max(times.values()) + 0.001)
    for end, detection in times.items():
        at, report = next((at, report) for at, report in end.reports if report.state is BfdState.DOWN and at >= cut)
        assert report.diagnostic == Diagnostic.CONTROL_DETECTION_TIME_EXPIRED
        assert abs(at - (end.heard_at + detection)) < 1e-6
        assert at <= cut + detection + 1e-6


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(), before=TIMINGS, other=TIMINGS, changes=st.lists(TIMINGS, min_size=1, max_size=4))
def test_a_change_of_timing_never_costs_the_session(
    seed: int, before: Timing, other: Timing, changes: list[Timing]
) -> None:
    """Faster or slower, at any moment, one after the other: no end goes Down, and both agree in the end."""
    random, line = pair(seed, before, other)
    line.enable()
    line.run_up(60.0)
    for wanted in changes:
        line.left.perform(line.left.machine.change(wanted))
        line.run(random.uniform(0.0, 3.0))
    line.run(30.0)
    downs = [report for end in (line.left, line.right) for report in went_down(end.reports)]
    assert downs == []
    assert line.settled
    wanted = changes[-1]
    assert line.left.machine.transmit_interval == max(wanted.desired_min_tx, other.required_min_rx)
    assert line.right.machine.transmit_interval == max(other.desired_min_tx, wanted.required_min_rx)


def went_down(reports: list[tuple[float, ReportState]]) -> list[ReportState]:
    """Return what was told after the first Up that is not Up."""
    told = [report for _, report in reports]
    first = next((index for index, report in enumerate(told) if report.state is BfdState.UP), len(told))
    return [report for report in told[first:] if report.state is not BfdState.UP]
