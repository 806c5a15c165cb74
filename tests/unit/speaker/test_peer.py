"""What a peer is sent and what is taken from it, told by scripted peers on the loopback interface."""

import asyncio
import struct
from dataclasses import replace

import pytest

from bgpkit import ChangePlan
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import (
    OURS,
    THEIRS,
    THIRD,
    holds,
    only,
    prefixes,
    scripted,
    settled,
    speaker_at,
    towards_scripted,
)
from tests.unit.speaker.joining import EXTERNAL, IDENTIFIER, joined, reason


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


async def test_the_reason_of_a_failed_attempt_is_kept() -> None:
    """A peer of another AS than configured: the status says what was sent."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=EXTERNAL))
        async with await ScriptedPeer.dial(OURS, speaker.addresses[0][1], local=THEIRS) as peer:
            await peer.send(octets.open_message(64998, IDENTIFIER[THEIRS]))
            await peer.expect(octets.OPEN)
            assert await peer.expect_notification() == (2, 2)
        assert "Bad Peer AS" in speaker.peers()[0].last_error
