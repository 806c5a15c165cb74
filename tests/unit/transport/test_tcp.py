"""TCP connections and listeners as BGP wants them, on the loopback interface."""

import asyncio
import socket
from contextlib import closing

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport import DEFAULT_OPTIONS, TcpNetwork, TransportOptions
from bgpkit.transport.kernel_option import IP_MINTTL, IPV6_MINHOPCOUNT, TCP_USER_TIMEOUT
from tests.support.leaks import open_sockets
from tests.support.scripted_peer import eventually

CS6 = 0xC0


class Recorder(asyncio.Protocol):
    """Keeps the transport that it is given."""

    transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def option(self, level: int, name: int) -> int:
        """Return a socket option, as the kernel tells it."""
        assert self.transport is not None
        own: socket.socket = self.transport.get_extra_info("socket")
        return own.getsockopt(level, name)


async def test_a_connection_comes_from_the_local_address_asked_for() -> None:
    """The listener sees the address that was given as local, and both ends get a protocol."""
    here, there = Recorder(), Recorder()
    server = await TcpNetwork().listen(lambda: there, "127.0.0.1", 0)
    with closing(server):
        await TcpNetwork().connect(lambda: here, remote=("127.0.0.1", server.addresses[0][1]), local="127.0.0.7")
        await eventually(lambda: there.transport is not None, "the connection accepted")
        assert there.transport is not None
        assert there.transport.get_extra_info("peername")[0] == "127.0.0.7"
        for end in (here, there):
            assert end.transport is not None
            end.transport.abort()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_both_ends_are_marked_as_routing_traffic_and_send_at_once(address: str) -> None:
    """Both ends have DSCP CS6 (RFC 4594, section 3.1) and TCP_NODELAY, over IPv4 and IPv6."""
    here, there = Recorder(), Recorder()
    server = await TcpNetwork().listen(lambda: there, address, 0)
    with closing(server):
        await TcpNetwork().connect(lambda: here, remote=(address, server.addresses[0][1]), local=None)
        await eventually(lambda: there.transport is not None, "the connection accepted")
        marking = (socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if ":" in address else (socket.IPPROTO_IP, socket.IP_TOS)
        assert [end.option(*marking) for end in (here, there)] == [CS6, CS6]
        assert all(end.option(socket.IPPROTO_TCP, socket.TCP_NODELAY) for end in (here, there))
        for end in (here, there):
            assert end.transport is not None
            end.transport.abort()


async def test_a_refused_connection_is_an_oserror_and_leaves_no_socket() -> None:
    """Nobody listens: the kernel's refusal reaches the caller, and the socket is closed."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        before = open_sockets()
        with pytest.raises(ConnectionRefusedError):
            await TcpNetwork().connect(Recorder, remote=("127.0.0.1", unused.getsockname()[1]), local=None)
        assert open_sockets() == before


async def test_a_cancelled_attempt_leaves_no_socket() -> None:
    """An attempt that is given up while the peer is silent closes its socket."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        before = open_sockets()
        attempt = asyncio.ensure_future(TcpNetwork().connect(Recorder, remote=full.getsockname(), local=None))
        await eventually(lambda: len(open_sockets()) > len(before), "the attempt under way")
        attempt.cancel()
        await asyncio.wait((attempt,))
        assert attempt.cancelled()
        assert open_sockets() == before
        for filler in fillers:
            filler.close()


async def test_a_second_listener_on_the_same_port_is_refused_with_the_cure() -> None:
    """The sentence names what cannot be and what to do, and no socket is left."""
    with closing(await TcpNetwork().listen(Recorder, "127.0.0.1", 0)) as server:
        port = server.addresses[0][1]
        before = open_sockets()
        with pytest.raises(ConfigError, match=rf"^listen 127\.0\.0\.1 port {port}: .* in use; stop the speaker"):
            await TcpNetwork().listen(Recorder, "127.0.0.1", port)
        assert open_sockets() == before


@pytest.mark.parametrize(
    ("address", "port", "sentence"),
    [
        ("localhost", 1790, "listen address 'localhost' is not an IPv4 or IPv6 address"),
        ("127.0.0.1", 65536, "listen 127.0.0.1: port 65536 is not between 0 and 65535"),
        ("192.0.2.1", 1790, "listen 192.0.2.1 port 1790: .*; give an address that this machine has"),
    ],
)
async def test_what_cannot_be_listened_on_is_one_sentence(address: str, port: int, sentence: str) -> None:
    """ConfigError says which value is wrong, and how to put it right."""
    with pytest.raises(ConfigError, match=f"^{sentence}$"):
        await TcpNetwork().listen(Recorder, address, port)


@pytest.mark.rfc("5082", "3")
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_a_connection_that_was_accepted_gets_the_options_of_its_peer(address: str) -> None:
    """TTLs, marking and timeout; without options the TTL is the kernel's again, which a listener's is not."""
    six = ":" in address
    level = socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP
    sent, marked = (socket.IPV6_UNICAST_HOPS, socket.IPV6_TCLASS) if six else (socket.IP_TTL, socket.IP_TOS)
    least = (level, IPV6_MINHOPCOUNT if six else IP_MINTTL)
    places = ((level, sent), least, (level, marked), (socket.IPPROTO_TCP, TCP_USER_TIMEOUT))
    network, there = TcpNetwork(), Recorder()
    with (
        closing(await network.listen(lambda: there, address, 0)) as server,
        socket.socket(socket.AF_INET6 if six else socket.AF_INET) as caller,
    ):
        kernels = caller.getsockopt(level, sent)
        caller.setsockopt(level, sent, 255)
        caller.connect(server.addresses[0])
        await eventually(lambda: there.transport is not None, "the connection accepted")
        assert there.transport is not None
        assert there.option(level, sent) == 255
        near = TransportOptions(ttl_security=1, dscp=10, user_timeout=7.5)
        for options, expected in ((near, [255, 255, 40, 7500]), (DEFAULT_OPTIONS, [kernels, 0, CS6, 0])):
            network.admit(there.transport, remote=address, options=options)
            assert [there.option(*place) for place in places] == expected
        there.transport.abort()


async def test_a_connection_that_is_gone_gets_nothing() -> None:
    """A sentence says so; whoever asked finds it closed anyway."""
    with pytest.raises(ConfigError, match=r"^transport: the connection is gone$"):
        TcpNetwork().admit(asyncio.Transport(), remote="127.0.0.1", options=DEFAULT_OPTIONS)
