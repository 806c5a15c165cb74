"""RFC 8538, sections 4 and 5: routes that are kept through NOTIFICATIONs, and ends that are for good."""

import asyncio

import pytest

from bgpkit import ConfigError, Speaker, State
from bgpkit.speaker.stale_routes import STALE_SECONDS
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import THEIRS, holds, prefixes, scripted, speaker_at, state, towards_scripted
from tests.support.virtual_time import run

N_BIT = octets.graceful_restart((1, True), notification=True)
PLAIN = octets.graceful_restart((1, True))
CEASE, HARD_RESET = b"\x06\x04", b"\x06\x09\x06\x04"
KEPT, GONE = "10.2.0.0/16", "10.3.0.0/16"
BLOCK = octets.attributes()


async def joined(speaker: Speaker, capability: bytes = N_BIT, *, ours: bool = True) -> ScriptedPeer:
    """Return a peer that has announced two routes, and End-of-RIB."""
    if not speaker.peers():
        await speaker.add_peer(towards_scripted(notification_support=ours))
    peer = await scripted(speaker, capability)
    await peer.send(octets.update(BLOCK, KEPT, GONE), octets.end_of_rib())
    await holds(speaker, {KEPT, GONE})
    assert await peer.routes() == {}
    return peer


def stale(speaker: Speaker) -> set[str]:
    """Return the prefixes whose best route is stale."""
    return {str(route.prefix) for route in speaker.routes() if route.path.stale}


async def lost(speaker: Speaker) -> None:
    """Wait until the session is gone."""
    await eventually(lambda: state(speaker, THEIRS) is not State.ESTABLISHED, "the session lost")


@pytest.mark.rfc("8538", "4")
@pytest.mark.parametrize("ours", [True, False])
def test_the_n_bit_is_announced_where_it_is_configured(ours: bool) -> None:
    """It is off by default, and does not stand in the way of the R bit."""

    async def prove() -> None:
        async with speaker_at() as speaker, await joined(speaker, ours=ours) as peer:
            (value,) = octets.read_capabilities(peer.heard_open)[64]
            assert value[0] & 0xC0 == (0x40 if ours else 0)

    run(prove())


@pytest.mark.rfc("8538", "4")
def test_a_received_notification_keeps_routes() -> None:
    """Other than a Hard Reset, it MUST be followed by the rules for the Receiving Speaker; until the time is over."""

    async def prove() -> None:
        async with speaker_at() as speaker, await joined(speaker) as peer:
            await peer.send(octets.message(octets.NOTIFICATION, CEASE))
            await lost(speaker)
            assert prefixes(speaker) == {KEPT, GONE}
            await asyncio.sleep(121)
            assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("8538", "4")
def test_whoever_sends_a_notification_keeps_routes_too() -> None:
    """The speaker generating it MUST follow the same rules: here for a message that is none."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            async with await joined(speaker) as peer:
                await peer.send(octets.message(9))
                assert await peer.expect_notification() == (1, 3)
                await lost(speaker)
                assert prefixes(speaker) == {KEPT, GONE}
            async with await scripted(speaker, N_BIT) as again:
                await again.send(octets.update(BLOCK, KEPT), octets.end_of_rib())
                await holds(speaker, {KEPT})

    run(prove())


@pytest.mark.rfc("8538", "4")
def test_routes_are_kept_when_the_hold_time_expires() -> None:
    """The NOTIFICATION goes out as ever, and afterwards the rules for the Receiving Speaker MUST be followed."""

    async def prove() -> None:
        async with speaker_at() as speaker, await joined(speaker) as peer:
            while (heard := await peer.receive())[0] != octets.NOTIFICATION:
                pass
            assert heard[1] == b"\x04\x00"
            await lost(speaker)
            assert prefixes(speaker) == {KEPT, GONE}

    run(prove())


@pytest.mark.rfc("8538", "4")
@pytest.mark.parametrize(("theirs", "ours"), [(PLAIN, True), (N_BIT, False), (PLAIN, False)])
def test_without_the_bit_on_both_sides_a_notification_ends_it_all(theirs: bytes, ours: bool) -> None:
    """Only with a peer that has set it, too, is RFC 4724 changed."""

    async def prove() -> None:
        async with speaker_at() as speaker, await joined(speaker, theirs, ours=ours) as peer:
            await peer.send(octets.message(octets.NOTIFICATION, CEASE))
            await lost(speaker)
            assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("8538", "3.2")
def test_a_hard_reset_ends_it_all() -> None:
    """Whenever one is received, the session MUST be terminated following the standard procedures."""

    async def prove() -> None:
        async with speaker_at() as speaker, await joined(speaker) as peer:
            await peer.send(octets.message(octets.NOTIFICATION, HARD_RESET))
            await lost(speaker)
            assert (prefixes(speaker), speaker.peers()[0].stale) == (set(), ())

    run(prove())


@pytest.mark.rfc("8538", "4.1")
def test_what_was_stale_before_is_not_deleted_by_another_loss() -> None:
    """Until the stale timer expires, or a Hard Reset is performed, it MUST NOT be."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            first = await joined(speaker)
            first.reset()
            await lost(speaker)
            async with await scripted(speaker, N_BIT) as second:
                await second.send(octets.update(BLOCK, KEPT))
                await eventually(lambda: stale(speaker) == {GONE}, "one announced again")
                await second.send(octets.message(octets.NOTIFICATION, CEASE))
                await lost(speaker)
                assert prefixes(speaker) == stale(speaker) == {KEPT, GONE}
            async with await scripted(speaker, N_BIT) as third:
                await third.send(octets.message(octets.NOTIFICATION, HARD_RESET))
                await lost(speaker)
                assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("8538", "4.1")
def test_a_clear_n_bit_of_a_returned_peer_deletes_nothing() -> None:
    """In particular it does not trigger deletion of stale routes."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            (await joined(speaker)).reset()
            await lost(speaker)
            async with await scripted(speaker, PLAIN):
                assert prefixes(speaker) == {KEPT, GONE}

    run(prove())


@pytest.mark.rfc("8538", "4.1")
def test_the_stale_timer_ends_it() -> None:
    """A returned peer that does not end its table is not waited for for ever."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(notification_support=True, hold_time=0))
            (await joined(speaker)).reset()
            await lost(speaker)
            async with await scripted(speaker, N_BIT):
                await asyncio.sleep(STALE_SECONDS - 1)
                assert prefixes(speaker) == {KEPT, GONE}
                await asyncio.sleep(2)
                assert prefixes(speaker) == set()

    run(prove())


@pytest.mark.rfc("8538", "3.1")
@pytest.mark.rfc("8538", "5.1")
def test_a_shutdown_is_a_hard_reset_to_peers_with_the_n_bit() -> None:
    """With the operator's words inside (section 5.2); whoever has not set the bit is sent the bare one."""

    async def prove() -> None:
        words = b"\x06\x02\x03bye"
        for capability, expected in ((N_BIT, b"\x06\x09" + words), (PLAIN, words)):
            async with speaker_at() as speaker, await joined(speaker, capability) as peer:
                stop = asyncio.ensure_future(speaker.stop(cease="bye"))
                assert await peer.expect(octets.NOTIFICATION) == expected
                await peer.expect_end()
                await stop

    run(prove())


@pytest.mark.rfc("8538", "5.1")
def test_a_removed_peer_is_reset_hard() -> None:
    """Peer De-configured, inside a Hard Reset or not."""

    async def prove() -> None:
        for capability, expected in ((N_BIT, b"\x06\x09\x06\x03"), (PLAIN, b"\x06\x03")):
            async with speaker_at() as speaker, await joined(speaker, capability) as peer:
                await speaker.remove_peer(THEIRS)
                assert await peer.expect(octets.NOTIFICATION) == expected

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_a_graceful_stop_says_nothing() -> None:
    """The connection ends without a NOTIFICATION, so that peers keep our routes; there is nothing to say with it."""

    async def prove() -> None:
        for capability in (N_BIT, PLAIN):
            async with speaker_at() as speaker, await joined(speaker, capability) as peer:
                with pytest.raises(ConfigError, match="without a word"):
                    await speaker.stop(graceful=True, cease="bye")
                assert state(speaker, THEIRS) is State.ESTABLISHED
                stop = asyncio.ensure_future(speaker.stop(graceful=True))
                await peer.expect_end()
                await stop

    run(prove())
