"""Signed control packets: what signs them, and what is accepted. RFC 5880, section 6.7."""

import hashlib
import hmac
import struct
from collections.abc import Callable
from typing import Final

from bgpkit.bfd.packet import LENGTH, ControlPacket
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType

_DIGEST_LENGTH: Final = {
    BfdAuthenticationType.KEYED_MD5: 16,
    BfdAuthenticationType.METICULOUS_KEYED_MD5: 16,
    BfdAuthenticationType.KEYED_SHA1: 20,
    BfdAuthenticationType.METICULOUS_KEYED_SHA1: 20,
}
_METICULOUS: Final = frozenset(
    {BfdAuthenticationType.METICULOUS_KEYED_MD5, BfdAuthenticationType.METICULOUS_KEYED_SHA1}
)
_HEAD: Final = struct.Struct("!BBBBI")
"""Type, length, key ID, reserved, sequence number. RFC 5880, sections 4.3 and 4.4."""
_WINDOW: Final = 3
"""How many Detect Mult of packets may be lost before a sequence number is out of range."""


class Authenticator:
    """Signs what one session sends and checks what it receives; keeps the sequence numbers of both ways."""

    def __init__(self, authentication: BfdAuthentication, random: Callable[[], float]) -> None:
        """Begin with a ``random`` sequence number (0 to 1) of our own, and none of the peer's."""
        self.authentication = authentication
        self._key = authentication.key.reveal()
        self._digest_length = _DIGEST_LENGTH.get(authentication.type, 0)
        self._sequence = int(random() * 0xFFFFFFFF)
        self._heard: int | None = None

    @property
    def signs_each_packet_anew(self) -> bool:
        """Whether two packets of the same content differ."""
        return self._digest_length > 0

    def sign(self, packet: ControlPacket, *, changed: bool) -> bytes:
        """Return the octets of ``packet``, signed; ``changed`` says that it says something new."""
        kind, key_id = self.authentication.type, self.authentication.key_id
        if not self._digest_length:
            section = bytes((kind.value, 3 + len(self._key), key_id)) + self._key
            return _with_section(packet, section)
        if changed or kind in _METICULOUS:
            self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        length = _HEAD.size + self._digest_length
        head = _HEAD.pack(kind.value, length, key_id, 0, self._sequence)
        unsigned = _with_section(packet, head + self._key.ljust(self._digest_length, b"\0"))
        return unsigned[: LENGTH + _HEAD.size] + self._digest(unsigned)

    def refusal(self, packet: ControlPacket, octets: bytes, detect_multiplier: int) -> str:
        """Return why ``packet``, whose ``octets`` these are, is not accepted; empty when it is."""
        section, kind = packet.authentication, self.authentication.type
        if section[0] != kind.value:
            return f"authentication type {section[0]} is not {kind.value}"
        expected = _HEAD.size + self._digest_length if self._digest_length else 3 + len(self._key)
        if section[1] != expected or len(section) != expected:
            return "the authentication section is not as long as it should be"
        if section[2] != self.authentication.key_id:
            return f"key ID {section[2]} is not {self.authentication.key_id}"
        if not self._digest_length:
            return "" if hmac.compare_digest(section[3:expected], self._key) else "the password is wrong"
        sequence = int.from_bytes(section[4:8], "big")
        if not self._in_range(sequence, detect_multiplier):
            return f"sequence number {sequence} is out of range"
        start = LENGTH + _HEAD.size
        unsigned = octets[:start] + self._key.ljust(self._digest_length, b"\0")
        if not hmac.compare_digest(section[_HEAD.size :], self._digest(unsigned)):
            return "the digest is wrong"
        self._heard = sequence  # only now: whoever does not know the key must not move the window
        return ""

    def forget(self) -> None:
        """Accept any sequence number next: the peer has been silent for twice the Detection Time."""
        self._heard = None

    def _in_range(self, sequence: int, detect_multiplier: int) -> bool:
        if self._heard is None:
            return True
        ahead = (sequence - self._heard) & 0xFFFFFFFF
        lowest = 1 if self.authentication.type in _METICULOUS else 0
        return lowest <= ahead <= _WINDOW * detect_multiplier

    def _digest(self, octets: bytes) -> bytes:
        if self._digest_length == 16:
            return hashlib.md5(octets, usedforsecurity=False).digest()
        return hashlib.sha1(octets, usedforsecurity=False).digest()


def _with_section(packet: ControlPacket, section: bytes) -> bytes:
    """Return the octets of ``packet`` with an authentication section: the A bit and the length say so."""
    octets = bytearray(packet.encode())
    octets[1] |= 0x04
    octets[3] = LENGTH + len(section)
    return bytes(octets) + section
