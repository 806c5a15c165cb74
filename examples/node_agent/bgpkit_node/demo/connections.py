"""Connections between the demonstration's pods: who reaches whom, found by trying."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bgpkit_node.demo.places import inside

_PATIENCE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection begins or ends: an address in a network namespace; an empty one is outside of all nodes."""

    name: str
    address: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection by TCP that may come about or not."""

    source: Place
    target: Place
    port: int

    def __str__(self) -> str:
        """Give both ends and the port."""
        return f"{self.source.name} -> {self.target.name}:{self.port}"


async def listen(flows: Sequence[Flow]) -> list[socket.socket]:
    """Have something listen at the end of each flow; the kernel completes the connections."""
    ends = sorted({(flow.target, flow.port) for flow in flows}, key=str)
    return list(await asyncio.gather(*(inside(place.namespace, partial(_listen, place, port)) for place, port in ends)))


async def tried(flows: Sequence[Flow]) -> tuple[bool, ...]:
    """Try all connections at once, half a second each; tell which came about."""
    return tuple(await asyncio.gather(*(inside(flow.source.namespace, partial(_connects, flow)) for flow in flows)))


def _listen(place: Place, port: int) -> socket.socket:
    return socket.create_server((place.address, port), backlog=100)


def _connects(flow: Flow) -> bool:
    try:
        socket.create_connection((flow.target.address, flow.port), _PATIENCE, (flow.source.address, 0)).close()
    except OSError:
        return False
    return True
