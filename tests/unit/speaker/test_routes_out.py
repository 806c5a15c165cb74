"""A peer's routes on their way out: what each kind of peer is told."""

import struct
from dataclasses import replace

import pytest

from bgpkit import AsPath, ChangePlan, PathAttributes
from bgpkit.adj_rib_out import NextHopSelf
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import ASN, EVERYTHING, OURS, THEIRS, THIRD, scripted, speaker_at, towards_scripted
from tests.unit.speaker.joining import EXTERNAL, IDENTIFIER, joined


@pytest.mark.rfc("4271", "5.1")
async def test_routes_to_an_external_peer_are_made_ours() -> None:
    """Our AS is put first, the next hop is our own address, LOCAL_PREF and a received MED are gone."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(THEIRS))
        await speaker.add_peer(towards_scripted(THIRD, asn=EXTERNAL, export_policy=EVERYTHING))
        async with await joined(speaker) as inside, await joined(speaker, address=THIRD, asn=EXTERNAL) as outside:
            block = octets.attributes(64700, 64701, local_pref=300, med=9)
            await inside.send(octets.update(block, "10.2.0.0/16"))
            heard = await outside.update()
            assert heard.announced == ("10.2.0.0/16",)
            assert (heard.as_path, heard.next_hop) == ((ASN, 64700, 64701), OURS)
            assert (heard.local_pref, heard.med, heard.originator_id, heard.cluster_list) == (None, None, None, ())


@pytest.mark.rfc("4271", "5.1.4")
async def test_a_med_of_our_own_is_told_to_external_peers() -> None:
    """The MED of a route that we originate goes to the neighboring AS."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=EXTERNAL, export_policy=EVERYTHING))
        await speaker.announce("10.1.0.0/16", attributes=PathAttributes(med=9, local_pref=200))
        async with await scripted(speaker, asn=EXTERNAL) as peer:
            heard = (await peer.routes())["10.1.0.0/16"]
            assert (heard.med, heard.local_pref, heard.as_path, heard.next_hop) == (9, None, (ASN,), OURS)


@pytest.mark.rfc("4271", "5.1.5")
async def test_routes_to_an_internal_peer_carry_local_pref_and_keep_their_next_hop() -> None:
    """An external route goes inside with LOCAL_PREF 100, its AS_PATH and its next hop, unless told otherwise."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(THEIRS, asn=EXTERNAL, import_policy=EVERYTHING))
        inner = towards_scripted(THIRD)
        await speaker.add_peer(inner)
        async with await joined(speaker, asn=EXTERNAL) as outside, await joined(speaker, address=THIRD) as inside:
            await outside.send(octets.update(octets.attributes(EXTERNAL, med=9), "10.2.0.0/16"))
            heard = await inside.update()
            assert (heard.as_path, heard.next_hop, heard.local_pref) == ((EXTERNAL,), "192.0.2.99", 100)
            assert heard.med == 9
            assert await speaker.update_peer(replace(inner, next_hop_self=NextHopSelf.EXTERNAL)) is ChangePlan.SOFT
            assert (await inside.update()).next_hop == OURS


async def test_a_peer_is_not_sent_its_own_routes() -> None:
    """A route goes to others, never back to where it came from."""
    async with speaker_at() as speaker:
        for address in (THEIRS, THIRD):
            await speaker.add_peer(towards_scripted(address, route_reflector_client=True))
        async with await joined(speaker) as peer, await joined(speaker, address=THIRD) as other:
            await peer.send(octets.update(octets.attributes(), "10.2.0.0/16"))
            assert (await other.update()).announced == ("10.2.0.0/16",)
            await speaker.announce("10.9.0.0/16")
            assert (await peer.update()).announced == ("10.9.0.0/16",), "nothing came before it"


@pytest.mark.rfc("6793", "4.2.2")
async def test_a_peer_with_two_octet_as_numbers_gets_as_trans_and_as4_path() -> None:
    """An AS number that needs four octets is 23456 in AS_PATH, and itself in AS4_PATH."""
    big = 4_200_000_001
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=EXTERNAL, export_policy=EVERYTHING))
        await speaker.announce("10.1.0.0/16", attributes=PathAttributes(as_path=AsPath.of(big)))
        async with await ScriptedPeer.dial(OURS, speaker.addresses[0][1], local=THEIRS) as peer:
            await peer.send(octets.open_message(EXTERNAL, IDENTIFIER[THEIRS]))
            await peer.expect(octets.OPEN)
            await peer.send(octets.message(octets.KEEPALIVE))
            values = (await peer.update()).values
            assert values[2] == struct.pack("!BBHH", 2, 2, ASN, 23456)
            assert values[17] == struct.pack("!BBII", 2, 2, ASN, big)
