"""A stream of packets each of which is a connection of its own, so that rules decide over every one."""

import socket
import time
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from tests.support.policy_packets import Place

_PAUSE: Final = 0.0005
_SETTLED: Final = 0.3
_BUFFER: Final = 1 << 22


class PolicyStream:
    """UDP packets from some places to one port of another, until the context ends; then what came is known."""

    def __init__(self, sources: dict[str, Place], target: Place, port: int) -> None:
        """Open the port; nothing is sent yet."""
        self.sent = dict.fromkeys(sources, 0)
        self.received: dict[str, set[int]] = {name: set() for name in sources}
        self._sources, self._target, self._port = sources, target, port
        self._stop, self._end = Event(), Event()
        with target.namespace.entered():
            self._in = socket.socket(_family(target.address), socket.SOCK_DGRAM)
        self._in.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._in.bind((target.address, port))
        self._in.settimeout(0.1)
        self._threads = [Thread(target=self._receive), *(Thread(target=self._send, args=(name,)) for name in sources)]

    def __enter__(self) -> Self:
        """Begin to send."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send no more, and wait for what is on its way."""
        self._stop.set()
        for thread in self._threads[1:]:
            thread.join()
        time.sleep(_SETTLED)
        self._end.set()
        self._threads[0].join()
        self._in.close()

    def lost(self, name: str) -> int:
        """Return how many packets of a source have not come."""
        return self.sent[name] - len(self.received[name])

    def _send(self, name: str) -> None:
        source = self._sources[name]
        with source.namespace.entered():
            while not self._stop.wait(_PAUSE):
                with socket.socket(_family(source.address), socket.SOCK_DGRAM) as out:
                    out.bind((source.address, 0))
                    out.sendto(f"{name} {self.sent[name]}".encode(), (self._target.address, self._port))
                self.sent[name] += 1

    def _receive(self) -> None:
        while not self._end.is_set():
            try:
                words = self._in.recv(100).decode().split()
            except TimeoutError:
                continue
            self.received[words[0]].add(int(words[1]))


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
