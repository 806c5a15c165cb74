"""FRR's zebra, told of routes by a client of its own protocol, as its daemon sharpd does, which Debian leaves out."""

import socket
import struct
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from benchmarks._fib_program import Program, ProgramError, Step
from benchmarks._fib_routes import MOVED, gateway

_VERSION: Final = 6
_MARKER: Final = 254
_ROUTE_ADD: Final = 8
_ROUTE_DELETE: Final = 9
_HELLO: Final = 18
"""Commands as FRR 8.4 numbers them."""
_SHARP: Final = 23
_WITH_NEXT_HOPS: Final = 1
_UNICAST: Final = 1
_GATEWAY_IPV4: Final = 2
_KEPT: Final = "600"
"""Seconds for which zebra keeps the routes of its former life."""
_AT_HOME: Final = 'mount -t tmpfs own /run && mount -t tmpfs own /var/tmp && mount --bind "$0" /etc/group && exec "$@"'


class Zebra(Program):
    """zebra alone: the client holds the routes, and tells it what becomes of them."""

    package = "frr"
    programs = ("/usr/lib/frr/zebra",)
    protocol = "194"
    steps = tuple(step for step in Step if step is not Step.DUMP)

    def start(self, *, again: bool) -> None:
        """Start zebra and the client, which tells it all at once when it starts again."""
        self._client: socket.socket | None = None
        self._octets = b""
        folder = self.folder
        groups = Path("/etc/group").read_text(encoding="utf-8")
        own = folder / "group"
        own.write_text(groups if "frrvty" in groups else f"{groups}frrvty:x:0:root\n", encoding="utf-8")
        (folder / "zebra.conf").write_text("log stdout errors\n", encoding="utf-8")
        server = folder / "zserv.api"
        server.unlink(missing_ok=True)
        words = ("-u", "root", "-g", "root", "-P", "0", "-K", _KEPT, "-f", str(folder / "zebra.conf"))
        places = ("--vty_socket", str(folder), "-z", str(server), "-i", str(folder / "pid"))
        self._run(["sh", "-c", _AT_HOME, str(own), *self._item(0).argv(*words, *places)])
        self._wait_for(server)
        self._client = socket.socket(socket.AF_UNIX)
        self._client.connect(str(server))
        self._client.sendall(_message(_HELLO, struct.pack("!BHIBB", _SHARP, 0, 0, 0, 0)))
        if again:
            self.prepare(Step.ADD)
            self.do(Step.ADD)
        else:
            time.sleep(1)  # it is busy with its interfaces

    def prepare(self, step: Step) -> None:
        """Write the messages of a step."""
        every = range(len(self.routes.keys))
        match step:
            case Step.ADD:
                self._octets = self._tell(every)
            case Step.REPLACE:
                self._octets = self._tell(every, shifted=True)
            case Step.MOVE:
                places = self.routes.with_next_hop(MOVED, shifted=True)
                self._octets = self._tell(places, shifted=True, moved=True)
            case Step.DELETE:
                self._octets = self._tell(every, shifted=True, moved=True, command=_ROUTE_DELETE)
            case Step.ADOPT | Step.DUMP:
                pass

    def do(self, step: Step) -> None:
        """Send the messages of the step."""
        assert self._client is not None
        try:
            self._client.sendall(self._octets)
        except OSError as error:
            raise ProgramError(f"{step.value}: it has hung up: {self.words()}") from error

    def stop(self) -> None:
        """End client and process."""
        self._kill()
        super().stop()

    def _kill(self) -> None:
        super()._kill()
        if self._client is not None:
            self._client.close()
            self._client = None

    def _tell(
        self, places: Iterable[int], *, shifted: bool = False, moved: bool = False, command: int = _ROUTE_ADD
    ) -> bytes:
        hop = self.routes.next_hop_of
        numbers = ((place, hop(place, shifted=shifted)) for place in places)
        return b"".join(
            _route(command, self.routes.keys[place], gateway(number, moved=moved and number == MOVED))
            for place, number in numbers
        )


def _message(command: int, body: bytes) -> bytes:
    return struct.pack("!HBBIH", 10 + len(body), _MARKER, _VERSION, 0, command) + body


def _route(command: int, key: bytes, way: str) -> bytes:
    """Return a message about one route: its protocol, its prefix, its next hop."""
    head = struct.pack("!BHIIBB", _SHARP, 0, 0, _WITH_NEXT_HOPS, _UNICAST, socket.AF_INET)
    hop = struct.pack("!HIBB4sI", 1, 0, _GATEWAY_IPV4, 0, socket.inet_aton(way), 0)
    return _message(command, head + key + hop)
