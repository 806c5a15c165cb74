"""Real packets between namespaces: who can reach which port, all asked at once, by one process."""

import errno
import selectors
import socket
import struct
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tests.support.netns import Namespace
from tests.support.sctp_packets import is_init, sctp_init

_REFUSALS: Final = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EACCES, errno.ENETUNREACH, errno.EPERM}
_SILENCE: Final = 0.3
"""Seconds without any packet after which what is silent counts as denied, where denied packets are dropped."""
_LOOK: Final = 0.05
"""Seconds of a look; silence is counted in looks, so that a machine that halts this process makes nobody silent."""
_PATIENCE: Final = 5.0
_SCTP: Final = 132
_RESET: Final = struct.pack("ii", 1, 0)


class Place(NamedTuple):
    """Where an address is."""

    namespace: Namespace
    address: str


class Flow(NamedTuple):
    """A connection to ask for, between places that have names."""

    source: str
    destination: str
    port: int
    protocol: str


@dataclass(slots=True)
class _Asked:
    """What is known of the flows so far."""

    selector: selectors.BaseSelector
    stack: ExitStack
    passed: dict[Flow, bool] = field(default_factory=dict[Flow, bool])
    sctp: dict[tuple[str, str, int], Flow] = field(default_factory=dict[tuple[str, str, int], Flow])


@contextmanager
def serving(ports: Iterable[tuple[Place, int, str]]) -> Generator[dict[socket.socket, str]]:
    """Open these ports: TCP accepts, UDP answers, SCTP listens for INIT; they are given with their protocol."""
    with ExitStack() as stack:
        opened: dict[socket.socket, str] = {}
        for place, port, protocol in sorted(ports, key=lambda each: (each[0].address, each[1:])):
            with place.namespace.entered():
                opened[stack.enter_context(_server(place.address, port, protocol))] = protocol
        yield opened


def reached(
    flows: Iterable[Flow], places: Mapping[str, Place], servers: Mapping[socket.socket, str], *, refused: bool = True
) -> dict[Flow, bool]:
    """Ask for all the flows at once, and tell which are answered.

    Denied ones of TCP and UDP are ``refused``, so that a silent one fails the test; else they are silent.
    """
    with ExitStack() as stack:
        asked = _Asked(stack.enter_context(selectors.DefaultSelector()), stack)
        for server, protocol in servers.items():
            if protocol != "TCP":
                asked.selector.register(server, selectors.EVENT_READ, protocol)
        waiting = set(flows)
        for flow in sorted(waiting):
            _ask(asked, flow, places)
        _listen(asked, waiting, refused=refused)
    silent = [flow for flow in waiting if flow not in asked.passed and flow.protocol != "SCTP"]
    assert not (refused and silent), f"neither answered nor refused: {silent}"
    return {flow: asked.passed.get(flow, False) for flow in waiting}


def _listen(asked: _Asked, waiting: set[Flow], *, refused: bool) -> None:
    begun, quiet = time.monotonic(), 0.0
    while waiting - asked.passed.keys():
        limit = _PATIENCE if refused and any(f.protocol != "SCTP" for f in waiting - asked.passed.keys()) else _SILENCE
        if quiet > limit or time.monotonic() - begun > 2 * _PATIENCE:
            return
        ready = asked.selector.select(_LOOK)
        quiet = 0.0 if ready else quiet + _LOOK
        for key, _ in ready:
            assert isinstance(key.fileobj, socket.socket)
            _take(asked, key.fileobj, key.data)


def _take(asked: _Asked, ready: socket.socket, data: object) -> None:
    match data:
        case "UDP":
            question, asker = ready.recvfrom(100)
            ready.sendto(question, asker)
        case "SCTP":
            packet, sender = ready.recvfrom(1000)
            port = is_init(packet)
            flow = asked.sctp.get((sender[0], ready.getsockname()[0], port))
            if flow is not None:
                asked.passed[flow] = True
        case Flow():
            asked.selector.unregister(ready)
            failure = ready.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not failure and data.protocol == "UDP":
                failure = _answer(ready)
            assert failure == 0 or failure in _REFUSALS, f"{data}: {errno.errorcode[failure]}"
            asked.passed[data] = failure == 0
        case _:
            raise AssertionError(data)


def _answer(ready: socket.socket) -> int:
    try:
        ready.recv(100)
    except OSError as error:
        return error.errno or 0
    return 0


def _ask(asked: _Asked, flow: Flow, places: Mapping[str, Place]) -> None:
    source, destination = places[flow.source], places[flow.destination]
    family = _family(destination.address)
    with source.namespace.entered():
        if flow.protocol == "SCTP":
            asking = asked.stack.enter_context(socket.socket(family, socket.SOCK_RAW, _SCTP))
        else:
            kind = socket.SOCK_STREAM if flow.protocol == "TCP" else socket.SOCK_DGRAM
            asking = asked.stack.enter_context(socket.socket(family, kind))
    asking.setblocking(False)
    asking.bind((source.address, 0))
    if flow.protocol == "SCTP":
        asked.sctp[source.address, destination.address, flow.port] = flow
        asking.sendto(sctp_init(40000 + len(asked.sctp), flow.port), (destination.address, 0))
        return
    if flow.protocol == "TCP":
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    failure = asking.connect_ex((destination.address, flow.port))
    assert failure in {0, errno.EINPROGRESS} | _REFUSALS, f"{flow}: {errno.errorcode[failure]}"
    if failure in _REFUSALS or (flow.protocol == "UDP" and not _sent(asking)):
        asked.passed[flow] = False
        return
    wanted = selectors.EVENT_READ if flow.protocol == "UDP" else selectors.EVENT_WRITE
    asked.selector.register(asking, wanted, flow)


def _sent(asking: socket.socket) -> bool:
    """Ask by a datagram; False where the node itself asks and may not."""
    try:
        return asking.send(b"?") == 1
    except (PermissionError, ConnectionRefusedError):
        return False


def _server(address: str, port: int, protocol: str) -> socket.socket:
    if protocol == "SCTP":
        opened = socket.socket(_family(address), socket.SOCK_RAW, _SCTP)
        opened.bind((address, 0))
    else:
        opened = socket.socket(_family(address), socket.SOCK_STREAM if protocol == "TCP" else socket.SOCK_DGRAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address, port))
        if protocol == "TCP":
            opened.listen(100)
    opened.setblocking(False)
    return opened


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
