"""BFD control packets: octets and values. RFC 5880, section 4.1."""

import struct
from dataclasses import dataclass
from typing import Final

from bgpkit.bfd.errors import BfdError
from bgpkit.bfd.state import BfdState

VERSION: Final = 1
LENGTH: Final = 24
"""Octets of a packet without an authentication section."""
_LENGTH_WITH_AUTHENTICATION: Final = 26
_FORM: Final = struct.Struct("!BBBBIIIII")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPacket:
    """One control packet; intervals are microseconds."""

    state: BfdState
    detect_multiplier: int
    my_discriminator: int
    your_discriminator: int
    desired_min_tx_interval: int
    required_min_rx_interval: int
    required_min_echo_rx_interval: int = 0
    diagnostic: int = 0
    """A `Diagnostic`, or another number from 0 to 31."""
    poll: bool = False
    final: bool = False
    control_plane_independent: bool = False
    demand: bool = False
    authentication: bytes = b""
    """The authentication section, with its type and length; empty: there is none (the A bit)."""

    def encode(self) -> bytes:
        """Return the octets; ValueError for a number that does not fit its field."""
        length = LENGTH + len(self.authentication)
        flags = (
            self.state << 6
            | self.poll << 5
            | self.final << 4
            | self.control_plane_independent << 3
            | bool(self.authentication) << 2
            | self.demand << 1
        )
        try:
            fixed = _FORM.pack(
                VERSION << 5 | self.diagnostic,
                flags,
                self.detect_multiplier,
                length,
                self.my_discriminator,
                self.your_discriminator,
                self.desired_min_tx_interval,
                self.required_min_rx_interval,
                self.required_min_echo_rx_interval,
            )
        except struct.error as error:
            raise ValueError(f"a field of the control packet does not fit: {error}") from error
        return fixed + self.authentication


def decode_packet(octets: bytes) -> ControlPacket:
    """Return the packet in the payload of a datagram; what stands behind it is left out.

    BfdError says why it is to be discarded, by what can be told without a session, in the order of
    RFC 5880, section 6.8.6.
    """
    if len(octets) < LENGTH:
        raise BfdError(f"{len(octets)} octets are less than {LENGTH}")
    first, flags, multiplier, length, mine, yours, min_tx, min_rx, min_echo = _FORM.unpack_from(octets)
    if first >> 5 != VERSION:
        raise BfdError(f"version {first >> 5} is not {VERSION}")
    authenticated = bool(flags & 0x04)
    if length < (_LENGTH_WITH_AUTHENTICATION if authenticated else LENGTH):
        raise BfdError(f"length {length} is too short")
    if length > len(octets):
        raise BfdError(f"length {length} is more than the {len(octets)} octets of the datagram")
    if multiplier == 0:
        raise BfdError("Detect Mult is 0")
    if flags & 0x01:
        raise BfdError("the Multipoint bit is set")
    if mine == 0:
        raise BfdError("My Discriminator is 0")
    state = BfdState(flags >> 6)
    if yours == 0 and state not in {BfdState.DOWN, BfdState.ADMIN_DOWN}:
        raise BfdError(f"Your Discriminator is 0 in state {state.title}")
    return ControlPacket(
        state=state,
        detect_multiplier=multiplier,
        my_discriminator=mine,
        your_discriminator=yours,
        desired_min_tx_interval=min_tx,
        required_min_rx_interval=min_rx,
        required_min_echo_rx_interval=min_echo,
        diagnostic=first & 0x1F,
        poll=bool(flags & 0x20),
        final=bool(flags & 0x10),
        control_plane_independent=bool(flags & 0x08),
        demand=bool(flags & 0x02),
        authentication=octets[LENGTH:length] if authenticated else b"",
    )
