"""RFC 4724, section 4.2: procedures for the Receiving Speaker, which is ours here."""

import asyncio

import pytest

from bgpkit import IPV4_UNICAST, Speaker, State
from bgpkit.speaker.stale_routes import STALE_SECONDS
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    THEIRS,
    THIRD,
    holds,
    prefixes,
    scripted,
    settled,
    speaker_at,
    state,
    towards_scripted,
)
from tests.support.virtual_time import run

GRACEFUL = octets.graceful_restart((1, True), restart_time=50)
RETURNED = octets.graceful_restart((1, True), restarted=True, restart_time=50)
KEPT, GONE = "10.2.0.0/16", "10.3.0.0/16"
BLOCK = octets.attributes()
BOTH_FAMILIES = (octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY)


async def lost_session(speaker: Speaker, capability: bytes = GRACEFUL) -> None:
    """Let the peer announce two routes, then crash."""
    await speaker.add_peer(towards_scripted(route_reflector_client=True))
    peer = await scripted(speaker, capability)
    await peer.send(octets.update(BLOCK, KEPT, GONE), octets.end_of_rib())
    await holds(speaker, {KEPT, GONE})
    await crash(speaker, peer)


async def crash(speaker: Speaker, peer: ScriptedPeer) -> None:
    """End a session as a crash of the peer does, and see that the speaker has noticed."""
    peer.reset()
    await eventually(lambda: state(speaker, THEIRS) is not State.ESTABLISHED, "the session lost")


def stale(speaker: Speaker) -> set[str]:
    """Return the prefixes whose best route is stale."""
    return {str(route.prefix) for route in speaker.routes() if route.path.stale}


@pytest.mark.rfc("4724", "4.2")
def test_routes_are_retained_and_marked_stale_when_the_session_goes_without_a_word() -> None:
    """They stay the best ones, others hear of nothing, and the peer's status names the family."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(THIRD))
            async with await scripted(speaker, address=THIRD) as other:
                assert await other.routes() == {}
                await lost_session(speaker)
                assert set((await other.update()).announced) == {KEPT, GONE}
                assert (prefixes(speaker), stale(speaker)) == ({KEPT, GONE}, {KEPT, GONE})
                assert speaker.peers()[1].stale == (IPV4_UNICAST,)
                await speaker.announce("10.9.0.0/16")
                assert (await other.update()).announced == ("10.9.0.0/16",), "nothing was withdrawn before"

    run(prove())


@pytest.mark.rfc("4724", "4.2")
def test_the_restart_time_of_the_peer_bounds_how_long_they_stay() -> None:
    """If the session is not re-established within the Restart Time, all stale routes MUST be deleted."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await lost_session(speaker)
            lost = asyncio.get_running_loop().time()
            await asyncio.sleep(49)
            assert prefixes(speaker) == {KEPT, GONE}
            await holds(speaker, set())
            assert 49.9 < asyncio.get_running_loop().time() - lost < 50.5
            assert speaker.peers()[0].stale == ()

    run(prove())


@pytest.mark.rfc("4724", "4.2")
def test_end_of_rib_removes_what_has_not_been_announced_again() -> None:
    """Routes announced again replace the stale ones without a word to others; the rest goes at End-of-RIB."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(THIRD))
            async with await scripted(speaker, address=THIRD) as other:
                await other.routes()
                await lost_session(speaker)
                await other.update()
                async with await scripted(speaker, RETURNED) as peer:
                    await peer.send(octets.update(BLOCK, KEPT))
                    await eventually(lambda: stale(speaker) == {GONE}, "one announced again")
                    assert prefixes(speaker) == {KEPT, GONE}
                    await peer.send(octets.end_of_rib())
                    await holds(speaker, {KEPT})
                    heard = await other.update()
                    assert (heard.announced, heard.withdrawn) == ((), (GONE,))
                    assert speaker.peers()[1].stale == ()

    run(prove())


@pytest.mark.rfc("4724", "4.2")
@pytest.mark.parametrize(
    "capabilities",
    [
        (octets.graceful_restart((1, False), restarted=True),),
        (octets.graceful_restart(restarted=True),),
        (octets.graceful_restart((2, True), restarted=True),),
        (),
    ],
    ids=["F bit not set", "no family", "another family", "no capability"],
)
def test_without_preserved_forwarding_state_stale_routes_go_when_the_session_is_back(
    capabilities: tuple[bytes, ...],
) -> None:
    """F bit not set, family not included or capability absent: all stale routes MUST be removed immediately."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await lost_session(speaker)
            async with await scripted(speaker, *capabilities):
                assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("4724", "4.2")
def test_a_second_restart_removes_what_was_stale_before() -> None:
    """To deal with consecutive restarts, a route previously marked as stale MUST be deleted."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await lost_session(speaker)
            peer = await scripted(speaker, RETURNED)
            await peer.send(octets.update(BLOCK, KEPT))
            await eventually(lambda: stale(speaker) == {GONE}, "one announced again")
            await crash(speaker, peer)
            await holds(speaker, {KEPT})
            assert stale(speaker) == {KEPT}

    run(prove())


@pytest.mark.rfc("4724", "4.2")
def test_a_returned_peer_is_sent_routes_without_waiting_for_its_end_of_rib() -> None:
    """With the Restart State bit set, the receiving speaker MUST NOT wait for End-of-RIB before advertising."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await lost_session(speaker)
            await speaker.announce("10.1.0.0/16")
            async with await scripted(speaker, RETURNED) as peer:
                assert set(await peer.routes()) == {"10.1.0.0/16"}

    run(prove())


@pytest.mark.rfc("4724", "4.2")
def test_a_family_that_the_peer_did_not_list_is_dropped_at_once() -> None:
    """Only routes of families in the peer's capability are retained."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(families=speaker.families))
            peer = await scripted(speaker, *BOTH_FAMILIES, octets.graceful_restart((2, True)))
            await peer.send(octets.update(BLOCK, KEPT))
            await holds(speaker, {KEPT})
            await crash(speaker, peer)
            assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("4724", "4")
def test_a_notification_ends_it_all() -> None:
    """When the peer sends a NOTIFICATION, its routes are dropped as RFC 4271 says."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted())
            async with await scripted(speaker, GRACEFUL) as peer:
                await peer.send(octets.update(BLOCK, KEPT))
                await holds(speaker, {KEPT})
                await peer.send(octets.message(octets.NOTIFICATION, b"\x06\x04"))
                await eventually(lambda: state(speaker, THEIRS) is not State.ESTABLISHED, "the session lost")
                assert prefixes(speaker) == set()
                assert speaker.peers()[0].stale == ()

    run(prove())


@pytest.mark.rfc("4724", "4")
def test_the_expiry_of_the_hold_timer_drops_the_routes() -> None:
    """The NOTIFICATION that we send then ends the session as RFC 4271 says; only the N bit would change that."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted())
            async with await scripted(speaker, GRACEFUL) as peer:
                await peer.send(octets.update(BLOCK, KEPT))
                await holds(speaker, {KEPT})
                await asyncio.sleep(91)
                await settled()
                assert prefixes(speaker) == set()

    run(prove())


def test_without_graceful_restart_on_our_side_nothing_is_retained() -> None:
    """The peer offers it, but we are told not to take part."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(graceful_restart=False))
            peer = await scripted(speaker, GRACEFUL)
            await peer.send(octets.update(BLOCK, KEPT))
            await holds(speaker, {KEPT})
            await crash(speaker, peer)
            assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("4724", "4.2")
def test_a_returned_peer_that_never_ends_its_rib_does_not_keep_stale_routes_for_ever() -> None:
    """An upper bound on the retention of stale routes, apart from the restart time."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await lost_session(speaker)
            async with await scripted(speaker, RETURNED) as peer:
                for _ in range(int(STALE_SECONDS // 30) - 1):
                    await asyncio.sleep(30)
                    await peer.send(octets.message(octets.KEEPALIVE))
                assert prefixes(speaker) == {KEPT, GONE}
                await asyncio.sleep(31)
                await holds(speaker, set())
                assert state(speaker, THEIRS) is State.ESTABLISHED

    run(prove())


@pytest.mark.rfc("4724", "5")
def test_a_peer_that_connects_again_before_we_noticed_its_end_keeps_its_routes() -> None:
    """The new connection replaces the old one without a NOTIFICATION, and the routes stay until End-of-RIB."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted())
            async with await scripted(speaker, GRACEFUL) as silent:
                await silent.routes()
                await silent.send(octets.update(BLOCK, KEPT, GONE))
                await holds(speaker, {KEPT, GONE})
                async with await scripted(speaker, RETURNED) as peer:
                    await silent.expect_end()
                    assert stale(speaker) == {KEPT, GONE}
                    await peer.send(octets.update(BLOCK, KEPT), octets.end_of_rib())
                    await holds(speaker, {KEPT})
                    assert speaker.peers()[0].established_count == 2

    run(prove())
