"""One client."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from structlog.testing import capture_logs

from bgpkit import ConfigError
from bgpkit.control import Answerer, ControlServer, Words


async def exchange(answerers: Mapping[str, Answerer], octets: bytes, lines: int) -> list[dict[str, object]]:
    """Return the lines that follow the greeting."""
    with TemporaryDirectory(prefix="bgpkit-") as folder:
        path = Path(folder) / "s"
        async with ControlServer(answerers, path):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(octets)
            await reader.readline()
            found = [json.loads(await reader.readline()) for _ in range(lines)]
            writer.close()
    return found


async def two(words: Words) -> AsyncGenerator[list[str], None]:
    """Answer with two items, and a turn without any."""
    yield ["1"]
    yield []
    yield [json.dumps(words.text("x"))]


async def refusing(words: Words) -> AsyncGenerator[list[str], None]:
    """Answer with an item and a refusal."""
    yield ["1"]
    raise ConfigError(f"no {words.text('x')}")


async def failing(words: Words) -> AsyncGenerator[list[str], None]:
    """Fail."""
    yield [str(1 // len(words.given))]


async def test_requests_that_come_at_once_are_answered_in_order() -> None:
    """Each with its own number."""
    request = b'{"id":%d,"do":"two","with":{"x":"%d"}}\n'
    assert await exchange({"two": two}, request % (1, 7) + request % (2, 8), 6) == [
        {"id": 1, "item": 1},
        {"id": 1, "item": "7"},
        {"id": 1, "end": True},
        {"id": 2, "item": 1},
        {"id": 2, "item": "8"},
        {"id": 2, "end": True},
    ]


async def test_a_refusal_ends_the_answer_only() -> None:
    """The next request is answered."""
    octets = b'{"id":1,"do":"no","with":{"x":"way"}}\n{"id":2,"do":"two"}\n'
    assert (await exchange({"no": refusing, "two": two}, octets, 4))[1:3] == [
        {"id": 1, "error": "no way"},
        {"id": 2, "item": 1},
    ]


async def test_a_fault_of_ours_is_logged_and_told_without_details() -> None:
    """And the connection goes on."""
    with capture_logs() as logs:
        told = await exchange({"bad": failing, "two": two}, b'{"id":1,"do":"bad"}\n{"id":2,"do":"two"}\n', 2)
    assert told == [
        {"id": 1, "error": "the speaker failed to answer that; its log says more"},
        {"id": 2, "item": 1},
    ]
    assert [entry["event"] for entry in logs] == ["control.failed"]
