"""What the kernel has answered to some requests. Linux only.

netlink(7).
"""

import socket
from errno import ENOBUFS

from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.decode import decode_refusal, messages
from bgpkit.fib.netlink.reader import DATAGRAM
from bgpkit.fib.operation import Answers, Refusal


class Collected:
    """The answers to requests of one send, known by their numbers; the last is always answered, others if refused."""

    def __init__(self, asking: socket.socket, first: int, last: int) -> None:
        """Collect answers to the requests ``first`` to ``last`` of ``asking``."""
        self._asking = asking
        self._first = first
        self._last = last
        self._answers: dict[int, Refusal | None] = {}
        self._lost = False

    def read(self) -> bool:
        """Read what is there, without waiting; tell whether the last request has its answer."""
        while self._last not in self._answers:
            try:
                data = self._asking.recv(DATAGRAM)
            except OSError as error:
                if error.errno != ENOBUFS:
                    break
                self._lost = True
                continue
            for message in messages(data):
                if message.kind == uapi.NLMSG_ERROR and self._first <= message.sequence <= self._last:
                    self._answers[message.sequence] = decode_refusal(data, message)
        return self._last in self._answers

    def outcome(self) -> Answers:
        """Return what became of the requests, once they have been carried out."""
        whole = self.read() and not self._lost
        refused = {number - self._first: refusal for number, refusal in self._answers.items() if refusal}
        return Answers(refused, whole)
