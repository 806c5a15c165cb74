"""RFC 5880, section 6.8.6: the reception of control packets, step by step."""

from dataclasses import replace
from typing import Any

import pytest

from bgpkit.bfd import BfdError, BfdState, ControlPacket, Diagnostic, decode_packet
from bgpkit.bfd.effect import DiscardPacket, SendPacket, StartDetectionTimer
from bgpkit.bfd.registry import SessionRegistry
from bgpkit.bfd.sockets import Datagram
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType
from bgpkit.transport import Secret
from tests.support.bfd_line import machine, up_line

GOOD = bytearray.fromhex("2040 0318 00000002 00000000 000f4240 000186a0 00000000")
"""Version 1, state Down, no flags, Detect Mult 3."""
FAULTS = [
    (0, 0x40, "version 2 is not 1"),
    (3, 23, "length 23 is too short"),
    (3, 25, "length 25 is more than the 24 octets of the datagram"),
    (2, 0, "Detect Mult is 0"),
    (1, 0x41, "the Multipoint bit is set"),
    (7, 0, "My Discriminator is 0"),
    (1, 0x80, "Your Discriminator is 0 in state Init"),
    (1, 0xC0, "Your Discriminator is 0 in state Up"),
]
KEY = BfdAuthentication(type=BfdAuthenticationType.SIMPLE, key=Secret("secret"))


def down(**fields: Any) -> ControlPacket:
    """Return a packet of a peer that is Down."""
    return replace(decode_packet(bytes(GOOD)), **fields)


@pytest.mark.rfc("5880", "6.8.6")
@pytest.mark.parametrize(("offset", "value", "reason"), FAULTS, ids=[reason for *_, reason in FAULTS])
def test_what_must_be_discarded_is(offset: int, value: int, reason: str) -> None:
    """Each of the first steps, which need no session."""
    octets = bytearray(GOOD)
    octets[offset] = value
    with pytest.raises(BfdError, match=f"^{reason}$"):
        decode_packet(bytes(octets))


@pytest.mark.rfc("5880", "6.8.6")
@pytest.mark.parametrize("index", range(len(FAULTS) - 1))
def test_the_first_fault_decides(index: int) -> None:
    """Two faults at once: the earlier step speaks. Two of one octet cannot be there together."""
    octets = bytearray(GOOD)
    (offset, value, reason), (after, other, _) = FAULTS[index], FAULTS[index + 1]
    octets[after] = other
    octets[offset] = value
    with pytest.raises(BfdError, match=f"^{reason}$"):
        decode_packet(bytes(octets))


@pytest.mark.rfc("5880", "6.8.6")
def test_a_packet_with_the_a_bit_has_26_octets_at_least() -> None:
    """Without it 24 are enough."""
    octets = bytearray(GOOD + b"\1\4")
    octets[1] |= 0x04
    for length in (24, 25):
        octets[3] = length
        with pytest.raises(BfdError, match=f"length {length} is too short"):
            decode_packet(bytes(octets))


@pytest.mark.rfc("5880", "6.8.6")
def test_a_discriminator_of_nobody_is_discarded() -> None:
    """It is not looked for by the addresses then."""
    octets = bytes(GOOD[:8]) + b"\0\0\0\7" + bytes(GOOD[12:])
    assert SessionRegistry().of_datagram(Datagram(octets, "192.0.2.1", "192.0.2.2", 1, 255, False)) is None


@pytest.mark.rfc("5880", "6.8.6")
def test_the_a_bit_goes_with_authentication_in_use() -> None:
    """Set without a key, or clear with one: discarded."""
    signed = down(authentication=b"\1\11\1secret")
    (effect,) = machine().received(signed.encode(), signed)
    assert effect == DiscardPacket("it is authenticated, and no key is configured")
    (effect,) = machine(authentication=KEY).received(down().encode(), down())
    assert effect == DiscardPacket("it is not authenticated")


@pytest.mark.rfc("5880", "6.8.6")
def test_what_is_discarded_changes_nothing() -> None:
    """Not even the peer's discriminator, and the session is not kept alive."""
    own = machine(authentication=KEY)
    own.enable()
    own.received(down().encode(), down())
    assert (own.state, own.remote_discriminator, own.detection_time) == (BfdState.DOWN, 0, 0)


@pytest.mark.rfc("5880", "6.8.6")
@pytest.mark.parametrize(
    ("ours", "theirs", "then", "diagnostic"),
    [
        (BfdState.DOWN, BfdState.ADMIN_DOWN, BfdState.DOWN, 0),
        (BfdState.DOWN, BfdState.DOWN, BfdState.INIT, 0),
        (BfdState.DOWN, BfdState.INIT, BfdState.UP, 0),
        (BfdState.DOWN, BfdState.UP, BfdState.DOWN, 0),
        (BfdState.INIT, BfdState.ADMIN_DOWN, BfdState.DOWN, 3),
        (BfdState.INIT, BfdState.DOWN, BfdState.INIT, 0),
        (BfdState.INIT, BfdState.INIT, BfdState.UP, 0),
        (BfdState.INIT, BfdState.UP, BfdState.UP, 0),
        (BfdState.UP, BfdState.ADMIN_DOWN, BfdState.DOWN, 3),
        (BfdState.UP, BfdState.DOWN, BfdState.DOWN, 3),
        (BfdState.UP, BfdState.INIT, BfdState.UP, 0),
        (BfdState.UP, BfdState.UP, BfdState.UP, 0),
    ],
)
def test_the_states_follow_the_table(ours: BfdState, theirs: BfdState, then: BfdState, diagnostic: int) -> None:
    """Section 6.2's picture, with AdminDown."""
    own = machine()
    own.enable()
    for state in {BfdState.INIT: [BfdState.DOWN], BfdState.UP: [BfdState.INIT]}.get(ours, []):
        own.received(b"", down(state=state, your_discriminator=1))
    assert own.state is ours
    own.received(b"", down(state=theirs, your_discriminator=1))
    assert (own.state, own.diagnostic) == (then, diagnostic)


@pytest.mark.rfc("5880", "6.8.6")
def test_a_session_that_is_turned_off_stays_so() -> None:
    """In AdminDown packets are discarded, polls not answered, and nothing waits for the next one."""
    line = up_line()
    own = line.left.machine
    own.disable()
    packet = replace(line.right.sent[-1][1], poll=True)
    effects = own.received(packet.encode(), packet)
    assert effects[0] == DiscardPacket("the session is AdminDown")
    assert not any(isinstance(effect, SendPacket | StartDetectionTimer) for effect in effects)
    assert own.state is BfdState.ADMIN_DOWN


@pytest.mark.rfc("5880", "6.8.6")
def test_a_poll_is_answered_with_a_final_at_once() -> None:
    """Without the Poll bit, whatever the schedule says."""
    line = up_line()
    packet = replace(line.right.sent[-1][1], poll=True, final=False)
    sends = [each for each in line.left.machine.received(packet.encode(), packet) if isinstance(each, SendPacket)]
    answer = decode_packet(sends[0].octets)
    assert (len(sends), answer.final, answer.poll, sends[0].scheduled) == (1, True, False, False)


@pytest.mark.rfc("5880", "6.8.6")
def test_what_the_peer_says_is_taken_over() -> None:
    """Discriminator, state, diagnostic, interval: they are what the next packet and the timers go by."""
    own = machine()
    own.enable()
    own.received(b"", down(diagnostic=Diagnostic.PATH_DOWN, required_min_rx_interval=2_500_000))
    assert (own.remote_discriminator, own.remote_state, own.remote_diagnostic) == (2, BfdState.DOWN, 5)
    assert (own.transmit_interval, own.detection_time) == (2_500_000, 3_000_000)
