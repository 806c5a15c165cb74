"""The two ends of the traffic of benchmarks/datapath.py; each is a process of its own.

    python -m benchmarks._datapath_traffic serve ADDRESS
    python -m benchmarks._datapath_traffic ask ADDRESS SECONDS

The first takes a stream, sends octets back, or counts packets, until it is ended; it says "ready" first. The second
prints what it has found as JSON: octets a second of one TCP stream, packets a second that arrive of UDP packets with
64 octets in a flow that has been answered once, seconds until an octet is back over TCP, and seconds of the processor
that both ends took for a GiB.
"""

import json
import resource
import socket
import struct
import sys
import time
from collections.abc import Sequence
from threading import Thread
from typing import Final

PORT: Final = 5201
_STREAM, _ECHO, _COUNT = b"s", b"e", b"c"
_PIECE: Final = bytes(128 << 10)
_PACKET: Final = bytes(64)
_ASKING: Final = b"?"
_AT_ONCE: Final = 50
_ANSWER: Final = struct.Struct("!Qd")
"""How many octets or packets have come, and the seconds of the processor since the end began."""
_SETTLED: Final = 0.02


def main(arguments: Sequence[str]) -> int:
    """Be one of the two ends."""
    kind, address, *seconds = arguments
    if kind == "serve":
        _serve(address)
        return 0
    found = {**_stream(address, float(seconds[0])), **_packets(address, float(seconds[0]))}
    print(json.dumps({**found, "latency": _latency(address, float(seconds[0]))}))
    return 0


def _serve(address: str) -> None:
    counted = [0]
    with socket.create_server((address, PORT)) as calls, socket.socket(type=socket.SOCK_DGRAM) as packets:
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        packets.bind((address, PORT))
        Thread(target=_count, args=(packets, counted), daemon=True).start()
        print("ready", flush=True)
        while True:
            caller, _ = calls.accept()
            with caller:
                caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _answer(caller, counted)


def _answer(caller: socket.socket, counted: list[int]) -> None:
    kind, began = caller.recv(1), _processor()
    if kind == _ECHO:
        while octet := caller.recv(1):
            caller.send(octet)
    elif kind == _STREAM:
        into, total = bytearray(256 << 10), 0
        while came := caller.recv_into(into):
            total += came
        caller.send(_ANSWER.pack(total, _processor() - began))
    else:
        caller.send(_ANSWER.pack(counted[0], 0))


def _count(packets: socket.socket, counted: list[int]) -> None:
    """Count what comes, and answer what asks for it."""
    into = bytearray(2048)
    while True:
        length, caller = packets.recvfrom_into(into)
        if length == len(_ASKING):
            packets.sendto(_ASKING, caller)
        counted[0] += 1


def _stream(address: str, seconds: float) -> dict[str, float]:
    with _called(address, _STREAM) as caller:
        own, began = _processor(), time.perf_counter()
        while time.perf_counter() < began + seconds:
            caller.sendall(_PIECE)
        caller.shutdown(socket.SHUT_WR)
        octets, theirs = _read(caller)
        took, used = time.perf_counter() - began, _processor() - own + theirs
    return {"throughput": octets / took, "processor": used / (octets / (1 << 30))}


def _packets(address: str, seconds: float) -> dict[str, float]:
    before = _counted(address)
    with socket.socket(type=socket.SOCK_DGRAM) as packets:
        packets.connect((address, PORT))
        packets.settimeout(5)
        packets.send(_ASKING)
        packets.recv(1)
        packets.setblocking(True)
        began = time.perf_counter()
        while (took := time.perf_counter() - began) < seconds:
            for _ in range(_AT_ONCE):
                packets.send(_PACKET)
    time.sleep(_SETTLED)
    return {"packets": (_counted(address) - before) / took}


def _latency(address: str, seconds: float) -> float:
    """Return the median of the times until an octet is back."""
    times: list[float] = []
    with _called(address, _ECHO) as caller:
        until = time.perf_counter() + seconds
        while (began := time.perf_counter()) < until or not times:
            caller.send(b"x")
            caller.recv(1)
            times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2]


def _counted(address: str) -> int:
    with _called(address, _COUNT) as caller:
        return _read(caller)[0]


def _called(address: str, kind: bytes) -> socket.socket:
    caller = socket.create_connection((address, PORT), 10)
    caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    caller.send(kind)
    return caller


def _read(caller: socket.socket) -> tuple[int, float]:
    answer = b""
    while len(answer) < _ANSWER.size:
        came = caller.recv(_ANSWER.size - len(answer))
        if not came:
            raise SystemExit("the other end has gone")
        answer += came
    count, processor = _ANSWER.unpack(answer)
    return int(count), float(processor)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
