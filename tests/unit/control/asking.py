"""A server and clients in one process: the blocking client runs in a thread."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bgpkit import Speaker
from bgpkit.control import ControlClient, ControlServer, SpeakerAnswers


@asynccontextmanager
async def served(speaker: Speaker, **options: Any) -> AsyncGenerator[tuple[ControlServer, Path]]:
    """Serve a speaker at a socket with a short path."""
    with TemporaryDirectory(prefix="bgpkit-") as folder:
        path = Path(folder) / "s"
        async with ControlServer(SpeakerAnswers(speaker, **options).answerers(), path) as server:
            yield server, path


async def answered(path: Path, do: str, **words: object) -> list[dict[str, Any]]:
    """Return all items of an answer."""

    def ask() -> list[dict[str, Any]]:
        with ControlClient(path) as client:
            return list(client.ask(do, **words))

    return await asyncio.to_thread(ask)
