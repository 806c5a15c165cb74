"""What every caller of pyroute2 needs: a socket that is closed, errors of ours, values of the right kind."""

from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from pyroute2 import IPRoute, NetlinkError

from bgpkit_node.kernel.error import KernelError


class Rtnetlink:
    """One rtnetlink socket in the network namespace of the thread that makes it, for that thread only.

    A context manager; every call blocks until the kernel has answered, and raises KernelError when it refuses.
    """

    def __init__(self) -> None:
        """Open the socket on the first request."""
        self._socket = IPRoute()

    def __enter__(self) -> Self:
        """Return the open socket."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the socket."""
        self._socket.close()


@contextmanager
def translated(what: str) -> Generator[None, None, None]:
    """Make KernelErrors, which begin with ``what``, of what pyroute2 and the system raise."""
    try:
        yield
    except NetlinkError as error:
        raise KernelError(what, error.code) from error
    except OSError as error:
        raise KernelError(what, error.errno or 0) from error


def integer(value: object) -> int:
    """Return a number of a message, 0 where it has none."""
    return value if isinstance(value, int) else 0


def text(value: object) -> str:
    """Return a text of a message, empty where it has none."""
    return value if isinstance(value, str) else ""
