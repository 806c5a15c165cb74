"""RFC 5882: what BFD means to BGP (sections 3.2, 4.1 to 4.3)."""

import pytest

from bgpkit import IPV4_UNICAST, Speaker, State
from bgpkit.speaker import BfdMode, BfdOptions, LivenessState
from tests.support import octets
from tests.support.bfd_sessions import ROUTE, watched
from tests.support.liveness import DISABLED, DOWN, UNKNOWN, UP, ScriptedDetector
from tests.support.scripted_peer import eventually
from tests.support.speakers import THEIRS, holds, prefixes, scripted, settled, speaker_at, state, towards_scripted

GRACEFUL = octets.graceful_restart((1, True))
MODES = pytest.mark.parametrize("mode", BfdMode, ids=lambda mode: mode.value)


def stale(speaker: Speaker) -> bool:
    """Tell whether routes of the peer are kept while it is away."""
    return bool(speaker.peers()[0].stale)


@MODES
@pytest.mark.rfc("5882", "3.2")
async def test_bfd_that_is_turned_off_takes_no_session_with_it(mode: BfdMode) -> None:
    """AdminDown at either end is no failure of the path, nor is what follows it until BFD is Up again."""
    async with watched(mode) as (speaker, _, detector):
        for said in (DISABLED, DOWN, UP, UNKNOWN, DOWN):
            detector.last.say(said)
            await settled()
        assert state(speaker, THEIRS) is State.ESTABLISHED
        assert prefixes(speaker) == {ROUTE}


@pytest.mark.rfc("5882", "4.1")
async def test_a_strict_peer_is_held_back_while_bfd_is_down() -> None:
    """It is not let in; with BFD Up it is."""
    detector = ScriptedDetector(DOWN)
    async with speaker_at(liveness=detector) as speaker:
        await speaker.add_peer(towards_scripted(bfd=BfdOptions(mode=BfdMode.STRICT)))
        assert state(speaker, THEIRS) is State.IDLE
        assert "it waits until the path is up; BFD has not come up yet" in speaker.explain_peer(THEIRS).sentence
        detector.last.say(UP)
        async with await scripted(speaker):
            assert state(speaker, THEIRS) is State.ESTABLISHED


@pytest.mark.rfc("5882", "4.1")
@pytest.mark.parametrize(
    ("mode", "liveness"),
    [(BfdMode.PLAIN, DOWN), (BfdMode.GRACEFUL, UNKNOWN), (BfdMode.STRICT, DISABLED)],
    ids=["plain", "graceful", "turned off"],
)
async def test_nobody_else_is_held_back(mode: BfdMode, liveness: LivenessState) -> None:
    """Who may not do BFD at all is not; neither is a strict peer whose BFD is AdminDown at one end."""
    async with speaker_at(liveness=ScriptedDetector(liveness)) as speaker:
        await speaker.add_peer(towards_scripted(bfd=BfdOptions(mode=mode)))
        async with await scripted(speaker):
            assert state(speaker, THEIRS) is State.ESTABLISHED


@pytest.mark.rfc("5882", "4.2")
async def test_a_failure_ends_the_session_at_once() -> None:
    """Long before the hold timer; when the path is up again the session may come back."""
    async with watched(BfdMode.STRICT) as (speaker, peer, detector):
        detector.last.say(DOWN)
        assert state(speaker, THEIRS) is State.IDLE
        assert await peer.expect_notification() == (6, 10)
        await holds(speaker, [])
        detector.last.say(UP)
        async with await scripted(speaker):
            assert state(speaker, THEIRS) is State.ESTABLISHED


@MODES
@pytest.mark.rfc("5882", "4.3.1")
async def test_a_restart_is_aborted_where_bfd_outlives_both_control_planes(mode: BfdMode) -> None:
    """The C bit both ways: then the path itself has failed, and stale routes lead nowhere."""
    async with watched(mode, GRACEFUL) as (speaker, peer, detector):
        peer.reset()
        await eventually(lambda: stale(speaker), "the routes kept")
        detector.last.say(DOWN, independent=True)
        await holds(speaker, [])
        assert not stale(speaker)


@MODES
@pytest.mark.rfc("5882", "4.3.2")
async def test_a_restart_goes_on_where_bfd_dies_with_a_control_plane(mode: BfdMode) -> None:
    """BFD fails with the restart, mostly: that says nothing of the path."""
    async with watched(mode, GRACEFUL) as (speaker, peer, detector):
        peer.reset()
        await eventually(lambda: stale(speaker), "the routes kept")
        detector.last.say(DOWN)
        await settled()
        assert (prefixes(speaker), stale(speaker)) == ({ROUTE}, True)


@pytest.mark.rfc("5882", "4.3.2")
async def test_a_graceful_session_is_lost_as_tcp_is() -> None:
    """BFD fails before TCP does: no word, and the routes of a peer that can restart are kept until it is back."""
    async with watched(BfdMode.GRACEFUL, GRACEFUL) as (speaker, peer, detector):
        detector.last.say(DOWN)
        await peer.expect_end()
        assert (prefixes(speaker), stale(speaker)) == ({ROUTE}, True)
        restarted = octets.graceful_restart((1, True), restarted=True)
        detector.last.say(UP)
        async with await scripted(speaker, restarted) as back:
            await back.send(octets.end_of_rib())
            await holds(speaker, [])


@pytest.mark.rfc("5882", "4.3.2")
async def test_a_graceful_session_with_a_peer_that_cannot_restart_leaves_nothing() -> None:
    """As the loss of TCP."""
    async with watched(BfdMode.GRACEFUL) as (speaker, peer, detector):
        detector.last.say(DOWN)
        await peer.expect_end()
        await holds(speaker, [])


@pytest.mark.rfc("5882", "4.3.1")
async def test_a_graceful_session_ends_where_the_path_itself_has_failed() -> None:
    """The C bit both ways: Cease, and no routes."""
    async with watched(BfdMode.GRACEFUL, GRACEFUL) as (speaker, peer, detector):
        detector.last.say(DOWN, independent=True)
        assert await peer.expect_notification() == (6, 10)
        await holds(speaker, [])
        assert speaker.size(IPV4_UNICAST) == 0
