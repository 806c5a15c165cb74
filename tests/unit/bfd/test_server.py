"""bgpkit.bfd.server: the socket before a service."""

import asyncio
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bgpkit.bfd import BfdServer, BfdService
from bgpkit.bfd.words import line_of, plain_path, words_of
from bgpkit.errors import ConfigError
from tests.support.scripted_peer import eventually
from tests.unit.bfd.loopback import path, service


class Client:
    """A client by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak over an open connection."""
        self._reader = reader
        self._writer = writer

    @classmethod
    async def of(cls, socket: Path) -> "Client":
        """Connect, and hear the hello."""
        made = cls(*await asyncio.open_unix_connection(os.fspath(socket)))
        assert (await made.hear())["say"] == "hello"
        return made

    def say(self, **words: Any) -> None:
        """Say something."""
        self._writer.write(line_of(words))

    def say_octets(self, octets: bytes) -> None:
        """Say what is no line of JSON."""
        self._writer.write(octets)

    async def hear(self) -> dict[str, Any]:
        """Return what is said next; empty when the other side has hung up."""
        try:
            line = await asyncio.wait_for(self._reader.readline(), 10)
        except ConnectionError:  # hung up on with octets unread
            line = b""
        return words_of(line) if line else {}

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


async def test_a_path_is_watched_until_it_is_released(tmp_path: Path) -> None:
    """What is known is told at once; a client that hangs up keeps its session, one that releases it does not."""
    socket = tmp_path / "bfd.sock"
    async with service() as bfd, BfdServer(bfd, socket):
        client = await Client.of(socket)
        client.say(do="watch", watch=5, path=plain_path(path()))
        heard = await client.hear()
        assert (heard["say"], heard["watch"], heard["liveness"]["state"]) == ("liveness", 5, "down")
        client.say(do="status")
        (status,) = (await client.hear())["sessions"]
        assert (status["state"], status["watchers"]) == ("Down", 1)
        await client.close()
        await eventually(lambda: bfd.sessions()[0].watchers == 0, "nobody watches")
        assert bfd.sessions()[0].state == "Down"
        client = await Client.of(socket)
        client.say(do="watch", watch=1, path=plain_path(path()))
        client.say(do="watch", watch=1, path=plain_path(path(detect_multiplier=5)))
        client.say(do="release", watch=1)
        client.say(do="release", watch=77)
        await eventually(lambda: bfd.sessions()[0].state == "AdminDown", "turned off")
        await client.close()


async def test_a_path_that_cannot_be_watched_is_told(tmp_path: Path) -> None:
    """The client stays."""
    socket = tmp_path / "bfd.sock"
    async with service() as bfd, BfdServer(bfd, socket):
        client = await Client.of(socket)
        client.say(do="watch", watch=1, path=plain_path(path(local="192.0.2.7")))
        heard = await client.hear()
        assert (heard["say"], heard["watch"]) == ("refused", 1)
        client.say(do="status")
        assert await client.hear() == {"say": "status", "sessions": []}
        await client.close()


@pytest.mark.parametrize("octets", [b"rubbish\n", b'{"do": "dance"}\n', b"x" * 2**21], ids=["rubbish", "order", "long"])
async def test_who_says_nothing_sensible_is_hung_up_on(tmp_path: Path, octets: bytes) -> None:
    """And the others are served."""
    socket = tmp_path / "bfd.sock"
    async with service() as bfd, BfdServer(bfd, socket):
        other, client = await Client.of(socket), await Client.of(socket)
        client.say_octets(octets)
        assert await client.hear() == {}
        other.say(do="status")
        assert (await other.hear())["say"] == "status"
        await client.close()
        await other.close()


async def test_the_socket_is_its_owners_and_goes_with_the_server(tmp_path: Path) -> None:
    """Nobody else may connect; what a crash has left is replaced."""
    socket = tmp_path / "bfd.sock"
    for _ in range(2):
        async with BfdServer(BfdService(listen=()), socket):
            assert stat.S_IMODE(socket.stat().st_mode) == 0o600
            left = tmp_path / "left.sock"
            left.unlink(missing_ok=True)
            os.link(socket, left)
        assert not socket.exists()
        left.rename(socket)


async def test_a_second_server_is_told_of_the_first(tmp_path: Path) -> None:
    """And of a file that is no socket, and of a folder that there is not."""
    socket = tmp_path / "bfd.sock"
    async with BfdServer(BfdService(listen=()), socket):
        with pytest.raises(ConfigError, match=f"another bgpkit bfd listens at {socket}; stop it"):
            await BfdServer(BfdService(listen=()), socket).__aenter__()
        assert socket.exists()
    socket.write_text("precious", encoding="utf-8")
    with pytest.raises(ConfigError, match="is there and is no socket"):
        await BfdServer(BfdService(listen=()), socket).__aenter__()
    assert socket.read_text(encoding="utf-8") == "precious"
    with pytest.raises(ConfigError, match="make its folder first"):
        await BfdServer(BfdService(listen=()), tmp_path / "none" / "bfd.sock").__aenter__()
    with pytest.raises(ConfigError, match="a shorter path may do"):
        await BfdServer(BfdService(listen=()), tmp_path / ("x" * 200)).__aenter__()
