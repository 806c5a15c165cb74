"""RFC 7607, section 2, at a speaker's sockets: a route of AS 0 is none."""

import struct

import pytest

from bgpkit import State
from bgpkit.policy import ACCEPT_ALL
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import IDENTIFIERS, THEIRS, holds, route_to, scripted, speaker_at, state, towards_scripted

ASN = 64600


@pytest.mark.rfc("7607", "2")
@pytest.mark.parametrize("asns", [(ASN, 0), (0,), (ASN, 0, 64700)])
async def test_a_route_with_as_zero_in_its_path_counts_as_withdrawn(asns: tuple[int, ...]) -> None:
    """The UPDATE is malformed: treat-as-withdraw, and the session stays."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=ASN, import_policy=ACCEPT_ALL, enforce_first_as=False))
        async with await scripted(speaker, asn=ASN) as peer:
            await peer.send(octets.update(octets.attributes(ASN), "10.1.0.0/16", "10.2.0.0/16"))
            await holds(speaker, {"10.1.0.0/16", "10.2.0.0/16"})
            await peer.send(octets.update(octets.attributes(*asns), "10.1.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"}, peer=THEIRS)
            assert state(speaker, THEIRS) is State.ESTABLISHED


@pytest.mark.rfc("7607", "2")
async def test_an_aggregator_of_as_zero_is_left_out() -> None:
    """Attribute discard: the route stays."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=ASN, import_policy=ACCEPT_ALL))
        async with await scripted(speaker, asn=ASN) as peer:
            block = octets.attributes(ASN) + octets.attribute(0xC0, 7, struct.pack("!I4B", 0, 192, 0, 2, 1))
            await peer.send(octets.update(block, "10.1.0.0/16"))
            await holds(speaker, {"10.1.0.0/16"})
            assert route_to(speaker, "10.1.0.0/16").attributes.aggregator is None


@pytest.mark.rfc("7607", "2")
async def test_a_peer_of_as_zero_is_refused() -> None:
    """Bad Peer AS, though a range takes whoever comes."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.0/24", lambda address: towards_scripted(address, asn=ASN))
        async with await ScriptedPeer.dial(*speaker.addresses[0], local=THEIRS) as peer:
            await peer.send(octets.open_message(0, IDENTIFIERS[THEIRS], octets.four_octet_as(0)))
            await peer.expect(octets.OPEN)
            assert await peer.expect_notification() == (2, 2)
