"""RFC 4724, section 4.1: procedures for the Restarting Speaker, which is ours here."""

import asyncio
import struct

import pytest

from bgpkit import Speaker, State
from bgpkit.speaker.selection_deferral import LIVENESS_SECONDS
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    OURS,
    THEIRS,
    THIRD,
    established,
    scripted,
    settled,
    speaker_at,
    state,
    towards,
    towards_scripted,
)
from tests.support.virtual_time import run

GRACEFUL = octets.graceful_restart((1, True))
OWN = "10.1.0.0/16"


def announced_restart(peer: ScriptedPeer) -> tuple[bool, dict[int, bool]]:
    """Return the R bit of the OPEN that was heard, and the F bit of each family by its AFI. RFC 4724, section 3."""
    (value,) = octets.read_capabilities(peer.heard_open)[64]
    (flags,) = struct.unpack("!H", value[:2])
    families = [struct.unpack("!HBB", value[at : at + 4]) for at in range(2, len(value), 4)]
    return bool(flags & 0x8000), {afi: bool(family_flags & 0x80) for afi, _, family_flags in families}


async def heard_nothing(speaker: Speaker, *peers: ScriptedPeer) -> None:
    """See that no peer has been sent an UPDATE: the first that it hears is what it asks for after this."""
    await settled()
    for peer in peers:
        assert speaker.peers()
        buffered: bytearray = vars(peer.reader)["_buffer"]
        assert bytes(buffered).count(b"\xff" * 16 + b"\x00\x13\x04") * 19 == len(buffered), "only KEEPALIVEs came"


def converged(speaker: Speaker) -> asyncio.Task[None]:
    """Return what is done when the choice of routes is no longer held back."""
    return asyncio.ensure_future(speaker.wait_converged())


@pytest.mark.rfc("4724", "4.1")
def test_the_restart_state_bit_is_set_after_a_restart() -> None:
    """The restarting speaker MUST set the Restart State bit; and F tells that forwarding went on (section 3)."""

    async def prove() -> None:
        async with speaker_at(restarting=True) as speaker:
            await speaker.add_peer(towards_scripted())
            async with await scripted(speaker, GRACEFUL) as peer:
                assert announced_restart(peer) == (True, {1: True})

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_the_restart_state_bit_is_not_set_on_a_cold_start_nor_later() -> None:
    """A first start says neither R nor F; sessions after the restart is over say F but not R."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted())
            async with await scripted(speaker, GRACEFUL) as peer:
                assert announced_restart(peer) == (False, {1: False})
        async with speaker_at(restarting=True) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.wait_converged()
            async with await scripted(speaker, GRACEFUL) as peer:
                assert announced_restart(peer) == (False, {1: True})

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_advertisement_waits_for_the_end_of_rib_of_all_peers() -> None:
    """Nothing is advertised until the last peer has sent End-of-RIB; then the routes go out, and End-of-RIB."""

    async def prove() -> None:
        async with speaker_at(restarting=True) as speaker:
            for address in (THEIRS, THIRD):
                await speaker.add_peer(towards_scripted(address, route_reflector_client=True))
            await speaker.announce(OWN)
            over = converged(speaker)
            pair = await scripted(speaker, GRACEFUL), await scripted(speaker, GRACEFUL, address=THIRD)
            async with pair[0] as one, pair[1] as two:
                await one.send(octets.update(octets.attributes(), "10.2.0.0/16"), octets.end_of_rib())
                await two.send(octets.update(octets.attributes(), "10.3.0.0/16"))
                await heard_nothing(speaker, one, two)
                assert not over.done()
                await two.send(octets.end_of_rib())
                assert set(await one.routes()) == {OWN, "10.3.0.0/16"}
                assert set(await two.routes()) == {OWN, "10.2.0.0/16"}
                await over
                assert asyncio.get_running_loop().time() < LIVENESS_SECONDS

    run(prove())


@pytest.mark.rfc("4724", "4.1")
@pytest.mark.parametrize(
    "capabilities",
    [(), (octets.graceful_restart((1, True), restarted=True),)],
    ids=["no graceful restart", "restarting, too"],
)
def test_peers_that_cannot_help_are_not_waited_for(capabilities: tuple[bytes, ...]) -> None:
    """Excluded are peers without the capability and those that have the Restart State bit set."""

    async def prove() -> None:
        async with speaker_at(restarting=True) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.announce(OWN)
            async with await scripted(speaker, *capabilities) as peer:
                assert set(await peer.routes()) == {OWN}
                assert asyncio.get_running_loop().time() < LIVENESS_SECONDS

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_a_peer_that_preserves_nothing_itself_is_waited_for() -> None:
    """A capability without families still means End-of-RIB is to come (section 3), so it is awaited."""

    async def prove() -> None:
        async with speaker_at(restarting=True) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.announce(OWN)
            async with await scripted(speaker, octets.graceful_restart()) as peer:
                await heard_nothing(speaker, peer)
                await peer.send(octets.end_of_rib())
                assert set(await peer.routes()) == {OWN}

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_only_negotiated_families_are_waited_for() -> None:
    """A peer that speaks IPv4 only, though both are configured, owes no End-of-RIB for IPv6."""

    async def prove() -> None:
        async with speaker_at(restarting=True) as speaker:
            assert len(speaker.families) == 2
            await speaker.add_peer(towards_scripted(families=speaker.families))
            await speaker.announce(OWN)
            async with await scripted(speaker, octets.IPV4_CAPABILITY, GRACEFUL) as peer:
                await peer.send(octets.end_of_rib())
                assert set(await peer.routes()) == {OWN}
                assert asyncio.get_running_loop().time() < LIVENESS_SECONDS

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_the_wait_is_bounded() -> None:
    """Selection_Deferral_Timer: a peer that never sends End-of-RIB holds back the routes so long and no longer."""

    async def prove() -> None:
        async with speaker_at(restarting=True, selection_deferral_time=40) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.announce(OWN)
            async with await scripted(speaker, GRACEFUL) as peer:
                over = converged(speaker)
                await asyncio.sleep(39)
                assert not over.done()
                await heard_nothing(speaker, peer)
                assert set(await peer.routes()) == {OWN}
                assert over.done()
                assert 39 < asyncio.get_running_loop().time() < 41

    run(prove())


def test_a_peer_that_is_not_there_is_waited_for_ten_seconds() -> None:
    """A peer that has not opened its session by then counts as not alive."""

    async def prove() -> None:
        async with speaker_at(restarting=True) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.add_peer(towards_scripted(THIRD))
            await speaker.announce(OWN)
            async with await scripted(speaker, GRACEFUL) as peer:
                await peer.send(octets.end_of_rib())
                await heard_nothing(speaker, peer)
                assert set(await peer.routes()) == {OWN}
                assert LIVENESS_SECONDS <= asyncio.get_running_loop().time() < LIVENESS_SECONDS + 1

    run(prove())


def test_a_removed_peer_is_not_waited_for() -> None:
    """The last peer that was awaited is removed from the configuration: the wait is over."""

    async def prove() -> None:
        async with speaker_at(restarting=True) as speaker:
            await speaker.add_peer(towards_scripted())
            over = converged(speaker)
            await settled()
            assert not over.done()
            await speaker.remove_peer(THEIRS)
            await over
            assert asyncio.get_running_loop().time() < LIVENESS_SECONDS

    run(prove())


def test_a_session_lost_before_end_of_rib_is_waited_for_again() -> None:
    """A peer that fell over while it told its routes is awaited anew."""

    async def prove() -> None:
        async with speaker_at(restarting=True) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.announce(OWN)
            first = await scripted(speaker, GRACEFUL)
            first.reset()
            await settled()
            async with await scripted(speaker, GRACEFUL) as again:
                await heard_nothing(speaker, again)
                await again.send(octets.end_of_rib())
                assert set(await again.routes()) == {OWN}

    run(prove())


def test_a_cold_start_waits_for_nobody() -> None:
    """Without a restart the routes go out at once, although the peer has sent no End-of-RIB."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.announce(OWN)
            await speaker.wait_converged()
            async with await scripted(speaker, GRACEFUL) as peer:
                assert set(await peer.routes()) == {OWN}
                assert asyncio.get_running_loop().time() < 1

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_end_of_rib_of_every_family_follows_the_initial_routes() -> None:
    """Once the initial update is complete, End-of-RIB MUST be sent; also where there is no route at all (section 2)."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(families=speaker.families))
            await speaker.announce(OWN)
            capabilities = (octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY, GRACEFUL)
            async with await scripted(speaker, *capabilities) as peer:
                heard = [await peer.update() for _ in range(3)]
                ends = [each.values.get(15) for each in heard if each.is_end_of_rib]
                assert sorted(ends, key=bool) == [None, bytes.fromhex("000201")]
                (routes,) = (each for each in heard if not each.is_end_of_rib)
                ipv4_end = next(each for each in heard if each.is_end_of_rib and not each.values)
                assert heard.index(routes) < heard.index(ipv4_end)

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_own_routes_may_go_first_and_end_of_rib_waits_all_the_same() -> None:
    """Asked for: others' routes wait for the last peer, and each peer is told the end once, after them."""

    async def prove() -> None:
        async with speaker_at(restarting=True, own_routes_first=True) as speaker:
            for address in (THEIRS, THIRD):
                await speaker.add_peer(towards_scripted(address, route_reflector_client=True))
            await speaker.announce(OWN)
            pair = await scripted(speaker, GRACEFUL), await scripted(speaker, GRACEFUL, address=THIRD)
            async with pair[0] as one, pair[1] as two:
                for peer in pair:
                    assert announced_restart(peer) == (True, {1: True})
                    assert (await peer.update()).announced == (OWN,)
                await one.send(octets.update(octets.attributes(), "10.2.0.0/16"), octets.end_of_rib())
                await heard_nothing(speaker, one, two)
                await speaker.announce("10.4.0.0/16")
                for peer in pair:
                    assert (await peer.update()).announced == ("10.4.0.0/16",)
                await two.send(octets.end_of_rib())
                assert await one.routes() == {}
                assert set(await two.routes()) == {"10.2.0.0/16"}
                await heard_nothing(speaker, one, two)

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_own_routes_first_is_nothing_for_a_speaker_that_does_not_restart() -> None:
    """It sends what it has and tells the end at once."""

    async def prove() -> None:
        async with speaker_at(own_routes_first=True) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.announce(OWN)
            async with await scripted(speaker, GRACEFUL) as peer:
                assert set(await peer.routes()) == {OWN}

    run(prove())


@pytest.mark.rfc("4724", "4.2")
def test_own_routes_that_go_first_outlast_a_second_crash() -> None:
    """The peer drops what has been stale twice over; what it has heard again in between it keeps."""

    async def prove() -> None:
        async with speaker_at(THEIRS) as helper:
            await helper.add_peer(towards_scripted(OURS))
            async with speaker_at() as first:
                await crash_of(first, helper)
            async with speaker_at(restarting=True, own_routes_first=True) as second:
                await second.add_peer(towards_scripted(THIRD))  # it never comes: the restart is not over
                await crash_of(second, helper)
                assert {str(route.prefix) for route in helper.routes()} == {OWN}

    run(prove())


async def crash_of(speaker: Speaker, helper: Speaker) -> None:
    """Let a speaker announce its route to a helper, then go without a word."""
    await speaker.announce(OWN)
    await speaker.add_peer(towards(helper, speaker))
    await established(helper, OURS)
    fresh = [OWN]
    await eventually(lambda: [str(each.prefix) for each in helper.routes() if not each.path.stale] == fresh, "heard")
    await speaker.stop(graceful=True)
    await eventually(lambda: state(helper, OURS) is not State.ESTABLISHED, "the session lost")
