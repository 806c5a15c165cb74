"""The server, and clients that mean no good."""

import asyncio
import json
import socket
from pathlib import Path

import pytest

from bgpkit import Speaker
from bgpkit.control import server as module
from bgpkit.control.connection import UNSENT
from bgpkit.control.protocol import LONGEST_REQUEST
from tests.support.scripted_peer import eventually
from tests.unit.control.asking import answered, served


def speaker() -> Speaker:
    """Return a speaker."""
    return Speaker(asn=64512, bgp_identifier="192.0.2.1")


async def said_to(path: Path, octets: bytes) -> list[bytes]:
    """Return the lines that answer octets, until the server closes or a second has passed."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(octets)
    lines: list[bytes] = []
    try:
        async with asyncio.timeout(5):
            while line := await reader.readline():
                lines.append(line)
    except (ConnectionError, TimeoutError):
        pass
    writer.close()
    return lines


@pytest.mark.parametrize("octets", [b"garbage\n", b"\x00\xff\n", b'{"id":1}\n', b"x" * (LONGEST_REQUEST + 10)])
async def test_garbage_is_told_so_and_closed(octets: bytes) -> None:
    """And others are served as before."""
    async with speaker() as one, served(one) as (server, path):
        _, error = await said_to(path, octets)
        assert "error" in json.loads(error)
        assert (await answered(path, "status"))[0]["asn"] == 64512
        await eventually(lambda: server.clients == 0, "all have gone")


async def test_a_client_that_goes_ends_its_answer() -> None:
    """A watch of which nobody is left stops."""
    async with speaker() as one, served(one) as (server, path):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"id":1,"do":"watch"}\n')
        for _ in range(3):
            assert await reader.readline()
        assert server.clients == 1
        writer.close()
        await eventually(lambda: server.clients == 0, "it has gone")


async def test_a_client_that_takes_nothing_costs_a_bounded_amount() -> None:
    """The answer waits, and goes on when it is read."""
    async with speaker() as one, served(one) as (server, path):
        await one.announce(*(f"10.{number >> 8}.{number & 255}.0/24" for number in range(20_000)))
        with socket.socket(socket.AF_UNIX) as client:
            client.setblocking(False)
            client.connect(str(path))
            await asyncio.get_running_loop().sock_sendall(client, b'{"id":1,"do":"routes"}\n')
            await eventually(lambda: server.unsent > 0, "it takes nothing")
            await asyncio.sleep(0.1)
            assert server.unsent < 2 * UNSENT
            assert (await answered(path, "status"))[0]["routes"]["ipv4-unicast"] == 20_000
            octets = b""
            while not octets.endswith(b'"end":true}\n'):
                octets += await asyncio.get_running_loop().sock_recv(client, 1 << 20)
            assert octets.count(b"\n") == 20_002


async def test_places_are_limited_and_who_does_not_move_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only after a while, so that clients do not drive one another out."""
    monkeypatch.setattr(module, "CLIENTS", 3)
    async with speaker() as one, served(one) as (server, path):
        connections = [await asyncio.open_unix_connection(path) for _ in range(3)]
        for reader, _ in connections:
            assert b"speaker" in await reader.readline()
        refused = await said_to(path, b"")
        assert "3 clients are connected already" in json.loads(refused[0])["error"]
        assert server.clients == 3
        monkeypatch.setattr(module, "STALLED", 0.0)
        assert (await answered(path, "status"))[0]["asn"] == 64512
        for _, writer in connections:
            writer.close()
        await eventually(lambda: server.clients == 0, "all have gone")
