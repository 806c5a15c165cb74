"""A speaker among peers that misbehave, played twice: over loopback TCP, and in memory in virtual time."""

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias, TypeVar

from bgpkit import PeerConfig, Speaker
from bgpkit.testing import Dice, MisbehavingPeer, Simulation, VirtualHost
from tests.support import octets
from tests.support.leaks import open_sockets, other_tasks
from tests.support.scripted_peer import eventually

T = TypeVar("T")

HUB: Final = "127.0.0.1"
NEIGHBOURS: Final = tuple(f"127.0.2.{number}" for number in range(1, 4))
"""Peers that behave."""
STRANGER: Final = "127.0.3.1"
"""Nobody's peer."""
ASN: Final = 64512
BAD_ASN: Final = 64513
HOLD_TIME: Final = 3


class EvenDice(Dice):
    """Dice that fall the same way each time, so that one peer's timers do not depend on another's."""

    def random(self) -> float:
        """Return the middle."""
        return 0.5


@dataclass(slots=True)
class World:
    """Where a scene plays: in a simulation, or without one over TCP."""

    lab: Simulation | None = None

    def host(self, address: str) -> VirtualHost | None:
        """Return the host of an address; None: the kernel."""
        if self.lab is None:
            return None
        return self.lab.network.at(address) or self.lab.network.host(address)

    async def dial(self, hub: Speaker, address: str) -> MisbehavingPeer:
        """Return a connection from ``address`` to the hub, with nothing said on it."""
        return await MisbehavingPeer.dial(*hub.addresses[0], local=address, network=self.host(address))

    async def established(self, hub: Speaker, address: str) -> MisbehavingPeer:
        """Return a peer whose session with the hub is up."""
        peer = await self.dial(hub, address)
        await peer.establish(own_open(address))
        return peer

    def held(self) -> "Held":
        """Return what is held now."""
        gc.collect()
        ends = 0 if self.lab is None else self.lab.network.connections
        return Held(len(other_tasks()), len(open_sockets()), ends, sys.getallocatedblocks())


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds."""

    tasks: int
    sockets: int
    ends: int
    """Ends of connections in memory."""
    blocks: int = field(compare=False)
    """Blocks of memory."""


@dataclass(slots=True)
class Neighbour:
    """A peer that does all it should, and writes down what it hears."""

    peer: MisbehavingPeer
    heard: list[tuple[float, int, bytes]] = field(default_factory=list[tuple[float, int, bytes]])
    """When, and type and body of each message."""
    task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Keep the session up from now on."""
        self.task = asyncio.create_task(self._live())

    async def leave(self) -> None:
        """End it."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait((self.task,))
        await self.peer.close()

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._speak())
            while True:
                message = await self.peer.reader.readexactly(19)
                body = await self.peer.reader.readexactly(int.from_bytes(message[16:18]) - 19)
                self.heard.append((asyncio.get_running_loop().time(), message[18], body))

    async def _speak(self) -> None:
        while True:
            await self.peer.send(octets.message(octets.KEEPALIVE))
            await asyncio.sleep(HOLD_TIME / 3)


def own_open(address: str, *, hold_time: int = 90) -> bytes:
    """Return the OPEN of a peer that is not a neighbour, or of a neighbour."""
    asn = ASN if address in NEIGHBOURS else BAD_ASN
    return octets.open_message(asn, _identifier(address), octets.four_octet_as(asn), hold_time=hold_time)


def _identifier(address: str) -> str:
    return f"10{address.removeprefix('127')}"


@asynccontextmanager
async def hub_in(world: World) -> AsyncGenerator[Speaker]:
    """Run the speaker: neighbours are its peers one by one, whoever comes from 127.0.1.0/24 is one of another AS."""
    network = world.host(HUB)
    async with Speaker(
        asn=ASN, bgp_identifier="10.0.0.1", listen=[(HUB, 0)], network=network, jitter=EvenDice()
    ) as hub:
        await hub.accept_peers("127.0.1.0/24", lambda address: PeerConfig(address=address, asn=BAD_ASN, passive=True))
        for address in NEIGHBOURS:
            await hub.add_peer(PeerConfig(address=address, asn=ASN, passive=True, hold_time=HOLD_TIME))
        yield hub


@asynccontextmanager
async def neighbours_of(hub: Speaker, world: World) -> AsyncGenerator[list[Neighbour]]:
    """Bring the neighbours up and see at the end that none of them has missed or got anything for others' sake."""
    neighbours: list[Neighbour] = []
    for address in NEIGHBOURS:
        peer = await world.dial(hub, address)
        await peer.establish(own_open(address, hold_time=HOLD_TIME))
        neighbours.append(Neighbour(peer))
    for neighbour in neighbours:
        neighbour.start()
    began = asyncio.get_running_loop().time()
    try:
        yield neighbours
        ended = asyncio.get_running_loop().time()
        counts = {peer.address: peer.established_count for peer in hub.peers() if peer.address in NEIGHBOURS}
        assert counts == dict.fromkeys(NEIGHBOURS, 1)
        for neighbour in neighbours:
            kinds = [(kind, body) for _, kind, body in neighbour.heard]
            assert set(kinds) <= {(octets.KEEPALIVE, b""), (octets.UPDATE, bytes(4))}
            assert kinds.count((octets.UPDATE, bytes(4))) <= 1
            times = [began, *(time for time, _, _ in neighbour.heard), ended]
            assert max(after - before for before, after in pairwise(times)) < HOLD_TIME
    finally:
        for neighbour in neighbours:
            await neighbour.leave()


async def gone(hub: Speaker) -> None:
    """Wait until nothing is left of the peers that came from the range."""
    await eventually(lambda: {peer.address for peer in hub.peers()} == set(NEIGHBOURS), "the bad peers are gone")
    await asyncio.sleep(0.1)


Scene: TypeAlias = Callable[[Speaker, World], Awaitable[T]]


async def _played(scene: Scene[T], world: World) -> T:
    before = world.held()
    gc.freeze()  # a collection of all that other tests have left in this process could last longer than the hold time
    async with hub_in(world) as hub, neighbours_of(hub, world):
        result = await scene(hub, world)
    await asyncio.sleep(0.1)
    assert world.held() == before
    return result


def play(scene: Scene[T], where: str, *, lab: Simulation | None = None) -> T:
    """Play a scene in the ``lab`` or over ``tcp``, with neighbours to whom nothing may happen; nothing may be left."""
    if where == "lab":
        return (lab or Simulation(log=False)).run(lambda running: _played(scene, World(running)))
    return asyncio.run(_played(scene, World()))
