"""What a speaker shows of its routes: now, and as they change."""

import pytest

from bgpkit import IPV4_UNICAST, Entry, Prefix, best_of
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import (
    OURS,
    THEIRS,
    connect,
    holds,
    prefixes,
    scripted,
    settled,
    speaker_at,
    towards_scripted,
)


async def test_routes_of_one_peer_are_shown_accepted_or_not() -> None:
    """``routes(peer=...)`` is what the peer announced; ``local`` stands for our own."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=64999))
        await speaker.announce("10.1.0.0/16")
        async with await scripted(speaker, asn=64999) as peer:
            await peer.send(octets.update(octets.attributes(64999), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"}, peer=THEIRS)
            assert prefixes(speaker) == prefixes(speaker, peer="local") == {"10.1.0.0/16"}


async def test_watch_gives_the_present_then_every_change() -> None:
    """A snapshot of the best routes first, then announcements and withdrawals as they come."""
    async with speaker_at() as speaker:
        await speaker.announce("10.1.0.0/16", "10.2.0.0/16")
        changes = speaker.watch()
        snapshot = {str((await anext(changes)).prefix) for _ in range(2)}
        assert snapshot == {"10.1.0.0/16", "10.2.0.0/16"}
        await speaker.announce("10.3.0.0/16")
        come = await anext(changes)
        assert (str(come.prefix), come.route is not None) == ("10.3.0.0/16", True)
        await speaker.withdraw("10.1.0.0/16")
        gone = await anext(changes)
        assert (str(gone.prefix), gone.route) == ("10.1.0.0/16", None)
        await speaker.stop()
        assert [change async for change in changes] == []


async def test_subscribers_hear_the_present_table_then_blocks_until_they_end_it() -> None:
    """Replay as additions, then change blocks; after the end nothing more."""
    heard: list[tuple[list[bytes], Entry | None, Entry | None]] = []
    async with speaker_at() as speaker:
        await speaker.announce("10.1.0.0/16", "10.2.0.0/16")
        end = speaker.subscribe(IPV4_UNICAST, lambda keys, old, new: heard.append((keys, old, new)))
        assert [(sorted(keys), old) for keys, old, _ in heard] == [
            (sorted(Prefix.parse(text).key for text in ("10.1.0.0/16", "10.2.0.0/16")), None)
        ]
        await speaker.withdraw("10.1.0.0/16")
        assert heard[-1][0] == [Prefix.parse("10.1.0.0/16").key]
        assert (best_of(heard[-1][1]) is not None, heard[-1][2]) == (True, None)
        end()
        await speaker.announce("10.3.0.0/16")
        assert len(heard) == 2


@pytest.mark.parametrize("graceful", [True, False])
async def test_subscribers_are_not_told_to_remove_routes_when_the_speaker_stops(graceful: bool) -> None:
    """Forwarding outlives the speaker: a stop withdraws nothing from those who follow the table."""
    heard: list[Entry | None] = []
    async with speaker_at(OURS) as one, speaker_at(THEIRS) as other:
        await connect(one, other)
        await other.announce("10.2.0.0/16")
        await holds(one, {"10.2.0.0/16"})
        one.subscribe(IPV4_UNICAST, lambda _keys, _old, new: heard.append(new))
        await one.stop(graceful=graceful)
        await settled()
        assert len(heard) == 1
        assert heard[0] is not None


async def test_all_paths_to_a_prefix_the_best_first() -> None:
    """What peers and the speaker itself say of one prefix, beside each other."""
    async with speaker_at(OURS) as one, speaker_at(THEIRS) as other:
        await connect(one, other)
        await one.announce("10.1.0.0/16")
        await other.announce("10.1.0.0/16")
        await eventually(lambda: len(other.paths("10.1.0.0/16")) == 2, "both paths")
        assert [(route.peer, route.best) for route in other.paths("10.1.0.0/16")] == [("local", True), (OURS, False)]
        assert other.paths("10.2.0.0/16") == ()


async def test_a_subscriber_that_raises_is_left_out_and_harms_nobody() -> None:
    """Other subscribers and the session go on."""
    async with speaker_at(OURS) as speaker:
        heard: list[int] = []

        def broken(keys: list[bytes], _old: Entry | None, _new: Entry | None) -> None:
            heard.append(len(keys))
            raise ValueError("a fault of the subscriber")

        speaker.subscribe(IPV4_UNICAST, broken)
        speaker.subscribe(IPV4_UNICAST, lambda keys, _old, _new: heard.append(10 * len(keys)))
        await speaker.announce("10.1.0.0/16")
        await speaker.announce("10.2.0.0/16")
        assert heard == [1, 10, 10]
