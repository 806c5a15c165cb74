"""The kernel's next-hop objects as the port of the synchronisation. Linux only.

netlink(7), rtnetlink(7).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from errno import EOPNOTSUPP

from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.decode import decode_refusal, messages
from bgpkit.fib.netlink.encode import FAMILY_OF_WIDTH
from bgpkit.fib.netlink.kernel_socket import NetlinkKernel
from bgpkit.fib.netlink.neighbours import ask
from bgpkit.fib.netlink.object_octets import (
    decode_object,
    decode_users,
    encode_object_dump,
    encode_object_probe,
    encode_user_dump,
)
from bgpkit.fib.netlink.opening import open_socket
from bgpkit.fib.netlink.table_reader import TableReader
from bgpkit.fib.objects import KernelObject, ObjectOperation
from bgpkit.fib.operation import Answers


class NetlinkObjects(TableReader):
    """The objects of one network namespace: read by a socket of their own, written by that of the routes.

    So notices of what we have changed are left out with those of our routes.
    """

    def __init__(self, kernel: NetlinkKernel, table: int, *, netns: str | None = None) -> None:
        """Write by ``kernel``; FibError when there is no netlink, ConfigError no way into ``netns``."""
        self._looking = open_socket(netns)
        try:
            super().__init__(table, netns=netns)
        except BaseException:
            self._looking.close()
            raise
        self._kernel = kernel
        self._thread = ThreadPoolExecutor(1, "bgpkit.fib.objects")

    def close(self) -> None:
        """Close the sockets that are its own."""
        self._thread.shutdown(wait=False)
        self._looking.close()
        super().close()

    def known_here(self) -> bool:
        """Tell whether the kernel has next-hop objects: Linux 5.3."""
        for data in ask(self._looking, encode_object_probe(self._next())):
            for message in messages(data):
                refusal = decode_refusal(data, message) if message.kind == uapi.NLMSG_ERROR else None
                if refusal is not None and refusal.errno == EOPNOTSUPP:
                    return False
        return True

    async def execute_objects(self, operations: Sequence[ObjectOperation]) -> Answers:
        """Carry out a batch in its order and return its answers; a refusal does not stop the others."""
        return await self._kernel.execute_objects(operations)

    async def dump_objects(self) -> AsyncIterator[list[KernelObject]]:
        """Give all objects page by page, whosever they are."""
        async for data in self._pages(encode_object_dump(self._next())):
            yield [decode_object(data, each) for each in messages(data) if each.kind == uapi.RTM_NEWNEXTHOP]

    async def used_objects(self) -> set[int]:
        """Return the numbers of the objects that routes name, of any table and protocol; more do no harm.

        A thread reads: the kernel looks through the main table for the routes of the local one, which is no slice.
        """
        reading = asyncio.get_running_loop().run_in_executor(self._thread, self._find_users)
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            await asyncio.wait([reading])
            raise

    def _find_users(self) -> set[int]:
        """Read the routes of all tables."""
        used: set[int] = set()
        for family in FAMILY_OF_WIDTH.values():
            for data in self._datagrams(encode_user_dump(self._next(), family)):
                used |= decode_users(data)
        return used

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence
