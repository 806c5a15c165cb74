"""The socket: clients that come together, send garbage, half a line or too much, take nothing, and go."""

import asyncio
import socket
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bgpkit_node.bird_socket import BirdSocket, Commands
from bgpkit_node.bird_socket.framing import END, Line
from bgpkit_node.bird_socket.server import MAXIMUM_CLIENTS, MAXIMUM_COMMAND
from bgpkit_node.errors import NodeError
from bgpkit_node.running import RunningNode

GREETING = b"0001 BIRD 1.6.8 ready.\n"


class Endless(Commands):
    """Has an answer that does not end."""

    def __init__(self) -> None:
        """Have made nothing of it yet."""
        super().__init__(RunningNode(name="a"))
        self.made = 0

    async def answer(self, command: str) -> AsyncIterator[Line]:
        """Yield for ever."""
        del command
        while True:
            self.made += 1
            yield Line(1007, "x" * 1000)
            await asyncio.sleep(0)


class Broken(Commands):
    """Has a fault."""

    async def answer(self, command: str) -> AsyncIterator[Line]:
        """Fail, but for one command."""
        if command != "ok":
            raise RuntimeError(command)
        yield END


@asynccontextmanager
async def served(folder: Path, commands: Commands | None = None, *, patience: float = 30.0) -> AsyncGenerator[Path]:
    """Serve in a folder."""
    path = folder / "bird.ctl"
    async with BirdSocket(path, commands or Commands(RunningNode(name="a")), patience=patience):
        yield path


@asynccontextmanager
async def client(path: Path) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect, and read the greeting."""
    reader, writer = await asyncio.open_unix_connection(path)
    assert await reader.readline() == GREETING
    try:
        yield reader, writer
    finally:
        writer.close()


async def test_only_the_owner_can_open_it(tmp_path: Path) -> None:
    """Mode 0600; nothing is left of it afterwards."""
    async with served(tmp_path) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_commands_one_after_the_other_and_two_clients_at_once(tmp_path: Path) -> None:
    """Each gets its own answers in its own order; several commands may come in one piece, or one in several."""
    async with served(tmp_path) as path, client(path) as (one, to_one), client(path) as (two, to_two):
        to_one.write(b"restrict\nbogus\r\nrest")
        to_two.write(b"configure\n")
        assert await one.readline() == b"0016 Access restricted\n"
        assert await two.readline() == b"8007 Access denied\n"
        to_one.write(b"rict\n")
        assert [await one.readline() for _ in range(2)] == [b"9001 syntax error\n", b"0016 Access restricted\n"]


async def test_garbage_is_a_syntax_error(tmp_path: Path) -> None:
    """And nothing else; the client may go on."""
    async with served(tmp_path) as path, client(path) as (reader, writer):
        writer.write(b"\xff\x00\xfe'\n\nrestrict\n")
        assert [await reader.readline() for _ in range(3)] == [
            b"9001 syntax error\n",
            b"9001 syntax error\n",
            b"0016 Access restricted\n",
        ]


async def test_a_command_that_is_too_long_ends_the_connection(tmp_path: Path) -> None:
    """With a sentence; others are not concerned."""
    async with served(tmp_path) as path, client(path) as (reader, writer):
        writer.write(b"x" * (MAXIMUM_COMMAND * 3))
        assert await reader.readline() == b"9000 Command too long\n"
        async with client(path) as (other, to_other):
            to_other.write(b"restrict\n")
            assert await other.readline() == b"0016 Access restricted\n"


async def test_a_client_that_sends_no_more_gets_its_answers(tmp_path: Path) -> None:
    """As from ``echo show status | nc -N``; half a command at the end is none."""
    async with served(tmp_path) as path, client(path) as (reader, writer):
        writer.write(b"restrict\nshow pro")
        writer.write_eof()
        assert await reader.read() == b"0016 Access restricted\n"


async def test_a_client_that_takes_nothing_is_let_go(tmp_path: Path) -> None:
    """Of an answer only so much is made as it takes, and after a while it is not waited for any more."""
    commands = Endless()
    async with served(tmp_path, commands, patience=0.2) as path:
        with socket.socket(socket.AF_UNIX) as silent:
            silent.setblocking(False)
            await asyncio.get_running_loop().sock_connect(silent, str(path))
            await asyncio.get_running_loop().sock_sendall(silent, b"show route\n")
            before = -1
            while before != commands.made:
                before = commands.made
                await asyncio.sleep(0.3)
            assert 0 < commands.made < 2000
            with suppress(ConnectionResetError):
                async with asyncio.timeout(10):
                    while await asyncio.get_running_loop().sock_recv(silent, 1 << 16):
                        pass


async def test_a_client_that_goes_in_the_middle_ends_its_answer(tmp_path: Path) -> None:
    """Nobody goes on making it."""
    commands = Endless()
    async with served(tmp_path, commands) as path:
        async with client(path) as (reader, writer):
            writer.write(b"show route\n")
            await reader.readexactly(1 << 18)
        await asyncio.sleep(0.1)
        before = commands.made
        await asyncio.sleep(0.1)
        assert commands.made == before


async def test_closing_does_not_wait_for_clients(tmp_path: Path) -> None:
    """Neither for one that says nothing nor for one in the middle of an answer."""
    async with asyncio.timeout(5), served(tmp_path, Endless()) as path:
        idle, to_idle = await asyncio.open_unix_connection(path)
        busy, to_busy = await asyncio.open_unix_connection(path)
        to_busy.write(b"show route\n")
        await busy.readexactly(1 << 16)
    assert await idle.read() == GREETING
    for writer in (to_idle, to_busy):
        writer.transport.abort()


async def test_there_is_a_bound_on_clients(tmp_path: Path) -> None:
    """One more is closed at once; when another has gone there is room again."""
    async with served(tmp_path) as path:
        held = [await asyncio.open_unix_connection(path) for _ in range(MAXIMUM_CLIENTS)]
        for reader, _ in held:
            await reader.readline()
        refused, to_refused = await asyncio.open_unix_connection(path)
        assert await refused.read() == b""
        to_refused.close()
        held[0][1].close()
        await held[0][1].wait_closed()
        await asyncio.sleep(0.05)
        async with client(path):
            pass
        for _, writer in held[1:]:
            writer.close()


async def test_a_fault_ends_one_connection_only(tmp_path: Path) -> None:
    """It is logged; the next client is served."""
    async with served(tmp_path, Broken(RunningNode(name="a"))) as path:
        async with client(path) as (reader, writer):
            writer.write(b"fail\n")
            assert await reader.read() == b""
        async with client(path) as (reader, writer):
            writer.write(b"ok\n")
            assert await reader.readline() == b"0000 \n"


async def test_a_socket_that_someone_answers_on_is_left_alone(tmp_path: Path) -> None:
    """A BIRD's, which knows nothing of our lock; what a dead process left behind is taken over."""
    path = tmp_path / "bird.ctl"
    with socket.socket(socket.AF_UNIX) as bird:
        bird.bind(str(path))
        bird.listen()
        with pytest.raises(NodeError, match=r"something answers on .*bird\.ctl already"):
            await BirdSocket(path, Commands(RunningNode(name="a"))).__aenter__()
    assert path.exists()
    async with served(tmp_path) as taken, client(taken):
        pass
