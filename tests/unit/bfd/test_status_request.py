"""bgpkit.bfd.status_request: asking a running ``bgpkit bfd``."""

import asyncio
import os
from pathlib import Path

import pytest

from bgpkit.bfd import BfdError, BfdServer, fetch_status
from tests.unit.bfd.loopback import Listener, path, service


async def test_the_sessions_come_as_they_are(tmp_path: Path) -> None:
    """Each with all that it tells."""
    socket = tmp_path / "bfd.sock"
    async with service() as bfd, BfdServer(bfd, socket):
        assert await fetch_status(socket) == ()
        bfd.watch(path(), Listener())
        assert await fetch_status(socket) == bfd.sessions()


async def test_nobody_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    """With how to start one."""
    socket = tmp_path / "bfd.sock"
    with pytest.raises(BfdError, match=rf"No such file or directory; is 'bgpkit bfd --socket {socket}' running\?"):
        await fetch_status(socket)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b'{"say": "status", "sessions": [{"unheard": 1}]}\n', "is it of another version"),
        (b"rubbish\n", r"bfd\.sock: a line is no JSON.*; is it the socket of"),
        (b"", "it has hung up; is it the socket of"),
    ],
)
async def test_an_answer_that_is_none_is_told(tmp_path: Path, answer: bytes, reason: str) -> None:
    """Another program may listen there."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    socket = tmp_path / "bfd.sock"
    server = await asyncio.start_unix_server(serve, os.fspath(socket))
    with pytest.raises(BfdError, match=reason):
        await fetch_status(socket)
    server.close()
    await server.wait_closed()
