"""A TCP stream between two namespaces that goes on through whatever a test does meanwhile; every octet is compared."""

import hashlib
import socket
import time
from threading import Event, Thread
from typing import Final

from tests.support.netns import Namespace

_BLOCK: Final = 1000
_PAUSE: Final = 0.005
"""Seconds between two blocks."""
_END: Final = 10.0
"""Seconds within which all octets must have arrived after the last was sent."""


class SteadyStream:
    """Blocks of octets, 200 a second, each of which tells its number."""

    def __init__(self, sender: Namespace, receiver: Namespace, address: str) -> None:
        """Connect ``sender`` with the address of ``receiver``, and begin."""
        with receiver.entered(), socket.create_server((address, 0)) as listening:
            listening.settimeout(_END)
            with sender.entered():
                self._out = socket.create_connection((address, listening.getsockname()[1]), _END)
            self._in, _ = listening.accept()
        self._in.settimeout(_END)
        self._sent, self._received = hashlib.sha256(), hashlib.sha256()
        self._count = 0
        self._stop = Event()
        self.longest_silence = 0.0
        """Seconds in which nothing arrived, at most."""
        self._threads = [Thread(target=self._send), Thread(target=self._receive)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End it and wait until all has arrived; a second call does nothing."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * _END)
        self._in.close()
        self._out.close()

    def assert_whole(self) -> None:
        """Stop; fail unless every octet that was sent has arrived, in order."""
        self.stop()
        assert self._count > 0
        assert self._received.digest() == self._sent.digest(), "octets of the stream are missing"

    def _send(self) -> None:
        while not self._stop.wait(_PAUSE):
            block = self._count.to_bytes(8, "big") * (_BLOCK // 8)
            self._out.sendall(block)
            self._sent.update(block)
            self._count += 1
        self._out.shutdown(socket.SHUT_WR)

    def _receive(self) -> None:
        before = time.monotonic()
        while data := self._in.recv(1 << 16):
            now = time.monotonic()
            self.longest_silence = max(self.longest_silence, now - before)
            before = now
            self._received.update(data)
