"""How far a machine is, and how large a packet gets there in one piece; blocks, bounded. RFC 1191; RFC 4821."""

import errno
import os
import select
import socket
import struct
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bgpkit_node.diagnosis.icmp import ECHO, echo_request

_HEADERS: Final = 28
"""Octets of the headers of IPv4 and of ICMP."""
SMALLEST: Final = 576
"""What every machine takes. RFC 791, section 3.1."""
_AT_ONCE: Final = 32
_ECHOES: Final = 3
_AGAIN: Final = 4
"""So many round trips after which nothing is waited for any more, but never less than _LEAST."""
_LEAST: Final = 0.1
_MTU_DISCOVER, _PROBE, _MTU = 10, 3, 14  # <linux/in.h>: fragment nothing, and pass over what was learned before
_SOL_RAW, _ICMP_FILTER, _ECHO_REPLY = 255, 1, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """What pings to a machine tell of the path there."""

    seconds: float
    """The shortest round trip."""
    mtu: int
    """Octets of the largest packet that gets there in one piece."""
    link_mtu: int
    """What the interface takes by which it leaves."""
    learned: bool = True
    """Whether the path says so itself when a packet is too large, as RFC 1191 has it, and the kernel has heard it."""


def probe_path(address: str, *, seconds: float = 1.0) -> Path | None:
    """Ping ``address``; return nothing when it does not answer within ``seconds``, or cannot be reached.

    Raises PermissionError without the right to send raw packets.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as pings:
        pings.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", ~(1 << _ECHO_REPLY) & 0xFFFFFFFF))
        pings.setsockopt(socket.IPPROTO_IP, _MTU_DISCOVER, _PROBE)
        pings.setblocking(False)
        try:
            pings.connect((address, 0))
            return _Search(pings, address, seconds).path()
        except PermissionError:
            raise
        except OSError:
            return None


class _Search:
    """One search; the identifier tells its replies among all that the machine gets."""

    def __init__(self, pings: socket.socket, address: str, seconds: float) -> None:
        self._pings = pings
        self._address = address
        self._link_mtu = pings.getsockopt(socket.IPPROTO_IP, _MTU)
        self._seconds = seconds
        self._identifier = int.from_bytes(os.urandom(2))

    def path(self) -> Path | None:
        """Measure the round trip, then the size."""
        trip = min((found for _ in range(_ECHOES) if (found := self._round_trip()) is not None), default=None)
        if trip is None:
            return None
        wait = max(_LEAST, _AGAIN * trip)
        low, high = SMALLEST, self._link_mtu
        found = self._largest((high, low), wait)
        if found == high:
            return Path(seconds=trip, mtu=high, link_mtu=high)
        while high - low > 1 and found:
            step = max(1, (high - low) // _AT_ONCE)
            sizes = range(low + step, high, step)
            found = self._largest(sizes, wait) or low
            low, high = found, min(high, found + step)
        return Path(seconds=trip, mtu=low, link_mtu=self._link_mtu, learned=self._learned() <= low)

    def _round_trip(self) -> float | None:
        """Send a small ping; return how long the reply took."""
        began = time.monotonic()
        if not self._largest((_HEADERS + 8,), self._seconds):
            self._seconds = min(self._seconds, _LEAST)
            return None
        return time.monotonic() - began

    def _largest(self, sizes: Iterable[int], wait: float) -> int:
        """Send a ping of each size; return the largest one that is answered, 0 when none is."""
        waiting: dict[int, int] = {}
        for number, size in enumerate(sorted(sizes)):
            self._pings.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # what was told of packets before stops no other
            with _told_too_large():
                self._pings.send(echo_request(self._identifier, number, size - _HEADERS))
                waiting[number] = size
        answered = 0
        until = time.monotonic() + wait
        while waiting and (left := until - time.monotonic()) > 0:
            if not select.select([self._pings], [], [], left)[0]:
                break
            with _told_too_large():
                number = self._reply()
                if number in waiting:
                    answered = max(answered, waiting.pop(number))
        self._identifier = (self._identifier + 1) & 0xFFFF  # late replies are of the round before
        return answered

    def _reply(self) -> int:
        """Take one reply; return its number, -1 when it is not for us."""
        packet = self._pings.recv(65536)
        _, _, _, identifier, number = ECHO.unpack_from(packet, (packet[0] & 15) * 4)
        return number if identifier == self._identifier else -1

    def _learned(self) -> int:
        """Return the size that the kernel has been told of by now."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect((self._address, 9))
            return asking.getsockopt(socket.IPPROTO_IP, _MTU)


@contextmanager
def _told_too_large() -> Generator[None]:
    """Pass over that a packet was too large, as the kernel has it from the path or knows it itself."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EMSGSIZE:
            raise
