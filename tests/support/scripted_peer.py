"""A BGP peer that says what a test tells it to, over a real socket, in octets written by hand."""

import asyncio
from collections.abc import Callable
from typing import Self

from bgpkit.testing import MisbehavingListener, MisbehavingPeer
from tests.support import octets

PATIENCE = 30.0
"""Seconds that a test waits for what must come; the machine may be busy."""


async def eventually(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Look until a condition holds; fail with a sentence naming what was awaited after ``patience`` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while not condition():
        if loop.time() > deadline:
            raise AssertionError(f"{what}: not within {patience:g} seconds")
        await asyncio.sleep(0.002)


class ScriptedPeer(MisbehavingPeer):
    """A peer whose messages are written and read straight from the RFCs, not by our own codec."""

    heard_open = b""
    """The body of the OPEN that was heard."""

    async def handshake(self, asn: int, identifier: str, *capabilities: bytes, hold_time: int = 90) -> Self:
        """Bring the session up: OPEN and KEEPALIVE out, OPEN and KEEPALIVE in. 4-octet AS is always offered."""
        own = octets.open_message(asn, identifier, octets.four_octet_as(asn), *capabilities, hold_time=hold_time)
        self.heard_open = await self.establish(own)
        return self

    async def update(self) -> octets.HeardUpdate:
        """Return the UPDATE that must come next."""
        return octets.read_update(await self.expect(octets.UPDATE))

    async def routes(self) -> dict[str, octets.HeardUpdate]:
        """Return what is announced until End-of-RIB: prefix to the UPDATE that brought it."""
        found: dict[str, octets.HeardUpdate] = {}
        while not (heard := await self.update()).is_end_of_rib:
            found.update(dict.fromkeys(heard.announced, heard))
            for prefix in heard.withdrawn:
                found.pop(prefix, None)
        return found


class ScriptedListener(MisbehavingListener):
    """Waits at an address, on whatever port is free, for the connections that a speaker opens."""

    async def accept(self) -> ScriptedPeer:
        """Return the next connection."""
        peer = await super().accept()
        return ScriptedPeer(peer.reader, peer.writer)
