"""StayRTR, an RTR cache that serves the ROAs of a JSON file, and rtrdump, a router that only looks."""

import json
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from bgpkit.rpki import Roa
from tests.support.daemons import Daemon, program
from tests.support.netns import Namespace
from tests.support.processes import wait_until

HOST, PORT = "127.0.0.1", 8282
_started: set[int] = set()


class StayRtr(Daemon):
    """StayRTR on the loopback of a namespace; it looks at its file once a second."""

    def __init__(self, namespace: Namespace, folder: Path, roas: Iterable[Roa], *, protocol: int = 1) -> None:
        """Start it with ROAs and the highest protocol version that it may speak; wait until it listens."""
        stayrtr = program("stayrtr", "stayrtr")
        _wait_for_another_second()
        super().__init__(namespace, folder)
        self._roas = self.folder / f"{self._sockets.name}-roas.json"
        self.publish(roas)
        options = ("-cache", str(self._roas), "-checktime=false", "-refresh", "1", "-protocol", str(protocol))
        argv = stayrtr.argv("-bind", f"{HOST}:{PORT}", "-metrics.addr", f"{HOST}:9847", *options)
        self._start("stayrtr", argv, self._listens)

    def publish(self, roas: Iterable[Roa]) -> None:
        """Put other ROAs into the file."""
        entries = [{"prefix": str(roa.prefix), "maxLength": roa.max_length, "asn": roa.asn, "ta": "t"} for roa in roas]
        written = self.folder / f"{self._sockets.name}-roas.new"
        written.write_text(json.dumps({"metadata": {}, "roas": entries}), encoding="utf-8")
        written.rename(self._roas)

    def dump(self, version: int) -> str:
        """Return what rtrdump makes of the served data: a JSON document."""
        file = self.folder / f"{self._sockets.name}-dump.json"
        options = ("-connect", f"{HOST}:{PORT}", "-rtr.version", str(version), "-file", str(file))
        self.namespace.run(program("stayrtr", "rtrdump").argv(*options), timeout=20)
        return file.read_text(encoding="utf-8")

    @property
    def connections(self) -> int:
        """The number of connections accepted until now, that of the start among them."""
        return self.log().count("Accepted tcp connection")

    def _listens(self) -> bool:
        if "Server started" not in self.log():
            return False
        with self.namespace.entered(), socket.socket() as probe:
            return probe.connect_ex((HOST, PORT)) == 0


def _wait_for_another_second() -> None:
    """Two processes of version 0.5.1 that start in one second take the same session ID, which none may."""
    wait_until(lambda: int(time.time()) not in _started, "another second")
    _started.add(int(time.time()))
