"""Scripted peers of a speaker on the loopback interface, and what it says of their routes."""

from bgpkit import Speaker
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import ASN, OURS, THEIRS, THIRD, route_to, scripted

EXTERNAL = 64999
IDENTIFIER = {OURS: "10.0.0.1", THEIRS: "10.0.0.2", THIRD: "10.0.0.3"}


async def joined(speaker: Speaker, *capabilities: bytes, address: str = THEIRS, asn: int = ASN) -> ScriptedPeer:
    """Return a scripted peer that has been sent the table and End-of-RIB."""
    peer = await scripted(speaker, *capabilities, address=address, asn=asn)
    await peer.routes()
    return peer


def reason(speaker: Speaker, prefix: str, peer: str = THEIRS) -> str:
    """Return why a route of a peer may not be chosen."""
    return route_to(speaker, prefix, peer=peer).path.reason
