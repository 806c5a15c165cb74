"""A ping every 10 ms, by iputils, through whatever a test does meanwhile; each line is kept and read."""

import itertools
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.support.processes import wait_until

_REPLY: Final = re.compile(r"^\[(\d+\.\d+)\] 64 bytes from \S+ icmp_seq=(\d+) ttl=(\d+) time=", re.MULTILINE)
_IN_FLIGHT: Final = 2.0
"""Seconds before the end within which the last reply must have come."""


@dataclass(frozen=True)
class Replies:
    """What a ping printed: the time of each reply by sequence number, and the TTLs seen."""

    times: dict[int, float]
    ttls: set[int]

    @property
    def last(self) -> float:
        """When the last reply came."""
        return max(self.times.values(), default=0.0)

    def gaps(self) -> list[str]:
        """Tell which sequence numbers, up to the last one with a reply, have none, and when that was."""
        found: list[str] = []
        numbers = sorted(self.times)
        for before, after in itertools.pairwise([0, *numbers]):
            if after > before + 1:
                began = datetime.fromtimestamp(self.times.get(before, self.times[after]), UTC)
                found.append(f"{after - before - 1} after {before} at {began:%H:%M:%S.%f}")
        return found


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
            wait_until(lambda: all(one.times for one in self.replies().values()), "a reply to every ping", 30)
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
        lost = {name: one.gaps() for name, one in replies.items() if one.gaps()}
        assert lost == {}, f"pings without a reply: {lost}"
        ended_early = [name for name, one in replies.items() if one.last < ended - _IN_FLIGHT]
        assert ended_early == [], f"no reply at the end: {ended_early}"
        few = {name: len(one.times) for name, one in replies.items() if len(one.times) < (ended - self._started) * 5}
        assert few == {}, f"too few pings in {ended - self._started:.1f} seconds: {few}"
        seen = set[int]().union(*(one.ttls for one in replies.values()))
        assert seen == ttls, f"replies with TTL {seen}"


def ping_steadily(address: str) -> list[str]:
    """Return the command line of a ping every 10 ms that prints each reply with its time."""
    return ["ping", "-D", "-n", "-i", "0.01", address]


def _read(file: Path) -> Replies:
    found = _REPLY.findall(file.read_text(encoding="utf-8"))
    return Replies({int(number): float(when) for when, number, _ in found}, {int(ttl) for _, _, ttl in found})
