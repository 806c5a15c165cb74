"""A ping every 10 ms, by iputils, between pods of the held demonstration; each line is kept and read."""

import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.integration.demo_process import PODS, HeldCluster, machine_of
from tests.support.processes import wait_until

_REPLY = re.compile(r"^\[(\d+\.\d+)\] 64 bytes from \S+ icmp_seq=(\d+) ttl=(\d+) time=", re.MULTILINE)


@dataclass(frozen=True)
class Replies:
    """What a ping printed: sequence numbers in their order, the time of the last reply, the TTLs seen."""

    numbers: list[int]
    last: float
    ttls: set[int]

    def missing(self) -> list[int]:
        """Return the sequence numbers without a reply, up to the last one with a reply."""
        return sorted(set(range(1, max(self.numbers, default=1) + 1)) - set(self.numbers))


class SteadyPings:
    """A ping for each ordered pair of pods on different nodes."""

    def __init__(self, cluster: HeldCluster, folder: Path) -> None:
        """Start them all and wait until each has a reply."""
        addresses = {pod: cluster.address(pod) for pod in PODS}
        self._files: dict[tuple[str, str], Path] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        for one in PODS:
            for other in PODS:
                if machine_of(one) != machine_of(other):
                    file = self._files[one, other] = folder / f"{one}-{other}.ping"
                    ping = ["ping", "-D", "-n", "-i", "0.01", addresses[other]]
                    with file.open("wb") as output:
                        self._processes.append(
                            subprocess.Popen(cluster.command(f"pod-{one}", ping), stdout=output, stderr=output)
                        )
        wait_until(lambda: all(reply.numbers for reply in self.replies().values()), "a reply on every pair", 30)

    def replies(self) -> dict[tuple[str, str], Replies]:
        """Return the replies of each (from, to) until now."""
        return {pair: _read(file) for pair, file in self._files.items()}

    def stop(self) -> tuple[float, dict[tuple[str, str], Replies]]:
        """End all pings as Ctrl-C does; return the time of it and the replies."""
        ended = time.time()
        for process in self._processes:
            process.send_signal(signal.SIGINT)
        for process in self._processes:
            process.wait(30)
        return ended, self.replies()


def _read(file: Path) -> Replies:
    found = _REPLY.findall(file.read_text(encoding="utf-8"))
    last = float(found[-1][0]) if found else 0.0
    return Replies([int(number) for _, number, _ in found], last, {int(ttl) for _, _, ttl in found})
