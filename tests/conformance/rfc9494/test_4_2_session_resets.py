"""RFC 9494, section 4.2 and 5: routes that outlive the restart time as the last resort."""

import asyncio
import struct
from typing import Any

import pytest

from bgpkit import IPV4_UNICAST, ConfigError, Speaker, State
from bgpkit.policy import AddCommunities, RoutePolicy, Rule, Then
from bgpkit_rib import LLGR_STALE, NO_LLGR, Community
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    THEIRS,
    THIRD,
    holds,
    prefixes,
    route_to,
    scripted,
    settled,
    speaker_at,
    state,
    towards_scripted,
)
from tests.support.virtual_time import run

GRACEFUL = octets.graceful_restart((1, True), restart_time=50)
LONG = octets.long_lived_graceful_restart((1, True, 1000))
KEPT, GONE = "10.2.0.0/16", "10.3.0.0/16"
BLOCK = octets.attributes(64700)
OURS: dict[str, Any] = {"long_lived_stale_time": 500, "long_lived_families": (IPV4_UNICAST,)}


async def joined(speaker: Speaker, *capabilities: bytes) -> ScriptedPeer:
    """Return the peer, which does long-lived graceful restart, after it has told two routes."""
    if not any(each.address == THEIRS for each in speaker.peers()):
        await speaker.add_peer(towards_scripted(route_reflector_client=True, **OURS))
    peer = await scripted(speaker, *(capabilities or (GRACEFUL, LONG)))
    await peer.send(octets.update(BLOCK, KEPT, GONE), octets.end_of_rib())
    await holds(speaker, {KEPT, GONE}, peer=THEIRS)
    return peer


async def crash(speaker: Speaker, peer: ScriptedPeer) -> None:
    """End a session as a crash of the peer does, and see that the speaker has noticed."""
    peer.reset()
    await eventually(lambda: state(speaker, THEIRS) is not State.ESTABLISHED, "the session lost")


def adding(community: Community) -> RoutePolicy:
    """Return a policy that accepts everything and adds a community."""
    return RoutePolicy("adding", (Rule(actions=(AddCommunities.of(community),), then=Then.ACCEPT),))


def marked(speaker: Speaker) -> set[str]:
    """Return the prefixes whose best route is long-lived stale, as its communities and its rank have it."""
    found = {str(route.prefix) for route in speaker.routes() if LLGR_STALE in route.attributes.communities}
    assert found == {str(route.prefix) for route in speaker.routes() if route.path.least_preferred}
    return found


def status(speaker: Speaker) -> tuple[bool, bool]:
    """Return whether the peer has stale routes, and long-lived ones."""
    told = next(each for each in speaker.peers() if each.address == THEIRS)
    return bool(told.stale), bool(told.long_lived_stale)


@pytest.mark.rfc("9494", "5")
def test_the_capability_is_announced_for_families_that_are_named() -> None:
    """These procedures MUST NOT be enabled by default, and MUST require configuration for each family."""

    async def prove() -> None:
        for options, expected in ((dict[str, Any](), None), (OURS, [struct.pack("!HBBBH", 1, 1, 0, 0, 500)])):
            async with speaker_at() as speaker:
                await speaker.add_peer(towards_scripted(families=speaker.families, **options))
                both = (octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY)
                async with await scripted(speaker, *both, GRACEFUL, LONG) as peer:
                    assert octets.read_capabilities(peer.heard_open).get(71) == expected

    run(prove())
    wrongs: tuple[dict[str, Any], ...] = ({"long_lived_stale_time": 5}, {"long_lived_families": (IPV4_UNICAST,)})
    for wrong in wrongs:
        with pytest.raises(ConfigError, match="go together"):
            towards_scripted(**wrong)
    with pytest.raises(ConfigError, match="part of graceful_restart"):
        towards_scripted(graceful_restart=False, **OURS)


@pytest.mark.rfc("9494", "4.2")
def test_the_two_times_follow_each_other() -> None:
    """During the first preference is not affected; then LLGR_STALE MUST be attached; at the end they MUST go."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await crash(speaker, await joined(speaker))
            await asyncio.sleep(49)
            assert (prefixes(speaker), marked(speaker), status(speaker)) == ({KEPT, GONE}, set(), (True, False))
            await asyncio.sleep(2)
            assert (marked(speaker), status(speaker)) == ({KEPT, GONE}, (True, True))
            assert {route.path.stale for route in speaker.routes()} == {True}
            await asyncio.sleep(998)
            assert marked(speaker) == {KEPT, GONE}
            await asyncio.sleep(2)
            assert (prefixes(speaker), status(speaker)) == (set(), (False, False))

    run(prove())


@pytest.mark.rfc("9494", "4.2")
def test_a_restart_time_of_zero_begins_the_longer_one_at_once() -> None:
    """So does a family that the other capability does not list: its restart time is deemed zero."""

    async def prove() -> None:
        for graceful in (octets.graceful_restart((1, True), restart_time=0), octets.graceful_restart(restart_time=50)):
            async with speaker_at() as speaker:
                await crash(speaker, await joined(speaker, graceful, LONG))
                assert marked(speaker) == {KEPT, GONE}

    run(prove())


@pytest.mark.rfc("9494", "4.2")
@pytest.mark.parametrize(
    "capabilities",
    [
        (GRACEFUL,),
        (GRACEFUL, octets.long_lived_graceful_restart((2, True, 1000))),
        (GRACEFUL, octets.long_lived_graceful_restart((1, True, 0))),
    ],
    ids=["no capability", "another family", "no time"],
)
def test_without_a_long_lived_time_routes_go_with_the_restart_time(capabilities: tuple[bytes, ...]) -> None:
    """Then only the procedures of graceful restart apply."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await crash(speaker, await joined(speaker, *capabilities))
            await asyncio.sleep(51)
            assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("9494", "5")
def test_a_peer_alone_cannot_ask_for_it() -> None:
    """Without configuration of ours its capability means nothing."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted())
            await crash(speaker, await joined(speaker))
            await asyncio.sleep(51)
            assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("9494", "4.2")
def test_our_configuration_bounds_the_time() -> None:
    """The value in the capability MAY be reduced."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(long_lived_longest=100, **OURS))
            await crash(speaker, await joined(speaker))
            await asyncio.sleep(149)
            assert marked(speaker) == {KEPT, GONE}
            await asyncio.sleep(2)
            assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("9494", "4.2")
@pytest.mark.parametrize("who", ["peer", "policy"])
def test_routes_with_no_llgr_are_not_retained(who: str) -> None:
    """Either as sent by the peer or as the result of a policy, they MUST NOT be, once the longer time begins."""

    async def prove() -> None:
        policy = adding(NO_LLGR) if who == "policy" else None
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(import_policy=policy, **OURS))
            peer = await joined(speaker)
            if who == "peer":
                await peer.send(octets.update(octets.attributes(communities=(NO_LLGR,)), GONE))
                await eventually(lambda: route_to(speaker, GONE).attributes.communities != (), "changed")
            await crash(speaker, peer)
            assert prefixes(speaker) == {KEPT, GONE}
            await asyncio.sleep(51)
            assert prefixes(speaker) == marked(speaker) == ({KEPT} if who == "peer" else set())

    run(prove())


@pytest.mark.rfc("9494", "4.2")
def test_a_returned_peer_replaces_them_until_end_of_rib() -> None:
    """Once the session is re-established RFC 4724 applies: what comes again is as ever, the rest goes at End-of-RIB."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await crash(speaker, await joined(speaker))
            await asyncio.sleep(60)
            async with await scripted(speaker, GRACEFUL, LONG) as peer:
                await peer.send(octets.update(BLOCK, KEPT))
                await eventually(lambda: marked(speaker) == {GONE}, "one announced again")
                assert prefixes(speaker) == {KEPT, GONE}
                await peer.send(octets.end_of_rib())
                await holds(speaker, {KEPT})
                assert (marked(speaker), status(speaker)) == (set(), (False, False))

    run(prove())


@pytest.mark.rfc("9494", "4.2")
@pytest.mark.parametrize(
    "capabilities",
    [
        (GRACEFUL, octets.long_lived_graceful_restart((1, False, 1000))),
        (GRACEFUL, octets.long_lived_graceful_restart((2, True, 1000))),
        (GRACEFUL,),
        (LONG,),
        (),
    ],
    ids=["F bit not set", "another family", "not long-lived", "long-lived alone", "neither"],
)
def test_without_preserved_forwarding_state_they_go_when_the_session_is_back(capabilities: tuple[bytes, ...]) -> None:
    """Once the longer time has begun, it is this capability that tells; they MUST be removed immediately."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await crash(speaker, await joined(speaker))
            await asyncio.sleep(60)
            async with await scripted(speaker, *capabilities):
                assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("9494", "4.2")
def test_another_loss_deletes_nothing_before_the_time_is_over() -> None:
    """In consecutive restarts stale routes MUST NOT be deleted before the timer expires, and it MUST NOT be updated."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await crash(speaker, await joined(speaker))
            await asyncio.sleep(550)
            peer = await scripted(speaker, GRACEFUL, LONG)
            await peer.send(octets.update(BLOCK, KEPT))
            await eventually(lambda: marked(speaker) == {GONE}, "one announced again")
            await crash(speaker, peer)
            assert prefixes(speaker) == marked(speaker) == {KEPT, GONE}
            await asyncio.sleep(497)
            assert prefixes(speaker) == {KEPT, GONE}
            await asyncio.sleep(5)
            assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("9494", "4.2")
def test_the_time_goes_on_while_the_peer_tells_its_routes() -> None:
    """If it expires meanwhile, what was not refreshed is removed; on another loss the rest MUST be, immediately."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await crash(speaker, await joined(speaker))
            await asyncio.sleep(1000)
            peer = await scripted(speaker, GRACEFUL, LONG)
            await peer.send(octets.update(BLOCK, KEPT))
            await asyncio.sleep(55)
            assert prefixes(speaker) == {KEPT}
            await crash(speaker, peer)
            assert prefixes(speaker) == set()

    run(prove())


def test_a_change_of_policy_while_they_are_stale_leaves_them_so() -> None:
    """What is judged anew is judged as what it is."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await crash(speaker, await joined(speaker))
            await asyncio.sleep(60)
            changed = towards_scripted(route_reflector_client=True, import_policy=adding(Community(7)), **OURS)
            await speaker.update_peer(changed)
            await settled()
            assert 7 in route_to(speaker, KEPT).attributes.communities
            assert marked(speaker) == {KEPT, GONE}
            assert {route.path.stale for route in speaker.routes()} == {True}

    run(prove())


@pytest.mark.rfc("9494", "4.2")
def test_the_community_is_disseminated() -> None:
    """The routes are advertised again with it, to whom they may go."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(THIRD))
            async with await scripted(speaker, GRACEFUL, LONG, address=THIRD) as other:
                assert await other.routes() == {}
                await crash(speaker, await joined(speaker))
                assert set((await other.update()).announced) == {KEPT, GONE}
                await asyncio.sleep(55)
                again = await other.update()
                assert (set(again.announced), again.communities) == ({KEPT, GONE}, (LLGR_STALE,))

    run(prove())
