"""A route reflector and its scripted peers, each at an address of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from bgpkit import Speaker
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import ASN, EVERYTHING, scripted, speaker_at, towards_scripted


class Reflector:
    """The reflector 10.0.0.1; peer number 2 has the address 127.0.0.2 and the BGP Identifier 10.0.0.2, and so on."""

    def __init__(self, speaker: Speaker) -> None:
        """Start without peers."""
        self.speaker = speaker
        self._peers: list[ScriptedPeer] = []

    async def client(self, number: int, **options: Any) -> ScriptedPeer:
        """Return a client whose session is up and that has been sent the table."""
        return await self.peer(number, route_reflector_client=True, **options)

    async def external(self, number: int, asn: int, **options: Any) -> ScriptedPeer:
        """Return a peer of another AS; everything is let through."""
        return await self.peer(number, asn=asn, import_policy=EVERYTHING, export_policy=EVERYTHING, **options)

    async def peer(self, number: int, *, asn: int = ASN, **options: Any) -> ScriptedPeer:
        """Return an internal peer that is no client, unless ``asn`` or ``options`` say otherwise."""
        address = f"127.0.0.{number}"
        await self.speaker.add_peer(towards_scripted(address, asn=asn, **options))
        capabilities = (octets.IPV4_CAPABILITY, octets.REFRESH_CAPABILITY)
        peer = await scripted(self.speaker, *capabilities, address=address, asn=asn, identifier=f"10.0.0.{number}")
        self._peers.append(peer)
        while not (await peer.update()).is_end_of_rib:
            pass
        return peer

    async def close(self) -> None:
        """Close the peers."""
        for each in self._peers:
            await each.close()


@asynccontextmanager
async def reflector(**options: Any) -> AsyncGenerator[Reflector]:
    """Run a reflector."""
    async with speaker_at(**options) as speaker:
        lab = Reflector(speaker)
        try:
            yield lab
        finally:
            await lab.close()


def route(prefix: str, **attributes: Any) -> bytes:
    """Return an UPDATE that an internal peer sends."""
    chosen: dict[str, Any] = {"local_pref": 100} | attributes
    return octets.update(octets.attributes(**chosen), prefix)
