"""Hosts: connecting, listening, crashing."""

import asyncio
import errno

import pytest

from bgpkit.errors import ConfigError
from bgpkit.testing import LinkConditions, NetworkEventKind, Simulation, VirtualHost
from bgpkit.transport import Network, TransportOptions
from tests.unit.testing.ends import CLIENT, SERVER, End, connected


async def failure(host: VirtualHost, remote: tuple[str, int], local: str | None = None) -> tuple[int | None, str]:
    """Return errno and class of a connect that fails."""
    with pytest.raises(OSError, match="Errno") as caught:
        await host.connect(End, remote=remote, local=local)
    return caught.value.errno, type(caught.value).__name__


def test_a_host_is_a_network_for_speakers() -> None:
    """It has the methods, and takes the options that the kernel takes."""

    async def main(lab: Simulation) -> None:
        network: Network = lab.network.host(SERVER)
        options = TransportOptions(ttl_security=1)
        listener = await network.listen(End, SERVER, 179)
        assert listener.addresses == ((SERVER, 179),)
        listener.expect(CLIENT, options)
        listener.forget(CLIENT)
        end = End()
        await network.connect(lambda: end, remote=(SERVER, 179), local=None, options=options)
        network.check(SERVER, None, options)
        network.admit(end.transport, remote=SERVER, options=options)
        network.adapt(end.transport, remote=SERVER, options=options)

    Simulation().run(main)


def test_who_does_not_listen_refuses_after_the_way_there_and_back() -> None:
    """ConnectionRefusedError, as of the kernel."""

    async def main(lab: Simulation) -> None:
        client, _ = lab.network.host(CLIENT), lab.network.host(SERVER)
        assert await failure(client, (SERVER, 179)) == (errno.ECONNREFUSED, "ConnectionRefusedError")
        assert lab.now == 2.0
        assert [event.kind for event in lab.log] == [NetworkEventKind.CONNECT, NetworkEventKind.REFUSED]

    Simulation(conditions=LinkConditions(delay=1.0)).run(main)


def test_who_is_not_there_does_not_answer() -> None:
    """The connect takes as long to fail as with Linux."""

    async def main(lab: Simulation) -> None:
        client = lab.network.host(CLIENT)
        assert await failure(client, (SERVER, 179)) == (errno.ETIMEDOUT, "TimeoutError")
        assert lab.now == 127.0

    Simulation(conditions=LinkConditions(delay=1.0)).run(main)


@pytest.mark.parametrize(
    ("conditions", "number"),
    [(LinkConditions(refuse=1.0), errno.ECONNREFUSED), (LinkConditions(black_hole=1.0), errno.ETIMEDOUT)],
    ids=["refused", "black hole"],
)
def test_a_link_may_keep_connects_from_who_listens(conditions: LinkConditions, number: int) -> None:
    """Refused, or never answered."""

    async def main(lab: Simulation) -> None:
        client, server = lab.network.host(CLIENT), lab.network.host(SERVER)
        await server.listen(End, SERVER, 179)
        assert (await failure(client, (SERVER, 179)))[0] == number

    Simulation(conditions=conditions).run(main)


def test_connects_overtake_each_other() -> None:
    """With jitter they reach the listener in another order than they were begun in."""

    async def main(lab: Simulation) -> list[int]:
        client, server = lab.network.host(CLIENT), lab.network.host(SERVER)
        ends: list[End] = []

        def accept() -> End:
            ends.append(End())
            return ends[-1]

        await server.listen(accept, SERVER, 179)
        await asyncio.gather(*(client.connect(End, remote=(SERVER, 179)) for _ in range(10)))
        await asyncio.sleep(10)
        return [end.transport.get_extra_info("peername")[1] for end in ends]

    ports = Simulation(3, conditions=LinkConditions(connect_jitter=5.0)).run(main)
    assert sorted(ports) == list(range(49152, 49162))
    assert ports != sorted(ports)


def test_a_connect_that_is_given_up_leaves_nothing() -> None:
    """The server never hears of it."""

    async def main(lab: Simulation) -> None:
        client, server = lab.network.host(CLIENT), lab.network.host(SERVER)
        far = End()
        await server.listen(lambda: far, SERVER, 179)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await client.connect(End, remote=(SERVER, 179))
        await asyncio.sleep(100)
        assert (far.told, lab.network.connections) == ([], 0)

    Simulation(conditions=LinkConditions(delay=1.0)).run(main)


def test_addresses_must_be_the_hosts_own() -> None:
    """For connecting from and for listening at; a wildcard listens at all of that version."""

    async def main(lab: Simulation) -> None:
        host = lab.network.host(SERVER, "192.0.2.22", "2001:db8::2")
        assert await failure(host, (SERVER, 1), "192.0.2.99") == (errno.EADDRNOTAVAIL, "OSError")
        assert await failure(lab.network.host(CLIENT), ("2001:db8::2", 1)) == (errno.ENETUNREACH, "OSError")
        with pytest.raises(ConfigError, match=r"the host has 192\.0\.2\.2, 192\.0\.2\.22, 2001:db8::2"):
            await host.listen(End, "192.0.2.99", 179)
        everywhere = await host.listen(End, "0.0.0.0", 179)
        with pytest.raises(ConfigError, match="somebody listens there already"):
            await host.listen(End, "0.0.0.0", 179)
        end = End()
        await host.connect(lambda: end, remote=("192.0.2.22", 179), local="192.0.2.22")
        assert end.transport.get_extra_info("sockname")[0] == "192.0.2.22"
        assert await failure(host, ("2001:db8::2", 179)) == (errno.ECONNREFUSED, "ConnectionRefusedError")
        everywhere.close()
        assert await failure(host, (SERVER, 179)) == (errno.ECONNREFUSED, "ConnectionRefusedError")
        await host.listen(End, "0.0.0.0", 179)

    Simulation().run(main)


def test_a_crash_leaves_half_open_connections() -> None:
    """The other side hears nothing, until it speaks to the host that came back."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        host = lab.network.at(SERVER)
        assert host is not None
        host.crash()
        near.transport.write(b"lost")
        far.transport.write(b"never sent")
        await asyncio.sleep(1000)
        assert (near.words, far.words) == (["made"], ["made"])
        assert lab.network.connections == 1
        assert not host.is_up
        assert lab.network.at(SERVER) is None
        assert await failure(host, (CLIENT, 179)) == (errno.ENETDOWN, "OSError")
        with pytest.raises(ConfigError, match="the host is down"):
            await host.listen(End, SERVER, 179)
        lab.network.host(SERVER)
        near.transport.write(b"again")
        await asyncio.sleep(1)
        assert near.words == ["made", "lost ConnectionResetError"]
        far.transport.close()
        await asyncio.sleep(1)
        assert far.words == ["made", "lost NoneType"]
        assert lab.network.connections == 0

    Simulation().run(main)


def test_a_connect_in_an_interruption_is_not_answered() -> None:
    """Nothing arrives."""

    async def main(lab: Simulation) -> None:
        client, server = lab.network.host(CLIENT), lab.network.host(SERVER)
        await server.listen(End, SERVER, 179)
        lab.network.interrupt(CLIENT, SERVER)
        assert await failure(client, (SERVER, 179)) == (errno.ETIMEDOUT, "TimeoutError")

    Simulation().run(main)


def test_a_host_that_crashes_while_it_connects_has_no_connection() -> None:
    """Neither end comes to be."""

    async def main(lab: Simulation) -> None:
        client, server = lab.network.host(CLIENT), lab.network.host(SERVER)
        far = End()
        await server.listen(lambda: far, SERVER, 179)
        asyncio.get_running_loop().call_later(1.5, client.crash)
        assert await failure(client, (SERVER, 179)) == (errno.ENETDOWN, "OSError")
        await asyncio.sleep(10)
        assert (far.told, lab.network.connections) == ([], 0)

    Simulation(conditions=LinkConditions(delay=1.0)).run(main)


def test_who_runs_on_a_crashed_host_can_end_its_connections() -> None:
    """It hears that they are closed; nobody else does."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        host = lab.network.at(SERVER)
        assert host is not None
        host.crash()
        far.transport.write_eof()
        far.transport.abort()
        await asyncio.sleep(10)
        assert (near.words, far.words) == (["made"], ["made", "lost NoneType"])

    Simulation().run(main)
