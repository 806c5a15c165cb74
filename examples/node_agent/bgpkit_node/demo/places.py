"""Work inside the network namespaces of the demonstration: pings, and a connection that is used."""

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from bgpkit_node.cni.own_thread import in_own_thread
from bgpkit_node.demo.pinger import Pinger
from bgpkit_node.kernel import enter_for_good, open_namespace

_NETNS: Final = Path("/run/netns")
_PATIENCE: Final = 1.0
_CALL_SECONDS: Final = 5.0
_Result = TypeVar("_Result")


async def inside(namespace: str, work: Callable[[], _Result]) -> _Result:
    """Do blocking work in a thread that is in a named network namespace, and ends there; empty: outside of all."""
    return await in_own_thread(partial(_inside, namespace, work))


def _inside(namespace: str, work: Callable[[], _Result]) -> _Result:
    if namespace:
        with open_namespace(_NETNS / namespace) as descriptor:
            enter_for_good(descriptor)
    return work()


async def answering(namespace: str, addresses: Iterable[str], *, seconds: float = _PATIENCE) -> set[str]:
    """Ping addresses from a namespace, all at once; return those that answer in time."""
    return await inside(namespace, partial(_answering, list(addresses), seconds))


def _answering(addresses: list[str], seconds: float) -> set[str]:
    with closing(Pinger(addresses)) as pinger:
        pinger.send(1)
        pinger.drain(time.monotonic() + seconds)
        return set(pinger.ttls)


async def called(caller: str, server: str, address: str, port: int, *, at: int | None = None) -> str:
    """Connect from one namespace to an address and port, and use the connection.

    It is taken in another namespace, at the same port unless ``at`` says otherwise. Return the caller's address as it
    is seen there, or why there is no connection, in words that are no address.
    """
    listener = await inside(server, partial(socket.create_server, ("", at or port)))
    with listener:
        listener.settimeout(_CALL_SECONDS)
        try:
            connection = await inside(caller, partial(socket.create_connection, (address, port), _CALL_SECONDS))
            with connection:
                accepted, (seen, _) = await in_own_thread(listener.accept)
                with accepted:
                    accepted.sendall(b"welcome")
                    return str(seen) if await in_own_thread(partial(connection.recv, 16)) else "nobody"
        except OSError as error:
            return f"no connection ({error.strerror or error})"
