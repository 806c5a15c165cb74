"""bgpkit.bfd.machine: what the sections of the RFC leave to say of it."""

from dataclasses import replace

from bgpkit.bfd.effect import DiscardPacket, ReportState, SendPacket, StartDetectionTimer
from bgpkit.bfd.packet import decode_packet
from bgpkit.bfd.state import BfdState, Diagnostic
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType
from bgpkit.transport import Secret
from tests.support.bfd_line import Line, machine, timing, up_line


def test_both_ends_come_up_and_tell_it_once() -> None:
    """Down, Init or not, Up; the reason is none."""
    line = up_line()
    for end in (line.left, line.right):
        states = [report.state for _, report in end.reports]
        assert states[0] is BfdState.DOWN
        assert states[-1] is BfdState.UP
        assert end.reports[-1][1].diagnostic == Diagnostic.NO_DIAGNOSTIC
        assert end.discarded == []


def test_octets_that_change_nothing_are_known_again() -> None:
    """They restart the detection timer, and nothing is decoded; any change forgets them."""
    line = up_line()
    line.run(1.0)
    octets = line.right.sent[-1][1].encode()
    own = line.left.machine
    assert own.received(octets, decode_packet(octets)) == (StartDetectionTimer(0.3),)
    assert own.received_again(octets) == (StartDetectionTimer(0.3),)
    assert own.received_again(octets + b"more") == ()
    own.change(timing(rx=0.4))
    assert own.received_again(octets) == ()


def test_a_poll_is_never_taken_for_the_packet_before() -> None:
    """It wants an answer each time."""
    line = up_line()
    packet = replace(line.right.sent[-1][1], poll=True)
    for _ in range(2):
        effects = line.left.machine.received(packet.encode(), packet)
        assert any(isinstance(effect, SendPacket) for effect in effects)
        assert line.left.machine.received_again(packet.encode()) == ()


def test_a_signed_packet_that_comes_again_is_judged_again() -> None:
    """A meticulous one is a forgery then; no octets are known again."""
    key = BfdAuthentication(type=BfdAuthenticationType.METICULOUS_KEYED_MD5, key=Secret("secret"))
    line = up_line(machine(1, authentication=key), machine(2, authentication=key))
    line.run(1.0)
    octets = next(each.octets for each in line.right.machine.transmit_due() if isinstance(each, SendPacket))
    line.left.receive(octets)
    assert line.left.discarded == []
    line.left.receive(octets)
    assert [reason.rpartition("number ")[0] for reason in line.left.discarded] == ["sequence "]


def test_news_go_out_at_once() -> None:
    """Not with the next packet of the schedule: the multiplier, too, is news."""
    line = up_line()
    line.run(0.5)
    before = len(line.left.sent)
    line.left.perform(line.left.machine.change(timing(multiplier=5)))
    at, packet = line.left.sent[-1]
    assert (at, len(line.left.sent), packet.detect_multiplier, packet.poll) == (line.now, before + 1, 5, False)


def test_disabled_twice_is_disabled_once() -> None:
    """And enabled again it comes up again, with the same discriminator."""
    line = up_line()
    assert line.left.machine.disable()
    assert line.left.machine.disable() == ()
    line.left.perform(line.left.machine.enable())
    line.run_up()
    assert line.right.machine.remote_discriminator == 1


def test_the_c_bit_counts_when_both_ends_set_it() -> None:
    """And is told with the failure, when the peer says nothing any more."""
    for ours, theirs in ((True, True), (True, False), (False, True)):
        line = up_line(machine(1, independent=ours), machine(2, independent=theirs))
        line.cut()
        line.run(1.0)
        report = line.left.reports[-1][1]
        assert report == ReportState(
            BfdState.DOWN, Diagnostic.CONTROL_DETECTION_TIME_EXPIRED, BfdState.DOWN, ours and theirs
        )


def test_a_peer_that_begins_anew_is_heard_with_its_new_discriminator() -> None:
    """Its crash costs a flap, not the session."""
    line = up_line()
    fresh = Line(line.left.machine, machine(9))
    fresh.now = line.now
    fresh.right.perform(fresh.right.machine.enable())
    fresh.left.transmit_at = fresh.now
    fresh.run_up()
    assert fresh.left.machine.remote_discriminator == 9


def test_a_packet_of_no_use_says_why() -> None:
    """And nothing else happens."""
    line = up_line()
    packet = replace(line.right.sent[-1][1], authentication=b"\1\4\1x")
    assert line.left.machine.received(packet.encode(), packet) == (
        DiscardPacket("it is authenticated, and no key is configured"),
    )
