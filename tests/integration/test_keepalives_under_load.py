"""Sessions with the shortest hold time there is stay up while a large table passes through the speaker."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from typing import Any, Final, Self

import pytest

from tests.integration.loaded_reflector import QUIET
from tests.integration.route_load import LoadedReflector, loaded_reflector
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.sources import PROJECT

SESSIONS: Final = 200
HOLD_TIME: Final = 3
KEEPALIVE: Final = octets.message(octets.KEEPALIVE)


class Idler:
    """A session that has nothing to say but KEEPALIVEs; it notes the longest silence of the other side."""

    def __init__(self, peer: ScriptedPeer) -> None:
        """Begin."""
        self._peer = peer
        self.keepalives = 0
        self.longest_silence = 0.0
        self.strange: list[int] = []
        self._tasks = [asyncio.create_task(self._speak()), asyncio.create_task(self._listen())]

    @classmethod
    async def of(cls, port: int, number: int) -> Self:
        """Return the session of this number, which is up."""
        peer = await ScriptedPeer.dial("127.0.0.1", port, local=f"{QUIET}{number}")
        return cls(await peer.handshake(64512, f"10.0.4.{number}", octets.IPV4_CAPABILITY, hold_time=HOLD_TIME))

    async def end(self) -> None:
        """End the session."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self._peer.close()

    @property
    def is_over(self) -> bool:
        """Whether the other side has closed it."""
        return any(task.done() for task in self._tasks)

    async def _speak(self) -> None:
        while True:
            await self._peer.send(KEEPALIVE)
            await asyncio.sleep(HOLD_TIME / 3)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            header = await self._peer.reader.readexactly(19)
            body = await self._peer.reader.readexactly(int.from_bytes(header[16:18]) - 19)
            now = loop.time()
            self.longest_silence, last = max(self.longest_silence, now - last), now
            if header[18] == octets.KEEPALIVE:
                self.keepalives += 1
            elif body != bytes(4):  # End-of-RIB
                self.strange.append(header[18])


async def _traffic(port: int, routes: int) -> dict[str, Any]:
    argv = [sys.executable, "-m", "tests.integration.route_traffic", str(port), str(routes)]
    process = await asyncio.create_subprocess_exec(*argv, stdout=PIPE, cwd=PROJECT)
    try:
        answer, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    found: dict[str, Any] = json.loads(answer)
    return found


async def _passes(reflector: LoadedReflector, routes: int) -> None:
    idlers = [await Idler.of(reflector.port, number) for number in range(1, SESSIONS + 1)]
    await reflector.ask("stall")
    found = await _traffic(reflector.port, routes)
    established = (await reflector.ask("size"))["established"]
    stall = (await reflector.ask("stall"))["stall"]
    silence = max(idler.longest_silence for idler in idlers)
    print(
        f"{routes} routes to ten in {found['seconds']:.1f} s; {SESSIONS} sessions with hold time {HOLD_TIME} s: "
        f"longest silence {silence:.2f} s, loop late by {stall} ms at most"
    )
    over = [idler for idler in idlers if idler.is_over]
    strange = [idler.strange for idler in idlers if idler.strange]
    for idler in idlers:
        await idler.end()
    assert (over, strange) == ([], [])
    assert len([address for address in established if address.startswith(QUIET)]) == SESSIONS
    assert found["heard"] > found["sent"]  # ORIGINATOR_ID and CLUSTER_LIST come to it
    assert silence < HOLD_TIME


async def test_two_hundred_short_sessions_stay_up_while_a_table_goes_to_ten() -> None:
    """A hundred thousand routes: none of the sessions is closed, and none goes unanswered for a hold time."""
    async with loaded_reflector(tuned=True) as reflector:
        await _passes(reflector, 100_000)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_two_hundred_short_sessions_stay_up_while_a_million_routes_go_to_ten() -> None:
    """The same with a million."""
    async with loaded_reflector(tuned=True) as reflector:
        await _passes(reflector, 1_000_000)
