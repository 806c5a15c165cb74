"""The ceiling of feeder and sink: a listener that opens sessions and copies the octets of each into all others.

python -m benchmarks._peers_mirror ADDRESS PORT ASN FAMILY
"""

import select
import socket
import sys
from typing import Final

from benchmarks._peers_octets import HEADER, IPV4, IPV6, KEEPALIVE, Family, message, open_message

_READ: Final = 1 << 18
_BEHIND: Final = 1 << 22
"""While one session has so many octets to be written, nothing more is read."""


class Mirror:
    """All sessions, driven by epoll."""

    def __init__(self, listener: socket.socket, greeting: bytes) -> None:
        """Take the listening socket, and the OPEN to answer each session with."""
        self._listener, self._greeting = listener, greeting
        self._epoll = select.epoll()
        self._epoll.register(listener.fileno(), select.EPOLLIN)
        self._sessions: dict[int, socket.socket] = {}
        self._unsent: dict[int, bytearray] = {}

    def serve(self) -> None:
        """Copy until the process is ended."""
        while True:
            for number, event in self._epoll.poll(-1 if not self._is_behind() else 1):
                if number == self._listener.fileno():
                    self._accept()
                    continue
                if event & select.EPOLLOUT:
                    self._flush(number)
                if event & ~select.EPOLLOUT and not self._is_behind():
                    self._copy(number)

    def _is_behind(self) -> bool:
        return any(len(octets) > _BEHIND for octets in self._unsent.values())

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        _skip(connection)
        connection.sendall(self._greeting)
        _skip(connection)
        connection.sendall(message(KEEPALIVE))
        connection.setblocking(False)
        self._sessions[connection.fileno()] = connection
        self._unsent[connection.fileno()] = bytearray()
        self._epoll.register(connection.fileno(), select.EPOLLIN)

    def _copy(self, number: int) -> None:
        try:
            octets = self._sessions[number].recv(_READ)
        except OSError:
            octets = b""
        if not octets:
            self._epoll.unregister(number)
            self._sessions.pop(number).close()
            self._unsent.pop(number)
            return
        for other in self._sessions:
            if other != number:
                self._write(other, octets)

    def _write(self, number: int, octets: bytes) -> None:
        unsent = self._unsent[number]
        if not unsent:
            try:
                count = self._sessions[number].send(octets)
            except BlockingIOError:
                count = 0
            except OSError:
                return
            octets = octets[count:]
            if not octets:
                return
            self._epoll.modify(number, select.EPOLLIN | select.EPOLLOUT)
        unsent += octets

    def _flush(self, number: int) -> None:
        unsent = self._unsent[number]
        try:
            del unsent[: self._sessions[number].send(unsent)]
        except BlockingIOError:
            return
        except OSError:
            unsent.clear()
        if not unsent:
            self._epoll.modify(number, select.EPOLLIN)


def _skip(connection: socket.socket) -> None:
    """Read one message."""
    header = connection.recv(HEADER, socket.MSG_WAITALL)
    rest = int.from_bytes(header[16:18], "big") - HEADER
    if rest > 0:
        connection.recv(rest, socket.MSG_WAITALL)


def main(address: str, port: str, asn: str, name: str) -> None:
    """Listen and serve."""
    family: Family = next(each for each in (IPV4, IPV6) if each.name == name)
    with socket.create_server((address, int(port)), backlog=1024) as listener:
        Mirror(listener, open_message(int(asn), 240, address, family)).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
