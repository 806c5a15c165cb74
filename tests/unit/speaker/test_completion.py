"""When peers have told all they know of a family: judged by hand-made progress, and waited for in virtual time."""

import asyncio
from dataclasses import replace

import pytest

from bgpkit.speaker.completion import QUIET_SECONDS, Completion, Progress, wait_complete
from bgpkit.speaker.event_log import EventLog
from bgpkit.speaker.events import EndOfRibReceived, PeerAdded
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.support.virtual_time import run

UP = Progress(session=1, families=frozenset((IPV4_UNICAST, IPV6_UNICAST)), told=frozenset(), marks=True, updates=0)
TOLD = replace(UP, told=frozenset((IPV4_UNICAST,)))
SILENT = replace(UP, marks=False)


@pytest.mark.parametrize(
    ("peers", "complete"),
    [
        ({}, False),
        ({"a": None}, False),
        ({"a": UP}, False),
        ({"a": TOLD}, True),
        ({"a": TOLD, "b": None}, False),
        ({"a": TOLD, "b": UP}, False),
        ({"a": TOLD, "b": TOLD}, True),
        ({"a": replace(UP, told=frozenset((IPV6_UNICAST,)))}, False),
        ({"a": replace(UP, families=frozenset((IPV6_UNICAST,)))}, True),
        ({"a": replace(SILENT, told=frozenset((IPV4_UNICAST,)))}, True),
    ],
)
def test_every_peer_has_told_the_family_or_does_not_have_it(peers: dict[str, Progress | None], complete: bool) -> None:
    """By End-of-RIB; nobody at all is not everybody."""
    assert Completion(IPV4_UNICAST).reached(peers, 0) is complete


def test_a_peer_that_promises_no_end_is_taken_by_its_silence() -> None:
    """From its session's first look on; every UPDATE, and every new session, begins it anew."""
    completion = Completion(IPV4_UNICAST)

    def reached(progress: Progress, now: float) -> bool:
        return completion.reached({"a": progress}, now)

    assert not reached(SILENT, 100)
    assert not reached(replace(SILENT, updates=5), 100 + QUIET_SECONDS)
    assert not reached(replace(SILENT, updates=5), 109 + QUIET_SECONDS)
    assert reached(replace(SILENT, updates=5), 100 + 2 * QUIET_SECONDS)
    assert not reached(replace(SILENT, updates=5, session=2), 101 + 2 * QUIET_SECONDS)
    assert reached(replace(SILENT, updates=5, session=2), 101 + 3 * QUIET_SECONDS)


def test_silence_is_heard_while_another_peer_is_waited_for() -> None:
    """Two waits run side by side, not one after the other."""
    completion = Completion(IPV4_UNICAST)
    assert not completion.reached({"a": None, "b": SILENT}, 0)
    assert completion.reached({"a": TOLD, "b": SILENT}, QUIET_SECONDS)


def test_the_wait_ends_right_after_the_event_that_completes_it() -> None:
    """Not at the next look at the clock."""

    async def prove() -> float:
        loop, events, peers = asyncio.get_running_loop(), EventLog(), dict[str, Progress | None](a=UP)

        def end_of_rib() -> None:
            peers["a"] = TOLD
            events.publish(EndOfRibReceived(peer="a", family=IPV4_UNICAST))

        loop.call_later(3.1, end_of_rib)
        await wait_complete(IPV4_UNICAST, lambda: peers, events)
        return loop.time()

    assert run(prove()) == pytest.approx(3.15, abs=0.01)


def test_silence_ends_the_wait_without_any_event() -> None:
    """Nothing happens, and that is it."""

    async def prove() -> float:
        await wait_complete(IPV4_UNICAST, lambda: {"a": SILENT}, EventLog())
        return asyncio.get_running_loop().time()

    assert run(prove()) == pytest.approx(QUIET_SECONDS, abs=1)


def test_a_speaker_that_stops_ends_the_wait() -> None:
    """Nobody will ever tell more; a swarm of events before costs one look."""

    async def prove() -> int:
        loop, events, looks = asyncio.get_running_loop(), EventLog(), 0

        def peers() -> dict[str, Progress | None]:
            nonlocal looks
            looks += 1
            return {"a": UP}

        def swarm() -> None:
            for _ in range(1000):
                events.publish(PeerAdded(peer="b", asn=64512))

        loop.call_later(1.01, swarm)
        loop.call_later(2.6, events.close)
        await wait_complete(IPV4_UNICAST, peers, events)
        assert loop.time() < 3
        return looks

    assert run(prove()) < 12
