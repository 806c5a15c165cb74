"""What a peer is sent and what is taken from it, told by scripted peers on the loopback interface."""

import asyncio
import struct
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit import AsPath, ChangePlan, PathAttributes, Speaker, State
from bgpkit.adj_rib_out import NextHopSelf
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    ASN,
    EVERYTHING,
    OURS,
    THEIRS,
    THIRD,
    holds,
    only,
    prefixes,
    route_to,
    scripted,
    settled,
    speaker_at,
    state,
    towards_scripted,
)

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


@pytest.mark.rfc("8212", "2")
async def test_an_external_peer_without_policy_neither_gives_nor_gets_routes() -> None:
    """Its routes are held and shown, but not chosen, and say why; ours are not sent, whatever happens."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=EXTERNAL))
        await speaker.announce("10.1.0.0/16")
        async with await scripted(speaker, asn=EXTERNAL) as peer:
            assert await peer.routes() == {}
            await peer.send(octets.update(octets.attributes(EXTERNAL), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"}, peer=THEIRS)
            assert prefixes(speaker) == {"10.1.0.0/16"}
            assert reason(speaker, "10.2.0.0/16") == "import policy reject-all: none given (RFC 8212)"
            await speaker.announce("10.3.0.0/16")
            await peer.send(octets.route_refresh())
            await settled()
            stop = asyncio.ensure_future(speaker.stop())
            assert await peer.expect_notification() == (6, 2), "no UPDATE came before"
            await stop


async def test_policies_of_an_external_peer_decide_prefix_by_prefix() -> None:
    """What the import policy refuses names the rule; what the export policy refuses is not sent."""
    async with speaker_at() as speaker:
        config = towards_scripted(asn=EXTERNAL, import_policy=only("10.2.0.0/16"), export_policy=only("10.1.0.0/16"))
        await speaker.add_peer(config)
        await speaker.announce("10.1.1.0/24", "192.0.2.0/24")
        async with await scripted(speaker, asn=EXTERNAL) as peer:
            assert set(await peer.routes()) == {"10.1.1.0/24"}
            await peer.send(octets.update(octets.attributes(EXTERNAL), "10.2.7.0/24", "172.16.0.0/12"))
            await holds(speaker, {"10.2.7.0/24", "172.16.0.0/12"}, peer=THEIRS)
            assert "10.2.7.0/24" in prefixes(speaker)
            assert "172.16.0.0/12" not in prefixes(speaker)
            assert reason(speaker, "172.16.0.0/12") == "import policy only 10.2.0.0/16: default"


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


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (octets.attributes(64700, ASN, 64701), f"our own AS number {ASN} is in AS_PATH"),
        (octets.attributes(64700, originator_id="10.0.0.1"), "ORIGINATOR_ID is our own BGP Identifier"),
        (octets.attributes(64700, cluster_list=("10.0.0.7", "10.0.0.1")), "our own cluster is in CLUSTER_LIST"),
        (octets.attributes(64700, cluster_list=("10.0.0.7", "10.0.0.9")), "our own cluster is in CLUSTER_LIST"),
    ],
    ids=["AS loop", "originator", "the speaker's cluster", "the peer's cluster"],
)
@pytest.mark.rfc("4271", "9.1.2")
@pytest.mark.rfc("4456", "8")
async def test_routes_that_have_been_here_are_refused_with_a_reason(block: bytes, expected: str) -> None:
    """A looped route is held and shown, never chosen nor passed on; one that is like it but clean is."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(cluster_id=IPv4Address("10.0.0.9")))
        async with await joined(speaker) as peer:
            clean = octets.attributes(64700, 64701, originator_id="10.0.0.8", cluster_list=("10.0.0.7",))
            await peer.send(octets.update(block, "10.2.0.0/16"), octets.update(clean, "10.3.0.0/16"))
            await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"}, peer=THEIRS)
            assert reason(speaker, "10.2.0.0/16") == expected
            assert prefixes(speaker) == {"10.3.0.0/16"}


@pytest.mark.rfc("2918", "4")
async def test_route_refresh_is_answered_with_all_routes() -> None:
    """Everything that was sent before is sent again, and nothing is withdrawn."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        await speaker.announce("10.1.0.0/16", "10.2.0.0/16")
        async with await joined(speaker, octets.REFRESH_CAPABILITY) as peer:
            await peer.send(octets.route_refresh())
            heard = await peer.update()
            assert (set(heard.announced), heard.withdrawn) == ({"10.1.0.0/16", "10.2.0.0/16"}, ())


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


@pytest.mark.rfc("4456", "8")
async def test_a_client_becomes_one_and_ceases_to_be_one_without_a_reset() -> None:
    """Its routes appear at a non-client with ORIGINATOR_ID and CLUSTER_LIST, and go again; so do the others'."""
    async with speaker_at(cluster_id="244.0.0.1") as speaker:
        plain = towards_scripted(THEIRS)
        await speaker.add_peer(plain)
        await speaker.add_peer(towards_scripted(THIRD))
        async with await joined(speaker) as one, await joined(speaker, address=THIRD) as other:
            await one.send(octets.update(octets.attributes(med=1), "10.2.0.0/16"))
            await other.send(octets.update(octets.attributes(med=2), "10.3.0.0/16"))
            await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"})
            for _ in range(2):
                client = replace(plain, route_reflector_client=True)
                assert await speaker.update_peer(client) is ChangePlan.SOFT
                reflected = await other.update()
                assert reflected.announced == ("10.2.0.0/16",)
                assert (reflected.originator_id, reflected.cluster_list) == (IDENTIFIER[THEIRS], ("244.0.0.1",))
                assert reflected.next_hop == "192.0.2.99"
                assert (await one.update()).announced == ("10.3.0.0/16",)
                assert await speaker.update_peer(plain) is ChangePlan.SOFT
                assert (await other.update()).withdrawn == ("10.2.0.0/16",)
                assert (await one.update()).withdrawn == ("10.3.0.0/16",)
            assert [status.established_count for status in speaker.peers()] == [1, 1]


async def test_routes_that_come_after_the_change_are_of_the_new_kind() -> None:
    """Attributes that were seen before the peer became a client do not bring back what it was then."""
    async with speaker_at() as speaker:
        plain = towards_scripted(THEIRS)
        await speaker.add_peer(plain)
        await speaker.add_peer(towards_scripted(THIRD))
        async with await joined(speaker) as one, await joined(speaker, address=THIRD) as other:
            await one.send(octets.update(octets.attributes(med=1), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"})
            await speaker.update_peer(replace(plain, route_reflector_client=True))
            assert (await other.update()).announced == ("10.2.0.0/16",)
            await one.send(octets.update(octets.attributes(med=1), "10.4.0.0/16"))
            assert (await other.update()).announced == ("10.4.0.0/16",)


async def test_a_changed_import_policy_applies_to_what_is_held() -> None:
    """Routes that were refused come in and go out again as the policy says, without a word to the peer."""
    async with speaker_at() as speaker:
        narrow = towards_scripted(asn=EXTERNAL, import_policy=only("10.2.0.0/16"))
        await speaker.add_peer(narrow)
        async with await joined(speaker, asn=EXTERNAL) as peer:
            block = octets.attributes(EXTERNAL)
            await peer.send(octets.update(block, "10.2.0.0/16", "10.3.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"})
            await speaker.update_peer(replace(narrow, import_policy=EVERYTHING))
            await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"})
            await speaker.update_peer(replace(narrow, import_policy=only("10.3.0.0/16")))
            await holds(speaker, {"10.3.0.0/16"})
            assert reason(speaker, "10.2.0.0/16") == "import policy only 10.3.0.0/16: default"
            await peer.send(octets.withdraw("10.2.0.0/16", "10.3.0.0/16"))
            await holds(speaker, set(), peer=THEIRS)


async def test_a_lost_session_without_graceful_restart_takes_its_routes_along() -> None:
    """The peer crashes: its routes are withdrawn from the others at once."""
    async with speaker_at() as speaker:
        for address in (THEIRS, THIRD):
            await speaker.add_peer(towards_scripted(address, route_reflector_client=True))
        async with await joined(speaker) as peer, await joined(speaker, address=THIRD) as other:
            await peer.send(octets.update(octets.attributes(), "10.2.0.0/16"))
            assert (await other.update()).announced == ("10.2.0.0/16",)
            peer.reset()
            assert (await other.update()).withdrawn == ("10.2.0.0/16",)


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


async def test_the_open_says_what_the_peer_is_configured_for() -> None:
    """Families, route refresh, 4-octet AS, extended messages, and graceful restart unless it is turned off."""
    async with speaker_at(asn=4_200_000_001) as speaker:
        for graceful_restart in (True, False):
            config = towards_scripted(asn=EXTERNAL, graceful_restart=graceful_restart, restart_time=77, hold_time=33)
            await speaker.add_peer(config)
            async with await scripted(speaker, asn=EXTERNAL) as peer:
                capabilities = octets.read_capabilities(peer.heard_open)
                assert struct.unpack("!BHH", peer.heard_open[:5]) == (4, 23456, 33)
                assert capabilities[1] == [bytes.fromhex("00010001")]
                assert capabilities[65] == [struct.pack("!I", 4_200_000_001)]
                assert {2, 6} <= capabilities.keys()
                expected = struct.pack("!HHBB", 77, 1, 1, 0)
                assert capabilities.get(64) == ([expected] if graceful_restart else None)
            await speaker.remove_peer(THEIRS)


async def test_faulty_attributes_cost_the_route_and_not_the_session() -> None:
    """An UPDATE without ORIGIN is treated as a withdrawal of its routes. RFC 7606, section 3."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await joined(speaker) as peer:
            good = octets.attributes(med=1)
            await peer.send(octets.update(good, "10.2.0.0/16", "10.3.0.0/16"))
            await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"})
            await peer.send(octets.update(good.removeprefix(octets.ORIGIN_IGP), "10.2.0.0/16"))
            await holds(speaker, {"10.3.0.0/16"})
            assert state(speaker, THEIRS) is State.ESTABLISHED


async def test_the_reason_of_a_failed_attempt_is_kept() -> None:
    """A peer of another AS than configured: the status says what was sent."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=EXTERNAL))
        async with await ScriptedPeer.dial(OURS, speaker.addresses[0][1], local=THEIRS) as peer:
            await peer.send(octets.open_message(64998, IDENTIFIER[THEIRS]))
            await peer.expect(octets.OPEN)
            assert await peer.expect_notification() == (2, 2)
        assert "Bad Peer AS" in speaker.peers()[0].last_error


async def test_thousands_of_routes_are_evaluated_again_in_slices() -> None:
    """A new policy for 12,000 routes lets the loop turn meanwhile, and holds for all in the end."""
    async with speaker_at() as speaker:
        config = towards_scripted(asn=EXTERNAL, import_policy=EVERYTHING)
        await speaker.add_peer(config)
        texts = [f"10.{high}.{low}.0/24" for high in range(48) for low in range(250)]
        async with await joined(speaker, asn=EXTERNAL) as peer:
            for start in range(0, len(texts), 500):
                await peer.send(octets.update(octets.attributes(EXTERNAL), *texts[start : start + 500]))
            await eventually(lambda: len(prefixes(speaker)) == len(texts), "all routes")
            await speaker.update_peer(replace(config, import_policy=only("10.0.0.0/16")))
            between = len(prefixes(speaker))
            await eventually(lambda: len(prefixes(speaker)) == 250, "evaluated again")
            assert 250 < between < len(texts)
            assert speaker.peers()[0].prefixes_received == len(texts)
            await asyncio.wait_for(speaker.stop(), 30)
