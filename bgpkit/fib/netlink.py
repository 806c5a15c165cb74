"""The kernel's routing netlink as the port of the synchronisation: read, watched and written. Linux only.

netlink(7), rtnetlink(7).
"""

import os
import struct
import sys
from collections.abc import Sequence
from errno import EMSGSIZE, ENOBUFS, EPERM
from fcntl import ioctl

from bgpkit.errors import FibError
from bgpkit.fib import uapi
from bgpkit.fib.decode import decode_refusal, messages
from bgpkit.fib.encode import encode_probe
from bgpkit.fib.netlink_reader import DATAGRAM, NetlinkReader
from bgpkit.fib.operation import Answers, Operation, Refusal


class NetlinkKernel(NetlinkReader):
    """One table of the network namespace in which it is opened; routes of one protocol are its own."""

    def __init__(self, protocol: int, table: int) -> None:
        """Open both sockets; FibError when there is no netlink or the right to change routes is missing."""
        super().__init__(table, protocol=protocol)
        try:
            self._probe()
        except BaseException:
            self.close()
            raise

    def index_of(self, device: str) -> int:
        """Return the index of an interface in the sockets' namespace, 0 when there is none."""
        request = struct.pack("=16s24x", os.fsencode(device))
        try:
            answer = ioctl(self._asking, uapi.SIOCGIFINDEX, request)
        except OSError:
            return 0
        return int.from_bytes(answer[16:20], sys.byteorder)

    def execute(self, operations: Sequence[Operation]) -> Answers:
        """Send a batch in one call, acknowledged on its last message; errors are known by sequence number.

        All operations are of one address width. The kernel carries the batch out before ``send`` returns, so there
        is nothing to wait for.
        """
        first = self._sequence + 1
        self._sequence = last = self._sequence + len(operations)
        try:
            self._asking.send(self._encoders[operations[0].width].encode(operations, first))
        except OSError as error:
            if error.errno == EMSGSIZE and len(operations) > 1:
                return self._execute_halves(operations)
            refusal = Refusal(error.errno or 0, f"netlink: {error.strerror}")
            return Answers(dict.fromkeys(range(len(operations)), refusal), complete=True)
        answers, complete = self._answers(first, last)
        return Answers({sequence - first: refusal for sequence, refusal in answers.items() if refusal}, complete)

    def _execute_halves(self, operations: Sequence[Operation]) -> Answers:
        """Carry out a batch that is too long for the send buffer."""
        middle = len(operations) // 2
        head, rest = self.execute(operations[:middle]), self.execute(operations[middle:])
        refused = dict(head.refused) | {place + middle: refusal for place, refusal in rest.refused.items()}
        return Answers(refused, head.complete and rest.complete)

    def _answers(self, first: int, last: int) -> tuple[dict[int, Refusal | None], bool]:
        """Read what is there already for the requests ``first`` to ``last``, and tell whether nothing was lost."""
        answers: dict[int, Refusal | None] = {}
        whole = True
        while True:
            try:
                data = self._asking.recv(DATAGRAM)
            except OSError as error:
                if error.errno == ENOBUFS:
                    whole = False
                    continue
                return answers, whole and last in answers
            for message in messages(data):
                if message.kind == uapi.NLMSG_ERROR and first <= message.sequence <= last:
                    answers[message.sequence] = decode_refusal(data, message)
            if whole and last in answers:
                return answers, True

    def _probe(self) -> None:
        """Ask for something that changes nothing; FibError when the kernel says that we may not."""
        self._sequence += 1
        self._asking.send(encode_probe(self._sequence))
        answers, _ = self._answers(self._sequence, self._sequence)
        refusal = answers.get(self._sequence)
        if refusal is not None and refusal.errno == EPERM:
            raise FibError("changing the kernel's routes needs the capability CAP_NET_ADMIN; run as root", EPERM)
