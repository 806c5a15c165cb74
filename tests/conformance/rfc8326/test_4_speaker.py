"""RFC 8326, section 4: the community is honoured, and sent, at a word."""

from dataclasses import replace

import pytest

from bgpkit import ChangePlan
from bgpkit.policy import ACCEPT_ALL, RoutePolicy, Rule, SetLocalPref, Then
from bgpkit_rib import GRACEFUL_SHUTDOWN
from tests.support import octets
from tests.support.speakers import THIRD, holds, route_to, scripted, speaker_at, towards_scripted

EXTERNAL, OTHER = 64600, 64700
COMMUNITY = bytes.fromhex("ffff0000")
PLAIN, MARKED, BESIDE = "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"
PREFER = RoutePolicy("customer", (Rule(actions=(SetLocalPref(200),), then=Then.ACCEPT),))


def communities(octets_of: str) -> bytes:
    """Return the attribute COMMUNITIES."""
    return octets.attribute(0xC0, 8, bytes.fromhex(octets_of))


@pytest.mark.rfc("8326", "4")
@pytest.mark.parametrize("policy", [ACCEPT_ALL, PREFER])
async def test_a_route_that_is_about_to_go_is_the_last_choice_everywhere(policy: object) -> None:
    """LOCAL_PREF is 0 here and at internal peers, whatever the import policy prefers; other routes keep theirs."""
    usual = 200 if policy is PREFER else 100
    async with speaker_at() as speaker:
        config = towards_scripted(asn=EXTERNAL, import_policy=policy)
        await speaker.add_peer(config)
        await speaker.add_peer(towards_scripted(THIRD))
        async with await scripted(speaker, asn=EXTERNAL) as peer, await scripted(speaker, address=THIRD) as inside:
            block = octets.attributes(EXTERNAL)
            await peer.send(octets.update(block, PLAIN))
            await peer.send(octets.update(block + communities("0001 0001 ffff 0000"), MARKED))
            await peer.send(octets.update(block + communities("0001 ffff 0000 0001"), BESIDE))
            await holds(speaker, {PLAIN, MARKED, BESIDE})
            found = [route_to(speaker, prefix).path.local_pref for prefix in (PLAIN, MARKED, BESIDE)]
            assert found == [usual, 0, usual]
            heard = {
                prefix: update for _ in range(4) for update in [await inside.update()] for prefix in update.announced
            }
            assert [heard[prefix].local_pref for prefix in (PLAIN, MARKED, BESIDE)] == [usual, 0, usual]
            assert COMMUNITY in heard[MARKED].values[8]
            assert await speaker.update_peer(replace(config, honor_graceful_shutdown=False)) is ChangePlan.SOFT
            assert (await inside.update()).local_pref == usual
            assert route_to(speaker, MARKED).path.local_pref == usual
            assert await speaker.update_peer(config) is ChangePlan.SOFT
            assert (await inside.update()).local_pref == 0


@pytest.mark.rfc("8326", "4")
async def test_an_internal_peer_is_taken_at_its_word() -> None:
    """The router that heard the community has lowered LOCAL_PREF already, or has not on purpose."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            block = octets.attributes(EXTERNAL, local_pref=150) + communities("ffff0000")
            await peer.send(octets.update(block, MARKED))
            await holds(speaker, {MARKED})
            assert route_to(speaker, MARKED).path.local_pref == 150


@pytest.mark.rfc("8326", "4")
async def test_before_a_session_ends_its_routes_become_the_last_choice_of_both_sides() -> None:
    """Ours are sent again with the community; those that came in get it, too, with LOCAL_PREF 0; nothing is reset."""
    async with speaker_at() as speaker:
        config = towards_scripted(asn=EXTERNAL, import_policy=ACCEPT_ALL, export_policy=ACCEPT_ALL)
        await speaker.add_peer(config)
        await speaker.add_peer(towards_scripted(THIRD))
        await speaker.announce(PLAIN)
        async with await scripted(speaker, asn=EXTERNAL) as peer, await scripted(speaker, address=THIRD) as inside:
            await inside.routes()
            assert 8 not in (await peer.routes())[PLAIN].values
            await peer.send(octets.update(octets.attributes(EXTERNAL), BESIDE))
            assert (await inside.update()).local_pref == 100
            assert await speaker.update_peer(replace(config, graceful_shutdown=True)) is ChangePlan.SOFT
            again = await peer.update()
            assert (again.announced, again.values[8], again.local_pref) == ((PLAIN,), COMMUNITY, None)
            lowered = await inside.update()
            assert (lowered.announced, lowered.values[8], lowered.local_pref) == ((BESIDE,), COMMUNITY, 0)
            assert route_to(speaker, BESIDE).path.local_pref == 0
            assert GRACEFUL_SHUTDOWN in route_to(speaker, BESIDE).attributes.communities
            await speaker.announce("10.4.0.0/16")
            assert (await peer.update()).values[8] == COMMUNITY
            await inside.update()
            assert await speaker.update_peer(config) is ChangePlan.SOFT
            restored = [await peer.update() for _ in range(2)]
            assert {prefix for each in restored for prefix in each.announced} == {PLAIN, "10.4.0.0/16"}
            assert not any(8 in each.values for each in restored)
            inner = await inside.update()
            assert (inner.announced, inner.local_pref, 8 in inner.values) == ((BESIDE,), 100, False)
        assert {status.established_count for status in speaker.peers()} == {1}


@pytest.mark.rfc("8326", "4")
async def test_an_internal_peer_gets_the_community_and_the_lowest_preference() -> None:
    """It does not look at the community of an internal route; LOCAL_PREF says it all."""
    async with speaker_at() as speaker:
        config = towards_scripted()
        await speaker.add_peer(config)
        await speaker.announce(PLAIN)
        async with await scripted(speaker) as peer:
            assert (await peer.routes())[PLAIN].local_pref == 100
            assert await speaker.update_peer(replace(config, graceful_shutdown=True)) is ChangePlan.SOFT
            again = await peer.update()
            assert (again.local_pref, again.values[8]) == (0, COMMUNITY)
