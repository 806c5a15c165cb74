"""Two ends of a connection in a virtual network, which write down what they are told and when."""

import asyncio

from bgpkit.testing import Simulation, VirtualTransport

CLIENT, SERVER = "192.0.2.1", "192.0.2.2"


class End(asyncio.Protocol):
    """One end: it notes octets, end and loss, each with its time."""

    def __init__(self, *, keeps_open: bool = False) -> None:
        """Begin."""
        self.told: list[tuple[float, str]] = []
        self.octets = b""
        self.made = asyncio.Event()
        self.paused = 0
        self._keeps_open = keeps_open
        self._transport: VirtualTransport | None = None

    @property
    def transport(self) -> VirtualTransport:
        """What it speaks through."""
        assert self._transport is not None
        return self._transport

    @property
    def words(self) -> list[str]:
        """What it was told, without the times."""
        return [word for _, word in self.told]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take note."""
        assert isinstance(transport, VirtualTransport)
        self._transport = transport
        self.made.set()
        self._note("made")

    def data_received(self, data: bytes) -> None:
        """Take note."""
        self.octets += data
        self._note(f"octets {len(data)}")

    def eof_received(self) -> bool:
        """Take note."""
        self._note("end")
        return self._keeps_open

    def pause_writing(self) -> None:
        """Count."""
        self.paused += 1
        self._note("pause")

    def resume_writing(self) -> None:
        """Take note."""
        self._note("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note."""
        self._note(f"lost {type(exc).__name__}")

    def _note(self, word: str) -> None:
        self.told.append((round(asyncio.get_running_loop().time(), 6), word))


async def connected(lab: Simulation, *, keeps_open: bool = False) -> tuple[End, End]:
    """Return the two ends of a connection from CLIENT to SERVER, hosts that are made when they are not there."""
    client = lab.network.at(CLIENT) or lab.network.host(CLIENT)
    server = lab.network.at(SERVER) or lab.network.host(SERVER)
    near, far = End(keeps_open=keeps_open), End(keeps_open=keeps_open)
    listener = await server.listen(lambda: far, SERVER, 0)
    await client.connect(lambda: near, remote=listener.addresses[0])
    await far.made.wait()
    listener.close()
    return near, far
