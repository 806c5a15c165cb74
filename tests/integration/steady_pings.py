"""A ping every 10 ms, by iputils, through whatever a test does meanwhile; each line is kept and read."""

import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.processes import wait_until

_REPLY: Final = re.compile(r"^\[(\d+\.\d+)\] 64 bytes from \S+ icmp_seq=(\d+) ttl=(\d+) time=", re.MULTILINE)
_IN_FLIGHT: Final = 2.0
"""Seconds before the end within which the last reply must have come."""


@dataclass(frozen=True)
class Replies:
    """What a ping printed: sequence numbers in their order, the time of the last reply, the TTLs seen."""

    numbers: list[int]
    last: float
    ttls: set[int]

    def missing(self) -> list[int]:
        """Return the sequence numbers without a reply, up to the last one with a reply."""
        return sorted(set(range(1, max(self.numbers, default=0) + 1)) - set(self.numbers))


class SteadyPings:
    """Pings that run until they are stopped, each under a name of its own."""

    def __init__(self, commands: Mapping[str, Sequence[str]], folder: Path) -> None:
        """Start the commands (:func:`ping_steadily` in their namespaces) and wait until each has a reply."""
        self._files = {name: folder / f"{name}.ping" for name in commands}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._started = time.time()
        for name, command in commands.items():
            with self._files[name].open("wb") as output:
                self._processes.append(
                    subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
                )
        try:
            wait_until(lambda: all(one.numbers for one in self.replies().values()), "a reply to every ping", 30)
        except AssertionError:
            self.stop()
            raise

    def replies(self) -> dict[str, Replies]:
        """Return the replies to each ping until now."""
        return {name: _read(file) for name, file in self._files.items()}

    def stop(self) -> None:
        """End all pings, as Ctrl-C does."""
        for process in self._processes:
            process.send_signal(signal.SIGINT)
        for process in self._processes:
            process.wait(30)

    def assert_none_lost(self, ttls: set[int]) -> None:
        """Stop; fail unless every sequence number of every ping was answered, to the end, with these TTLs."""
        ended = time.time()
        self.stop()
        replies = self.replies()
        lost = {name: one.missing() for name, one in replies.items() if one.missing()}
        assert lost == {}, f"sequence numbers without a reply: {lost}"
        ended_early = [name for name, one in replies.items() if one.last < ended - _IN_FLIGHT]
        assert ended_early == [], f"no reply at the end: {ended_early}"
        few = {
            name: len(one.numbers) for name, one in replies.items() if len(one.numbers) < (ended - self._started) * 5
        }
        assert few == {}, f"too few pings in {ended - self._started:.1f} seconds: {few}"
        seen = set[int]().union(*(one.ttls for one in replies.values()))
        assert seen == ttls, f"replies with TTL {seen}"


def ping_steadily(address: str) -> list[str]:
    """Return the command line of a ping every 10 ms that prints each reply with its time."""
    return ["ping", "-D", "-n", "-i", "0.01", address]


def _read(file: Path) -> Replies:
    found = _REPLY.findall(file.read_text(encoding="utf-8"))
    last = float(found[-1][0]) if found else 0.0
    return Replies([int(number) for _, number, _ in found], last, {int(ttl) for _, _, ttl in found})
