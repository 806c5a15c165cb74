"""A transport in memory; that it does as TCP does is proved in tests/integration/test_virtual_like_tcp.py."""

import asyncio

import pytest

from bgpkit.testing import Simulation, VirtualTransport
from bgpkit.testing.pipe import Pipe
from tests.unit.testing.ends import CLIENT, SERVER, End, connected


def test_it_is_named_by_both_addresses() -> None:
    """As sockets name themselves, with four parts for IPv6; there is no socket."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        assert near.transport.get_extra_info("sockname") == (CLIENT, 49152)
        assert far.transport.get_extra_info("peername") == (CLIENT, 49152)
        assert near.transport.get_extra_info("peername") == far.transport.get_extra_info("sockname") == (SERVER, 49152)
        assert near.transport.get_extra_info("socket") is None
        host = lab.network.host("2001:db8::1")
        end = End()
        await host.listen(End, "2001:db8::1", 179)
        await host.connect(lambda: end, remote=("2001:db8::1", 179))
        assert end.transport.get_extra_info("peername") == ("2001:db8::1", 179, 0, 0)

    Simulation().run(main)


def test_the_limits_are_those_of_asyncio() -> None:
    """Low is a quarter of high unless given, and never more than it."""

    async def main(lab: Simulation) -> None:
        near, _ = await connected(lab)
        transport = near.transport
        assert transport.get_write_buffer_limits() == (16_384, 65_536)
        transport.set_write_buffer_limits(high=1000)
        assert transport.get_write_buffer_limits() == (250, 1000)
        transport.set_write_buffer_limits(low=1000)
        assert transport.get_write_buffer_limits() == (1000, 4000)
        with pytest.raises(ValueError, match="must not be less"):
            transport.set_write_buffer_limits(high=1, low=2)

    Simulation().run(main)


def test_the_protocol_can_be_replaced() -> None:
    """Octets go to the new one."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        other = End()
        far.transport.set_protocol(other)
        assert far.transport.get_protocol() is other
        assert far.transport.can_write_eof()
        near.transport.write(b"octets")
        await asyncio.sleep(1)
        assert (far.octets, other.octets) == (b"", b"octets")

    Simulation().run(main)


def test_a_protocol_that_fails_loses_its_connection_and_the_loop_is_told() -> None:
    """As with asyncio's own transports."""

    class Failing(End):
        def data_received(self, data: bytes) -> None:
            raise ArithmeticError("too much")

    async def main(lab: Simulation) -> None:
        told: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(str(context["exception"])))
        near, far = await connected(lab)
        failing = Failing()
        far.transport.set_protocol(failing)
        near.transport.write(b"octets")
        await asyncio.sleep(1)
        assert told == ["too much"]
        assert failing.words == ["lost ArithmeticError"]
        assert near.words == ["made", "end", "lost NoneType"]

    Simulation().run(main)


def test_a_listener_that_closed_meanwhile_resets_the_connection() -> None:
    """The client had been told that it is open."""

    async def main(lab: Simulation) -> None:
        near = End()
        client, server = lab.network.host(CLIENT), lab.network.host(SERVER)
        listener = await server.listen(End, SERVER, 179)
        await client.connect(lambda: near, remote=(SERVER, 179))
        listener.close()
        await asyncio.sleep(1)
        assert near.words == ["made", "lost ConnectionResetError"]
        assert lab.network.connections == 0

    Simulation().run(main)


def test_the_other_end_of_a_reset_gets_an_error() -> None:
    """And what waited to be read is gone."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        near.transport.reset()
        near.transport.reset()
        await asyncio.sleep(1)
        assert (near.words[-1], far.words[-1]) == ("lost NoneType", "lost ConnectionResetError")

    Simulation().run(main)


def test_a_silent_end_is_told_nothing() -> None:
    """Neither of octets nor of the end."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        near.transport.silence()
        near.transport.write(b"octets")
        far.transport.write(b"octets")
        await asyncio.sleep(10)
        near.transport.close()
        await asyncio.sleep(1000)
        assert (near.words, far.words) == (["made", "lost NoneType"], ["made"])

    Simulation().run(main)


def test_before_it_opens_there_is_no_protocol() -> None:
    """Whoever asks is told so."""

    async def main(lab: Simulation) -> None:
        pipe = Pipe(lab.network.link(CLIENT, SERVER), CLIENT, SERVER, None)
        bare = VirtualTransport(End, outgoing=pipe, incoming=pipe, names={}, forget=lambda _: None)
        with pytest.raises(RuntimeError, match="not open yet"):
            bare.get_protocol()

    Simulation().run(main)
