"""Asking a TCP port whether it takes connections: nothing is sent, and the wait is bounded."""

import asyncio
import errno
import os
import time
from dataclasses import dataclass
from enum import Enum


class Reply(Enum):
    """What came back."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENCE = "silence"
    NO_WAY = "no way"


@dataclass(frozen=True, slots=True)
class Probe:
    """How a port answered; the ``sentence`` is for people."""

    reply: Reply
    sentence: str


async def probe(address: str, port: int, *, local: str | None = None, seconds: float = 3.0) -> Probe:
    """Try to connect to ``port`` of ``address``, from the ``local`` address if one is given, and hang up at once."""
    place = f"TCP port {port} of {address}"
    came_from = f" from {local}" if local else ""
    start = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(address, port, local_addr=(local, 0) if local else None)
    except TimeoutError:
        why = "the packets are dropped on the way there or back, by a filter perhaps, or the machine is down"
        return Probe(Reply.SILENCE, f"{place} gives no answer{came_from} within {seconds:g} s: {why}")
    except ConnectionRefusedError:
        return Probe(Reply.REFUSED, f"{place} refuses the connection: nothing listens there, or a filter says no")
    except OSError as error:
        text = os.strerror(error.errno) if error.errno else str(error)
        code = errno.errorcode.get(error.errno or 0, "")
        return Probe(Reply.NO_WAY, f"{place} cannot be reached{came_from}: {text}{f' ({code})' if code else ''}")
    took = (time.monotonic() - start) * 1000
    writer.transport.abort()
    return Probe(Reply.ACCEPTED, f"{place} takes a connection{came_from}, in {took:.1f} ms")
