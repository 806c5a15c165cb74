"""A peer that does not read and subscribers that do not listen: what that costs, and whom."""

import asyncio
import json
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final

import pytest

from tests.integration.pressed_reflector import ADDRESS, ASN, EVENTS
from tests.integration.route_load import announcements, send_all
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.sources import PROJECT

ROUTES: Final = 200_000
HOLD_TIME: Final = 3
KEEPALIVE: Final = octets.message(octets.KEEPALIVE)
PATIENCE: Final = 100.0
FEEDER: Final = "127.0.0.2"
STALLED: Final = "127.0.0.3"
COMMUNITY: Final = struct.pack("!HH", 64601, 0)
OTHER_COMMUNITY: Final = struct.pack("!HH", 64601, 1)
FLAPS: Final = 15
ROUNDS: Final = 3
MOST_ROUNDS: Final = 8
READERS: Final = [f"127.0.1.{number}" for number in range(1, 7)]
MEGABYTE: Final = 1 << 20


class Reflector:
    """The program ``pressed_reflector``, asked about itself."""

    def __init__(self, process: Process, port: int) -> None:
        """Ask a process that listens on ``port``."""
        self._process = process
        self._port = port
        self._turn = asyncio.Lock()

    async def ask(self, order: str) -> dict[str, Any]:
        """Give an order and return the answer."""
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            return await _line(self._process)

    async def dial(self, address: str, *, receive_buffer: int | None = None) -> "Client":
        """Return a client at ``address`` whose session is up, and which sends KEEPALIVEs."""
        peer = await ScriptedPeer.dial(ADDRESS, self._port, local=address, receive_buffer=receive_buffer)
        identifier = "10." + address.partition(".")[2]
        await peer.handshake(ASN, identifier, octets.IPV4_CAPABILITY, hold_time=HOLD_TIME)
        return Client(peer)

    async def until_peer(self, address: str, **wanted: Any) -> dict[str, Any]:
        """Wait until what is told of a peer is what is wanted."""
        async with asyncio.timeout(PATIENCE):
            while True:
                told: dict[str, Any] = (await self.ask("peers")).get(address, {})
                if all(told.get(name) == value for name, value in wanted.items()):
                    return told
                await asyncio.sleep(0.05)

    async def end_of(self, address: str) -> str:
        """Wait until the session with a peer is over; return why."""
        async with asyncio.timeout(PATIENCE):
            while True:
                ends: dict[str, str] = await self.ask("ends")
                if address in ends:
                    return ends[address]
                await asyncio.sleep(0.1)


class Client:
    """A client of the reflector that sends KEEPALIVEs, and reads only if it is told to."""

    def __init__(self, peer: ScriptedPeer) -> None:
        """Begin to send KEEPALIVEs."""
        self.peer = peer
        self.octets = 0
        self.keepalives = 0
        self.longest = 0.0
        """Seconds between two KEEPALIVEs or UPDATEs that were read, at most."""
        self._tasks = [asyncio.create_task(self._keep_alive())]

    def read(self) -> None:
        """Read from now on."""
        self._tasks.append(asyncio.create_task(self._read()))

    async def close(self) -> None:
        """End the session."""
        for task in self._tasks:
            task.cancel()
        self.peer.reset()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.peer.close()

    async def _keep_alive(self) -> None:
        with suppress(ConnectionError):
            while True:
                self.peer.writer.write(KEEPALIVE)
                await asyncio.sleep(HOLD_TIME / 4)

    async def _read(self) -> None:
        clock = asyncio.get_running_loop().time
        tail, last = b"", clock()
        with suppress(ConnectionError):
            while heard := await self.peer.reader.read(1 << 18):
                self.octets += len(heard)
                now = clock()
                self.longest, last = max(self.longest, now - last), now
                heard = tail + heard
                self.keepalives += heard.count(KEEPALIVE)
                tail = heard[-(len(KEEPALIVE) - 1) :]


@asynccontextmanager
async def pressed(**options: Any) -> AsyncGenerator[Reflector]:
    """Run the program."""
    argv = [sys.executable, "-m", "tests.integration.pressed_reflector", json.dumps(options)]
    process = await asyncio.create_subprocess_exec(*argv, stdin=PIPE, stdout=PIPE, cwd=PROJECT)
    try:
        yield Reflector(process, (await _line(process))["port"])
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _line(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        line = await process.stdout.readline()
    assert line, "the reflector has ended"
    answer: dict[str, Any] = json.loads(line)
    return answer


async def told(readers: list[Client]) -> None:
    """Wait until nothing but KEEPALIVEs comes any more."""
    async with asyncio.timeout(PATIENCE):
        before = [-1]
        while True:
            now = [reader.octets - len(KEEPALIVE) * reader.keepalives for reader in readers]
            if now == before:
                return
            before = now
            await asyncio.sleep(0.5)


class Crowd:
    """Clients of a reflector that do as they should, one of them feeding it."""

    def __init__(self, reflector: Reflector, stack: AsyncExitStack) -> None:
        """Let clients of ``reflector`` end with ``stack``."""
        self.reflector = reflector
        self._stack = stack
        self.readers: list[Client] = []

    async def dial(self, address: str, **options: Any) -> Client:
        """Return a client that reads nothing yet."""
        client = await self.reflector.dial(address, **options)
        self._stack.push_async_callback(client.close)
        return client

    async def gather(self, count: int) -> Client:
        """Bring up readers; return the one that is to feed the reflector."""
        for address in (FEEDER, *READERS[:count]):
            client = await self.dial(address)
            client.read()
            self.readers.append(client)
        return self.readers[0]

    async def assert_untouched(self) -> None:
        """See that no session of theirs has ended, and that KEEPALIVEs came in time."""
        peers = await self.reflector.ask("peers")
        names = (FEEDER, *READERS[: len(self.readers) - 1])
        assert {name: (peers[name]["state"], peers[name]["ups"]) for name in names} == dict.fromkeys(
            names, ("Established", 1)
        )
        assert max(reader.longest for reader in self.readers) < HOLD_TIME
        assert min(reader.keepalives for reader in self.readers) > 3


@asynccontextmanager
async def crowd(count: int, **options: Any) -> AsyncGenerator[tuple[Crowd, Client]]:
    """Run a reflector with so many readers and one that feeds it."""
    async with AsyncExitStack() as stack:
        reflector = await stack.enter_async_context(pressed(hold_time=HOLD_TIME, **options))
        clients = Crowd(reflector, stack)
        yield clients, await clients.gather(count)


@pytest.mark.timeout(240)
async def test_a_peer_that_does_not_read_costs_a_bound_of_memory_and_nobody_a_keepalive() -> None:
    """A table of 200,000 routes changes as a whole again and again; what was missed is sent once the peer reads.

    A busy machine falls behind in the first rounds for its own part: whether the growth ends is asked of some more.
    """
    one = announcements(ROUTES)
    tables = [one, [message.replace(COMMUNITY, OTHER_COMMUNITY) for message in one]]
    async with crowd(2, send_hold_time=0) as (clients, feeder):
        reflector, grown = clients.reflector, list[int]()
        for table in tables:
            await send_all(feeder.peer, table)
            await told(clients.readers)
        base = (await reflector.ask("memory"))["resident"]
        stalled = await clients.dial(STALLED, receive_buffer=4096)
        while len(grown) < ROUNDS or (len(grown) < MOST_ROUNDS and grown[-1] - grown[-2] >= 4 * MEGABYTE):
            await send_all(feeder.peer, tables[len(grown) % 2])
            await told(clients.readers)
            grown.append((await reflector.ask("memory"))["resident"] - base)
        assert (await reflector.ask("memory"))["routes"] == ROUTES
        kept_alive = (await reflector.until_peer(STALLED, state="Established", ups=1))["keepalives"]
        await clients.assert_untouched()
        stalled.read()
        await told([stalled])
        silence = max(reader.longest for reader in clients.readers)
    print(f"grown by {[each // MEGABYTE for each in grown]} MB; silent for {silence:.2f} s of {HOLD_TIME} s at most")
    assert max(grown) < 48 * MEGABYTE
    assert grown[-1] - grown[-2] < 4 * MEGABYTE, "it grows no more once the peer has been left behind"
    assert stalled.keepalives >= kept_alive - 1 > 3
    whole = sum(map(len, tables[0]))
    assert whole < stalled.octets < 3 * whole, "it got the last state of all routes, not all states between"


async def test_a_peer_that_takes_nothing_is_given_up_and_nobody_else_notices() -> None:
    """After the send hold time (RFC 9687); others come and go meanwhile, and a subscriber hears nothing of it all."""
    async with crowd(3, send_hold_time=HOLD_TIME + 1) as (clients, feeder):
        reflector = clients.reflector
        await send_all(feeder.peer, announcements(ROUTES // 5))
        await told(clients.readers)
        await clients.dial(STALLED, receive_buffer=4096)
        for number in range(FLAPS):
            flapping = await clients.dial(f"127.0.2.{number}")
            await flapping.close()
        assert (await reflector.ask("idle"))["events"] == EVENTS
        await send_all(feeder.peer, announcements(ROUTES // 5, rival=1))
        assert await reflector.end_of(STALLED) == "SEND_HOLD_TIMER_EXPIRED"
        await told(clients.readers)
        await clients.assert_untouched()
