"""Many routes for a reflector in another process: who sends them, who reads them, and the orders between."""

import asyncio
import json
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Self

from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.sources import PROJECT

ASN: Final = 64512
PATIENCE: Final = 100.0
_EACH: Final = 4
"""Prefixes that share an attribute block."""


def announcements(count: int, *, rival: int = 0) -> list[bytes]:
    """Return UPDATEs that announce the same ``count`` prefixes for every ``rival``, each with attributes of its own."""
    messages: list[bytes] = []
    for start in range(0, count, _EACH):
        path = (64600 + rival, 64700 + start % 97, 100_000 + start // _EACH)
        block = octets.attributes(*path, next_hop="192.0.2.9", local_pref=100, med=start % 7)
        communities = struct.pack("!HHHH", 64600, start % 1000, 64601, rival)
        nlri = b"".join(_key(number) for number in range(start, min(start + _EACH, count)))
        head = struct.pack("!HH", 0, len(block) + 4 + len(communities)) + block
        messages.append(octets.message(octets.UPDATE, head + octets.attribute(0xC0, 8, communities) + nlri))
    return messages


def _key(number: int) -> bytes:
    """Return the NLRI of the prefix of this number: a /24 below 1.0.0.0 upwards, or a /25 beyond what is there."""
    octets_ = (number // 2 % 0x7E0000 + 0x010000).to_bytes(3, "big")
    return bytes((24,)) + octets_ if number % 2 == 0 else bytes((25,)) + octets_ + b"\0"


class LoadedReflector:
    """The program ``loaded_reflector``, asked about itself."""

    def __init__(self, process: Process, port: int) -> None:
        """Ask a process that listens on ``port``."""
        self._process = process
        self.port = port

    @classmethod
    async def start(cls, **options: Any) -> Self:
        """Start the program."""
        argv = [sys.executable, "-m", "tests.integration.loaded_reflector", json.dumps(options)]
        process = await asyncio.create_subprocess_exec(*argv, stdin=PIPE, stdout=PIPE, cwd=PROJECT)
        return cls(process, (await _line(process))["port"])

    async def ask(self, order: str) -> dict[str, Any]:
        """Give an order and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await _line(self._process)

    async def until(self, what: str, **wanted: Any) -> None:
        """Wait until its size is what is wanted: ``until("all gone", routes=0, peers=0)``."""
        async with asyncio.timeout(PATIENCE):
            while True:
                size = await self.ask("size")
                if all(size[name] == value for name, value in wanted.items()):
                    return
                await asyncio.sleep(0.02)

    async def dial(self, address: str) -> ScriptedPeer:
        """Return a client at ``address`` whose session is up."""
        async with asyncio.timeout(PATIENCE):
            while True:
                peer = await ScriptedPeer.dial("127.0.0.1", self.port, local=address)
                try:
                    identifier = f"10.0.0.{address.rpartition('.')[2]}"
                    await peer.handshake(ASN, identifier, octets.IPV4_CAPABILITY, hold_time=0)
                except (asyncio.IncompleteReadError, ConnectionError):
                    await peer.close()
                    await asyncio.sleep(0.05)
                else:
                    return peer

    async def stop(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def loaded_reflector(**options: Any) -> AsyncGenerator[LoadedReflector]:
    """Run the program."""
    reflector = await LoadedReflector.start(**options)
    try:
        yield reflector
    finally:
        await reflector.stop()


class Reading:
    """A client that reads what it is sent, and counts octets."""

    def __init__(self, peer: ScriptedPeer) -> None:
        """Read from ``peer`` until it is closed."""
        self.peer = peer
        self.octets = 0
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with suppress(ConnectionError):
            while heard := await self.peer.reader.read(1 << 18):
                self.octets += len(heard)

    async def quiet(self, seconds: float = 0.3) -> int:
        """Wait until nothing has come for a while; return the octets so far."""
        async with asyncio.timeout(PATIENCE):
            before = -1
            while before != self.octets:
                before = self.octets
                await asyncio.sleep(seconds)
        return self.octets

    async def close(self) -> None:
        """End the session."""
        await self.peer.close()
        await self._task


async def send_all(peer: ScriptedPeer, messages: list[bytes]) -> None:
    """Send messages, as fast as they are taken."""
    for chunk in _chunks(messages):
        await peer.send(*chunk)


def _chunks(messages: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(messages), 500):
        yield messages[start : start + 500]


async def _line(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        line = await process.stdout.readline()
    assert line, "the reflector has ended"
    answer: dict[str, Any] = json.loads(line)
    return answer
