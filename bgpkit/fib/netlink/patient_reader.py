"""A reader of notices that leaves some for the next turn of the loop. Linux only."""

from errno import EAGAIN, ENOBUFS
from typing import Final

from bgpkit.errors import FibError
from bgpkit.fib.kernel import Notices
from bgpkit.fib.netlink.decode import Notice, messages
from bgpkit.fib.netlink.reader import DATAGRAM, NetlinkReader

_AT_ONCE: Final = 128
"""Datagrams read in one turn, a notice each as a rule: one or two milliseconds with what becomes of them."""
_DROPPED_AT_ONCE: Final = 2048
"""Datagrams thrown away in one turn: as long."""


class PatientReader(NetlinkReader):
    """A reader for those who need not know all that has been told: while others write fast, the loop still turns.

    The descriptor stays readable as long as there is more. Where the kernel could not keep all, what it has kept is
    thrown away: it is older than what is lost, and would be taken for news after the dump that makes up for it.
    """

    _dropping = False

    def notices(self) -> Notices:
        """Return some of the routes, interfaces and addresses that came or went, without waiting."""
        if self._dropping:
            self._dropping = all(self._receive() is not None for _ in range(_DROPPED_AT_ONCE))
            return Notices([], lost=True)
        told: list[Notice] = []
        for _ in range(_AT_ONCE):
            data = self._receive()
            if not data:
                break
            read = [self._read(data, message) for message in messages(data)]
            told += [notice for notice in read if notice is not None]
        return Notices(told, lost=self._dropping)

    def _receive(self) -> bytes | None:
        """Return a datagram, None when there is none; an empty one says that others are lost."""
        try:
            return self._listening.recv(DATAGRAM)
        except OSError as error:
            if error.errno == ENOBUFS:
                self._dropping = True
                return b""
            if error.errno == EAGAIN:
                return None
            raise FibError(f"netlink: {error.strerror}", error.errno or 0) from error
