"""Where a misbehaving peer waits."""

import asyncio

import pytest

from bgpkit.testing import MisbehavingListener, MisbehavingPeer, Simulation
from tests.support.leaks import open_sockets


def test_connections_wait_until_somebody_asks_for_them() -> None:
    """In their order; the end closes all that were accepted."""

    async def main(lab: Simulation) -> None:
        host = lab.network.host("192.0.2.1")
        async with MisbehavingListener("192.0.2.1", 179, network=host) as listener:
            assert listener.port == 179
            dialed = [await MisbehavingPeer.dial("192.0.2.1", 179, network=host) for _ in range(3)]
            await dialed[1].send(b"second")
            await asyncio.sleep(0)
            assert listener.accepted == 3
            await listener.accept()
            assert await (await listener.accept()).reader.readexactly(6) == b"second"
        await asyncio.sleep(1)
        for peer in dialed:
            assert await peer.reader.read() == b""
            await peer.close()
        assert lab.network.connections == 0

    Simulation().run(main)


async def test_over_tcp_nothing_is_left() -> None:
    """No socket, neither of the listener nor of what it accepted."""
    sockets = open_sockets()
    async with (
        MisbehavingListener("127.0.0.1") as listener,
        await MisbehavingPeer.dial("127.0.0.1", listener.port) as peer,
    ):
        await listener.accept()
        await peer.send(b"octets")
    await asyncio.sleep(0.01)
    assert open_sockets() <= sockets


def test_the_port_is_known_once_it_listens() -> None:
    """Not before."""
    with pytest.raises(RuntimeError, match="does not listen"):
        _ = MisbehavingListener("127.0.0.1").port
