"""Pings many targets from the network namespace it runs in: a steady stream with every loss counted, or one round.

Run as a program of its own (``python -m bgpkit_node.demo.pinger``); it prints JSON lines and ends on SIGTERM.
"""

import argparse
import json
import os
import select
import signal
import socket
import struct
import time
from dataclasses import asdict, dataclass, field
from typing import Final

_ECHO_REQUEST, _ECHO_REPLY = 8, 0
_SOL_RAW, _ICMP_FILTER = 255, 1  # <linux/icmp.h>: a bit for each ICMP type that is not wanted
_HEADER: Final = struct.Struct("!BBHHH")
_PAYLOAD: Final = b"bgpkit pod network demonstration"
_ANSWER_SECONDS: Final = 1.0
"""A reply that takes longer counts as lost."""
_REPORT_SECONDS: Final = 0.5
_LOOK_SECONDS: Final = 0.02


@dataclass(slots=True)
class Stream:
    """The pings to one target and what became of them."""

    target: str
    sent: int = 0
    received: int = 0
    lost: int = 0
    """Pings without a reply after a second, or at the end."""
    waiting: dict[int, float] = field(default_factory=dict[int, float])
    """Sequence numbers under way, with the time each was sent."""

    def replied(self, sequence: int) -> None:
        """Count a reply, once, if it came in time."""
        if self.waiting.pop(sequence, None) is not None:
            self.received += 1

    def expire(self, before: float) -> None:
        """Count as lost what was sent ``before`` and has not been answered."""
        for sequence in [sequence for sequence, sent in self.waiting.items() if sent < before]:
            del self.waiting[sequence]
            self.lost += 1

    def summary(self) -> dict[str, object]:
        """Return the counts."""
        return {key: value for key, value in asdict(self).items() if key != "waiting"}


class Pinger:
    """Sends ICMP echo requests and matches the replies."""

    def __init__(self, targets: list[str]) -> None:
        """Prepare a stream for each of ``targets`` (IPv4 addresses)."""
        self.streams = [Stream(target) for target in targets]
        self.ttls: dict[str, int] = {}
        """TTL of the last reply of each target."""
        self._identifier = os.getpid() & 0xFFFF
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", ~(1 << _ECHO_REPLY) & 0xFFFFFFFF))
        self._socket.setblocking(False)
        self._by_target = {stream.target: stream for stream in self.streams}

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def send(self, sequence: int) -> None:
        """Send one request to every target."""
        body = _HEADER.pack(_ECHO_REQUEST, 0, 0, self._identifier, sequence & 0xFFFF) + _PAYLOAD
        packet = _HEADER.pack(_ECHO_REQUEST, 0, _checksum(body), self._identifier, sequence & 0xFFFF) + _PAYLOAD
        for stream in self.streams:
            stream.sent += 1
            stream.waiting[sequence & 0xFFFF] = time.monotonic()
            try:
                self._socket.sendto(packet, (stream.target, 0))
            except OSError:
                del stream.waiting[sequence & 0xFFFF]
                stream.lost += 1

    def receive(self, until: float) -> None:
        """Take replies until the monotonic time ``until``."""
        while (remaining := until - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], remaining)[0]:
                return
            try:
                packet, (source, _) = self._socket.recvfrom(2048)
            except BlockingIOError:
                continue
            start = (packet[0] & 15) * 4
            kind, _, _, identifier, sequence = _HEADER.unpack_from(packet, start)
            stream = self._by_target.get(source)
            if kind == _ECHO_REPLY and identifier == self._identifier and stream is not None:
                self.ttls[source] = packet[8]
                stream.replied(sequence)

    def drain(self, until: float) -> None:
        """Take replies until none is missing, or until the monotonic time ``until``."""
        while any(stream.waiting for stream in self.streams) and (now := time.monotonic()) < until:
            self.receive(min(until, now + _LOOK_SECONDS))


def stream(targets: list[str], interval: float) -> None:
    """Ping ``targets`` every ``interval`` seconds until SIGTERM, reporting twice a second and at the end."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pinger = Pinger(targets)
    sequence = 0
    due = report_due = time.monotonic()
    while not stopping:
        pinger.send(sequence)
        sequence += 1
        due = max(due + interval, time.monotonic() - 1)
        pinger.receive(due)
        now = time.monotonic()
        if now >= report_due:
            report_due = now + _REPORT_SECONDS
            for one in pinger.streams:
                one.expire(now - _ANSWER_SECONDS)
            _report(pinger, final=False)
    pinger.drain(time.monotonic() + _ANSWER_SECONDS)
    for one in pinger.streams:
        one.expire(time.monotonic())
    _report(pinger, final=True)


def once(targets: list[str]) -> None:
    """Ping each of ``targets`` once and print the TTL of each reply, or null."""
    pinger = Pinger(targets)
    pinger.send(1)
    pinger.drain(time.monotonic() + _ANSWER_SECONDS)
    print(json.dumps({target: pinger.ttls.get(target) for target in targets}))


def main() -> None:
    """Read the command line and ping."""
    parser = argparse.ArgumentParser(prog="python -m bgpkit_node.demo.pinger", description=__doc__)
    parser.add_argument("--once", action="store_true", help="ping every target once and print the TTL of the replies")
    parser.add_argument("--interval", type=float, default=0.01, help="seconds between pings to a target")
    parser.add_argument("targets", nargs="+", metavar="ADDRESS")
    options = parser.parse_args()
    if options.once:
        once(options.targets)
    else:
        stream(options.targets, options.interval)


def _report(pinger: Pinger, *, final: bool) -> None:
    print(json.dumps({"final": final, "streams": [one.summary() for one in pinger.streams]}), flush=True)


def _checksum(octets: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


if __name__ == "__main__":
    main()
