"""What happens when there are more routes for a peer than it is to be sent."""

from dataclasses import replace

import structlog
from structlog.testing import capture_logs

from bgpkit import ChangePlan, MaxPrefixesAction, State
from bgpkit.speaker.outbound_limit import reopens, route_limit
from bgpkit_fsm import IPV4_UNICAST, CeaseSubcode, ErrorCode
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import THEIRS, scripted, settled, speaker_at, state, towards_scripted

CLOSE = MaxPrefixesAction.CLOSE
PREFIXES = [f"10.{number}.0.0/16" for number in range(4)]


async def test_a_session_is_closed_before_a_partial_table_is_sent() -> None:
    """Cease / Administrative Shutdown with the reason in words, and no UPDATE before it. RFC 4486; RFC 9003."""
    async with speaker_at() as speaker:
        await speaker.announce(*PREFIXES)
        config = towards_scripted(max_prefixes_out=3, max_prefixes_out_action=CLOSE)
        await speaker.add_peer(config)
        async with await scripted(speaker) as peer:
            body = await peer.expect(octets.NOTIFICATION)
            assert body[:2] == bytes((ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_SHUTDOWN))
            assert body[3:].decode() == "4 routes of ipv4-unicast to send, limit 3"
        await eventually(lambda: state(speaker, THEIRS) is State.IDLE, "Idle")
        await settled()
        assert state(speaker, THEIRS) is State.IDLE, "it does not try again by itself"
        assert "4 routes of ipv4-unicast to send, limit 3" in speaker.peers()[0].last_error
        assert await speaker.update_peer(replace(config, max_prefixes_out=4)) is ChangePlan.SOFT
        async with await scripted(speaker) as peer:
            assert set(await peer.routes()) == set(PREFIXES)


async def test_a_session_is_closed_before_the_first_route_beyond_is_sent() -> None:
    """Up to the bound all is sent."""
    async with speaker_at() as speaker:
        await speaker.announce(*PREFIXES[:2])
        await speaker.add_peer(towards_scripted(max_prefixes_out=2, max_prefixes_out_action=CLOSE))
        async with await scripted(speaker) as peer:
            assert set(await peer.routes()) == set(PREFIXES[:2])
            await speaker.announce(PREFIXES[2])
            await peer.expect(octets.NOTIFICATION)


async def test_a_bound_that_warns_is_told_once() -> None:
    """Everything is sent all the same."""
    with capture_logs() as logs:
        async with speaker_at() as speaker:
            await speaker.announce(*PREFIXES[:3])
            await speaker.add_peer(towards_scripted(max_prefixes_out=2))
            async with await scripted(speaker) as peer:
                assert set(await peer.routes()) == set(PREFIXES[:3])
                await speaker.announce(PREFIXES[3])
                await peer.expect(octets.UPDATE)
    told = [log for log in logs if log["event"] == "routes.limit_exceeded"]
    assert [(log["count"], log["limit"], log["closes"], log["family"]) for log in told] == [
        (3, 2, False, "ipv4-unicast")
    ]


def test_without_a_bound_there_is_nothing_to_count() -> None:
    """None, so that nothing is counted at all; and only what can open a session again does so."""
    config = towards_scripted()
    assert route_limit(config, IPV4_UNICAST, structlog.get_logger(), close=print, tell=print) is None
    assert not reopens(config, replace(config, description="other", weight=5))
    assert reopens(config, replace(config, max_prefixes_out=5))
    assert reopens(config, replace(config, passive=False))
