"""Subscribers of events: everything once and in order, and a bound on what waits."""

import asyncio
import gc

import pytest

from bgpkit.speaker.event_log import EventLog, EventSubscription
from bgpkit.speaker.events import Event, Missed, PeerRemoved


def event(number: int) -> PeerRemoved:
    """Return an event that can be told from others."""
    return PeerRemoved(peer=f"10.0.0.{number}")


async def read(subscription: EventSubscription) -> list[Event]:
    """Return what a subscription yields until it ends."""
    return [each async for each in subscription]


async def test_every_subscriber_is_told_everything_since_it_subscribed() -> None:
    """Once, in order; what was before is not told."""
    log = EventLog()
    log.publish(event(0))
    first = log.subscribe()
    log.publish(event(1))
    second = log.subscribe()
    log.publish(event(2))
    log.close()
    assert [each.peer for each in await read(first) if isinstance(each, PeerRemoved)] == ["10.0.0.1", "10.0.0.2"]
    assert [each.peer for each in await read(second) if isinstance(each, PeerRemoved)] == ["10.0.0.2"]


async def test_a_reader_that_waits_is_woken() -> None:
    """By an event, and by the end."""
    log = EventLog()
    subscription = log.subscribe()
    reading = asyncio.create_task(read(subscription))
    for number in range(3):
        await asyncio.sleep(0)
        log.publish(event(number))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    log.close()
    assert len(await reading) == 3


async def test_of_a_slow_reader_the_oldest_events_are_dropped_and_it_is_told_how_many() -> None:
    """The count comes where the gap is; the newest events stay, and no more than the bound wait."""
    log = EventLog()
    subscription = log.subscribe(3)
    events = [event(number) for number in range(8)]
    for each in events:
        log.publish(each)
    assert subscription.pending == 3
    assert await anext(subscription) == Missed(count=5)
    assert await anext(subscription) == events[5]
    log.publish(event(8))
    log.publish(late := event(9))
    assert await anext(subscription) == Missed(count=1)
    log.close()
    assert (await read(subscription))[-1] == late


async def test_one_slow_reader_costs_the_others_nothing() -> None:
    """Each has a bound of its own."""
    log = EventLog()
    slow, quick = log.subscribe(1), log.subscribe(100)
    for number in range(50):
        log.publish(event(number))
    log.close()
    assert len(await read(quick)) == 50
    first, *rest = await read(slow)
    assert (first, len(rest)) == (Missed(count=49), 1)


async def test_a_cancelled_read_loses_nothing() -> None:
    """Whoever gives up waiting gets the event the next time."""
    log = EventLog()
    subscription = log.subscribe()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(subscription), 0.001)
    log.publish(one := event(1))
    assert await anext(subscription) is one


async def test_a_subscriber_that_nobody_holds_is_forgotten() -> None:
    """A loop that was left costs nothing."""
    log = EventLog()
    log.publish(event(0))

    async def leave_at_once() -> None:
        subscription = log.subscribe()
        log.publish(event(1))
        async for _ in subscription:
            break

    await leave_at_once()
    gc.collect()
    assert len(log) == 0


async def test_a_closed_subscription_takes_nothing_more() -> None:
    """What waits is still told, but after `async with` nothing is; there is an end at once."""
    log = EventLog()
    subscription = log.subscribe()
    log.publish(event(1))
    subscription.close()
    log.publish(event(2))
    assert len(await read(subscription)) == 1
    async with log.subscribe() as scoped:
        log.publish(event(3))
    assert await read(scoped) == []


async def test_who_subscribes_after_the_end_hears_the_end() -> None:
    """Nobody waits for a speaker that has stopped."""
    log = EventLog()
    log.close()
    assert await read(log.subscribe()) == []


def test_a_bound_of_nothing_is_refused() -> None:
    """It would tell of misses only."""
    with pytest.raises(ValueError, match="keep at least 1"):
        EventSubscription(0)
