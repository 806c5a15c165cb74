"""What embedders can say and ask about restarts, told by scripted peers."""

import asyncio

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, SpeakerClosedError
from bgpkit.speaker import AwaitedPeer
from bgpkit_fsm import IPV4_MULTICAST
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import THEIRS, THIRD, scripted, settled, speaker_at, towards_scripted
from tests.support.virtual_time import run

GRACEFUL = octets.graceful_restart((1, True))
ONE, TWO, THREE = "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"


async def heard_nothing(peer: ScriptedPeer) -> None:
    """See that nothing has come but KEEPALIVEs."""
    await settled()
    buffered: bytearray = vars(peer.reader)["_buffer"]
    assert bytes(buffered).count(b"\xff" * 16 + b"\x00\x13\x04") * 19 == len(buffered)


@pytest.mark.rfc("4724", "2")
def test_end_of_rib_waits_for_the_embedder_from_the_start() -> None:
    """What is announced one by one after the start comes before it; a second release does nothing."""

    async def prove() -> None:
        async with speaker_at(hold_end_of_rib=True) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.announce(ONE)
            async with await scripted(speaker, GRACEFUL) as peer:
                assert (await peer.update()).announced == (ONE,)
                await heard_nothing(peer)
                await speaker.announce(TWO)
                assert (await peer.update()).announced == (TWO,)
                await speaker.announce(THREE)
                speaker.release_end_of_rib()
                speaker.release_end_of_rib()
                assert set(await peer.routes()) == {THREE}
                await heard_nothing(peer)

    run(prove())


@pytest.mark.rfc("4724", "2")
def test_several_can_hold_end_of_rib() -> None:
    """The last one to end lets it go; a peer whose session was up has heard it before."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            for address in (THEIRS, THIRD):
                await speaker.add_peer(towards_scripted(address))
            async with await scripted(speaker, GRACEFUL, address=THIRD) as early:
                assert await early.routes() == {}
                async with speaker.hold_end_of_rib():
                    async with speaker.hold_end_of_rib():
                        peer = await scripted(speaker, GRACEFUL)
                    await heard_nothing(peer)
                async with peer:
                    assert await peer.routes() == {}
                    await heard_nothing(early)

    run(prove())


def test_a_session_that_ends_meanwhile_is_owed_nothing() -> None:
    """Its next one is told at its time."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted())
            async with speaker.hold_end_of_rib():
                async with await scripted(speaker, GRACEFUL):
                    await settled()
                peer = await scripted(speaker, GRACEFUL)
                await settled()
            async with peer:
                assert await peer.routes() == {}
                await heard_nothing(peer)

    run(prove())


@pytest.mark.rfc("4724", "2")
def test_what_waits_for_its_interval_comes_before_end_of_rib() -> None:
    """A peer with an advertisement interval gets a change only after it."""

    async def prove() -> None:
        async with speaker_at(hold_end_of_rib=True) as speaker:
            await speaker.add_peer(towards_scripted(advertisement_interval=5.0))
            await speaker.announce(ONE)
            async with await scripted(speaker, GRACEFUL) as peer:
                assert (await peer.update()).announced == (ONE,)
                await speaker.announce(TWO)
                assert (await peer.update()).announced == (TWO,)
                await speaker.withdraw(TWO)
                speaker.release_end_of_rib()
                assert (await peer.update()).withdrawn == (TWO,)
                assert await peer.routes() == {}

    run(prove())


@pytest.mark.rfc("4724", "4.1")
def test_who_is_waited_for_after_a_restart_can_be_asked() -> None:
    """Peers without a session, peers with families left, and then nobody."""

    async def prove() -> None:
        async with speaker_at(restarting=True, selection_deferral_time=40) as speaker:
            for address in (THEIRS, THIRD):
                await speaker.add_peer(towards_scripted(address))
            async with await scripted(speaker, GRACEFUL) as peer:
                deferral = speaker.deferral
                assert (deferral.active, round(deferral.seconds_left)) == (True, 40)
                assert deferral.awaited == (
                    AwaitedPeer(address=THEIRS, families=(IPV4_UNICAST,)),
                    AwaitedPeer(address=THIRD, families=()),
                )
                await peer.send(octets.end_of_rib())
                await asyncio.sleep(1)
                assert [each.address for each in speaker.deferral.awaited] == [THIRD]
                await speaker.wait_converged()
                assert (speaker.deferral.active, speaker.deferral.seconds_left) == (False, 0)
                assert speaker.deferral.awaited == ()

    run(prove())


@pytest.mark.rfc("4724", "2")
def test_the_last_peers_end_of_rib_completes_a_family() -> None:
    """After a cold start, too; a family without a table is complete, one without a peer never."""

    async def prove() -> None:
        async with speaker_at(families=(IPV4_UNICAST, IPV6_UNICAST)) as speaker:
            for address in (THEIRS, THIRD):
                await speaker.add_peer(towards_scripted(address, families=(IPV4_UNICAST,)))
            await speaker.wait_complete(IPV4_MULTICAST)
            six = asyncio.create_task(speaker.wait_complete(IPV6_UNICAST))
            complete = asyncio.create_task(speaker.wait_complete(IPV4_UNICAST))
            async with (
                await scripted(speaker, GRACEFUL) as peer,
                await scripted(speaker, GRACEFUL, address=THIRD) as it,
            ):
                await peer.send(octets.end_of_rib())
                await asyncio.sleep(11)
                assert not complete.done()
                await it.send(octets.end_of_rib())
                await asyncio.sleep(1)
                assert complete.done()
                await speaker.wait_complete(IPV4_UNICAST)
                assert not six.done()
        with pytest.raises(SpeakerClosedError):
            await six

    run(prove())


def test_a_new_session_has_told_nothing_yet() -> None:
    """What was told in the one before was told then."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted())
            async with await scripted(speaker, GRACEFUL) as peer:
                await peer.send(octets.end_of_rib())
                await speaker.wait_complete(IPV4_UNICAST)
            async with await scripted(speaker, GRACEFUL) as peer:
                await settled()
                complete = asyncio.create_task(speaker.wait_complete(IPV4_UNICAST))
                await asyncio.sleep(11)
                assert not complete.done()
                await peer.send(octets.end_of_rib())
                await complete

    run(prove())


def test_a_peer_without_graceful_restart_completes_by_silence() -> None:
    """On either side: who has not said that it can be waited for is sent no End-of-RIB."""

    async def prove() -> None:
        for ours, capabilities in ((True, ()), (False, (GRACEFUL,))):
            async with speaker_at() as speaker:
                await speaker.add_peer(towards_scripted(graceful_restart=ours))
                async with await scripted(speaker, *capabilities) as peer:
                    await peer.send(octets.update(octets.attributes(64700), ONE))
                    began = asyncio.get_running_loop().time()
                    await speaker.wait_complete(IPV4_UNICAST)
                    assert 9 < asyncio.get_running_loop().time() - began < 12

    run(prove())


def test_who_may_come_from_a_range_is_waited_for() -> None:
    """However many have told all: nobody knows who is still to come."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.accept_peers("127.0.0.0/29", towards_scripted)
            async with await scripted(speaker, GRACEFUL) as peer:
                await peer.send(octets.end_of_rib())
                complete = asyncio.create_task(speaker.wait_complete(IPV4_UNICAST))
                await asyncio.sleep(11)
                assert not complete.done()
        with pytest.raises(SpeakerClosedError):
            await complete

    run(prove())


async def test_a_speaker_that_does_not_run_says_so() -> None:
    """As in every other call."""
    async with speaker_at() as speaker:
        assert not speaker.deferral.active
    with pytest.raises(SpeakerClosedError):
        await speaker.wait_complete(IPV4_UNICAST)
    with pytest.raises(SpeakerClosedError):
        speaker.release_end_of_rib()
    with pytest.raises(SpeakerClosedError):
        await speaker.refresh_peer(THEIRS)
    with pytest.raises(SpeakerClosedError):
        async with speaker.hold_end_of_rib():
            pass
