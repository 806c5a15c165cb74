"""A peer that sends more than it may: told, sent away for a time, or until an operator lets it come back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, ChangePlan, PeerConfig, Speaker, State
from bgpkit.speaker.events import Limit, LimitReached
from bgpkit.speaker.inbound_limit import InboundLimit, limit_notification
from bgpkit.speaker.prefix_limit import PrefixLimit, PrefixLimitAction
from bgpkit_fsm import Notification
from bgpkit_rib import Source, SourceKind, Table, make_path
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import THEIRS, THIRD, holds, scripted, settled, speaker_at, state, towards_scripted

BLOCK = octets.attributes()
EXCEEDED = bytes.fromhex("0601 0001 01 00000004")
"""Cease / Maximum Number of Prefixes Reached, AFI, SAFI, the bound. RFC 4486, section 4."""


async def joined(speaker: Speaker, *, capabilities: tuple[bytes, ...] = (), **options: Any) -> ScriptedPeer:
    """Return a peer whose session is up, and that has heard our End-of-RIB."""
    peer = await scripted(speaker, *capabilities, **options)
    await peer.routes()
    return peer


def texts(count: int) -> list[str]:
    """Return that many prefixes."""
    return [f"10.{number}.0.0/16" for number in range(count)]


def limited(action: PrefixLimitAction, address: str = THEIRS, **fields: Any) -> PeerConfig:
    """Return a peer that may send four routes of a family."""
    limit = PrefixLimit(maximum=4, action=action, **fields)
    return towards_scripted(address, max_prefixes_in=limit)


async def closed(speaker: Speaker, peer: ScriptedPeer) -> None:
    """See that the peer is sent away, and its routes are gone."""
    assert await peer.expect(octets.NOTIFICATION) == EXCEEDED
    await peer.expect_end()
    await eventually(lambda: state(speaker, THEIRS) is State.IDLE, "Idle")
    await holds(speaker, set(), peer=THEIRS)


@pytest.mark.rfc("4271", "6.7")
@pytest.mark.rfc("4486", "4")
async def test_a_peer_that_is_shut_down_stays_so_until_it_is_reset() -> None:
    """It is told family and bound, all its routes go, and its connections are refused."""
    async with speaker_at() as speaker:
        await speaker.add_peer(limited(PrefixLimitAction.SHUTDOWN))
        await speaker.add_peer(towards_scripted(THIRD))
        async with await joined(speaker) as peer:
            await peer.send(octets.update(BLOCK, *texts(4)))
            await holds(speaker, texts(4))
            await peer.send(octets.update(BLOCK, *texts(5)))
            await closed(speaker, peer)
        async with await ScriptedPeer.dial(*speaker.addresses[0], local=THEIRS) as peer:
            await peer.expect_end()
        assert "Maximum Number of Prefixes Reached" in speaker.peers()[0].last_error
        await speaker.update_peer(replace(speaker.peer_config(THEIRS), description="not what keeps it away"))
        assert state(speaker, THEIRS) is State.IDLE
        await speaker.reset_peer(THEIRS)
        async with await joined(speaker) as peer:
            await peer.send(octets.update(BLOCK, *texts(4)))
            await holds(speaker, texts(4))


async def test_a_higher_bound_lets_it_come_back() -> None:
    """A change of the bound needs no reset."""
    async with speaker_at() as speaker:
        config = limited(PrefixLimitAction.SHUTDOWN)
        await speaker.add_peer(config)
        async with await joined(speaker) as peer:
            await peer.send(octets.update(BLOCK, *texts(5)))
            await closed(speaker, peer)
        higher = replace(config, max_prefixes_in=PrefixLimit(maximum=5))
        assert await speaker.update_peer(higher) is ChangePlan.NONE
        async with await joined(speaker) as peer:
            await peer.send(octets.update(BLOCK, *texts(5)))
            await holds(speaker, texts(5))


async def test_a_peer_that_is_sent_away_for_a_time_comes_back_by_itself() -> None:
    """Nothing is to be done for that."""
    async with speaker_at() as speaker:
        await speaker.add_peer(limited(PrefixLimitAction.RESTART, restart_seconds=0.2))
        for _ in range(2):
            async with await joined(speaker) as peer:
                await peer.send(octets.update(BLOCK, *texts(6)))
                await closed(speaker, peer)
        async with await joined(speaker) as peer:
            await peer.send(octets.update(BLOCK, *texts(1)))
            await holds(speaker, texts(1))


async def test_a_bound_that_is_taken_away_while_the_session_is_up_bounds_nothing() -> None:
    """Nor does the former one."""
    async with speaker_at() as speaker:
        await speaker.add_peer(limited(PrefixLimitAction.SHUTDOWN))
        async with await joined(speaker) as peer:
            await peer.send(octets.update(BLOCK, *texts(4)))
            await holds(speaker, texts(4))
            await speaker.update_peer(towards_scripted(THEIRS))
            await peer.send(octets.update(BLOCK, *texts(9)))
            await holds(speaker, texts(9))
            assert state(speaker, THEIRS) is State.ESTABLISHED


async def test_what_comes_near_and_beyond_is_told_once_a_session() -> None:
    """As a line in the log and as an event; with WARN all routes are taken."""
    with capture_logs() as logs:
        async with speaker_at() as speaker:
            await speaker.add_peer(limited(PrefixLimitAction.WARN))
            events = speaker.events()
            for _ in range(2):
                async with await joined(speaker) as peer:
                    for count in range(1, 8):
                        await peer.send(octets.update(BLOCK, *texts(count)))
                    await holds(speaker, texts(7))
                await eventually(lambda: state(speaker, THEIRS) is not State.ESTABLISHED, "down")
    told = [(log["event"], log["count"], log["limit"]) for log in logs if log["event"].startswith("routes.limit_")]
    assert told == [("routes.limit_near", 3, 4), ("routes.limit_exceeded", 5, 4)] * 2
    reached = [event async for event in events if isinstance(event, LimitReached)]
    assert [(event.count, event.maximum, event.action) for event in reached] == [(3, 4, "warn"), (5, 4, "warn")] * 2
    assert {(event.peer, event.family, event.limit) for event in reached} == {(THEIRS, IPV4_UNICAST, Limit.PREFIXES_IN)}


async def test_routes_that_come_again_do_not_count_twice() -> None:
    """What is held counts, not what was sent; what is withdrawn counts no more."""
    async with speaker_at() as speaker:
        await speaker.add_peer(limited(PrefixLimitAction.SHUTDOWN))
        async with await joined(speaker) as peer:
            for med in range(5):
                await peer.send(octets.update(octets.attributes(med=med), *texts(4)))
            await peer.send(octets.withdraw(*texts(4)), octets.update(BLOCK, "192.0.2.0/24"))
            await holds(speaker, {"192.0.2.0/24"})
            assert state(speaker, THEIRS) is State.ESTABLISHED


@pytest.mark.rfc("8538", "5.1")
async def test_graceful_restart_keeps_nothing_of_a_peer_that_is_sent_away() -> None:
    """Though both sides keep routes through a NOTIFICATION: this one goes in a Hard Reset."""
    async with speaker_at() as speaker:
        await speaker.add_peer(replace(limited(PrefixLimitAction.SHUTDOWN), notification_support=True))
        keeps = bytes((64, 6)) + (0x4000 | 120).to_bytes(2, "big") + bytes.fromhex("00010180")
        async with await joined(speaker, capabilities=(keeps,)) as peer:
            await peer.send(octets.update(BLOCK, *texts(5)))
            assert await peer.expect(octets.NOTIFICATION) == bytes((6, 9)) + EXCEEDED
        await holds(speaker, set(), peer=THEIRS)
        assert speaker.peers()[0].stale == ()


async def test_what_a_policy_refuses_counts() -> None:
    """It is held, and takes memory."""
    async with speaker_at() as speaker:
        await speaker.add_peer(replace(limited(PrefixLimitAction.SHUTDOWN), asn=64600))
        async with await joined(speaker, asn=64600) as peer:
            await peer.send(octets.update(octets.attributes(64600), *texts(5)))
            assert await peer.expect(octets.NOTIFICATION) == EXCEEDED


async def test_a_peer_of_a_range_that_is_sent_away_does_not_come_back_as_another() -> None:
    """It stays known, and so refused, until its time is over; then it goes as every peer of a range does."""
    async with speaker_at() as speaker:
        await speaker.accept_peers(
            "127.0.0.0/24", lambda address: limited(PrefixLimitAction.RESTART, address, restart_seconds=0.5)
        )
        async with await joined(speaker) as peer:
            await peer.send(octets.update(BLOCK, *texts(5)))
            await closed(speaker, peer)
        await settled()
        assert [status.address for status in speaker.peers()] == [THEIRS]
        await eventually(lambda: not speaker.peers(), "gone")
        async with await joined(speaker):
            assert [status.established_count for status in speaker.peers()] == [1]


def watched(limit: PrefixLimit, counts: Sequence[int], family: Any = IPV4_UNICAST) -> list[tuple[int, str]]:
    """Return what is told, and at how many routes, when a source comes to hold ``counts`` one after the other."""
    source, table = Source("192.0.2.1", SourceKind.NON_CLIENT), Table(32)
    told: list[tuple[int, str]] = []
    closes: list[tuple[Notification, float | None]] = []
    limit_of = InboundLimit(
        limit,
        source,
        {family: table},
        log=structlog.get_logger(),
        tell=lambda event: told.append((event.count, event.action)),
        close=lambda notification, seconds: closes.append((notification, seconds)),
    )
    held = 0
    for count in counts:
        keys = [number.to_bytes(4, "big") for number in range(held, count)]
        table.announce(make_path(source, b""), keys)
        held = max(held, count)
        limit_of.look([family])
    assert len(closes) <= 1
    return told


@pytest.mark.parametrize(
    ("percent", "counts", "told"),
    [
        (75, [7, 8], [(8, "warn")]),
        (75, [10], [(10, "warn")]),
        (75, [11], [(11, "restart")]),
        (75, [8, 9, 10, 11, 12], [(8, "warn"), (11, "restart")]),
        (100, [9, 10, 11], [(10, "warn"), (11, "restart")]),
        (1, [1, 2, 11], [(1, "warn"), (11, "restart")]),
    ],
)
def test_the_share_at_which_is_warned_is_rounded_up(
    percent: int, counts: list[int], told: list[tuple[int, str]]
) -> None:
    """75 percent of 10 is 8 routes; the bound itself may be reached, one more is beyond it."""
    assert watched(PrefixLimit(maximum=10, warning_percent=percent), counts) == told


def test_each_family_has_its_own_bound() -> None:
    """The message names it."""
    limit = PrefixLimit(maximum=1, of_family=((IPV6_UNICAST, 3),))
    assert watched(limit, [3], IPV6_UNICAST) == [(3, "warn")]
    assert limit_notification(IPV6_UNICAST, 3).data == bytes.fromhex("0002 01 00000003")


async def test_the_speaker_stops_while_a_peer_is_away() -> None:
    """Nothing starts it again afterwards."""
    async with speaker_at() as speaker:
        await speaker.add_peer(limited(PrefixLimitAction.RESTART, restart_seconds=0.05))
        async with await joined(speaker) as peer:
            await peer.send(octets.update(BLOCK, *texts(5)))
            await closed(speaker, peer)
        await speaker.stop()
        await asyncio.sleep(0.1)
