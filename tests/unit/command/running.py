"""The command in a thread, beside a speaker that it asks."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bgpkit import PathAttributes, Speaker
from bgpkit.command.main import main
from bgpkit_rib import AsPath
from tests.support.speakers import speaker_at, towards_scripted
from tests.unit.control.asking import served

Capture = pytest.CaptureFixture[str]


@asynccontextmanager
async def asked_speaker() -> AsyncGenerator[tuple[Speaker, Path]]:
    """Run a speaker with a route and a peer that is not up, and its socket."""
    async with speaker_at() as speaker, served(speaker) as (_, path):
        await speaker.announce("10.0.0.0/8", "10.1.0.0/16", attributes=PathAttributes(as_path=AsPath.of(7)))
        await speaker.add_peer(towards_scripted(description="lab"))
        yield speaker, path


async def said(capsys: Capture, path: Path, *words: str, status: int = 0) -> str:
    """Return what a command writes to standard output, or with a ``status`` of 1 or 2 to standard error."""
    assert await asyncio.to_thread(main, [*words, "--socket", str(path)]) == status
    captured = capsys.readouterr()
    assert (captured.out if status else captured.err) == ""
    return captured.err if status else captured.out
