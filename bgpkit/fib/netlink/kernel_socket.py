"""The kernel's routing netlink as the port of the synchronisation: read, watched and written. Linux only.

netlink(7), rtnetlink(7).
"""

import os
import struct
import sys
from collections.abc import Callable, Sequence
from errno import EMSGSIZE, EPERM
from fcntl import ioctl
from typing import Final

from bgpkit.errors import FibError
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.collected import Collected
from bgpkit.fib.netlink.encode import encode_probe
from bgpkit.fib.netlink.neighbours import Neighbours
from bgpkit.fib.netlink.object_octets import encode_objects
from bgpkit.fib.netlink.reader import NetlinkReader
from bgpkit.fib.netlink.sender import Sender
from bgpkit.fib.objects import ObjectOperation
from bgpkit.fib.operation import Answers, Batch, Refusal

_AT_ONCE: Final = 32
"""Changes for which the kernel takes less time than another thread would."""


class NetlinkKernel(NetlinkReader):
    """One table of one network namespace; routes of one protocol are its own."""

    def __init__(self, protocol: int, table: int, *, vrf: str | None = None, netns: str | None = None) -> None:
        """Open both sockets; FibError when there is no netlink or the right to change routes is missing.

        ConfigError when there is no way into ``netns``.
        """
        super().__init__(table, protocol=protocol, vrf=vrf, netns=netns)
        self._protocol = protocol
        self._sender = Sender(self._asking)
        self._prepared: tuple[Batch, int, bytes] | None = None
        self._neighbours: Neighbours | None = None
        try:
            self._neighbours = Neighbours(self.index_of, vrf=vrf, netns=netns)
            self._probe()
        except BaseException:
            self.close()
            raise
        self.device_of = self._neighbours.device_of
        self.reaches = self._neighbours.reaches

    def index_of(self, device: str) -> int:
        """Return the index of an interface in the sockets' namespace, 0 when there is none."""
        request = struct.pack("=16s24x", os.fsencode(device))
        try:
            answer = ioctl(self._asking, uapi.SIOCGIFINDEX, request)
        except OSError:
            return 0
        return int.from_bytes(answer[16:20], sys.byteorder)

    def close(self) -> None:
        """Close both sockets; routes stay."""
        self._sender.close()
        if self._neighbours is not None:
            self._neighbours.close()
        super().close()

    async def execute(self, batch: Batch, meanwhile: Callable[[], Batch | None]) -> Answers:
        """Send a batch in one call, acknowledged on its last message; errors are known by sequence number.

        The kernel carries the batch out before ``send`` returns; for one that takes its time another thread waits, and
        what ``meanwhile`` gives is written down for the next call.
        """
        first, octets = self._encoded(batch)
        collected = Collected(self._asking, first, first + len(batch) - 1)
        try:
            if len(batch) > _AT_ONCE:
                await self._sender.send(octets, lambda: self._prepare(meanwhile()), collected.read)
            else:
                self._asking.send(octets)
                meanwhile()
        except OSError as error:
            if error.errno == EMSGSIZE and len(batch) > 1:
                return await self._execute_halves(batch)
            refusal = Refusal(error.errno or 0, f"netlink: {error.strerror}")
            return Answers(dict.fromkeys(range(len(batch)), refusal), complete=True)
        return collected.outcome()

    async def execute_objects(self, operations: Sequence[ObjectOperation]) -> Answers:
        """Send a batch of changes of next-hop objects likewise.

        Whoever listens is told of each route that moves with an object: the kernel takes 0.3 seconds for a million.
        """
        first = self._sequence + 1
        self._sequence += len(operations)
        collected = Collected(self._asking, first, self._sequence)
        try:
            await self._sender.send(encode_objects(operations, self._protocol, first), _nothing, collected.read)
        except OSError as error:
            refusal = Refusal(error.errno or 0, f"netlink: {error.strerror}")
            return Answers(dict.fromkeys(range(len(operations)), refusal), complete=True)
        return collected.outcome()

    def _encoded(self, batch: Batch) -> tuple[int, bytes]:
        """Return the number of the first request and the requests, as they are prepared or else written down now."""
        prepared, self._prepared = self._prepared, None
        if prepared is not None and prepared[0] is batch:
            return prepared[1:]
        first = self._sequence + 1
        self._sequence += len(batch)
        return first, self._encoders[batch.width].encode(batch, first)

    def _prepare(self, batch: Batch | None) -> None:
        """Write down what is likely to come next."""
        if batch:
            self._prepared = batch, *self._encoded(batch)

    async def _execute_halves(self, batch: Batch) -> Answers:
        """Carry out a batch that is too long for the send buffer; what comes next has been prepared."""
        prepared, self._prepared = self._prepared, None
        middle = len(batch) // 2
        head = await self.execute(batch.cut(0, middle), _nothing)
        rest = await self.execute(batch.cut(middle, len(batch)), _nothing)
        self._prepared = prepared
        refused = dict(head.refused) | {place + middle: refusal for place, refusal in rest.refused.items()}
        return Answers(refused, head.complete and rest.complete)

    def _probe(self) -> None:
        """Ask for something that changes nothing; FibError when the kernel says that we may not."""
        self._sequence += 1
        self._asking.send(encode_probe(self._sequence))
        refusal = Collected(self._asking, self._sequence, self._sequence).outcome().refused.get(0)
        if refusal is not None and refusal.errno == EPERM:
            raise FibError("changing the kernel's routes needs the capability CAP_NET_ADMIN; run as root", EPERM)


def _nothing() -> None:
    """Do nothing meanwhile."""
