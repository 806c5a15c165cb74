"""RFC 9384: the NOTIFICATION that says that BFD is down (section 3), and what else tells it (section 4)."""

import pytest

from bgpkit.speaker import BfdMode, PeerDown
from tests.support import octets
from tests.support.bfd_sessions import watched
from tests.support.liveness import DOWN
from tests.support.scripted_peer import eventually
from tests.support.speakers import THEIRS, holds

GRACEFUL = octets.graceful_restart((1, True))
N_BIT = octets.graceful_restart((1, True), notification=True)


@pytest.mark.rfc("9384", "3")
@pytest.mark.parametrize("mode", [BfdMode.PLAIN, BfdMode.STRICT])
async def test_a_session_whose_path_has_failed_ends_with_cease_10(mode: BfdMode) -> None:
    """Cease / BFD Down, and the routes go, also those of a peer that could restart."""
    async with watched(mode, GRACEFUL) as (speaker, peer, detector):
        detector.last.say(DOWN)
        assert await peer.expect_notification() == (6, 10)
        await holds(speaker, [])


@pytest.mark.rfc("9384", "4")
async def test_the_reason_is_part_of_the_operational_state() -> None:
    """Whether or not the NOTIFICATION got through: in the status, the events and the explanation."""
    async with watched(BfdMode.STRICT) as (speaker, peer, detector):
        events = speaker.events()
        detector.last.say(DOWN, "Control Detection Time Expired")
        down = await anext(events)
        assert isinstance(down, PeerDown)
        assert down.end.sent is not None
        assert (down.end.sent.code, down.end.sent.subcode) == (6, 10)
        reason = "the path has failed: BFD, Control Detection Time Expired"
        assert speaker.peers()[0].last_error == f"{reason}: Cease / BFD Down"
        assert reason in speaker.explain_peer(THEIRS).sentence
        await peer.expect_notification()


@pytest.mark.rfc("9384", "4")
async def test_where_notifications_keep_routes_it_goes_in_a_hard_reset() -> None:
    """RFC 8538, section 3: the peer shall not wait for our return over a path that fails."""
    async with watched(BfdMode.PLAIN, N_BIT, notification_support=True) as (speaker, peer, detector):
        detector.last.say(DOWN)
        body = await peer.expect(octets.NOTIFICATION)
        assert body == bytes((6, 9, 6, 10))
        await eventually(lambda: speaker.size(speaker.families[0]) == 0, "the routes gone")
