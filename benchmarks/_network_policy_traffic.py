"""The two ends of the traffic that benchmarks/network_policy.py sends through rules; each is a process of its own.

    python -m benchmarks._network_policy_traffic serve ADDRESS PORT
    python -m benchmarks._network_policy_traffic KIND ADDRESS PORT SECONDS

The first answers until it is ended; it says "ready" first. The second prints how many packets it has sent or how many
connections it has made, and in how many seconds. Packets go from one UDP socket. The rules see a flow as established
once it has been answered, which is only done when it is asked for.
"""

import json
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from enum import Enum
from threading import Thread
from typing import Final

_ASKING: Final = b"?"
_TRIES: Final = 50
_PAUSE: Final = 0.05
_AT_ONCE: Final = 100
_ABRUPT: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: a connection ends with a reset, so that its port is free at once."""


class Kind(Enum):
    """What is sent."""

    ESTABLISHED = "established"
    """Packets of a flow that has been answered."""
    NEW = "new"
    """Packets of a flow that has not: each one is decided over."""
    CONNECTIONS = "connections"
    """TCP connections, one after the other."""


def main(arguments: Sequence[str]) -> int:
    """Be one of the two ends."""
    kind, address, port, *seconds = arguments
    if kind == "serve":
        _serve(address, int(port))
        return 0
    end = (address, int(port))
    send = {Kind.ESTABLISHED: _established, Kind.NEW: _new, Kind.CONNECTIONS: _connections}[Kind(kind)]
    count, took = send(end, float(seconds[0]))
    print(json.dumps({"count": count, "seconds": took}))
    return 0


def _serve(address: str, port: int) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as packets, socket.create_server((address, port), backlog=1024) as calls:
        packets.bind((address, port))
        Thread(target=_answer, args=(packets,), daemon=True).start()
        print("ready", flush=True)
        while True:
            caller, _ = calls.accept()
            caller.close()


def _answer(packets: socket.socket) -> None:
    """Answer who asks. All else fills the buffer and is dropped there: reading it would only take time from others."""
    while True:
        said, sender = packets.recvfrom(16)
        if said == _ASKING:
            packets.sendto(said, sender)
            time.sleep(_PAUSE)


def _established(end: tuple[str, int], seconds: float) -> tuple[int, float]:
    with socket.socket(type=socket.SOCK_DGRAM) as packets:
        packets.connect(end)
        packets.settimeout(_PAUSE)
        for _ in range(_TRIES):
            packets.send(_ASKING)
            try:
                packets.recv(16)
            except TimeoutError:
                continue
            packets.setblocking(True)
            return _repeated(lambda: packets.send(b"x"), seconds)
    raise SystemExit("no answer: the rules let nothing pass")


def _new(end: tuple[str, int], seconds: float) -> tuple[int, float]:
    with socket.socket(type=socket.SOCK_DGRAM) as packets:
        packets.connect(end)
        return _repeated(lambda: packets.send(b"x"), seconds)


def _connections(end: tuple[str, int], seconds: float) -> tuple[int, float]:
    def call() -> None:
        """Make a connection and end it."""
        with socket.socket() as caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPT)
            caller.settimeout(5)
            caller.connect(end)

    return _repeated(call, seconds)


def _repeated(act: Callable[[], object], seconds: float) -> tuple[int, float]:
    """Do it for as long; return how often, and how long it really took."""
    count, begun = 0, time.perf_counter()
    while (took := time.perf_counter() - begun) < seconds:
        for _ in range(_AT_ONCE):
            act()
        count += _AT_ONCE
    return count, took


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
