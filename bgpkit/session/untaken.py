"""How much of what was written the TCP of the peer has not taken yet."""

import asyncio
import struct
import sys
from typing import Final, Protocol, runtime_checkable

if sys.platform != "win32":
    import fcntl
    import termios

_LENGTH: Final = struct.Struct("i")


@runtime_checkable
class _Socket(Protocol):
    """What a transport shows of its socket."""

    def fileno(self) -> int: ...


def octets_untaken(transport: asyncio.WriteTransport) -> int:
    """Return the octets that wait in the transport, and those that the kernel has and the peer has not acknowledged.

    A transport without a socket of its own tells only of its buffer, as does a kernel that does not know the question.
    Linux: tcp(7), SIOCOUTQ.
    """
    waiting = transport.get_write_buffer_size()
    own: object = transport.get_extra_info("socket")
    if sys.platform == "win32" or not isinstance(own, _Socket) or own.fileno() < 0:
        return waiting
    try:
        answer = fcntl.ioctl(own.fileno(), termios.TIOCOUTQ, bytes(_LENGTH.size))
    except OSError:  # a kernel that does not tell, or a connection that is gone
        return waiting
    unacknowledged: int = _LENGTH.unpack(answer)[0]
    return waiting + unacknowledged
