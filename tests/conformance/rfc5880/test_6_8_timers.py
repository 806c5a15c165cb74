"""RFC 5880, sections 6.5, 6.6 and 6.8.1 to 6.8.7: intervals, Poll Sequences, detection, demand, jitter."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from random import Random

import pytest

from bgpkit.bfd import BfdState, Diagnostic
from bgpkit.bfd.effect import SendPacket, StartDetectionTimer, StartTransmitTimer, StopTransmitTimer
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType
from bgpkit.transport import Secret
from tests.support.bfd_line import SECOND, Line, machine, timing, up_line


@pytest.mark.rfc("5880", "6.8.3")
def test_a_session_that_is_not_up_sends_once_a_second_at_most() -> None:
    """And says so, before it is Up and when it is Down again."""
    line = up_line()
    line.run(2.0)
    line.cut()
    line.run(10.0)
    for end in (line.left, line.right):
        slow = [packet for _, packet in end.sent if packet.state is not BfdState.UP]
        assert {packet.desired_min_tx_interval for packet in slow} == {SECOND}
    last = [at for at, _ in line.left.sent][-5:]
    assert all(later - earlier == pytest.approx(1.0) for earlier, later in pairwise(last))


@pytest.mark.rfc("5880", "6.8.7")
@pytest.mark.parametrize(("multiplier", "longest"), [(3, 1.0), (1, 0.9)])
def test_the_interval_is_shortened_by_up_to_a_quarter(multiplier: int, longest: float) -> None:
    """With Detect Mult 1 by a tenth at least: the peer may miss none."""
    for random, part in ((0.0, 0.75), (1.0, longest)):
        own = machine(1, timing(multiplier=multiplier), random=partial(float, random))
        own.enable()
        (timer,) = (each for each in own.transmit_due() if isinstance(each, StartTransmitTimer))
        assert timer.seconds == pytest.approx(part * 1.0)


@pytest.mark.rfc("5880", "6.8.7")
def test_packets_of_a_session_that_is_up_come_in_time() -> None:
    """From 75 to 100 % of the interval, spread over all of it."""
    random = Random(1)
    line = up_line(machine(1, random=random.random), machine(2, random=random.random))
    line.run(1.0)
    start = len(line.left.sent)
    line.run(60.0)
    times = [at for at, _ in line.left.sent[start:]]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert 0.075 <= min(gaps) < 0.078
    assert 0.097 < max(gaps) <= 0.1 + 1e-9


@pytest.mark.rfc("5880", "6.8.2")
def test_the_slower_wish_decides_the_interval() -> None:
    """What one end wants to send and what the other one is ready to take."""
    line = up_line(machine(1, timing(tx=0.1, rx=0.5)), machine(2, timing(tx=0.2, rx=0.3)))
    assert (line.left.machine.transmit_interval, line.right.machine.transmit_interval) == (300_000, 500_000)


@pytest.mark.rfc("5880", "6.8.4")
def test_the_detection_time_is_the_peers_multiplier_times_its_interval() -> None:
    """Not ours: each end may have its own."""
    line = up_line(machine(1, timing(multiplier=2)), machine(2, timing(tx=0.4, multiplier=5)))
    assert (line.left.machine.detection_time, line.right.machine.detection_time) == (5 * 400_000, 2 * 100_000)


@pytest.mark.rfc("5880", "6.8.4")
def test_silence_takes_the_session_down() -> None:
    """With diagnostic 1; the peer's discriminator is forgotten (section 6.8.1)."""
    line = up_line()
    line.run(0.5)
    line.cut()
    line.run(0.301)
    assert (line.left.state, line.left.machine.diagnostic) == (
        BfdState.DOWN,
        Diagnostic.CONTROL_DETECTION_TIME_EXPIRED,
    )
    assert line.left.sent[-1][1].your_discriminator == 0


@pytest.mark.rfc("5880", "6.5")
def test_a_change_of_interval_is_polled_until_it_is_known() -> None:
    """The Poll bit goes with scheduled packets, no more of them than ever, until a Final comes."""
    line = up_line()
    line.cut()
    line.left.perform(line.left.machine.change(timing(rx=0.2)))
    line.run(0.25)
    assert all(packet.poll for at, packet in line.left.sent if at >= line.now - 0.25)
    line.mend()
    line.run(1.0)
    assert not line.left.machine.polling
    assert not line.left.sent[-1][1].poll
    assert line.right.machine.transmit_interval == 200_000


@pytest.mark.rfc("5880", "6.5")
def test_no_packet_has_poll_and_final() -> None:
    """Also where both ends poll at once."""
    line = up_line()
    for end in (line.left, line.right):
        end.perform(end.machine.change(timing(tx=0.3, rx=0.3)))
    line.run(5.0)
    assert line.settled
    assert not any(packet.poll and packet.final for end in (line.left, line.right) for _, packet in end.sent)


@pytest.mark.rfc("5880", "6.8.3")
def test_a_longer_interval_is_used_when_the_peer_knows_of_it() -> None:
    """Until then we go on as fast as it expects."""
    line = up_line()
    line.cut()
    line.left.perform(line.left.machine.change(timing(tx=0.5)))
    assert line.left.sent[-1][1].desired_min_tx_interval == 500_000
    assert line.left.machine.transmit_interval == 100_000
    line.mend()
    line.run(1.0)
    assert line.left.machine.transmit_interval == 500_000


@pytest.mark.rfc("5880", "6.8.3")
def test_a_shorter_receive_interval_is_expected_when_the_peer_knows_of_it() -> None:
    """Until then it is judged by the former one; a longer one is granted at once."""
    line = up_line(machine(1, timing(rx=0.4)))
    line.left.machine.change(timing(rx=0.1))
    assert line.left.machine.detection_time == 3 * 400_000
    line = up_line()
    effects = line.left.machine.change(timing(rx=0.4))
    assert StartDetectionTimer(1.2) in effects


@pytest.mark.rfc("5880", "6.8.3")
def test_a_peer_that_wants_packets_sooner_gets_them_at_once() -> None:
    """The next one is due by the new interval after the last one, not after the old interval."""
    line = up_line(machine(1), machine(2, timing(rx=2.0)))
    line.run(5.0)
    line.right.perform(line.right.machine.change(timing(rx=0.1)))
    line.run(0.2)
    assert line.left.sent[-1][0] >= line.now - 0.11


@pytest.mark.rfc("5880", "6.8.7")
def test_a_peer_that_takes_none_is_sent_none() -> None:
    """Required Min RX Interval 0; its polls are answered all the same."""
    line = up_line()
    quiet = replace(line.right.sent[-1][1], required_min_rx_interval=0)
    effects = line.left.machine.received(quiet.encode(), quiet)
    assert StopTransmitTimer() in effects
    assert line.left.machine.transmit_due() == ()
    poll = replace(quiet, poll=True)
    assert any(isinstance(each, SendPacket) for each in line.left.machine.received(poll.encode(), poll))


@pytest.mark.rfc("5880", "6.6")
def test_demand_mode_of_the_peer_stops_our_packets_while_both_are_up() -> None:
    """A Poll Sequence of ours goes through, and polls are answered; we do not ask for it ourselves."""
    line = up_line()
    demand = replace(line.right.sent[-1][1], demand=True)
    assert StopTransmitTimer() in line.left.machine.received(demand.encode(), demand)
    assert not any(packet.demand for _, packet in line.left.sent)
    assert any(isinstance(each, StartTransmitTimer) for each in line.left.machine.change(timing(rx=0.2)))
    final = replace(demand, final=True)
    assert StopTransmitTimer() in line.left.machine.received(final.encode(), final)
    down = replace(demand, state=BfdState.DOWN)
    assert any(isinstance(each, StartTransmitTimer) for each in line.left.machine.received(down.encode(), down))


@pytest.mark.rfc("5880", "6.8.9")
def test_the_echo_function_is_not_offered() -> None:
    """Required Min Echo RX Interval is 0 always."""
    line = up_line()
    assert {packet.required_min_echo_rx_interval for _, packet in line.left.sent} == {0}


@pytest.mark.rfc("5880", "6.8.16")
def test_the_peer_of_a_session_that_is_turned_off_is_told_so() -> None:
    """At once, for longer than the Detection Time, with a diagnostic; enabled again it comes up again."""
    line = up_line()
    line.left.perform(line.left.machine.disable(Diagnostic.PATH_DOWN))
    assert (line.left.sent[-1][1].state, line.left.sent[-1][1].diagnostic) == (BfdState.ADMIN_DOWN, 5)
    line.run(5.0)
    assert len([packet for _, packet in line.left.sent if packet.state is BfdState.ADMIN_DOWN]) >= 5
    assert line.right.machine.diagnostic == Diagnostic.NEIGHBOR_SIGNALED_SESSION_DOWN
    line.left.perform(line.left.machine.enable())
    line.run_up()


@pytest.mark.rfc("5880", "6.8.1")
def test_sequence_numbers_are_forgotten_after_twice_the_detection_time() -> None:
    """A peer that begins anew with another number is heard then, and not before."""
    key = BfdAuthentication(type=BfdAuthenticationType.METICULOUS_KEYED_SHA1, key=Secret("secret"))

    def signed(number: int, first: float) -> Callable[[], float]:
        del number
        return lambda: first

    left = machine(1, authentication=key, random=signed(1, 0.5))
    line = up_line(left, machine(2, authentication=key, random=signed(2, 0.5)))
    line.cut()
    fresh = Line(left, machine(3, authentication=key, random=signed(3, 0.9)))
    fresh.now = line.now
    fresh.left.heard_at, fresh.left.detect_at = line.left.heard_at, line.left.detect_at
    fresh.right.perform(fresh.right.machine.enable())
    fresh.run(0.5)
    assert all(reason.endswith("out of range") for reason in fresh.left.discarded)
    assert fresh.left.discarded
    fresh.run_up(20.0)
