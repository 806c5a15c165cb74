"""A speaker, a scripted peer of it, and a detector that says of the path what a test tells it to."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from bgpkit import Speaker
from bgpkit.speaker import BfdMode, BfdOptions
from tests.support import octets
from tests.support.liveness import UP, ScriptedDetector
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import holds, scripted, speaker_at, towards_scripted

ROUTE = "198.51.100.0/24"


@asynccontextmanager
async def watched(
    mode: BfdMode, *capabilities: bytes, **options: Any
) -> AsyncGenerator[tuple[Speaker, ScriptedPeer, ScriptedDetector]]:
    """Give a speaker with one peer of a mode, Established over a path that is up, which has sent one route."""
    detector = ScriptedDetector(UP)
    async with speaker_at(liveness=detector) as speaker:
        bfd = BfdOptions(mode=mode)
        await speaker.add_peer(towards_scripted(bfd=bfd, connect_retry_time=0.2, **options))
        async with await scripted(speaker, *capabilities) as peer:
            await peer.send(octets.update(octets.attributes(), ROUTE))
            await holds(speaker, [ROUTE])
            assert await peer.routes() == {}
            yield speaker, peer, detector
