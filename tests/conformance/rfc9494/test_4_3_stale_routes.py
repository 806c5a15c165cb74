"""RFC 9494, sections 4.3, 4.4 and 4.6: what long-lived stale routes are worth, and to whom they go."""

import asyncio
from typing import Any

import pytest

from bgpkit import IPV4_UNICAST, ConfigError, Speaker, State
from bgpkit.policy import DeleteCommunities, RoutePolicy, Rule, Then
from bgpkit_rib import LLGR_STALE, NO_EXPORT, DecisionStep
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    EVERYTHING,
    THEIRS,
    THIRD,
    holds,
    prefixes,
    route_to,
    scripted,
    speaker_at,
    state,
    towards_scripted,
)
from tests.support.virtual_time import run

GRACEFUL = octets.graceful_restart((1, True), restart_time=0)
LONG = octets.long_lived_graceful_restart((1, True, 1000))
PREFIX, OTHER = "10.2.0.0/16", "10.9.0.0/16"
OURS: dict[str, Any] = {"long_lived_stale_time": 500, "long_lived_families": (IPV4_UNICAST,)}
EXTERNAL = 64999


async def told(speaker: Speaker, *communities: int, **options: Any) -> ScriptedPeer:
    """Return a peer with the capability, after it has told one route."""
    await speaker.add_peer(towards_scripted(route_reflector_client=True, **{**OURS, **options}))
    peer = await scripted(speaker, GRACEFUL, LONG)
    block = octets.attributes(64700, local_pref=200, communities=communities)
    await peer.send(octets.update(block, PREFIX), octets.end_of_rib())
    await holds(speaker, {PREFIX})
    return peer


async def crash(speaker: Speaker, peer: ScriptedPeer) -> None:
    """End a session as a crash of the peer does, and see that the speaker has noticed."""
    peer.reset()
    await eventually(lambda: state(speaker, THEIRS) is not State.ESTABLISHED, "the session lost")


@pytest.mark.rfc("9494", "4.4")
def test_a_stale_route_loses_to_any_other_and_serves_where_there_is_none() -> None:
    """It MUST be treated as less preferred than any other route that is not least preferred, too."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(THIRD))
            async with await scripted(speaker, address=THIRD) as worse:
                peer = await told(speaker)
                await worse.send(octets.update(octets.attributes(1, 2, 3, local_pref=1), PREFIX))
                await holds(speaker, {PREFIX}, peer=THIRD)
                assert route_to(speaker, PREFIX).peer == THEIRS
                await crash(speaker, peer)
                assert route_to(speaker, PREFIX).peer == THIRD
                stale = speaker.explain(PREFIX).paths[1]
                assert (stale.peer, stale.step) == (THEIRS, DecisionStep.LEAST_PREFERRED)
                await worse.send(octets.withdraw(PREFIX))
                await eventually(lambda: route_to(speaker, PREFIX).peer == THEIRS, "the last resort")

    run(prove())


@pytest.mark.rfc("9494", "4.3")
@pytest.mark.parametrize("enabled", [True, False])
def test_a_route_that_comes_with_the_community_is_least_preferred(enabled: bool) -> None:
    """Received from a neighbor that has been sent the capability; from another one it is like any other."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            options: dict[str, Any] = {} if enabled else {"long_lived_stale_time": 0, "long_lived_families": ()}
            async with await told(speaker, LLGR_STALE, **options):
                route = route_to(speaker, PREFIX)
                assert (route.path.least_preferred, route.path.stale) == (enabled, False)
                assert route.path.local_pref == 200

    run(prove())


@pytest.mark.rfc("9494", "4.3")
def test_a_policy_does_not_take_the_mark_away() -> None:
    """The community MUST NOT be removed when the route is further advertised: neither on the way in nor out."""

    async def prove() -> None:
        stripping = RoutePolicy("s", (Rule(actions=(DeleteCommunities.of("65535:6"),), then=Then.ACCEPT),))
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(THIRD, export_policy=stripping))
            async with (
                await scripted(speaker, GRACEFUL, LONG, address=THIRD) as other,
                await told(speaker, LLGR_STALE, 7, import_policy=stripping),
            ):
                assert route_to(speaker, PREFIX).path.least_preferred
                assert LLGR_STALE in route_to(speaker, PREFIX).attributes.communities
                assert await other.routes() == {}
                heard = await other.update()
                assert (heard.announced, set(heard.communities)) == ((PREFIX,), {LLGR_STALE, 7})

    run(prove())


@pytest.mark.rfc("9494", "4.3")
def test_stale_routes_are_withdrawn_from_neighbors_without_the_capability() -> None:
    """They SHOULD NOT be advertised to a neighbor from which it has not been received; explanations say so."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(THIRD))
            async with await scripted(speaker, GRACEFUL, address=THIRD) as other:
                assert await other.routes() == {}
                peer = await told(speaker)
                assert (await other.update()).announced == (PREFIX,)
                await crash(speaker, peer)
                assert (await other.update()).withdrawn == (PREFIX,)
                assert "RFC 9494" in str(speaker.explain(PREFIX, THIRD))
                await speaker.announce(OTHER)
                assert (await other.update()).announced == (OTHER,)

    run(prove())


@pytest.mark.rfc("9494", "4.6")
def test_an_internal_neighbor_without_it_may_get_them_as_the_last_resort() -> None:
    """Then NO_EXPORT MUST be attached and LOCAL_PREF MUST be zero; other routes stay as they are."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(THIRD, long_lived_last_resort=True))
            async with await scripted(speaker, GRACEFUL, address=THIRD) as other:
                await other.routes()
                peer = await told(speaker, 7)
                heard = await other.update()
                assert (heard.local_pref, heard.communities) == (200, (7,))
                await crash(speaker, peer)
                heard = await other.update()
                assert (heard.announced, heard.local_pref) == ((PREFIX,), 0)
                assert set(heard.communities) == {7, LLGR_STALE, NO_EXPORT}
                await speaker.announce(OTHER)
                assert (await other.update()).local_pref == 100

    run(prove())


@pytest.mark.rfc("9494", "4.6")
def test_neighbors_with_the_capability_get_them_as_they_are() -> None:
    """What an operator allows for those without it changes nothing for them."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(THIRD, long_lived_last_resort=True))
            async with await scripted(speaker, GRACEFUL, LONG, address=THIRD) as other:
                await other.routes()
                await crash(speaker, await told(speaker))
                heard = [await other.update(), await other.update()][1]
                assert (heard.local_pref, heard.communities) == (200, (LLGR_STALE,))

    run(prove())


@pytest.mark.rfc("9494", "4.6")
def test_external_neighbors_without_it_never_get_them() -> None:
    """The neighbors MUST be internal: another one cannot be configured so."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            external = towards_scripted(THIRD, asn=EXTERNAL, export_policy=EVERYTHING)
            with pytest.raises(ConfigError, match="long_lived_last_resort is for internal peers"):
                await speaker.add_peer(towards_scripted(THIRD, asn=EXTERNAL, long_lived_last_resort=True))
            await speaker.add_peer(external)
            async with await scripted(speaker, GRACEFUL, address=THIRD, asn=EXTERNAL) as other:
                await other.routes()
                peer = await told(speaker)
                assert (await other.update()).announced == (PREFIX,)
                await crash(speaker, peer)
                assert (await other.update()).withdrawn == (PREFIX,)
                assert prefixes(speaker) == {PREFIX}
                await asyncio.sleep(1)

    run(prove())
