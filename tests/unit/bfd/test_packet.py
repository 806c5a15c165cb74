"""bgpkit.bfd.packet: octets and values."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.bfd import BfdError, BfdState, ControlPacket, Diagnostic, decode_packet

OF_ANOTHER = bytes.fromhex("21c0 0318 00000006 00000007 0000ea60 0000ea60 00000000")
"""A packet as another implementation sent it: Up, diagnostic 1, 60 ms both ways."""
WORD = st.integers(0, 2**32 - 1)
PACKETS = st.builds(
    ControlPacket,
    state=st.sampled_from(BfdState),
    detect_multiplier=st.integers(1, 255),
    my_discriminator=st.integers(1, 2**32 - 1),
    your_discriminator=st.integers(1, 2**32 - 1),
    desired_min_tx_interval=WORD,
    required_min_rx_interval=WORD,
    required_min_echo_rx_interval=WORD,
    diagnostic=st.integers(0, 31),
    poll=st.booleans(),
    final=st.booleans(),
    control_plane_independent=st.booleans(),
    demand=st.booleans(),
    authentication=st.sampled_from([b"", b"\x01\x09\x02secret"]),
)


def test_a_packet_of_another_implementation() -> None:
    """Every field of it."""
    packet = ControlPacket(
        state=BfdState.UP,
        diagnostic=Diagnostic.CONTROL_DETECTION_TIME_EXPIRED,
        detect_multiplier=3,
        my_discriminator=6,
        your_discriminator=7,
        desired_min_tx_interval=60_000,
        required_min_rx_interval=60_000,
    )
    assert decode_packet(OF_ANOTHER) == packet
    assert packet.encode() == OF_ANOTHER


@given(PACKETS)
def test_what_is_encoded_is_decoded(packet: ControlPacket) -> None:
    """All fields and flags; what stands behind the packet does not matter."""
    assert decode_packet(packet.encode()) == packet
    assert decode_packet(packet.encode() + b"rest") == packet


@given(st.binary(max_size=60))
def test_any_octets_are_a_packet_or_refused(octets: bytes) -> None:
    """Nothing but BfdError is raised, and what is taken is written as it came."""
    with suppress(BfdError):
        packet = decode_packet(octets)
        assert packet.encode()[1:] == octets[1 : octets[3]]


def test_a_number_that_does_not_fit_is_refused() -> None:
    """It would be another number at the other end."""
    with pytest.raises(ValueError, match="does not fit"):
        replace(decode_packet(OF_ANOTHER), my_discriminator=2**32).encode()
