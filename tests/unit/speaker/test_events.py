"""What a speaker tells of its peers, in order: seen by a subscriber while scripted peers come and go."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bgpkit import IPV4_UNICAST, ChangePlan, MaxPrefixesAction, SpeakerClosedError
from bgpkit.speaker import (
    EndCause,
    EndOfRibReceived,
    EndOfRibSent,
    Event,
    Limit,
    LimitReached,
    Missed,
    PeerAdded,
    PeerChanged,
    PeerDown,
    PeerRemoved,
    PeerUp,
    RefreshReceived,
)
from bgpkit.wire import from_plain, to_plain
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import ASN, THEIRS, THIRD, connect, scripted, settled, speaker_at, towards_scripted

GRACEFUL = octets.graceful_restart((1, False))


def kinds(events: list[Event]) -> list[type[Event]]:
    """Return the classes of events."""
    return [type(event) for event in events]


async def test_the_life_of_a_peer_is_told_in_order() -> None:
    """Added, up, End-of-RIB both ways, refresh, changed, down, removed; each with its facts and its JSON."""
    began = datetime.now(UTC)
    async with speaker_at() as speaker:
        events = speaker.events()
        await speaker.announce("10.1.0.0/16")
        config = towards_scripted()
        await speaker.add_peer(config)
        async with await scripted(speaker, GRACEFUL) as peer:
            await peer.routes()
            await peer.send(octets.end_of_rib(), octets.route_refresh())
            assert (await peer.update()).announced == ("10.1.0.0/16",)
            assert await speaker.update_peer(replace(config, weight=7)) is ChangePlan.SOFT
            await speaker.update_peer(replace(config, weight=7))
        await eventually(lambda: not speaker.peers()[0].families, "the session over")
        await speaker.remove_peer(THEIRS)
    told = [event async for event in events]
    assert kinds(told) == [
        PeerAdded,
        PeerUp,
        EndOfRibSent,
        EndOfRibReceived,
        RefreshReceived,
        PeerChanged,
        PeerDown,
        PeerRemoved,
    ]
    up, down = told[1], told[6]
    assert isinstance(up, PeerUp)
    assert isinstance(down, PeerDown)
    assert (up.terms.peer_asn, up.terms.families, up.terms.opened_by_us) == (ASN, (IPV4_UNICAST,), False)
    assert (up.terms.local_address, up.terms.remote_address) == ("127.0.0.1", THEIRS)
    assert (down.end.cause, down.kept) == (EndCause.TRANSPORT_CLOSED, (IPV4_UNICAST,))
    moments = [event.at for event in told if not isinstance(event, Missed)]
    assert moments == sorted(moments)
    assert moments[0] >= began
    for event in told:
        assert from_plain(Event, json.loads(json.dumps(to_plain(event)))) == event


async def test_stopping_tells_of_every_session_and_then_ends() -> None:
    """A subscriber learns that all are down, and by whom."""
    async with speaker_at(THEIRS) as other:
        async with speaker_at() as speaker:
            await connect(speaker, other)
            ours, theirs = speaker.events(), other.events()
        (down,) = [event async for event in ours]
        assert isinstance(down, PeerDown)
        assert down.end.cause is EndCause.STOPPED
        assert down.end.sent is not None
        assert down.end.sent.name == "Cease / Administrative Shutdown"
        heard = await anext(theirs)
        while not isinstance(heard, PeerDown):
            heard = await anext(theirs)
        assert heard.end.cause is EndCause.NOTIFICATION_RECEIVED
        with pytest.raises(SpeakerClosedError):
            speaker.events()


async def test_what_the_peers_operator_wrote_is_told() -> None:
    """With the names of code and subcode."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            events = speaker.events()
            await peer.send(octets.message(octets.NOTIFICATION, b"\x06\x02\x05lunch"))
            event = await anext(events)
            while not isinstance(event, PeerDown):
                event = await anext(events)
    assert event.end.received is not None
    assert (event.end.received.name, event.end.received.communication) == ("Cease / Administrative Shutdown", "lunch")


async def test_a_change_that_opens_the_session_anew_is_told_as_what_it_is() -> None:
    """Down, removed, added, changed; a change of nothing is not told."""
    async with speaker_at() as speaker:
        config = towards_scripted()
        await speaker.add_peer(config)
        async with await scripted(speaker):
            await settled()
            events = speaker.events()
            await speaker.update_peer(config)
            await speaker.update_peer(replace(config, hold_time=33))
    told = [event async for event in events]
    assert kinds(told) == [PeerDown, PeerRemoved, PeerAdded, PeerChanged]
    assert isinstance(told[3], PeerChanged)
    assert told[3].plan is ChangePlan.RESET


async def test_a_peer_from_a_range_is_told_as_any_other() -> None:
    """It is added when it connects, and removed when nothing is left of it."""
    async with speaker_at() as speaker:
        events = speaker.events()
        await speaker.accept_peers("127.0.0.3/32", lambda address: towards_scripted(address, graceful_restart=False))
        async with await scripted(speaker, address=THIRD):
            pass
        await eventually(lambda: not speaker.peers(), "nothing left of it")
    told = [event async for event in events]
    assert [each for each in kinds(told) if each is not EndOfRibSent] == [PeerAdded, PeerUp, PeerDown, PeerRemoved]


async def test_a_bound_on_what_is_sent_is_told() -> None:
    """Before the session ends for it."""
    async with speaker_at() as speaker:
        await speaker.announce("10.1.0.0/16", "10.2.0.0/16")
        action = MaxPrefixesAction.CLOSE
        await speaker.add_peer(towards_scripted(max_prefixes_out=1, max_prefixes_out_action=action))
        async with await scripted(speaker) as peer:
            events = speaker.events()
            await peer.expect(octets.NOTIFICATION)
    reached, down, *_ = [event async for event in events]
    assert isinstance(reached, LimitReached)
    assert (reached.limit, reached.count, reached.maximum) == (Limit.PREFIXES_OUT, 2, 1)
    assert (reached.action, reached.family, type(down)) == ("close", IPV4_UNICAST, PeerDown)


async def test_a_slow_subscriber_is_told_what_it_has_missed() -> None:
    """With the bound it has asked for."""
    async with speaker_at() as speaker:
        events = speaker.events(queue=2)
        for number in range(5):
            await speaker.add_peer(towards_scripted(f"127.0.0.{number + 10}"))
    missed, *rest = [event async for event in events]
    assert missed == Missed(count=3)
    assert [event.peer for event in rest if isinstance(event, PeerAdded)] == ["127.0.0.13", "127.0.0.14"]
